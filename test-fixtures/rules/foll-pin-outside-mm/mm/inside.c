// SPDX-License-Identifier: MIT
/*
 * An invented file of the memory manager itself: here the flag is at home.
 *
 * pinscope-kernel: 6.12
 * pinscope-path: mm/weave.c
 */
#include <linux/mm.h>

static long weave_pin_ok(unsigned long start, unsigned long nr, unsigned int flags, struct page **pages)
{
	return weave_walk(start, nr, flags | FOLL_PIN | FOLL_TOUCH, pages);
}
