// SPDX-License-Identifier: MIT
/*
 * The record that should carry the pages cannot be allocated, and neither they nor their array are freed.
 *
 * bug: cifs-read-alloc-leak
 * subject: cifs direct read path, later replaced by netfs
 * tree: v5.14, fs/cifs/file.c, cifs_send_async_read()
 *
 * pinscope-kernel: 5.14
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uio.h>

struct reed_request {
	struct page **pages;
	unsigned int nr_pages;
	size_t bytes;
};

static int reed_read_bad(struct reed_request **out, struct iov_iter *iter, size_t len)
{
	struct reed_request *request;
	struct page **pages;
	size_t offset;
	ssize_t got;
	int ret = 0;

	got = iov_iter_get_pages_alloc(iter, &pages, len, &offset);
	if (got <= 0)
		return got ? got : -EIO;
	request = kzalloc(sizeof(*request), GFP_KERNEL);
	if (!request) {
		ret = -ENOMEM;
		goto out;
	}
	request->pages = pages;
	request->nr_pages = DIV_ROUND_UP(got + offset, PAGE_SIZE);
	request->bytes = got;
	*out = request;
out:
	return ret;
//	^^^^^^^^^^ leaked-pages: iov_iter_get_pages_alloc
}

static int reed_read_ok(struct reed_request **out, struct iov_iter *iter, size_t len)
{
	struct reed_request *request;
	struct page **pages;
	size_t offset;
	ssize_t got;
	int i, nr, ret = 0;

	got = iov_iter_get_pages_alloc(iter, &pages, len, &offset);
	if (got <= 0)
		return got ? got : -EIO;
	nr = DIV_ROUND_UP(got + offset, PAGE_SIZE);
	request = kzalloc(sizeof(*request), GFP_KERNEL);
	if (!request) {
		for (i = 0; i < nr; i++)
			put_page(pages[i]);
		kvfree(pages);
		ret = -ENOMEM;
		goto out;
	}
	request->pages = pages;
	request->nr_pages = nr;
	request->bytes = got;
	*out = request;
out:
	return ret;
}
