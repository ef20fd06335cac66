// SPDX-License-Identifier: MIT
/*
 * The answer cannot be copied out, and the failing exit goes past the release.
 *
 * bug: hfi1-copyout-leak
 * subject: IB/hfi1: Restore allocated resources on failed copyout
 * tree: v5.17, drivers/infiniband/hw/hfi1/user_exp_rcv.c, hfi1_user_exp_rcv_setup()
 *
 * pinscope-kernel: 5.17
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

struct glade {
	struct page **pages;
	int npages;
};

static int glade_pin(struct glade *glade, unsigned long start, int nr)
{
	int got = pin_user_pages_fast(start, nr, FOLL_LONGTERM | FOLL_WRITE, glade->pages);

	if (got != nr) {
		if (got > 0)
			unpin_user_pages(glade->pages, got);
		return -ENOMEM;
	}
	glade->npages = got;
	return 0;
}

static int glade_report_bad(unsigned long start, int nr, int __user *answer)
{
	struct glade glade = { };
	int ret;

	glade.pages = kcalloc(nr, sizeof(*glade.pages), GFP_KERNEL);
	if (!glade.pages)
		return -ENOMEM;
	ret = glade_pin(&glade, start, nr);
	if (ret)
		goto done;
	if (copy_to_user(answer, &glade.npages, sizeof(glade.npages))) {
		ret = -EFAULT;
		goto done;
	}
	unpin_user_pages(glade.pages, glade.npages);
done:
	kfree(glade.pages);
//	^^^^^^^^^^^^^^^^^^ leaked-pages
	return ret;
}

static int glade_report_ok(unsigned long start, int nr, int __user *answer)
{
	struct glade glade = { };
	int ret;

	glade.pages = kcalloc(nr, sizeof(*glade.pages), GFP_KERNEL);
	if (!glade.pages)
		return -ENOMEM;
	ret = glade_pin(&glade, start, nr);
	if (ret)
		goto done;
	if (copy_to_user(answer, &glade.npages, sizeof(glade.npages)))
		ret = -EFAULT;
	unpin_user_pages(glade.pages, glade.npages);
done:
	kfree(glade.pages);
	return ret;
}
