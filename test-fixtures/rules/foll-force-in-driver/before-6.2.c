// SPDX-License-Identifier: MIT
/*
 * Before 6.2 a read-only long-term pin needed FOLL_FORCE and FOLL_WRITE to break the copy-on-write.
 *
 * pinscope-kernel: 6.1
 * pinscope-path: drivers/misc/crowbar.c
 */
#include <linux/mm.h>

static int crowbar_old_ok(unsigned long start, int nr, struct page **pages)
{
	return pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_FORCE | FOLL_LONGTERM, pages);
}
