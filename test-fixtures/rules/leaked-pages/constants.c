// SPDX-License-Identifier: MIT
/*
 * An invented cannery: decisions on named constants whose values nobody sees, and on constants with all bits set.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct cannery {
	unsigned long slot;
	unsigned int mode;
	unsigned long flags;
};

/* What all bits set says happens, too. */
static int cannery_seal_bad(struct cannery *cannery, unsigned long start)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	if (cannery->slot == (unsigned long)-1)
		return -ENOSPC;
//		^^^^^^^^^^^^^^^ leaked-pages: get_user_pages_fast
	put_page(page);
	return 0;
}

static int cannery_seal_ok(struct cannery *cannery, unsigned long start)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	if (cannery->slot == ~0UL) {
		put_page(page);
		return -ENOSPC;
	}
	put_page(page);
	return 0;
}

static void cannery_empty(unsigned int mode, struct page **cans, unsigned long nr, unsigned long flags)
{
	unsigned long i;

	switch (mode) {
	case CANNERY_LEND:
		for (i = 0; i < nr; i++)
			put_page(cans[i]);
		break;
	case CANNERY_KEEP:
		unpin_user_pages(cans, nr);
		break;
	case CANNERY_EITHER:
		if (flags & CANNERY_PINS) {
			unpin_user_pages(cans, nr);
		} else {
			for (i = 0; i < nr; i++)
				put_page(cans[i]);
		}
		break;
	}
}

/* Both switches take the case of the same name; no two cases of a switch are equal. */
static int cannery_run_ok(struct cannery *cannery, unsigned long start, unsigned long nr)
{
	struct page **cans;
	unsigned long filled = 0;
	long got = -EINVAL;

	if (nr > ULONG_MAX / PAGE_SIZE)
		return -EINVAL;
	cans = kvcalloc(nr, sizeof(*cans), GFP_KERNEL);
	if (!cans)
		return -ENOMEM;
	while (filled < nr) {
		switch (cannery->mode) {
		case CANNERY_LEND:
			got = get_user_pages_fast(start + filled * PAGE_SIZE, 1, 0, cans + filled);
			break;
		case CANNERY_KEEP:
			got = pin_user_pages_fast(start + filled * PAGE_SIZE, 1, 0, cans + filled);
			break;
		case CANNERY_EITHER:
			if (cannery->flags & CANNERY_PINS)
				got = pin_user_pages_fast(start + filled * PAGE_SIZE, 1, 0, cans + filled);
			else
				got = get_user_pages_fast(start + filled * PAGE_SIZE, 1, 0, cans + filled);
			break;
		default:
			goto out;
		}
		if (got <= 0)
			break;
		filled += got;
	}
	cannery_empty(cannery->mode, cans, filled, cannery->flags);
out:
	kvfree(cans);
	return got < 0 ? got : 0;
}

/* The second switch takes another case. */
static int cannery_swap_bad(struct cannery *cannery, unsigned int other, unsigned long start)
{
	struct page *can;

	switch (cannery->mode) {
	case CANNERY_LEND:
		if (get_user_pages_fast(start, 1, 0, &can) != 1)
			return -EFAULT;
		break;
	default:
		return -EINVAL;
	}
	switch (other) {
	case CANNERY_LEND:
		put_page(can);
		break;
	case CANNERY_KEEP:
		break;
	}
	return 0;
//	^^^^^^^^ leaked-pages: get_user_pages_fast
}
