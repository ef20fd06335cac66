// SPDX-License-Identifier: MIT
/*
 * A short positive result is taken for the whole; here the release believes it, too.
 *
 * bug: privcmd-short-pin
 * subject: xen/privcmd: fix error exit of privcmd_ioctl_dm_op()
 * tree: v5.17, drivers/xen/privcmd.c, lock_pages()
 * note: the function of that tree counts what it got, so its harm is the use of buffers that are not pinned
 * note: (planned rule unchecked-pin-result); the release by the requested count makes the same mistake visible in counts
 *
 * pinscope-kernel: 5.17
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define FERRY_MAX 16

int ferry_call(unsigned long handle);

static int ferry_cross_bad(unsigned long start, unsigned int nr, unsigned long handle)
{
	struct page *pages[FERRY_MAX];
	int got, ret;

	if (!nr || nr > FERRY_MAX)
		return -EINVAL;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
	if (got < 0)
		return got;
	ret = ferry_call(handle);
	unpin_user_pages(pages, nr);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^ over-release: unpin_user_pages
	return ret;
}

static int ferry_cross_ok(unsigned long start, unsigned int nr, unsigned long handle)
{
	struct page *pages[FERRY_MAX];
	int got, ret;

	if (!nr || nr > FERRY_MAX)
		return -EINVAL;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
	if (got < 0)
		return got;
	if (got < nr) {
		unpin_user_pages(pages, got);
		return -EFAULT;
	}
	ret = ferry_call(handle);
	unpin_user_pages(pages, nr);
	return ret;
}
