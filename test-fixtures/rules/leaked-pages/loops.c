// SPDX-License-Identifier: MIT
/*
 * An invented kiln: pages taken one per turn or by chunks, and the loops that let them go.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#define KILN_BATCH 16

struct kiln {
	struct page **bricks;
	unsigned int nr_bricks;
	int state;
};

int kiln_heat(struct kiln *kiln);

/* Chunks of what is left; the failure label lets go what came before. */
static int kiln_fill_ok(unsigned long start, long nr, struct page **out)
{
	long got = 0, ret;

	while (got < nr) {
		ret = pin_user_pages_fast(start + got * PAGE_SIZE, nr - got, FOLL_WRITE, out + got);
		if (ret <= 0) {
			if (!ret)
				ret = -EFAULT;
			goto fail;
		}
		got += ret;
	}
	return 0;
fail:
	unpin_user_pages(out, got);
	return ret;
}

/* The counter is cleared while it still counts. */
static int kiln_refill_bad(struct kiln *kiln, unsigned long start, long nr)
{
	struct page **bricks;
	long got = 0, ret = 0;

	bricks = kvcalloc(nr, sizeof(*bricks), GFP_KERNEL);
	if (!bricks)
		return -ENOMEM;

	while (got < nr) {
		ret = pin_user_pages_fast(start + got * PAGE_SIZE, nr - got, FOLL_WRITE, bricks + got);
		if (ret <= 0)
			goto out;
		got += ret;
	}
	ret = 0;
	if (kiln->state) {
		ret = -EBUSY;
		got = 0;
	}
out:
	if (got > 0)
		unpin_user_pages(bricks, got);
	kvfree(bricks);
//	^^^^^^^^^^^^^^ leaked-pages: pin_user_pages_fast
	return ret;
}

static int kiln_refill_ok(struct kiln *kiln, unsigned long start, long nr)
{
	struct page **bricks;
	long got = 0, ret = 0;

	bricks = kvcalloc(nr, sizeof(*bricks), GFP_KERNEL);
	if (!bricks)
		return -ENOMEM;

	while (got < nr) {
		ret = pin_user_pages_fast(start + got * PAGE_SIZE, nr - got, FOLL_WRITE, bricks + got);
		if (ret <= 0)
			goto out;
		got += ret;
	}
	ret = 0;
	if (kiln->state)
		ret = -EBUSY;
out:
	if (got > 0)
		unpin_user_pages(bricks, got);
	kvfree(bricks);
	return ret;
}

/* Each turn takes a fresh batch into the slots of the last one. */
static int kiln_scan_bad(unsigned long start, int turns)
{
	struct page *batch[KILN_BATCH];
	int i, ret = 0, got = 0;

	for (i = 0; i < turns; i++) {
		ret = pin_user_pages_fast(start, KILN_BATCH, 0, batch);
//		      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ leaked-pages: pin_user_pages_fast
		if (ret <= 0)
			break;
		got = ret;
		start += KILN_BATCH * PAGE_SIZE;
	}
	if (got > 0)
		unpin_user_pages(batch, got);
	return ret < 0 ? ret : 0;
}

static int kiln_scan_ok(unsigned long start, int turns)
{
	struct page *batch[KILN_BATCH];
	int i, got;

	for (i = 0; i < turns; i++) {
		got = pin_user_pages_fast(start, KILN_BATCH, 0, batch);
		if (got <= 0)
			return got;
		unpin_user_pages(batch, got);
		start += KILN_BATCH * PAGE_SIZE;
	}
	return 0;
}

/* The rest of a batch is lost when the turn breaks off in the middle. */
static int kiln_sort_bad(struct kiln *kiln, unsigned long start, unsigned int nr)
{
	struct page *batch[KILN_BATCH];
	int got, i;

	got = get_user_pages_fast(start, min_t(unsigned int, nr, KILN_BATCH), FOLL_WRITE, batch);
	if (got <= 0)
		return -EFAULT;

	for (i = 0; i < got; i++) {
		if (kiln->state)
			break;
		put_page(batch[i]);
	}
	return i;
//	^^^^^^^^ leaked-pages: get_user_pages_fast
}

