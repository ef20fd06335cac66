// SPDX-License-Identifier: MIT
/*
 * An invented mill: one page at a time, by `&page`, by return value, by a reference of one's own.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/pagemap.h>

struct mill {
	struct address_space *mapping;
	struct page *hopper;
	u32 grind;
};

static int mill_peek_ok(unsigned long addr, u32 *value)
{
	struct page *page;
	void *at;
	int ret;

	ret = pin_user_pages_fast(addr, 1, 0, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	at = kmap_local_page(page);
	memcpy(value, at + offset_in_page(addr), sizeof(*value));
	kunmap_local(at);
	unpin_user_page(page);
	return 0;
}

static int mill_peek_bad(unsigned long addr, u32 *value)
{
	struct page *page;
	void *at;
	int ret;

	ret = pin_user_pages_fast(addr, 1, 0, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;
	if (offset_in_page(addr) > PAGE_SIZE - sizeof(*value))
		return -EINVAL;
//		^^^^^^^^^^^^^^ leaked-pages: pin_user_pages_fast
	at = kmap_local_page(page);
	memcpy(value, at + offset_in_page(addr), sizeof(*value));
	kunmap_local(at);
	unpin_user_page(page);
	return 0;
}

/* A lookup that found something has taken a reference. */
static bool mill_cached_bad(struct mill *mill, pgoff_t index)
{
	struct page *page = find_get_page(mill->mapping, index);

	if (!page)
		return false;
	return PageUptodate(page);
//	^^^^^^^^^^^^^^^^^^^^^^^^^ leaked-pages: find_get_page
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
//		^^^^^^^^^^^^^^ leaked-pages: filemap_get_folio
	folio_mark_accessed(folio);
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
//	       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ leaked-pages: find_get_page
	if (!page)
		return -ENOENT;
	put_page(page);
	return 0;
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
//		^^^^^^^^^^^^^^ leaked-pages: get_page
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

/* The page is handed back to the caller. */
static struct page *mill_take_ok(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return NULL;
	return page;
}

/* Either the page or an error pointer, never both. */
static struct page *mill_take_uptodate_bad(unsigned long addr)
{
	struct page *page;
	int ret;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ERR_PTR(ret < 0 ? ret : -EFAULT);
	if (!PageUptodate(page))
		return ERR_PTR(-EIO);
//		^^^^^^^^^^^^^^^^^^^^ leaked-pages: get_user_pages_fast
	return page;
}

static struct page *mill_take_uptodate_ok(unsigned long addr)
{
	struct page *page;
	int ret;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ERR_PTR(ret < 0 ? ret : -EFAULT);
	if (!PageUptodate(page)) {
		put_page(page);
		return ERR_PTR(-EIO);
	}
	return page;
}

/* One way to run both: `held` says whether there is anything to let go. */
static int mill_maybe_ok(unsigned long addr, bool want)
{
	struct page *page = NULL;
	int ret = 0;

	if (want) {
		ret = pin_user_pages_fast(addr, 1, FOLL_WRITE, &page);
		if (ret != 1) {
			page = NULL;
			ret = -EFAULT;
			goto out;
		}
		ret = 0;
	}
	cond_resched();
out:
	if (page)
		unpin_user_page(page);
	return ret;
}

/* Only one half of a pair of pages is let go. */
static int mill_pair_bad(unsigned long addr)
{
	struct page *pair[2];
	int got;

	got = pin_user_pages_fast(addr, 2, FOLL_WRITE, pair);
	if (got != 2) {
		if (got == 1)
			unpin_user_page(pair[0]);
		return -EFAULT;
	}
	unpin_user_page(pair[1]);
	return 0;
//	^^^^^^^^ leaked-pages: pin_user_pages_fast
}

static int mill_pair_ok(unsigned long addr)
{
	struct page *pair[2];
	int got;

	got = pin_user_pages_fast(addr, 2, FOLL_WRITE, pair);
	if (got != 2) {
		if (got == 1)
			unpin_user_page(pair[0]);
		return -EFAULT;
	}
	unpin_user_page(pair[1]);
	unpin_user_page(pair[0]);
	return 0;
}
