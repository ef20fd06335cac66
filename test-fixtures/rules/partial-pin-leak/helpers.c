// SPDX-License-Identifier: MIT
/*
 * An invented ferry: short counts seen through helpers and fields.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct ferry {
	struct page **deck;
	unsigned int held;
	unsigned int want;
};

/* Only wraps the call: what it returns is what is held. */
static int ferry_board(struct ferry *ferry, unsigned long start)
{
	return pin_user_pages_fast(start, ferry->want, FOLL_WRITE, ferry->deck);
}

static int ferry_sail_bad(struct ferry *ferry, unsigned long start)
{
	int got;

	ferry->deck = kcalloc(ferry->want, sizeof(*ferry->deck), GFP_KERNEL);
	if (!ferry->deck)
		return -ENOMEM;
	got = ferry_board(ferry, start);
	if (got < 0 || got < (int)ferry->want) {
		kfree(ferry->deck);
//		^^^^^^^^^^^^^^^^^^ partial-pin-leak
		ferry->deck = NULL;
		return -EFAULT;
	}
	ferry->held = got;
	return 0;
}

static int ferry_sail_ok(struct ferry *ferry, unsigned long start)
{
	int got;

	ferry->deck = kcalloc(ferry->want, sizeof(*ferry->deck), GFP_KERNEL);
	if (!ferry->deck)
		return -ENOMEM;
	got = ferry_board(ferry, start);
	if (got < 0 || got < (int)ferry->want) {
		while (got > 0)
			unpin_user_page(ferry->deck[--got]);
		kfree(ferry->deck);
		ferry->deck = NULL;
		return -EFAULT;
	}
	ferry->held = got;
	return 0;
}

/* The helper returns an errno for a short count and keeps what it got. */
static int ferry_load(unsigned long start, struct page **deck, int nr)
{
	int got = pin_user_pages_fast(start, nr, FOLL_WRITE, deck);

	if (got < 0)
		return got;
	return got == nr ? 0 : -ENOSPC;
}

static int ferry_cross_bad(unsigned long start)
{
	struct page *deck[4];
	int ret;

	ret = ferry_load(start, deck, 4);
	if (ret)
		return ret;
//		^^^^^^^^^^ partial-pin-leak
	unpin_user_pages(deck, 4);
	return 0;
}

static int ferry_load_whole(unsigned long start, struct page **deck, int nr)
{
	int got = pin_user_pages_fast(start, nr, FOLL_WRITE, deck);

	if (got == nr)
		return 0;
	if (got > 0)
		unpin_user_pages(deck, got);
	return got < 0 ? got : -ENOSPC;
}

static int ferry_cross_ok(unsigned long start)
{
	struct page *deck[4];
	int ret;

	ret = ferry_load_whole(start, deck, 4);
	if (ret)
		return ret;
	unpin_user_pages(deck, 4);
	return 0;
}
