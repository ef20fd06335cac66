// SPDX-License-Identifier: MIT
/*
 * An invented crowbar: FOLL_FORCE without a debugger.
 *
 * pinscope-kernel: 6.12
 * pinscope-path: drivers/misc/crowbar.c
 */
#include <linux/mm.h>

static int crowbar_open_bad(unsigned long start, int nr, struct page **pages)
{
	return pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_FORCE | FOLL_LONGTERM, pages);
//					      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ foll-force-in-driver: FOLL_FORCE
}

static int crowbar_open_ok(unsigned long start, int nr, struct page **pages)
{
	return pin_user_pages_fast(start, nr, FOLL_LONGTERM, pages);
}

static int crowbar_read_bad(unsigned long start, int nr, struct page **pages, bool from_device)
{
	unsigned int flags = FOLL_FORCE;

	if (from_device)
		flags |= FOLL_WRITE;
	return pin_user_pages_unlocked(start, nr, pages, flags);
//							 ^^^^^ foll-force-in-driver: FOLL_FORCE
}

static int crowbar_read_ok(unsigned long start, int nr, struct page **pages, bool from_device)
{
	unsigned int flags = 0;

	if (from_device)
		flags |= FOLL_WRITE;
	return pin_user_pages_unlocked(start, nr, pages, flags);
}

/* Reads another process as a debugger does. */
static int crowbar_poke_ok(struct task_struct *task, unsigned long addr, void *buf, int len)
{
	return access_process_vm(task, addr, buf, len, FOLL_FORCE | FOLL_WRITE);
}
