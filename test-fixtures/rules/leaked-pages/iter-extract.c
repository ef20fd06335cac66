// SPDX-License-Identifier: MIT
/*
 * An invented rill: pages out of an iov_iter. The result counts bytes, and only user-backed iterators are pinned.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uio.h>

#define RILL_PAGES 16

struct rill {
	struct page **pages;
	unsigned int nr;
	bool pinned;
	u32 open;
};

static ssize_t rill_pour_ok(struct iov_iter *iter, size_t len)
{
	struct page *stack[RILL_PAGES], **pages = stack;
	bool pinned = iov_iter_extract_will_pin(iter);
	size_t offset;
	ssize_t ret;

	ret = iov_iter_extract_pages(iter, &pages, len, RILL_PAGES, 0, &offset);
	if (ret <= 0)
		return ret ? ret : -EFAULT;
	if (pinned)
		unpin_user_pages(pages, DIV_ROUND_UP(ret + offset, PAGE_SIZE));
	return ret;
}

static ssize_t rill_pour_bad(struct rill *rill, struct iov_iter *iter, size_t len)
{
	struct page *stack[RILL_PAGES], **pages = stack;
	bool pinned = iov_iter_extract_will_pin(iter);
	size_t offset;
	ssize_t ret;

	ret = iov_iter_extract_pages(iter, &pages, len, RILL_PAGES, 0, &offset);
	if (ret <= 0)
		return ret ? ret : -EFAULT;
	if (!rill->open)
		return -EPIPE;
//		^^^^^^^^^^^^^ leaked-pages: iov_iter_extract_pages
	if (pinned)
		unpin_user_pages(pages, DIV_ROUND_UP(ret + offset, PAGE_SIZE));
	return ret;
}

/* Whole pages of the byte count only: the page that the offset spills into stays pinned. */
static ssize_t rill_drain_bad(struct iov_iter *iter)
{
	struct page *stack[RILL_PAGES], **pages = stack;
	bool pinned = iov_iter_extract_will_pin(iter);
	size_t offset;
	ssize_t ret;

	ret = iov_iter_extract_pages(iter, &pages, RILL_PAGES * PAGE_SIZE, RILL_PAGES, 0, &offset);
	if (ret <= 0)
		return ret ? ret : -EFAULT;
	if (pinned)
		unpin_user_pages(pages, ret / PAGE_SIZE);
	return ret;
//	^^^^^^^^^^ leaked-pages: iov_iter_extract_pages
}

static ssize_t rill_drain_ok(struct iov_iter *iter)
{
	struct page *stack[RILL_PAGES], **pages = stack;
	bool pinned = iov_iter_extract_will_pin(iter);
	size_t offset, nr;
	ssize_t ret;

	ret = iov_iter_extract_pages(iter, &pages, RILL_PAGES * PAGE_SIZE, RILL_PAGES, 0, &offset);
	if (ret <= 0)
		return ret ? ret : -EFAULT;
	nr = (offset + ret + PAGE_SIZE - 1) >> PAGE_SHIFT;
	if (pinned)
		unpin_user_pages(pages, nr);
	return ret;
}

/* Nothing is ever let go, whatever backs the iterator. */
static ssize_t rill_measure_bad(struct iov_iter *iter)
{
	struct page *stack[RILL_PAGES], **pages = stack;
	size_t offset;

	return iov_iter_extract_pages(iter, &pages, PAGE_SIZE, RILL_PAGES, 0, &offset);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ leaked-pages: iov_iter_extract_pages
}

/* Kernel-backed by test: nothing was pinned. */
static ssize_t rill_measure_ok(struct iov_iter *iter)
{
	struct page *stack[RILL_PAGES], **pages = stack;
	size_t offset;

	if (iov_iter_extract_will_pin(iter))
		return -EINVAL;
	return iov_iter_extract_pages(iter, &pages, PAGE_SIZE, RILL_PAGES, 0, &offset);
}

/* The callee allocates the array. */
static ssize_t rill_store_ok(struct rill *rill, struct iov_iter *iter, size_t len)
{
	struct page **pages = NULL;
	size_t offset;
	ssize_t ret;

	rill->pinned = iov_iter_extract_will_pin(iter);
	ret = iov_iter_extract_pages(iter, &pages, len, INT_MAX, 0, &offset);
	if (ret <= 0) {
		kvfree(pages);
		return ret ? ret : -EFAULT;
	}
	rill->pages = pages;
	rill->nr = DIV_ROUND_UP(ret + offset, PAGE_SIZE);
	return ret;
}

