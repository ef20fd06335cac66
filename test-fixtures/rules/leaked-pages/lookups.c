// SPDX-License-Identifier: MIT
/*
 * An invented mill: pages found in the page cache, and references of one's own.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/pagemap.h>

struct mill {
	struct address_space *mapping;
	struct page *hopper;
	u32 grind;
};

void mill_grind_contents(void *contents);

/* A lookup that found something has taken a reference. */
static bool mill_cached_bad(struct mill *mill, pgoff_t index)
{
	struct page *page = find_get_page(mill->mapping, index);

	if (!page)
		return false;
	return PageUptodate(page);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^ leaked-pages: find_get_page
}

static bool mill_cached_ok(struct mill *mill, pgoff_t index)
{
	struct page *page = find_get_page(mill->mapping, index);
	bool uptodate;

	if (!page)
		return false;
	uptodate = PageUptodate(page);
	put_page(page);
	return uptodate;
}

/* From 6.4 on the folio lookups answer with an error pointer. */
static int mill_folio_ok(struct mill *mill, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mill->mapping, index);

	if (IS_ERR(folio))
		return PTR_ERR(folio);
	folio_mark_accessed(folio);
	folio_put(folio);
	return 0;
}

static int mill_folio_bad(struct mill *mill, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mill->mapping, index);

	if (IS_ERR(folio))
		return PTR_ERR(folio);
	if (folio_test_writeback(folio))
		return -EAGAIN;
//		^^^^^^^^^^^^^^^ leaked-pages: filemap_get_folio
	folio_mark_accessed(folio);
	folio_put(folio);
	return 0;
}

/* A part of the folio goes to the caller, and with it the reference. */
static struct page *mill_part_ok(struct mill *mill, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mill->mapping, index);

	if (IS_ERR(folio))
		return ERR_CAST(folio);
	return folio_file_page(folio, index);
}

/* Who is out of sight and gets the address of the contents may let go of the page by it. */
static int mill_contents_ok(struct mill *mill, pgoff_t index)
{
	struct page *page = find_get_page(mill->mapping, index);

	if (!page)
		return -ENOENT;
	mill_grind_contents(page_address(page));
	return 0;
}

/* A lookup by an error pointer does not answer NULL. */
static struct folio *mill_locked_ok(struct mill *mill, pgoff_t index)
{
	struct folio *folio = filemap_lock_folio(mill->mapping, index);

	return IS_ERR(folio) ? NULL : folio;
}

static int mill_cached_locked_ok(struct mill *mill, pgoff_t index)
{
	struct folio *folio = mill_locked_ok(mill, index);

	if (!folio)
		return -ENOENT;
	folio_unlock(folio);
	folio_put(folio);
	return 0;
}

/* The pointer is moved on while it still is the only name of the page. */
static int mill_walk_bad(struct mill *mill, pgoff_t first, pgoff_t second)
{
	struct page *page;

	page = find_get_page(mill->mapping, first);
	if (!page)
		return -ENOENT;
	page = find_get_page(mill->mapping, second);
	if (!page)
		return -ENOENT;
//		^^^^^^^^^^^^^^^ leaked-pages: find_get_page
	put_page(page);
	return 0;
//	^^^^^^^^^ leaked-pages: find_get_page
}

static int mill_walk_ok(struct mill *mill, pgoff_t first, pgoff_t second)
{
	struct page *page;

	page = find_get_page(mill->mapping, first);
	if (!page)
		return -ENOENT;
	put_page(page);
	page = find_get_page(mill->mapping, second);
	if (!page)
		return -ENOENT;
	put_page(page);
	return 0;
}

/* A copy of the pointer keeps the page reachable. */
static int mill_swap_ok(struct mill *mill, pgoff_t first, pgoff_t second)
{
	struct page *page, *old;

	page = find_get_page(mill->mapping, first);
	if (!page)
		return -ENOENT;
	old = page;
	page = find_get_page(mill->mapping, second);
	put_page(old);
	if (!page)
		return -ENOENT;
	put_page(page);
	return 0;
}

/* A reference the function takes itself, next to one that it was given. */
static int mill_hold_bad(struct mill *mill, struct page *page)
{
	get_page(page);
	if (!mill->grind)
		return -EAGAIN;
		// FIXME: wrong today: leaked-pages expected here: a reference of one's own on a page of the caller is not claimed as leaked
	mill->hopper = page;
	return 0;
}

static int mill_hold_ok(struct mill *mill, struct page *page)
{
	get_page(page);
	if (!mill->grind) {
		put_page(page);
		return -EAGAIN;
	}
	mill->hopper = page;
	return 0;
}
