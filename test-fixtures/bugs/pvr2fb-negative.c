// SPDX-License-Identifier: MIT
/*
 * An errno compared as unsigned passes for a full count, and slots that were never filled are used.
 *
 * bug: pvr2fb-negative
 * subject: video: fbdev: pvr2fb: fix get_user_pages_fast() error handling
 * tree: v5.8, drivers/video/fbdev/pvr2fb.c, pvr2fb_write()
 *
 * pinscope-kernel: 5.8
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct easel {
	void *frame;
	size_t size;
};

void easel_blit(struct easel *easel, struct page **pages, unsigned int nr);

static ssize_t easel_write_bad(struct easel *easel, unsigned long start, size_t count)
{
	unsigned int nr = DIV_ROUND_UP(offset_in_page(start) + count, PAGE_SIZE);
	struct page **pages;
	int ret;

	pages = kmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	ret = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
	if (ret < nr) {
//	    ^^^^^^^^ negative-page-count: ret
		nr = ret;
		ret = -EINVAL;
		goto out;
	}
	easel_blit(easel, pages, nr);
	ret = count;
out:
	unpin_user_pages(pages, nr);
	kfree(pages);
	return ret;
}

static ssize_t easel_write_ok(struct easel *easel, unsigned long start, size_t count)
{
	unsigned int nr = DIV_ROUND_UP(offset_in_page(start) + count, PAGE_SIZE);
	struct page **pages;
	ssize_t ret;
	int got;

	pages = kmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	got = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
	if (got < 0) {
		kfree(pages);
		return got;
	}
	if (got < nr) {
		unpin_user_pages(pages, got);
		kfree(pages);
		return -EINVAL;
	}
	memset(easel->frame, 0, easel->size);
	ret = count;
	unpin_user_pages(pages, nr);
	kfree(pages);
	return ret;
}
