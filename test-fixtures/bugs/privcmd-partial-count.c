// SPDX-License-Identifier: MIT
/*
 * The count is lost on failure; the cleanup looks at every slot, which is right for a zeroed array only.
 *
 * bug: privcmd-partial-count
 * subject: xen/privcmd: Corrected error handling path
 * tree: v5.8, drivers/xen/privcmd.c, lock_pages()
 *
 * pinscope-kernel: 5.8
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

static int ferry_lock(struct page **pages, unsigned long start, int nr)
{
	int got = get_user_pages_fast(start, nr, FOLL_WRITE, pages);

	return got == nr ? 0 : -EFAULT;
}

/* The count is lost, but the array came zeroed: the whole of it is looked through. */
static int ferry_hold_ok(unsigned long start, int nr)
{
	struct page **pages;
	int i, ret;

	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	ret = ferry_lock(pages, start, nr);
	for (i = 0; i < nr; i++)
		if (pages[i])
			put_page(pages[i]);
	kfree(pages);
	return ret;
}

/* The same with an array that was not zeroed: slots that nobody filled are put. */
static int ferry_hold_bad(unsigned long start, int nr)
{
	struct page **pages;
	int i, ret;

	pages = kmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	ret = ferry_lock(pages, start, nr);
	for (i = 0; i < nr; i++)
		if (pages[i])
			put_page(pages[i]);
//			^^^^^^^^^^^^^^^^^^ over-release: put_page
	kfree(pages);
	return ret;
}
