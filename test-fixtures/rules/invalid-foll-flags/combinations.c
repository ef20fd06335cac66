// SPDX-License-Identifier: MIT
/*
 * An invented prism: flags that the kernel rejects, or that say the opposite of the call.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/mm.h>

/* pin_* takes a pin; FOLL_GET asks for a reference. */
static int prism_get_bad(unsigned long start, int nr, struct page **pages)
{
	return pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_GET, pages);
//					      ^^^^^^^^^^^^^^^^^^^^^ invalid-foll-flags: FOLL_GET
}

static int prism_get_ok(unsigned long start, int nr, struct page **pages)
{
	return get_user_pages_fast(start, nr, FOLL_WRITE | FOLL_GET, pages);
}

/* A long-term reference does not exist. */
static int prism_longterm_bad(unsigned long start, int nr, struct page **pages)
{
	return get_user_pages_fast(start, nr, FOLL_LONGTERM, pages);
//					      ^^^^^^^^^^^^^ invalid-foll-flags: FOLL_LONGTERM
}

static int prism_longterm_ok(unsigned long start, int nr, struct page **pages)
{
	return pin_user_pages_fast(start, nr, FOLL_LONGTERM, pages);
}

static long prism_slow_longterm_bad(struct mm_struct *mm, unsigned long start, struct page **pages)
{
	unsigned int flags = FOLL_WRITE;
	long ret;

	flags |= FOLL_LONGTERM;
	mmap_read_lock(mm);
	ret = get_user_pages(start, 4, flags, pages);
//				       ^^^^^ invalid-foll-flags: FOLL_LONGTERM
	mmap_read_unlock(mm);
	return ret;
}

static long prism_slow_longterm_ok(struct mm_struct *mm, unsigned long start, struct page **pages)
{
	unsigned int flags = FOLL_WRITE;
	long ret;

	flags |= FOLL_LONGTERM;
	mmap_read_lock(mm);
	ret = pin_user_pages(start, 4, flags, pages);
	mmap_read_unlock(mm);
	return ret;
}

/* The fast forms accept only some flags. */
static int prism_nowait_bad(unsigned long start, int nr, struct page **pages)
{
	return pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_NOWAIT, pages);
//					      ^^^^^^^^^^^^^^^^^^^^^^^^ invalid-foll-flags: FOLL_NOWAIT
}

static int prism_nofault_ok(unsigned long start, int nr, struct page **pages)
{
	return pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_NOFAULT, pages);
}

/* Pages of a peer device cannot be held for long. */
static int prism_peer_bad(unsigned long start, int nr, struct page **pages)
{
	return pin_user_pages_fast(start, nr, FOLL_LONGTERM | FOLL_PCI_P2PDMA, pages);
//					      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ invalid-foll-flags: FOLL_PCI_P2PDMA
}

static int prism_peer_ok(unsigned long start, int nr, struct page **pages)
{
	return pin_user_pages_fast(start, nr, FOLL_PCI_P2PDMA, pages);
}

/* Only one of two ways adds the flag. */
static int prism_choice_ok(unsigned long start, int nr, struct page **pages, bool hold)
{
	if (hold)
		return pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_LONGTERM, pages);
	return get_user_pages_fast(start, nr, FOLL_WRITE, pages);
}

/* Flags that come from elsewhere are not judged. */
static int prism_unknown_ok(unsigned long start, int nr, struct page **pages, unsigned int flags)
{
	return pin_user_pages_fast(start, nr, flags, pages);
}
