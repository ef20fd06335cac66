// SPDX-License-Identifier: MIT
/*
 * In 5.6 the pin calls only wrapped the references: mixing was forbidden but harmless, so it is not claimed there.
 *
 * pinscope-kernel: 5.6
 */
#include <linux/errno.h>
#include <linux/mm.h>

static int era_put_ok(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	put_page(page);
	return 0;
}
