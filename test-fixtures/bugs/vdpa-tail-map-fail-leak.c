// SPDX-License-Identifier: MIT
/*
 * The last mapping fails: the helper lets go what was mapped before, the tail stays pinned.
 *
 * bug: vdpa-tail-map-fail-leak
 * subject: vhost-vdpa: fix page pinning leakage in error path (rework)
 * tree: v5.8, drivers/vhost/vdpa.c, vhost_vdpa_process_iotlb_update()
 *
 * pinscope-kernel: 5.8
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define QUAY_LIST 32

struct quay {
	struct page *moored[256];
	int nr;
};

int quay_moor(unsigned long pfn);

static void quay_unmoor(struct quay *quay)
{
	while (quay->nr > 0)
		unpin_user_page(quay->moored[--quay->nr]);
}

static int quay_finish_bad(struct quay *quay, unsigned long iova)
{
	struct page *tail[QUAY_LIST];
	long pinned, i;
	int ret;

	pinned = pin_user_pages(iova, QUAY_LIST, FOLL_WRITE, tail, NULL);
	if (pinned <= 0) {
		quay_unmoor(quay);
		return -ENOMEM;
	}
	ret = quay_moor(iova >> PAGE_SHIFT);
	if (ret) {
		quay_unmoor(quay);
		return ret;
//		^^^^^^^^^^ leaked-pages: pin_user_pages
	}
	for (i = 0; i < pinned; i++)
		quay->moored[quay->nr++] = tail[i];
	return 0;
}

static int quay_finish_ok(struct quay *quay, unsigned long iova)
{
	struct page *tail[QUAY_LIST];
	long pinned, i;
	int ret;

	pinned = pin_user_pages(iova, QUAY_LIST, FOLL_WRITE, tail, NULL);
	if (pinned <= 0) {
		quay_unmoor(quay);
		return -ENOMEM;
	}
	ret = quay_moor(iova >> PAGE_SHIFT);
	if (ret) {
		unpin_user_pages(tail, pinned);
		quay_unmoor(quay);
		return ret;
	}
	for (i = 0; i < pinned; i++)
		quay->moored[quay->nr++] = tail[i];
	return 0;
}
