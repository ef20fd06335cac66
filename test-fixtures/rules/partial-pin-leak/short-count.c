// SPDX-License-Identifier: MIT
/*
 * An invented loading dock: the call came back with fewer pages than asked for.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define DOCK_GATES 8

struct dock {
	struct page **cargo;
	unsigned long nr;
};

/* `!=` is true for a short count, too. */
static int dock_open_bad(struct dock *dock, unsigned long start, int nr)
{
	struct page **cargo;
	int got;

	cargo = kvmalloc_array(nr, sizeof(*cargo), GFP_KERNEL);
	if (!cargo)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, cargo);
	if (got != nr) {
		kvfree(cargo);
//		^^^^^^^^^^^^^ partial-pin-leak: release `got` pages with unpin_user_page
		return got < 0 ? got : -EFAULT;
	}
	dock->cargo = cargo;
	dock->nr = got;
	return 0;
}

static int dock_open_ok(struct dock *dock, unsigned long start, int nr)
{
	struct page **cargo;
	int got;

	cargo = kvmalloc_array(nr, sizeof(*cargo), GFP_KERNEL);
	if (!cargo)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, cargo);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(cargo, got);
		kvfree(cargo);
		return got < 0 ? got : -EFAULT;
	}
	dock->cargo = cargo;
	dock->nr = got;
	return 0;
}

/* The errno is handled, the short count is only complained about. */
static int dock_weigh_bad(unsigned long start)
{
	struct page *gates[DOCK_GATES];
	int got;

	got = pin_user_pages_fast(start, DOCK_GATES, 0, gates);
	if (got < 0)
		return got;
	if (got < DOCK_GATES) {
		pr_err("dock: only %d gates\n", got);
		return -EFAULT;
//		^^^^^^^^^^^^^^ partial-pin-leak: pin_user_pages_fast
	}
	unpin_user_pages(gates, DOCK_GATES);
	return 0;
}

static int dock_weigh_ok(unsigned long start)
{
	struct page *gates[DOCK_GATES];
	int got;

	got = pin_user_pages_fast(start, DOCK_GATES, 0, gates);
	if (got < 0)
		return got;
	if (got < DOCK_GATES) {
		pr_err("dock: only %d gates\n", got);
		unpin_user_pages(gates, got);
		return -EFAULT;
	}
	unpin_user_pages(gates, DOCK_GATES);
	return 0;
}

/* References, under the lock, in a label shared with the errno. */
static long dock_tally_bad(struct mm_struct *mm, unsigned long start, unsigned long nr)
{
	struct page *gates[DOCK_GATES];
	long got;

	if (!nr || nr > DOCK_GATES)
		return -EINVAL;
	mmap_read_lock(mm);
	got = get_user_pages(start, nr, FOLL_WRITE, gates);
	mmap_read_unlock(mm);
	if (got < 0 || (unsigned long)got != nr)
		goto fail;
	release_pages(gates, got);
	return 0;
fail:
	return got < 0 ? got : -EFAULT;
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ partial-pin-leak: get_user_pages
}

static long dock_tally_ok(struct mm_struct *mm, unsigned long start, unsigned long nr)
{
	struct page *gates[DOCK_GATES];
	long got;

	if (!nr || nr > DOCK_GATES)
		return -EINVAL;
	mmap_read_lock(mm);
	got = get_user_pages(start, nr, FOLL_WRITE, gates);
	mmap_read_unlock(mm);
	if (got < 0 || (unsigned long)got != nr)
		goto fail;
	release_pages(gates, got);
	return 0;
fail:
	if (got > 0)
		release_pages(gates, got);
	return got < 0 ? got : -EFAULT;
}

/* The count is overwritten by the errno before the label reads it. */
static int dock_clear_bad(unsigned long start)
{
	struct page *gates[DOCK_GATES];
	int ret;

	ret = pin_user_pages_fast(start, DOCK_GATES, FOLL_WRITE, gates);
	if (ret != DOCK_GATES) {
		if (ret >= 0)
			ret = -EFAULT;
		goto out;
	}
	unpin_user_pages_dirty_lock(gates, DOCK_GATES, true);
	return 0;
out:
	if (ret > 0)
		unpin_user_pages(gates, ret);
	return ret;
//	^^^^^^^^^^ partial-pin-leak: pin_user_pages_fast
}

