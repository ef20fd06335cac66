// SPDX-License-Identifier: MIT
/*
 * An invented stack of crates whose array is declared out of sight: every turn fills a slot of something unknown, and
 * nothing is claimed of it.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/mm.h>

static int crates_stack_ok(unsigned long start, int nr)
{
	int i, ret;

	for (i = 0; i < nr; i++) {
		ret = get_user_pages_fast(start + i * PAGE_SIZE, 1, FOLL_WRITE, &crates_nobody_declares[i]);
		if (ret != 1) {
			ret = ret < 0 ? ret : -EFAULT;
			goto undo;
		}
	}
	return 0;
undo:
	while (--i >= 0)
		put_page(crates_nobody_declares[i]);
	return ret;
}
