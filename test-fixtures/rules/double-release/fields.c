// SPDX-License-Identifier: MIT
/*
 * An invented cooperage: pages that go by two names, and a page that a helper returned.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct keg {
	struct page *page;
	struct page *staves[16];
	int nr;
};

/* The local and the field name one page. */
static int keg_hoop_bad(struct keg *keg, unsigned long start)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	keg->page = page;
	put_page(page);
	put_page(keg->page);
//	^^^^^^^^^^^^^^^^^^^ double-release: put_page
	return 0;
}

static int keg_hoop_ok(struct keg *keg, unsigned long start)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	keg->page = page;
	get_page(page);
	put_page(page);
	put_page(keg->page);
	return 0;
}

static struct page *keg_tap(unsigned long start)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return NULL;
	return page;
}

static int keg_draw_bad(unsigned long start, bool late)
{
	struct page *page = keg_tap(start);

	if (!page)
		return -EFAULT;
	put_page(page);
	if (late)
		put_page(page);
//		^^^^^^^^^^^^^^ double-release: put_page
	return 0;
}

static int keg_draw_ok(unsigned long start, bool late)
{
	struct page *page = keg_tap(start);

	if (!page)
		return -EFAULT;
	if (late)
		flush_dcache_page(page);
	put_page(page);
	return 0;
}

/* A function out of sight may have taken a reference of its own. */
void cellar_keep(struct page *page);

static int keg_cellar_ok(unsigned long start)
{
	struct page *page = keg_tap(start);

	if (!page)
		return -EFAULT;
	put_page(page);
	cellar_keep(page);
	put_page(page);
	return 0;
}
