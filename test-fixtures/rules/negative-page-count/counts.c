// SPDX-License-Identifier: MIT
/*
 * An invented gauge: an errno where a count belongs, by argument, by comparison, by conversion.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uio.h>

#define GAUGE_SLOTS 8

struct gauge {
	struct page *slots[GAUGE_SLOTS];
	unsigned int nr;
};

/* The release takes an unsigned long: -EFAULT pages. */
static int gauge_read_bad(unsigned long start)
{
	struct page *slots[GAUGE_SLOTS];
	int got;

	got = pin_user_pages_fast(start, GAUGE_SLOTS, 0, slots);
	unpin_user_pages(slots, got);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^^ negative-page-count: got
	return got == GAUGE_SLOTS ? 0 : -EFAULT;
}

static int gauge_read_ok(unsigned long start)
{
	struct page *slots[GAUGE_SLOTS];
	int got;

	got = pin_user_pages_fast(start, GAUGE_SLOTS, 0, slots);
	if (got > 0)
		unpin_user_pages(slots, got);
	return got == GAUGE_SLOTS ? 0 : -EFAULT;
}

/* int against unsigned int: the errno turns into a huge count and passes for success. */
static int gauge_scale_bad(unsigned long start, unsigned int nr)
{
	struct page *slots[GAUGE_SLOTS];
	int got;

	if (!nr || nr > GAUGE_SLOTS)
		return -EINVAL;
	got = pin_user_pages_fast(start, nr, 0, slots);
	if (got < nr) {
//	    ^^^^^^^^ negative-page-count: got
		unpin_user_pages(slots, got);
		return -EFAULT;
	}
	unpin_user_pages(slots, nr);
	return 0;
}

static int gauge_scale_ok(unsigned long start, unsigned int nr)
{
	struct page *slots[GAUGE_SLOTS];
	int got;

	if (!nr || nr > GAUGE_SLOTS)
		return -EINVAL;
	got = pin_user_pages_fast(start, nr, 0, slots);
	if (got < 0)
		return got;
	if (got < nr) {
		unpin_user_pages(slots, got);
		return -EFAULT;
	}
	unpin_user_pages(slots, nr);
	return 0;
}

/* `long` against `unsigned int` is compared as long: no conversion of sign. */
static long gauge_wide_ok(unsigned long start, unsigned int nr)
{
	struct page *slots[GAUGE_SLOTS];
	long got;

	if (!nr || nr > GAUGE_SLOTS)
		return -EINVAL;
	got = pin_user_pages_unlocked(start, nr, slots, 0);
	if (got < nr) {
		if (got > 0)
			unpin_user_pages(slots, got);
		return -EFAULT;
	}
	unpin_user_pages(slots, nr);
	return 0;
}

/* Equality is not changed by the conversion. */
static int gauge_equal_ok(unsigned long start, unsigned int nr)
{
	struct page *slots[GAUGE_SLOTS];
	int got;

	if (!nr || nr > GAUGE_SLOTS)
		return -EINVAL;
	got = pin_user_pages_fast(start, nr, 0, slots);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(slots, got);
		return -EFAULT;
	}
	unpin_user_pages(slots, nr);
	return 0;
}

/* Against a signed macro constant the comparison stays signed. */
static int gauge_signed_ok(unsigned long start)
{
	struct page *slots[GAUGE_SLOTS];
	int got;

	got = pin_user_pages_fast(start, GAUGE_SLOTS, 0, slots);
	if (got < GAUGE_SLOTS) {
		while (--got >= 0)
			unpin_user_page(slots[got]);
		return -EFAULT;
	}
	unpin_user_pages(slots, GAUGE_SLOTS);
	return 0;
}

/* The errno is kept in an unsigned field, and the field is walked. */
static int gauge_keep_bad(struct gauge *gauge, unsigned long start)
{
	unsigned int i;

	gauge->nr = get_user_pages_fast(start, GAUGE_SLOTS, FOLL_WRITE, gauge->slots);
	for (i = 0; i < gauge->nr; i++)
		put_page(gauge->slots[i]);
//		^^^^^^^^^^^^^^^^^^^^^^^^^ negative-page-count: get_user_pages_fast
	return 0;
}

static int gauge_keep_ok(struct gauge *gauge, unsigned long start)
{
	unsigned int i;
	int got;

	got = get_user_pages_fast(start, GAUGE_SLOTS, FOLL_WRITE, gauge->slots);
	gauge->nr = got > 0 ? got : 0;
	for (i = 0; i < gauge->nr; i++)
		put_page(gauge->slots[i]);
	return 0;
}

/* An unsigned variable is never below zero: the test is always false. */
static int gauge_unsigned_bad(unsigned long start)
{
	struct page *slots[GAUGE_SLOTS];
	unsigned int got;

	got = pin_user_pages_fast(start, GAUGE_SLOTS, 0, slots);
	if (got < 0)
		return -EFAULT;
	unpin_user_pages(slots, got);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^^ negative-page-count: got
	return 0;
}

static int gauge_unsigned_ok(unsigned long start)
{
	struct page *slots[GAUGE_SLOTS];
	int got;

	got = pin_user_pages_fast(start, GAUGE_SLOTS, 0, slots);
	if (got < 0)
		return -EFAULT;
	unpin_user_pages(slots, got);
	return 0;
}