static int dock_clear_ok(unsigned long start)
{
	struct page *gates[DOCK_GATES];
	int got, ret = 0;

	got = pin_user_pages_fast(start, DOCK_GATES, FOLL_WRITE, gates);
	if (got != DOCK_GATES) {
		ret = got < 0 ? got : -EFAULT;
		goto out;
	}
out:
	if (got > 0)
		unpin_user_pages_dirty_lock(gates, got, !ret);
	return ret;
}

/* Chunk by chunk; the failure of a later one forgets the earlier ones, which is more than a short count of one call. */
static int dock_stow_bad(unsigned long start, long nr)
{
	struct page **cargo;
	long got = 0, ret = 0;

	cargo = kvcalloc(nr, sizeof(*cargo), GFP_KERNEL);
	if (!cargo)
		return -ENOMEM;
	while (got < nr) {
		ret = pin_user_pages_fast(start + got * PAGE_SIZE, nr - got, FOLL_WRITE, cargo + got);
		if (ret <= 0)
			goto fail;
		got += ret;
	}
	unpin_user_pages(cargo, got);
	kvfree(cargo);
	return 0;
fail:
	kvfree(cargo);
//	^^^^^^^^^^^^^ leaked-pages: pin_user_pages_fast
	return ret ? ret : -EFAULT;
}

static int dock_stow_ok(unsigned long start, long nr)
{
	struct page **cargo;
	long got = 0, ret = 0;

	cargo = kvcalloc(nr, sizeof(*cargo), GFP_KERNEL);
	if (!cargo)
		return -ENOMEM;
	while (got < nr) {
		ret = pin_user_pages_fast(start + got * PAGE_SIZE, nr - got, FOLL_WRITE, cargo + got);
		if (ret <= 0)
			goto fail;
		got += ret;
	}
	ret = 0;
fail:
	if (got > 0)
		unpin_user_pages(cargo, got);
	kvfree(cargo);
	return ret;
}

/* The short count is released page by page, and the last one is missed. */
static int dock_sweep_bad(unsigned long start)
{
	struct page *gates[DOCK_GATES];
	int got, i;

	got = pin_user_pages_fast(start, DOCK_GATES, 0, gates);
	if (got <= 0)
		return got;
	if (got != DOCK_GATES) {
		for (i = 0; i < got - 1; i++)
			unpin_user_page(gates[i]);
		return -EFAULT;
//		^^^^^^^^^^^^^^ partial-pin-leak: pin_user_pages_fast
	}
	unpin_user_pages(gates, DOCK_GATES);
	return 0;
}

static int dock_sweep_ok(unsigned long start)
{
	struct page *gates[DOCK_GATES];
	int got, i;

	got = pin_user_pages_fast(start, DOCK_GATES, 0, gates);
	if (got <= 0)
		return got;
	if (got != DOCK_GATES) {
		for (i = got - 1; i >= 0; i--)
			unpin_user_page(gates[i]);
		return -EFAULT;
	}
	unpin_user_pages(gates, DOCK_GATES);
	return 0;
}

/* A short count is kept and told to the caller: nothing is lost. */
static long dock_partial_ok(unsigned long start, unsigned long nr, struct page **out)
{
	long got = pin_user_pages_fast(start, nr, FOLL_WRITE, out);

	return got > 0 ? got : -EFAULT;
}

/* Fewer is fine here. */
static int dock_sample_ok(unsigned long start)
{
	struct page *gates[DOCK_GATES];
	int got, i, dirty = 0;

	got = get_user_pages_fast_only(start, DOCK_GATES, 0, gates);
	for (i = 0; i < got; i++) {
		dirty += PageDirty(gates[i]) ? 1 : 0;
		put_page(gates[i]);
	}
	return dirty;
}

/* One page asked for: a short count cannot be positive. */
static int dock_single_ok(unsigned long start)
{
	struct page *gate;
	int got;

	got = pin_user_pages_fast(start, 1, 0, &gate);
	if (got < 1)
		return got < 0 ? got : -EFAULT;
	unpin_user_page(gate);
	return 0;
}
