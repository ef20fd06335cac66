// SPDX-License-Identifier: MIT
/*
 * An invented mill: one page at a time, by `&page`, by return value.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/highmem.h>
#include <linux/mm.h>

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
