// SPDX-License-Identifier: MIT
/*
 * A failing map in the middle of a batch leaves the rest of the batch pinned.
 *
 * bug: vdpa-map-fail-leak
 * subject: vhost-vdpa: fix page pinning leakage in error path
 * tree: v5.8, drivers/vhost/vdpa.c, vhost_vdpa_process_iotlb_update()
 *
 * pinscope-kernel: 5.8
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define QUAY_LIST 32

struct quay;
int quay_moor(struct quay *quay, unsigned long pfn);

static int quay_fill_bad(struct quay *quay, struct page **list, unsigned long iova)
{
	struct page *batch[QUAY_LIST];
	long pinned, i;
	int ret = 0;

	pinned = pin_user_pages(iova, QUAY_LIST, FOLL_WRITE, batch, NULL);
	if (pinned <= 0)
		return -ENOMEM;

	for (i = 0; i < pinned; i++) {
		ret = quay_moor(quay, iova >> PAGE_SHIFT);
		if (ret)
			goto out;
		list[i] = batch[i];
		iova += PAGE_SIZE;
	}
out:
	return ret;
//	^^^^^^^^^^ leaked-pages: pin_user_pages
}

static int quay_fill_ok(struct quay *quay, struct page **list, unsigned long iova)
{
	struct page *batch[QUAY_LIST];
	long pinned, i;
	int ret = 0;

	pinned = pin_user_pages(iova, QUAY_LIST, FOLL_WRITE, batch, NULL);
	if (pinned <= 0)
		return -ENOMEM;

	for (i = 0; i < pinned; i++) {
		ret = quay_moor(quay, iova >> PAGE_SHIFT);
		if (ret)
			goto out;
		list[i] = batch[i];
		iova += PAGE_SIZE;
	}
out:
	if (i < pinned)
		unpin_user_pages(batch + i, pinned - i);
	return ret;
}
