// SPDX-License-Identifier: MIT
/*
 * Still there, with a successor: the extraction calls say at once whether pages are pinned.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/mm.h>
#include <linux/uio.h>

static ssize_t wick_soak_bad(struct iov_iter *iter)
{
	struct page *pages[4];
	size_t offset;
	ssize_t ret;
	int i;

	ret = iov_iter_get_pages2(iter, pages, PAGE_SIZE, 4, &offset);
//	      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ obsolete-page-api: iov_iter_extract_pages
	for (i = 0; ret > 0 && i < DIV_ROUND_UP(offset + ret, PAGE_SIZE); i++)
		put_page(pages[i]);
	return ret;
}

static ssize_t wick_soak_ok(struct iov_iter *iter)
{
	struct page *stack[4], **pages = stack;
	bool pinned = iov_iter_extract_will_pin(iter);
	size_t offset;
	ssize_t ret;

	ret = iov_iter_extract_pages(iter, &pages, PAGE_SIZE, 4, 0, &offset);
	if (ret > 0 && pinned)
		unpin_user_pages(pages, DIV_ROUND_UP(offset + ret, PAGE_SIZE));
	return ret;
}
