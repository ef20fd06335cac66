// SPDX-License-Identifier: MIT
/*
 * An invented loom: pages in a record that outlives a failing function. Whether they are lost depends on what the file's
 * own teardown would let go of, with the record as it was left.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define LOOM_WARPS 16

struct loom_beam {
	struct page *warps[LOOM_WARPS];
	int strung;
};

struct loom {
	struct loom_beam beam;
	struct page **cloth;
	int woven;
	bool jammed;
};

static void loom_unstring_ok(struct loom_beam *beam)
{
	int i;

	for (i = 0; i < beam->strung; i++)
		put_page(beam->warps[i]);
	beam->strung = 0;
}

static void loom_unroll_ok(struct loom *loom)
{
	if (!loom->cloth)
		return;
	unpin_user_pages(loom->cloth, loom->woven);
	kfree(loom->cloth);
	loom->cloth = NULL;
	loom->woven = 0;
}

/* The count goes up behind the check: the warp of this turn is out of the teardown's reach. */
static int loom_string_bad(struct loom *loom, unsigned long *starts, int nr)
{
	int i;

	loom->beam.strung = 0;
	for (i = 0; i < nr && i < LOOM_WARPS; i++) {
		if (get_user_pages_fast(starts[i], 1, 0, &loom->beam.warps[i]) != 1)
			return -EFAULT;
		if (PageTail(loom->beam.warps[i]))
			return -EINVAL;
//			^^^^^^^^^^^^^^^ leaked-pages: loom_unstring_ok
		loom->beam.strung++;
	}
	return 0;
}

static int loom_string_ok(struct loom *loom, unsigned long *starts, int nr)
{
	int i;

	loom->beam.strung = 0;
	for (i = 0; i < nr && i < LOOM_WARPS; i++) {
		if (get_user_pages_fast(starts[i], 1, 0, &loom->beam.warps[i]) != 1)
			return -EFAULT;
		loom->beam.strung++;
		if (PageTail(loom->beam.warps[i]))
			return -EINVAL;
	}
	return 0;
}

/* Whoever made the record knows the count; this function does not touch it. */
static int loom_restring_ok(struct loom *loom, unsigned long start)
{
	if (get_user_pages_fast(start, LOOM_WARPS, 0, loom->beam.warps) != LOOM_WARPS)
		return 0;
	return loom->jammed ? -EBUSY : 0;
}

/* The array is in the record, its count is still zero. */
static int loom_weave_bad(struct loom *loom, unsigned long start, int nr)
{
	int got;

	loom->woven = 0;
	loom->cloth = kcalloc(nr, sizeof(*loom->cloth), GFP_KERNEL);
	if (!loom->cloth)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, loom->cloth);
	if (got < 0)
		return got;
	if (got != nr)
		return -EFAULT;
//		^^^^^^^^^^^^^^^ partial-pin-leak: loom_unroll_ok
	loom->woven = got;
	return 0;
}

static int loom_weave_ok(struct loom *loom, unsigned long start, int nr)
{
	int got;

	loom->woven = 0;
	loom->cloth = kcalloc(nr, sizeof(*loom->cloth), GFP_KERNEL);
	if (!loom->cloth)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, loom->cloth);
	if (got < 0)
		return got;
	loom->woven = got;
	if (got != nr)
		return -EFAULT;
	return 0;
}

struct loom_shed {
	struct page *picks[LOOM_WARPS];
	int held;
};

/* The caller that is in sight lets go of a number of its own. */
static int loom_shed_fill_ok(struct loom_shed *shed, unsigned long start)
{
	int got;

	shed->held = 0;
	got = pin_user_pages_fast(start, LOOM_WARPS, 0, shed->picks);
	if (got != LOOM_WARPS)
		return got < 0 ? got : -(got + 1);
	shed->held = got;
	return 0;
}

static int loom_shed_ok(struct loom_shed *shed, unsigned long start)
{
	int ret = loom_shed_fill_ok(shed, start);

	if (ret < -1)
		unpin_user_pages(shed->picks, -ret - 1);
	return ret < 0 ? -EFAULT : 0;
}
