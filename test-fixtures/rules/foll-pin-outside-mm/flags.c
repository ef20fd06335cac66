// SPDX-License-Identifier: MIT
/*
 * An invented lens: flags that belong to mm/ alone, by name, macro, variable, literal and function.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/mm.h>

#define LENS_FLAGS (FOLL_WRITE | FOLL_PIN)
#define LENS_PLAIN (FOLL_WRITE | FOLL_LONGTERM)

static int lens_name_bad(unsigned long start, int nr, struct page **pages)
{
	return pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_PIN, pages);
//					      ^^^^^^^^^^^^^^^^^^^^^ foll-pin-outside-mm: FOLL_PIN
}

static int lens_name_ok(unsigned long start, int nr, struct page **pages)
{
	return pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
}

static int lens_macro_bad(unsigned long start, int nr, struct page **pages)
{
	return pin_user_pages_fast(start, nr, LENS_FLAGS, pages);
//					      ^^^^^^^^^^ foll-pin-outside-mm: FOLL_PIN
}

static int lens_macro_ok(unsigned long start, int nr, struct page **pages)
{
	return pin_user_pages_fast(start, nr, LENS_PLAIN, pages);
}

static int lens_variable_bad(unsigned long start, int nr, struct page **pages, bool write)
{
	unsigned int flags = FOLL_PIN;

	if (write)
		flags |= FOLL_WRITE;
	return pin_user_pages_fast(start, nr, flags, pages);
//					      ^^^^^ foll-pin-outside-mm: FOLL_PIN
}

static int lens_variable_ok(unsigned long start, int nr, struct page **pages, bool write)
{
	unsigned int flags = FOLL_LONGTERM;

	if (write)
		flags |= FOLL_WRITE;
	return pin_user_pages_fast(start, nr, flags, pages);
}

/* The value that FOLL_PIN has in this kernel. */
static int lens_literal_bad(unsigned long start, int nr, struct page **pages)
{
	return pin_user_pages_fast(start, nr, 0x80001, pages);
//					      ^^^^^^^ foll-pin-outside-mm: FOLL_PIN
}

static int lens_literal_ok(unsigned long start, int nr, struct page **pages)
{
	return pin_user_pages_fast(start, nr, 0x1, pages);
}

static unsigned int lens_flags(bool write)
{
	return write ? FOLL_PIN | FOLL_WRITE : FOLL_PIN;
}

static unsigned int lens_plain_flags(bool write)
{
	return write ? FOLL_LONGTERM | FOLL_WRITE : FOLL_LONGTERM;
}

static int lens_function_bad(unsigned long start, int nr, struct page **pages, bool write)
{
	return pin_user_pages_fast(start, nr, lens_flags(write), pages);
//					      ^^^^^^^^^^^^^^^^^ foll-pin-outside-mm: FOLL_PIN
}

static int lens_function_ok(unsigned long start, int nr, struct page **pages, bool write)
{
	return pin_user_pages_fast(start, nr, lens_plain_flags(write), pages);
}

/* Cleared again before the call. */
static int lens_cleared_ok(unsigned long start, int nr, struct page **pages, unsigned int flags)
{
	flags &= ~FOLL_PIN;
	return pin_user_pages_fast(start, nr, flags, pages);
}

/* A mask of one's own that only shares the value. */
static bool lens_other_ok(unsigned int events)
{
	return events & 0x80000;
}

/* Another flag of mm/ in this kernel, with the argument on a line of its own. */
static long lens_remote_bad(struct mm_struct *mm, unsigned long start, struct page **pages)
{
	long ret;

	mmap_read_lock(mm);
	ret = get_user_pages_remote(mm, start, 1,
				    FOLL_WRITE | FOLL_REMOTE,
//				    ^^^^^^^^^^^^^^^^^^^^^^^^ foll-pin-outside-mm: FOLL_REMOTE
				    pages, NULL);
	mmap_read_unlock(mm);
	return ret;
}

static long lens_remote_ok(struct mm_struct *mm, unsigned long start, struct page **pages)
{
	long ret;

	mmap_read_lock(mm);
	ret = get_user_pages_remote(mm, start, 1, FOLL_WRITE, pages, NULL);
	mmap_read_unlock(mm);
	return ret;
}
