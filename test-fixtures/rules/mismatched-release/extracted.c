// SPDX-License-Identifier: MIT
/*
 * An invented sluice: pages of iterators, let go by the wrong call.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/uio.h>

static ssize_t sluice_open_bad(struct iov_iter *iter)
{
	struct page *stack[4], **pages = stack;
	bool pinned = iov_iter_extract_will_pin(iter);
	size_t offset;
	ssize_t ret;
	int i, nr;

	ret = iov_iter_extract_pages(iter, &pages, PAGE_SIZE, 4, 0, &offset);
	if (ret <= 0)
		return ret;
	nr = DIV_ROUND_UP(offset + ret, PAGE_SIZE);
	for (i = 0; i < nr; i++)
		if (pinned)
			put_page(pages[i]);
//			^^^^^^^^^^^^^^^^^^ mismatched-release: put_page
	return ret;
}

static ssize_t sluice_open_ok(struct iov_iter *iter)
{
	struct page *stack[4], **pages = stack;
	bool pinned = iov_iter_extract_will_pin(iter);
	size_t offset;
	ssize_t ret;
	int i, nr;

	ret = iov_iter_extract_pages(iter, &pages, PAGE_SIZE, 4, 0, &offset);
	if (ret <= 0)
		return ret;
	nr = DIV_ROUND_UP(offset + ret, PAGE_SIZE);
	for (i = 0; i < nr; i++)
		if (pinned)
			unpin_user_page(pages[i]);
	return ret;
}

static ssize_t sluice_close_bad(struct iov_iter *iter)
{
	struct page *pages[4];
	size_t offset;
	ssize_t ret;

	ret = iov_iter_get_pages2(iter, pages, PAGE_SIZE, 4, &offset);
//	      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ obsolete-page-api: iov_iter_get_pages2
	if (ret <= 0)
		return ret;
	unpin_user_pages(pages, DIV_ROUND_UP(offset + ret, PAGE_SIZE));
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ mismatched-release: unpin_user_pages
	return ret;
}

static ssize_t sluice_close_ok(struct iov_iter *iter)
{
	struct page *pages[4];
	size_t offset;
	ssize_t ret;

	ret = iov_iter_get_pages2(iter, pages, PAGE_SIZE, 4, &offset);
//	      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ obsolete-page-api: iov_iter_get_pages2
	if (ret <= 0)
		return ret;
	release_pages(pages, DIV_ROUND_UP(offset + ret, PAGE_SIZE));
	return ret;
}
