// SPDX-License-Identifier: MIT
/*
 * Nothing is free for the pages just pinned, and the jump goes to a label below the release.
 *
 * bug: hfi1-no-pageset-leak
 * subject: IB/hfi1: Fix expected receive setup error exit issues
 * tree: v5.17, drivers/infiniband/hw/hfi1/user_exp_rcv.c, hfi1_user_exp_rcv_setup()
 *
 * pinscope-kernel: 5.17
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct glade {
	struct page **pages;
	int npages;
};

static int glade_pin(struct glade *glade, unsigned long start, int nr)
{
	int got;

	glade->pages = kcalloc(nr, sizeof(*glade->pages), GFP_KERNEL);
	if (!glade->pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, FOLL_LONGTERM | FOLL_WRITE, glade->pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(glade->pages, got);
		kfree(glade->pages);
		glade->pages = NULL;
		return -ENOMEM;
	}
	glade->npages = got;
	return 0;
}

static void glade_unpin(struct glade *glade)
{
	unpin_user_pages(glade->pages, glade->npages);
	glade->npages = 0;
}

int glade_find_sets(int wanted);

static int glade_setup_bad(unsigned long start, int nr)
{
	struct glade *glade;
	int sets, ret;

	glade = kzalloc(sizeof(*glade), GFP_KERNEL);
	if (!glade)
		return -ENOMEM;
	ret = glade_pin(glade, start, nr);
	if (ret)
		goto free_glade;
	sets = glade_find_sets(nr);
	if (!sets) {
		ret = -ENOSPC;
		goto free_pages;
	}
	ret = sets;
	glade_unpin(glade);
free_pages:
	kfree(glade->pages);
//	^^^^^^^^^^^^^^^^^^^ leaked-pages
free_glade:
	kfree(glade);
	return ret;
}

static int glade_setup_ok(unsigned long start, int nr)
{
	struct glade *glade;
	int sets, ret;

	glade = kzalloc(sizeof(*glade), GFP_KERNEL);
	if (!glade)
		return -ENOMEM;
	ret = glade_pin(glade, start, nr);
	if (ret)
		goto free_glade;
	sets = glade_find_sets(nr);
	if (!sets) {
		ret = -ENOSPC;
		goto unpin;
	}
	ret = sets;
unpin:
	glade_unpin(glade);
	kfree(glade->pages);
free_glade:
	kfree(glade);
	return ret;
}
