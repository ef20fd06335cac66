// SPDX-License-Identifier: MIT
/*
 * A page that the bio did not take is put where it failed, and once more by the loop behind.
 *
 * bug: bio-map-same-page
 * subject: block: fix pin count management when merging same-page segments
 * tree: v6.3, block/blk-map.c, bio_map_user_iov()
 *
 * pinscope-kernel: 6.3
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/mm.h>
#include <linux/uio.h>

#define REEL_PAGES 8

static int reel_map_bad(struct request_queue *q, struct bio *bio, struct iov_iter *iter)
{
	struct page *pages[REEL_PAGES];
	ssize_t bytes;
	size_t offs;
	int j, npages;

	bytes = iov_iter_get_pages2(iter, pages, REEL_PAGES * PAGE_SIZE, REEL_PAGES, &offs);
//		^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ obsolete-page-api: iov_iter_get_pages2
	if (bytes <= 0)
		return bytes ? bytes : -EFAULT;
	npages = DIV_ROUND_UP(offs + bytes, PAGE_SIZE);

	for (j = 0; j < npages; j++) {
		bool same_page = false;

		if (!bio_add_hw_page(q, bio, pages[j], PAGE_SIZE, 0, 128, &same_page)) {
			if (same_page)
				put_page(pages[j]);
			break;
		}
	}
	while (j < npages)
		put_page(pages[j++]);
//		^^^^^^^^^^^^^^^^^^^^ double-release: iov_iter_get_pages2
	return 0;
}

static int reel_map_ok(struct request_queue *q, struct bio *bio, struct iov_iter *iter)
{
	struct page *pages[REEL_PAGES];
	ssize_t bytes;
	size_t offs;
	int j, npages;

	bytes = iov_iter_get_pages2(iter, pages, REEL_PAGES * PAGE_SIZE, REEL_PAGES, &offs);
//		^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ obsolete-page-api: iov_iter_get_pages2
	if (bytes <= 0)
		return bytes ? bytes : -EFAULT;
	npages = DIV_ROUND_UP(offs + bytes, PAGE_SIZE);

	for (j = 0; j < npages; j++) {
		bool same_page = false;

		if (!bio_add_hw_page(q, bio, pages[j], PAGE_SIZE, 0, 128, &same_page))
			break;
		if (same_page)
			put_page(pages[j]);
	}
	while (j < npages)
		put_page(pages[j++]);
	return 0;
}