static int kiln_sort_ok(struct kiln *kiln, unsigned long start, unsigned int nr)
{
	struct page *batch[KILN_BATCH];
	int got, i, done;

	got = get_user_pages_fast(start, min_t(unsigned int, nr, KILN_BATCH), FOLL_WRITE, batch);
	if (got <= 0)
		return -EFAULT;

	for (i = 0; i < got; i++) {
		if (kiln->state)
			break;
		put_page(batch[i]);
	}
	done = i;
	for (; i < got; i++)
		put_page(batch[i]);
	return done;
}

/* One page per turn, unwound from the slot behind the failed one. */
static int kiln_stack_ok(struct page **bricks, unsigned long start, int nr)
{
	int i, ret;

	for (i = 0; i < nr; i++) {
		ret = get_user_pages_fast(start + i * PAGE_SIZE, 1, FOLL_WRITE, &bricks[i]);
		if (ret != 1) {
			ret = ret < 0 ? ret : -EFAULT;
			goto undo;
		}
	}
	return 0;
undo:
	while (--i >= 0)
		put_page(bricks[i]);
	return ret;
}

/* `> 0` stops before the first slot. */
static int kiln_stack_bad(unsigned long start, int nr)
{
	struct page *bricks[KILN_BATCH];
	int i, ret;

	if (nr > KILN_BATCH)
		return -E2BIG;
	for (i = 0; i < nr; i++) {
		ret = get_user_pages_fast(start + i * PAGE_SIZE, 1, FOLL_WRITE, &bricks[i]);
		if (ret != 1) {
			ret = ret < 0 ? ret : -EFAULT;
			goto undo;
		}
	}
	ret = 0;
undo:
	while (--i > 0)
		put_page(bricks[i]);
	return ret;
//	^^^^^^^^^^ leaked-pages: get_user_pages_fast
}

/* Both directions of the same walk, with an unsigned counter. */
static int kiln_row_ok(unsigned long start, unsigned int nr)
{
	struct page *bricks[KILN_BATCH];
	unsigned int i;
	int ret = 0;

	if (nr > KILN_BATCH)
		return -E2BIG;
	for (i = 0; i < nr; i++) {
		if (get_user_pages_fast(start + i * PAGE_SIZE, 1, 0, &bricks[i]) != 1) {
			ret = -EFAULT;
			break;
		}
	}
	while (i--)
		put_page(bricks[i]);
	return ret;
}

/* A failure after the slot was filled: `i` names a page that is held. */
static int kiln_row_bad(struct kiln *kiln, unsigned long start, unsigned int nr)
{
	struct page *bricks[KILN_BATCH];
	unsigned int i;
	int ret = 0;

	if (nr > KILN_BATCH)
		return -E2BIG;
	for (i = 0; i < nr; i++) {
		if (get_user_pages_fast(start + i * PAGE_SIZE, 1, 0, &bricks[i]) != 1) {
			ret = -EFAULT;
			break;
		}
		if (kiln->state) {
			ret = -EIO;
			break;
		}
	}
	while (i--)
		put_page(bricks[i]);
	return ret;
//	^^^^^^^^^^ leaked-pages: get_user_pages_fast
}

static int kiln_row_counted_ok(struct kiln *kiln, unsigned long start, unsigned int nr)
{
	struct page *bricks[KILN_BATCH];
	unsigned int i, held = 0;
	int ret = 0;

	if (nr > KILN_BATCH)
		return -E2BIG;
	for (i = 0; i < nr; i++) {
		if (get_user_pages_fast(start + i * PAGE_SIZE, 1, 0, &bricks[i]) != 1) {
			ret = -EFAULT;
			break;
		}
		held++;
		if (kiln->state) {
			ret = -EIO;
			break;
		}
	}
	while (held)
		put_page(bricks[--held]);
	return ret;
}

