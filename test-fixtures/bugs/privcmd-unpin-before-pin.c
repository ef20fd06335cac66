// SPDX-License-Identifier: MIT
/*
 * An early exit reaches the release with no array and a count that already says how many.
 *
 * bug: privcmd-unpin-before-pin
 * subject: xen/privcmd: fix error exit of privcmd_ioctl_dm_op()
 * tree: v5.17, drivers/xen/privcmd.c, privcmd_ioctl_dm_op()
 *
 * pinscope-kernel: 5.17
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

static int ferry_load_bad(unsigned long start, unsigned int nr, bool allowed)
{
	struct page **pages = NULL;
	unsigned int held = nr;
	int got, ret;

	if (!allowed) {
		ret = -EPERM;
		goto out;
	}
	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
	if (got < 0) {
		kfree(pages);
		return got;
	}
	held = got;
	ret = got == nr ? 0 : -EFAULT;
out:
	unpin_user_pages(pages, held);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ over-release: unpin_user_pages
	kfree(pages);
	return ret;
}

static int ferry_load_ok(unsigned long start, unsigned int nr, bool allowed)
{
	struct page **pages = NULL;
	unsigned int held = 0;
	int got, ret;

	if (!allowed) {
		ret = -EPERM;
		goto out;
	}
	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
	if (got < 0) {
		kfree(pages);
		return got;
	}
	held = got;
	ret = got == nr ? 0 : -EFAULT;
out:
	unpin_user_pages(pages, held);
	kfree(pages);
	return ret;
}