static ssize_t rill_store_bad(struct rill *rill, struct iov_iter *iter, size_t len)
{
	struct page **pages = NULL;
	size_t offset;
	ssize_t ret;

	rill->pinned = iov_iter_extract_will_pin(iter);
	ret = iov_iter_extract_pages(iter, &pages, len, INT_MAX, 0, &offset);
	if (ret <= 0 || offset) {
		kvfree(pages);
//		^^^^^^^^^^^^^ leaked-pages: iov_iter_extract_pages
		return ret < 0 ? ret : -EINVAL;
	}
	rill->pages = pages;
	rill->nr = DIV_ROUND_UP(ret + offset, PAGE_SIZE);
	return ret;
}

/* The bytes begin somewhere in the first page, and the last page is forgotten. */
static ssize_t rill_floor_bad(struct iov_iter *iter, size_t len)
{
	struct page **pages = NULL;
	size_t offset;
	ssize_t ret;

	if (!iov_iter_extract_will_pin(iter))
		return -EINVAL;
	ret = iov_iter_extract_pages(iter, &pages, len, INT_MAX, 0, &offset);
	if (ret <= 0) {
		kvfree(pages);
		return ret ? ret : -EFAULT;
	}
	unpin_user_pages(pages, ret / PAGE_SIZE);
	kvfree(pages);
//	^^^^^^^^^^^^^ leaked-pages: iov_iter_extract_pages
	return ret;
}

/* Rounded up, but still without the offset. */
static ssize_t rill_ceiling_bad(struct iov_iter *iter, size_t len)
{
	struct page **pages = NULL;
	size_t offset;
	ssize_t ret;

	if (!iov_iter_extract_will_pin(iter))
		return -EINVAL;
	ret = iov_iter_extract_pages(iter, &pages, len, INT_MAX, 0, &offset);
	if (ret <= 0) {
		kvfree(pages);
		return ret ? ret : -EFAULT;
	}
	unpin_user_pages(pages, DIV_ROUND_UP(ret, PAGE_SIZE));
	kvfree(pages);
//	^^^^^^^^^^^^^ leaked-pages: iov_iter_extract_pages
	return ret;
}

/* The older call references every page, whatever backs the iterator. */
static ssize_t rill_sip_bad(struct rill *rill, struct iov_iter *iter)
{
	struct page *pages[RILL_PAGES];
	size_t offset;
	ssize_t ret;
	int i, nr;

	ret = iov_iter_get_pages2(iter, pages, PAGE_SIZE, RILL_PAGES, &offset);
//	      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ obsolete-page-api: iov_iter_get_pages2
	if (ret <= 0)
		return ret;
	if (!rill->open)
		return -EPIPE;
//		^^^^^^^^^^^^^^ leaked-pages: iov_iter_get_pages2
	nr = DIV_ROUND_UP(ret + offset, PAGE_SIZE);
	for (i = 0; i < nr; i++)
		put_page(pages[i]);
	return ret;
}

/* Fewer bytes than asked for: how many pages that is short, the comparison does not say. */
static ssize_t rill_barrel_bad(struct iov_iter *iter, size_t len)
{
	struct page *stack[RILL_PAGES], **pages = stack;
	bool pinned = iov_iter_extract_will_pin(iter);
	size_t offset;
	ssize_t ret;

	ret = iov_iter_extract_pages(iter, &pages, len, RILL_PAGES, 0, &offset);
	if (ret < 0)
		return ret;
	if (ret < (ssize_t)len)
		return -EFAULT;
//		^^^^^^^^^^^^^^ leaked-pages: iov_iter_extract_pages
	if (pinned)
		unpin_user_pages(pages, DIV_ROUND_UP(offset + ret, PAGE_SIZE));
	return 0;
}

static ssize_t rill_barrel_ok(struct iov_iter *iter, size_t len)
{
	struct page *stack[RILL_PAGES], **pages = stack;
	bool pinned = iov_iter_extract_will_pin(iter);
	size_t offset;
	ssize_t ret;

	ret = iov_iter_extract_pages(iter, &pages, len, RILL_PAGES, 0, &offset);
	if (ret < 0)
		return ret;
	if (pinned && ret > 0)
		unpin_user_pages(pages, DIV_ROUND_UP(offset + ret, PAGE_SIZE));
	return ret < (ssize_t)len ? -EFAULT : 0;
}