/* The release loop starts at one. */
static int kiln_cool_bad(unsigned long start)
{
	struct page *bricks[KILN_BATCH];
	int got, i;

	got = get_user_pages_fast(start, KILN_BATCH, 0, bricks);
	if (got <= 0)
		return got;
	for (i = 1; i < got; i++)
		put_page(bricks[i]);
	return 0;
//	^^^^^^^^ leaked-pages: get_user_pages_fast
}

static int kiln_cool_ok(unsigned long start)
{
	struct page *bricks[KILN_BATCH];
	int got, i = 0;

	got = get_user_pages_fast(start, KILN_BATCH, 0, bricks);
	if (got <= 0)
		return got;
	while (i < got)
		put_page(bricks[i++]);
	return 0;
}

/* Slots that were never filled are NULL, and skipped. */
static int kiln_sparse_ok(unsigned long *starts, int nr)
{
	struct page **bricks;
	int i, ret = 0;

	bricks = kcalloc(nr, sizeof(*bricks), GFP_KERNEL);
	if (!bricks)
		return -ENOMEM;

	for (i = 0; i < nr; i++) {
		if (!starts[i])
			continue;
		if (get_user_pages_fast(starts[i], 1, FOLL_WRITE, &bricks[i]) != 1) {
			ret = -EFAULT;
			break;
		}
	}
	for (i = 0; i < nr; i++)
		if (bricks[i])
			put_page(bricks[i]);
	kfree(bricks);
	return ret;
}

/* The same without the release loop. */
static int kiln_sparse_bad(unsigned long *starts, int nr)
{
	struct page **bricks;
	int i, ret = 0;

	bricks = kcalloc(nr, sizeof(*bricks), GFP_KERNEL);
	if (!bricks)
		return -ENOMEM;

	for (i = 0; i < nr; i++) {
		if (!starts[i])
			continue;
		if (get_user_pages_fast(starts[i], 1, FOLL_WRITE, &bricks[i]) != 1) {
			ret = -EFAULT;
			break;
		}
	}
	kfree(bricks);
//	^^^^^^^^^^^^^ leaked-pages: get_user_pages_fast
	return ret;
}

/* A page per turn, released in the turn that took it. */
static int kiln_stir_ok(struct kiln *kiln, unsigned long start, int nr)
{
	struct page *brick;
	int i;

	for (i = 0; i < nr; i++, start += PAGE_SIZE) {
		if (pin_user_pages_fast(start, 1, FOLL_WRITE, &brick) != 1)
			continue;
		if (kiln->state)
			set_page_dirty_lock(brick);
		unpin_user_page(brick);
	}
	return 0;
}

/* A return from the middle of a turn. */
static int kiln_stir_bad(struct kiln *kiln, unsigned long start, int nr)
{
	struct page *brick;
	int i;

	for (i = 0; i < nr; i++, start += PAGE_SIZE) {
		if (pin_user_pages_fast(start, 1, FOLL_WRITE, &brick) != 1)
			continue;
		if (kiln->state == i)
			return i;
//			^^^^^^^^ leaked-pages: pin_user_pages_fast
		unpin_user_page(brick);
	}
	return 0;
}

/* The cursor moves with the count, the base is kept for the release. */
static int kiln_cursor_ok(unsigned long start, unsigned int nr)
{
	struct page **bricks, **cursor;
	unsigned int left = nr;
	int ret = 0;

	bricks = kvmalloc_array(nr, sizeof(*bricks), GFP_KERNEL);
	if (!bricks)
		return -ENOMEM;
	cursor = bricks;
	while (left) {
		ret = pin_user_pages_fast(start, left, FOLL_WRITE, cursor);
		if (ret <= 0)
			break;
		cursor += ret;
		left -= ret;
		start += (unsigned long)ret * PAGE_SIZE;
	}
	unpin_user_pages(bricks, nr - left);
	kvfree(bricks);
	return left ? -EFAULT : 0;
}
