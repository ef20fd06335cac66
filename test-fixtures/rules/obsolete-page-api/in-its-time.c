// SPDX-License-Identifier: MIT
/*
 * The same names in 5.4, where they were current.
 *
 * pinscope-kernel: 5.4
 */
#include <linux/mm.h>

static void wick_then_ok(struct page **pages, unsigned long nr)
{
	put_user_pages_dirty_lock(pages, nr, true);
}
