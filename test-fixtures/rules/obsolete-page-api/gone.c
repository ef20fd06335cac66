// SPDX-License-Identifier: MIT
/*
 * Names of the years 2019 and 2020 in a kernel of 2024: they do not compile any more.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/mm.h>

static void wick_trim_bad(struct page *page)
{
	put_user_page(page);
//	^^^^^^^^^^^^^^^^^^^ obsolete-page-api: put_user_page
}

static void wick_trim_ok(struct page *page)
{
	unpin_user_page(page);
}

static void wick_snuff_bad(struct page **pages, unsigned long nr)
{
	put_user_pages_dirty_lock(pages, nr, true);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ obsolete-page-api: put_user_pages_dirty_lock
}

static void wick_snuff_ok(struct page **pages, unsigned long nr)
{
	unpin_user_pages_dirty_lock(pages, nr, true);
}

static void wick_douse_bad(struct page **pages, unsigned long nr)
{
	put_user_pages(pages, nr);
//	^^^^^^^^^^^^^^^^^^^^^^^^^ obsolete-page-api: put_user_pages
}

/* A function of the driver that only looks like one of them. */
static void wick_put_user_page(struct page *page)
{
	put_page(page);
}

static void wick_own_ok(struct page *page)
{
	wick_put_user_page(page);
}
