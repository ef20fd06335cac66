// SPDX-License-Identifier: MIT
/*
 * An invented turnstile: pages that came in by one gate and leave by another.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>

#define TURN_MAX 8

static int turn_put_bad(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	put_page(page);
//	^^^^^^^^^^^^^^ mismatched-release: put_page
	return 0;
}

static int turn_put_ok(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	unpin_user_page(page);
	return 0;
}

static int turn_folio_bad(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	folio_put(page_folio(page));
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^ mismatched-release: folio_put
	return 0;
}

static int turn_many_bad(unsigned long start)
{
	struct page *pages[TURN_MAX];
	int got;

	got = pin_user_pages_fast(start, TURN_MAX, 0, pages);
	if (got <= 0)
		return -EFAULT;
	release_pages(pages, got);
//	^^^^^^^^^^^^^^^^^^^^^^^^^ mismatched-release: release_pages
	return 0;
}

static int turn_many_ok(unsigned long start)
{
	struct page *pages[TURN_MAX];
	int got;

	got = get_user_pages_fast(start, TURN_MAX, 0, pages);
	if (got <= 0)
		return -EFAULT;
	release_pages(pages, got);
	return 0;
}

static int turn_loop_bad(unsigned long start)
{
	struct page *pages[TURN_MAX];
	int got, i;

	got = pin_user_pages_fast(start, TURN_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++) {
		set_page_dirty_lock(pages[i]);
		put_page(pages[i]);
//		^^^^^^^^^^^^^^^^^^ mismatched-release: put_page
	}
	return 0;
}

static int turn_loop_ok(unsigned long start)
{
	struct page *pages[TURN_MAX];
	int got, i;

	got = pin_user_pages_fast(start, TURN_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++) {
		set_page_dirty_lock(pages[i]);
		unpin_user_page(pages[i]);
	}
	return 0;
}

/* The other way round. */
static int turn_unpin_bad(unsigned long start)
{
	struct page *pages[TURN_MAX];
	int got;

	got = get_user_pages_fast(start, TURN_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	unpin_user_pages_dirty_lock(pages, got, true);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ mismatched-release: unpin_user_pages_dirty_lock
	return 0;
}

static int turn_unpin_ok(unsigned long start)
{
	struct page *pages[TURN_MAX];
	int got, i;

	got = get_user_pages_fast(start, TURN_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++) {
		set_page_dirty_lock(pages[i]);
		put_page(pages[i]);
	}
	return 0;
}

static int turn_lookup_bad(struct address_space *mapping, pgoff_t index)
{
	struct page *page = find_get_page(mapping, index);

	if (!page)
		return -ENOENT;
	unpin_user_page(page);
//	^^^^^^^^^^^^^^^^^^^^^ mismatched-release: unpin_user_page
	return 0;
}

/* User pages are not the driver's to free. */
static int turn_free_bad(unsigned long start)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	__free_page(page);
//	^^^^^^^^^^^^^^^^^ mismatched-release: __free_page
	return 0;
}

static int turn_free_pinned_bad(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	__free_pages(page, 0);
//	^^^^^^^^^^^^^^^^^^^^^ mismatched-release: __free_pages
	return 0;
}

/* Page-cache pages neither. */
static int turn_free_cache_bad(struct address_space *mapping, pgoff_t index)
{
	struct page *page = find_get_page(mapping, index);

	if (!page)
		return -ENOENT;
	__free_page(page);
//	^^^^^^^^^^^^^^^^^ mismatched-release: __free_page
	return 0;
}

/* Pages of one's own go either way. */
static int turn_own_put_ok(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	if (!page)
		return -ENOMEM;
	put_page(page);
	return 0;
}

static int turn_own_free_ok(void)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	if (!page)
		return -ENOMEM;
	__free_page(page);
	return 0;
}

static int turn_order_ok(void)
{
	struct page *pages = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);

	if (!pages)
		return -ENOMEM;
	put_page(pages);
	return 0;
}

