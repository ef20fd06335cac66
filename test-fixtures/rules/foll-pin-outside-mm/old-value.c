// SPDX-License-Identifier: MIT
/*
 * The same literals in 6.1, where the flags had other values: 0x40000 is FOLL_PIN, 0x80000 is FOLL_FAST_ONLY.
 *
 * pinscope-kernel: 6.1
 */
#include <linux/mm.h>

static int lens_old_literal_bad(unsigned long start, int nr, struct page **pages)
{
	return pin_user_pages_fast(start, nr, 0x40001, pages);
//					      ^^^^^^^ foll-pin-outside-mm: FOLL_PIN
}

static int lens_old_literal_ok(unsigned long start, int nr, struct page **pages)
{
	return pin_user_pages_fast(start, nr, 0x10001, pages);
}
