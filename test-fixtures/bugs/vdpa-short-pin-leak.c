// SPDX-License-Identifier: MIT
/*
 * A short batch leaves the loop with the pages just obtained; earlier batches have found their record.
 *
 * bug: vdpa-short-pin-leak
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
int quay_moor(struct quay *quay, unsigned long pfn, unsigned long nr);

static int quay_map_bad(struct quay *quay, struct page **list, unsigned long iova, unsigned long npages)
{
	struct page *batch[QUAY_LIST];
	unsigned long want, i;
	long pinned;
	int ret = 0;

	while (npages) {
		want = min_t(unsigned long, npages, QUAY_LIST);
		pinned = pin_user_pages(iova, want, FOLL_WRITE, batch, NULL);
		if (pinned != want) {
			ret = pinned < 0 ? pinned : -ENOMEM;
			goto out;
		}
		for (i = 0; i < want; i++)
			*list++ = batch[i];
		iova += want << PAGE_SHIFT;
		npages -= want;
	}
out:
	return ret;
//	^^^^^^^^^^ partial-pin-leak: pin_user_pages
}

static int quay_map_ok(struct quay *quay, struct page **list, unsigned long iova, unsigned long npages)
{
	struct page *batch[QUAY_LIST];
	unsigned long want, i;
	long pinned;
	int ret = 0;

	while (npages) {
		want = min_t(unsigned long, npages, QUAY_LIST);
		pinned = pin_user_pages(iova, want, FOLL_WRITE, batch, NULL);
		if (pinned != want) {
			if (pinned > 0)
				unpin_user_pages(batch, pinned);
			ret = pinned < 0 ? pinned : -ENOMEM;
			goto out;
		}
		for (i = 0; i < want; i++)
			*list++ = batch[i];
		iova += want << PAGE_SHIFT;
		npages -= want;
	}
out:
	return ret;
}
