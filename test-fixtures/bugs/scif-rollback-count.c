// SPDX-License-Identifier: MIT
/*
 * The rollback sets the count to the number asked for, and the teardown believes it.
 *
 * bug: scif-rollback-count
 * subject: misc: mic: scif: Fix error handling path
 * tree: v5.8, drivers/misc/mic/scif/scif_rma.c, __scif_pin_pages()
 *
 * pinscope-kernel: 5.8
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct wharf {
	struct page **pages;
	int nr_pages;
};

static void wharf_destroy(struct wharf *wharf)
{
	unpin_user_pages(wharf->pages, wharf->nr_pages);
	kvfree(wharf->pages);
	kfree(wharf);
}

static int wharf_pin_bad(unsigned long start, int nr, struct wharf **out)
{
	struct wharf *wharf;
	int got;

	wharf = kzalloc(sizeof(*wharf), GFP_KERNEL);
	if (!wharf)
		return -ENOMEM;
	wharf->pages = kvcalloc(nr, sizeof(*wharf->pages), GFP_KERNEL);
	if (!wharf->pages) {
		kfree(wharf);
		return -ENOMEM;
	}
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, wharf->pages);
	if (got != nr) {
		wharf->nr_pages = nr;
		wharf_destroy(wharf);
//		^^^^^^^^^^^^^^^^^^^^ over-release: unpin_user_pages
		return got < 0 ? got : -EFAULT;
	}
	wharf->nr_pages = got;
	*out = wharf;
	return 0;
}

static int wharf_pin_ok(unsigned long start, int nr, struct wharf **out)
{
	struct wharf *wharf;
	int got;

	wharf = kzalloc(sizeof(*wharf), GFP_KERNEL);
	if (!wharf)
		return -ENOMEM;
	wharf->pages = kvcalloc(nr, sizeof(*wharf->pages), GFP_KERNEL);
	if (!wharf->pages) {
		kfree(wharf);
		return -ENOMEM;
	}
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, wharf->pages);
	if (got != nr) {
		wharf->nr_pages = got > 0 ? got : 0;
		wharf_destroy(wharf);
		return got < 0 ? got : -EFAULT;
	}
	wharf->nr_pages = got;
	*out = wharf;
	return 0;
}