/* Two kinds side by side, each by its own gate. */
static int turn_both_ok(unsigned long from, unsigned long to)
{
	struct page *source, *target;
	int ret = -EFAULT;

	if (get_user_pages_fast(from, 1, 0, &source) != 1)
		return -EFAULT;
	if (pin_user_pages_fast(to, 1, FOLL_WRITE, &target) != 1)
		goto put;
	copy_highpage(target, source);
	unpin_user_pages_dirty_lock(&target, 1, true);
	ret = 0;
put:
	put_page(source);
	return ret;
}

static int turn_both_bad(unsigned long from, unsigned long to)
{
	struct page *source, *target;
	int ret = -EFAULT;

	if (get_user_pages_fast(from, 1, 0, &source) != 1)
		return -EFAULT;
	if (pin_user_pages_fast(to, 1, FOLL_WRITE, &target) != 1)
		goto put;
	copy_highpage(target, source);
	put_page(target);
//	^^^^^^^^^^^^^^^^ mismatched-release: put_page
	ret = 0;
put:
	put_page(source);
	return ret;
}

/* An extra reference on a pinned page is a reference. */
static int turn_extra_ok(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	get_page(page);
	unpin_user_page(page);
	put_page(page);
	return 0;
}

/* One buffer, two sources: the flag says which. */
static int turn_flag_ok(unsigned long start, bool user)
{
	struct page *page;

	if (user) {
		if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
			return -EFAULT;
	} else {
		page = alloc_page(GFP_KERNEL);
		if (!page)
			return -ENOMEM;
	}
	clear_highpage(page);
	if (user)
		unpin_user_page(page);
	else
		__free_page(page);
	return 0;
}

/* The flag is read the wrong way round. */
static int turn_flag_bad(unsigned long start, bool user)
{
	struct page *page;

	if (user) {
		if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
			return -EFAULT;
	} else {
		page = alloc_page(GFP_KERNEL);
		if (!page)
			return -ENOMEM;
	}
	clear_highpage(page);
	__free_page(page);
//	^^^^^^^^^^^^^^^^^ mismatched-release: __free_page
	return 0;
}

/* A helper of this file lets go for both. */
static void turn_out(struct page **pages, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		put_page(pages[i]);
}

static int turn_helper_ok(unsigned long start)
{
	struct page *pages[TURN_MAX];
	int got;

	got = get_user_pages_fast(start, TURN_MAX, 0, pages);
	if (got <= 0)
		return -EFAULT;
	turn_out(pages, got);
	return 0;
}

static int turn_helper_bad(unsigned long start)
{
	struct page *pages[TURN_MAX];
	int got;

	got = pin_user_pages_fast(start, TURN_MAX, 0, pages);
	if (got <= 0)
		return -EFAULT;
	turn_out(pages, got);
//	^^^^^^^^^^^^^^^^^^^^ mismatched-release
	return 0;
}

/* A macro of the driver is an alias of the call. */
#define turn_let_go(page) put_page(page)

static int turn_alias_bad(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	turn_let_go(page);
//	^^^^^^^^^^^^^^^^^ mismatched-release: put_page
	return 0;
}

/* Folios of a memfd are pinned. */
static int turn_memfd_bad(struct file *memfd)
{
	struct folio *folio;
	pgoff_t offset;

	if (memfd_pin_folios(memfd, 0, PAGE_SIZE - 1, &folio, 1, &offset) != 1)
		return -EFAULT;
	folio_put(folio);
//	^^^^^^^^^^^^^^^^ mismatched-release: folio_put
	return 0;
}

static int turn_memfd_ok(struct file *memfd)
{
	struct folio *folio;
	pgoff_t offset;

	if (memfd_pin_folios(memfd, 0, PAGE_SIZE - 1, &folio, 1, &offset) != 1)
		return -EFAULT;
	unpin_folio(folio);
	return 0;
}
