// SPDX-License-Identifier: MIT
/*
 * A short extraction is registered as it is, and the failing exit releases the number asked for.
 *
 * bug: tee-shm-partial
 * subject: tee: fix register_shm_helper()
 * tree: v6.8, drivers/tee/tee_shm.c, register_shm_helper()
 *
 * pinscope-kernel: 6.8
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uio.h>

struct vault_buffer {
	struct page **pages;
	int num_pages;
	size_t size;
};

int vault_register(unsigned long id, size_t size);

static int vault_share_bad(struct iov_iter *iter, unsigned long id, struct vault_buffer *buffer)
{
	int num_pages = iov_iter_npages(iter, INT_MAX);
	struct page **pages = NULL;
	size_t offset;
	ssize_t len;
	int ret;

	if (!iov_iter_extract_will_pin(iter))
		return -EINVAL;
	len = iov_iter_extract_pages(iter, &pages, LONG_MAX, num_pages, 0, &offset);
	if (len <= 0) {
		kvfree(pages);
		return len ? len : -ENOMEM;
	}
	ret = vault_register(id, len);
	if (ret) {
		unpin_user_pages(pages, num_pages);
//		^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ over-release: unpin_user_pages
		kvfree(pages);
		return ret;
	}
	buffer->pages = pages;
	buffer->num_pages = DIV_ROUND_UP(offset + len, PAGE_SIZE);
	buffer->size = len;
	return 0;
}

static int vault_share_ok(struct iov_iter *iter, unsigned long id, struct vault_buffer *buffer)
{
	int num_pages = iov_iter_npages(iter, INT_MAX);
	struct page **pages = NULL;
	size_t offset;
	ssize_t len;
	int ret;

	if (!iov_iter_extract_will_pin(iter))
		return -EINVAL;
	len = iov_iter_extract_pages(iter, &pages, LONG_MAX, num_pages, 0, &offset);
	if (len <= 0) {
		kvfree(pages);
		return len ? len : -ENOMEM;
	}
	num_pages = DIV_ROUND_UP(offset + len, PAGE_SIZE);
	ret = vault_register(id, len);
	if (ret) {
		unpin_user_pages(pages, num_pages);
		kvfree(pages);
		return ret;
	}
	buffer->pages = pages;
	buffer->num_pages = num_pages;
	buffer->size = len;
	return 0;
}
