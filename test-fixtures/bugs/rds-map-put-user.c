// SPDX-License-Identifier: MIT
/*
 * The pages belong to the region already; the failing copy-out lets them go, and so does the region.
 *
 * bug: rds-map-put-user
 * subject: net/rds: do not release pages owned by the MR when the cookie copy-out fails (2026)
 * tree: v6.19, net/rds/rdma.c, __rds_rdma_map()
 *
 * pinscope-kernel: 6.19
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

struct region {
	struct page **pages;
	int nr;
};

static void region_destroy(struct region *region)
{
	unpin_user_pages(region->pages, region->nr);
	kfree(region->pages);
	kfree(region);
}

static int region_map_bad(unsigned long start, int nr, u64 cookie, u64 __user *answer, struct region **out)
{
	struct region *region;
	struct page **pages;
	int got;

	region = kzalloc(sizeof(*region), GFP_KERNEL);
	if (!region)
		return -ENOMEM;
	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages) {
		kfree(region);
		return -ENOMEM;
	}
	got = pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (got <= 0) {
		kfree(pages);
		kfree(region);
		return -EFAULT;
	}
	region->pages = pages;
	region->nr = got;
	if (put_user(cookie, answer)) {
		unpin_user_pages(pages, got);
		region_destroy(region);
//		^^^^^^^^^^^^^^^^^^^^^^ double-release: unpin_user_pages
		return -EFAULT;
	}
	*out = region;
	return 0;
}

static int region_map_ok(unsigned long start, int nr, u64 cookie, u64 __user *answer, struct region **out)
{
	struct region *region;
	struct page **pages;
	int got;

	region = kzalloc(sizeof(*region), GFP_KERNEL);
	if (!region)
		return -ENOMEM;
	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages) {
		kfree(region);
		return -ENOMEM;
	}
	got = pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (got <= 0) {
		kfree(pages);
		kfree(region);
		return -EFAULT;
	}
	region->pages = pages;
	region->nr = got;
	if (put_user(cookie, answer)) {
		region_destroy(region);
		return -EFAULT;
	}
	*out = region;
	return 0;
}
