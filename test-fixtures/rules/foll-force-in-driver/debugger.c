// SPDX-License-Identifier: MIT
/*
 * An invented tracer: what FOLL_FORCE is for.
 *
 * pinscope-kernel: 6.12
 * pinscope-path: kernel/tracer.c
 */
#include <linux/mm.h>

static long tracer_write_ok(struct mm_struct *mm, unsigned long addr, struct page **page)
{
	long ret;

	mmap_read_lock(mm);
	ret = get_user_pages_remote(mm, addr, 1, FOLL_FORCE | FOLL_WRITE, page, NULL);
	mmap_read_unlock(mm);
	return ret;
}