/* The label does not ask whether there is anything to release. */
static int gauge_label_bad(unsigned long start)
{
	struct page *slots[GAUGE_SLOTS];
	int got, ret = 0;

	got = pin_user_pages_fast(start, GAUGE_SLOTS, FOLL_WRITE, slots);
	if (got != GAUGE_SLOTS) {
		ret = -EFAULT;
		goto out;
	}
	touch_nmi_watchdog();
out:
	unpin_user_pages_dirty_lock(slots, got, !ret);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ negative-page-count: got
	return ret;
}

static int gauge_label_ok(unsigned long start)
{
	struct page *slots[GAUGE_SLOTS];
	int got, ret = 0;

	got = pin_user_pages_fast(start, GAUGE_SLOTS, FOLL_WRITE, slots);
	if (got != GAUGE_SLOTS) {
		ret = -EFAULT;
		if (got < 0)
			got = 0;
		goto out;
	}
	touch_nmi_watchdog();
out:
	unpin_user_pages_dirty_lock(slots, got, !ret);
	return ret;
}

/* Zero is no success where zero can happen: without a fault nothing may be mapped. */
static int gauge_glance_bad(unsigned long start, unsigned long *flags)
{
	struct page *slot;
	int got;

	got = get_user_pages_fast_only(start, 1, 0, &slot);
	if (got < 0)
		return got;
	*flags = slot->flags;
	put_page(slot);
//	^^^^^^^^^^^^^^ negative-page-count: get_user_pages_fast_only
	return 0;
}

static int gauge_glance_ok(unsigned long start, unsigned long *flags)
{
	struct page *slot;

	if (get_user_pages_fast_only(start, 1, 0, &slot) != 1)
		return -EAGAIN;
	*flags = slot->flags;
	put_page(slot);
	return 0;
}

/* A call that faults in and asks for one page answers 1 or an errno. */
static int gauge_stare_ok(unsigned long start, unsigned long *flags)
{
	struct page *slot;
	int got;

	got = get_user_pages_fast(start, 1, 0, &slot);
	if (got < 0)
		return got;
	*flags = slot->flags;
	put_page(slot);
	return 0;
}

struct gauge_flow {
	struct iov_iter iter;
};

/* An extractor may return no bytes, and then has filled no slot. */
static ssize_t gauge_tap_bad(struct iov_iter *iter)
{
	struct page *stack[GAUGE_SLOTS], **slots = stack;
	bool pinned = iov_iter_extract_will_pin(iter);
	size_t offset;
	ssize_t ret;

	ret = iov_iter_extract_pages(iter, &slots, PAGE_SIZE, 1, 0, &offset);
	if (ret < 0)
		return ret;
	if (pinned)
		unpin_user_page(slots[0]);
//		^^^^^^^^^^^^^^^^^^^^^^^^^ negative-page-count: iov_iter_extract_pages
	return ret;
}

static ssize_t gauge_tap_ok(struct iov_iter *iter)
{
	struct page *stack[GAUGE_SLOTS], **slots = stack;
	bool pinned = iov_iter_extract_will_pin(iter);
	size_t offset;
	ssize_t ret;

	ret = iov_iter_extract_pages(iter, &slots, PAGE_SIZE, 1, 0, &offset);
	if (ret <= 0)
		return ret;
	if (pinned)
		unpin_user_page(slots[0]);
	return ret;
}

/* What is in an iterator that a record carries, the record's owner knows. */
static ssize_t gauge_carried(struct gauge_flow *flow)
{
	struct page *stack[GAUGE_SLOTS], **slots = stack;
	bool pinned = iov_iter_extract_will_pin(&flow->iter);
	size_t offset;
	ssize_t ret;

	ret = iov_iter_extract_pages(&flow->iter, &slots, PAGE_SIZE, 1, 0, &offset);
	if (ret < 0)
		return ret;
	if (pinned)
		unpin_user_page(slots[0]);
	return ret;
}

/* Something is in it. */
static ssize_t gauge_asked_ok(struct iov_iter *iter)
{
	struct page *stack[GAUGE_SLOTS], **slots = stack;
	bool pinned = iov_iter_extract_will_pin(iter);
	size_t offset;
	ssize_t ret;

	if (!iov_iter_count(iter))
		return 0;
	ret = iov_iter_extract_pages(iter, &slots, PAGE_SIZE, 1, 0, &offset);
	if (ret < 0)
		return ret;
	if (pinned)
		unpin_user_page(slots[0]);
	return ret;
}

/* The release loop runs on a signed counter: a negative bound ends it at once. */
static int gauge_loop_ok(unsigned long start)
{
	struct page *slots[GAUGE_SLOTS];
	int got, i;

	got = get_user_pages_fast(start, GAUGE_SLOTS, 0, slots);
	for (i = 0; i < got; i++)
		put_page(slots[i]);
	return got < 0 ? got : 0;
}

/* A type from elsewhere: its sign is not known, so nothing is said. */
static int gauge_typedef_ok(unsigned long start, gauge_count_t nr)
{
	struct page *slots[GAUGE_SLOTS];
	int got;

	got = pin_user_pages_fast(start, GAUGE_SLOTS, 0, slots);
	if (got < nr) {
		if (got > 0)
			unpin_user_pages(slots, got);
		return -EFAULT;
	}
	unpin_user_pages(slots, got > 0 ? got : 0);
	return 0;
}
