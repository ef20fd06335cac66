// SPDX-License-Identifier: MIT
/*
 * An invented granary: more is let go than was taken, or slots that were never filled.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uio.h>

#define GRAIN_BINS 8

struct granary {
	struct page **bins;
	int nr;
	u32 full;
};

/* The number asked for is released, not the number obtained. */
static int grain_store_bad(unsigned long start, int nr)
{
	struct page **bins;
	int got, ret = 0;

	bins = kvmalloc_array(nr, sizeof(*bins), GFP_KERNEL);
	if (!bins)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, bins);
	if (got <= 0) {
		kvfree(bins);
		return -EFAULT;
	}
	if (got != nr)
		ret = -EFAULT;
	unpin_user_pages(bins, nr);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^ over-release: unpin_user_pages
	kvfree(bins);
	return ret;
}

static int grain_store_ok(unsigned long start, int nr)
{
	struct page **bins;
	int got, ret = 0;

	bins = kvmalloc_array(nr, sizeof(*bins), GFP_KERNEL);
	if (!bins)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, bins);
	if (got <= 0) {
		kvfree(bins);
		return -EFAULT;
	}
	if (got != nr)
		ret = -EFAULT;
	unpin_user_pages(bins, got);
	kvfree(bins);
	return ret;
}

/* A loop over the array's length. */
static int grain_sift_bad(unsigned long start)
{
	struct page *bins[GRAIN_BINS];
	int got, i;

	got = get_user_pages_fast(start, GRAIN_BINS, 0, bins);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < GRAIN_BINS; i++)
		put_page(bins[i]);
//		^^^^^^^^^^^^^^^^^ over-release: put_page
	return 0;
}

static int grain_sift_ok(unsigned long start)
{
	struct page *bins[GRAIN_BINS];
	int got, i;

	got = get_user_pages_fast(start, GRAIN_BINS, 0, bins);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++)
		put_page(bins[i]);
	return 0;
}

/* `<=` walks one slot too far. */
static int grain_edge_bad(unsigned long start)
{
	struct page *bins[GRAIN_BINS];
	int got, i;

	got = get_user_pages_fast(start, GRAIN_BINS - 1, 0, bins);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i <= got; i++)
		put_page(bins[i]);
//		^^^^^^^^^^^^^^^^^ over-release: put_page
	return 0;
}

static int grain_edge_ok(unsigned long start)
{
	struct page *bins[GRAIN_BINS];
	int got, i;

	got = get_user_pages_fast(start, GRAIN_BINS - 1, 0, bins);
	if (got <= 0)
		return -EFAULT;
	for (i = got; i > 0; i--)
		put_page(bins[i - 1]);
	return 0;
}

/* The unwinding starts at the slot that could not be filled. */
static int grain_row_bad(unsigned long start, int nr)
{
	struct page *bins[GRAIN_BINS];
	int i;

	if (nr > GRAIN_BINS)
		return -E2BIG;
	for (i = 0; i < nr; i++)
		if (get_user_pages_fast(start + i * PAGE_SIZE, 1, FOLL_WRITE, &bins[i]) != 1)
			goto undo;
	while (i--)
		put_page(bins[i]);
	return 0;
undo:
	for (; i >= 0; i--)
		put_page(bins[i]);
//		^^^^^^^^^^^^^^^^^ over-release: put_page
	return -EFAULT;
}

static int grain_row_ok(unsigned long start, int nr)
{
	struct page *bins[GRAIN_BINS];
	int i;

	if (nr > GRAIN_BINS)
		return -E2BIG;
	for (i = 0; i < nr; i++)
		if (get_user_pages_fast(start + i * PAGE_SIZE, 1, FOLL_WRITE, &bins[i]) != 1)
			goto undo;
	while (i--)
		put_page(bins[i]);
	return 0;
undo:
	for (i--; i >= 0; i--)
		put_page(bins[i]);
	return -EFAULT;
}

/* The failed call gave nothing, and the label releases one. */
static int grain_single_bad(unsigned long start)
{
	struct page *bin;
	int ret;

	ret = pin_user_pages_fast(start, 1, FOLL_WRITE, &bin);
	if (ret != 1)
		goto out;
	ret = 0;
out:
	unpin_user_page(bin);
//	^^^^^^^^^^^^^^^^^^^^ over-release: unpin_user_page
	return ret;
}

static int grain_single_ok(unsigned long start)
{
	struct page *bin;
	int ret;

	ret = pin_user_pages_fast(start, 1, FOLL_WRITE, &bin);
	if (ret != 1)
		goto out;
	unpin_user_page(bin);
	ret = 0;
out:
	return ret;
}

/* The label is reached before anything was taken. */
static int grain_early_bad(struct granary *granary, unsigned long start)
{
	struct page *bins[GRAIN_BINS];
	int got = GRAIN_BINS, ret = -EBUSY;

	if (granary->full)
		goto out;
	got = pin_user_pages_fast(start, GRAIN_BINS, 0, bins);
	if (got <= 0)
		return -EFAULT;
	ret = 0;
out:
	unpin_user_pages(bins, got);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^ over-release: unpin_user_pages
	return ret;
}

static int grain_early_ok(struct granary *granary, unsigned long start)
{
	struct page *bins[GRAIN_BINS];
	int got = 0, ret = -EBUSY;

	if (granary->full)
		goto out;
	got = pin_user_pages_fast(start, GRAIN_BINS, 0, bins);
	if (got <= 0)
		return -EFAULT;
	ret = 0;
out:
	unpin_user_pages(bins, got);
	return ret;
}

/* The call of the short count asked for `nr`, the teardown trusts it. */
static ssize_t grain_pour_bad(struct granary *granary, struct iov_iter *iter, size_t len)
{
	int nr = iov_iter_npages(iter, INT_MAX);
	bool pinned = iov_iter_extract_will_pin(iter);
	struct page **bins = NULL;
	size_t offset;
	ssize_t ret;

	ret = iov_iter_extract_pages(iter, &bins, len, nr, 0, &offset);
	if (ret <= 0) {
		kvfree(bins);
		return ret ? ret : -EFAULT;
	}
	if (granary->full) {
		if (pinned)
			unpin_user_pages(bins, nr);
//			^^^^^^^^^^^^^^^^^^^^^^^^^^ over-release: unpin_user_pages
		kvfree(bins);
		return -ENOSPC;
	}
	granary->bins = bins;
	granary->nr = DIV_ROUND_UP(offset + ret, PAGE_SIZE);
	return ret;
}

static ssize_t grain_pour_ok(struct granary *granary, struct iov_iter *iter, size_t len)
{
	int nr = iov_iter_npages(iter, INT_MAX);
	bool pinned = iov_iter_extract_will_pin(iter);
	struct page **bins = NULL;
	size_t offset;
	ssize_t ret;

	ret = iov_iter_extract_pages(iter, &bins, len, nr, 0, &offset);
	if (ret <= 0) {
		kvfree(bins);
		return ret ? ret : -EFAULT;
	}
	nr = DIV_ROUND_UP(offset + ret, PAGE_SIZE);
	if (granary->full) {
		if (pinned)
			unpin_user_pages(bins, nr);
		kvfree(bins);
		return -ENOSPC;
	}
	granary->bins = bins;
	granary->nr = nr;
	return ret;
}

/* The requested count is right where it was proven equal. */
static int grain_equal_ok(unsigned long start, int nr)
{
	struct page **bins;
	int got;

	bins = kvmalloc_array(nr, sizeof(*bins), GFP_KERNEL);
	if (!bins)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, bins);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(bins, got);
		kvfree(bins);
		return -EFAULT;
	}
	unpin_user_pages(bins, nr);
	kvfree(bins);
	return 0;
}

/* A zeroed array, and the test of each slot. */
static int grain_tested_ok(unsigned long start, int nr)
{
	struct page **bins;
	int got, i;

	bins = kvcalloc(nr, sizeof(*bins), GFP_KERNEL);
	if (!bins)
		return -ENOMEM;
	got = get_user_pages_fast(start, nr, 0, bins);
	for (i = 0; i < nr; i++) {
		if (!bins[i])
			break;
		put_page(bins[i]);
	}
	kvfree(bins);
	return got == nr ? 0 : -EFAULT;
}

/* The rest of the batch is released by a second loop that counts down from the end. */
static int grain_split_ok(struct granary *granary, unsigned long start)
{
	struct page *bins[GRAIN_BINS];
	int got, used = 0;

	got = pin_user_pages_fast(start, GRAIN_BINS, 0, bins);
	if (got <= 0)
		return -EFAULT;
	while (used < got && !granary->full)
		unpin_user_page(bins[used++]);
	while (got > used)
		unpin_user_page(bins[--got]);
	return used;
}

/* An offset into the array, and the count of the whole. */
static int grain_tail_bad(unsigned long start)
{
	struct page *bins[GRAIN_BINS];
	int got;

	got = pin_user_pages_fast(start, GRAIN_BINS, 0, bins);
	if (got < 2) {
		if (got == 1)
			unpin_user_page(bins[0]);
		return -EFAULT;
	}
	unpin_user_page(bins[0]);
	unpin_user_pages(bins + 1, got);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ over-release: unpin_user_pages
	return 0;
}

static int grain_tail_ok(unsigned long start)
{
	struct page *bins[GRAIN_BINS];
	int got;

	got = pin_user_pages_fast(start, GRAIN_BINS, 0, bins);
	if (got < 2) {
		if (got == 1)
			unpin_user_page(bins[0]);
		return -EFAULT;
	}
	unpin_user_page(bins[0]);
	unpin_user_pages(bins + 1, got - 1);
	return 0;
}

/* Pages that came in by parameter: how many there are is the caller's knowledge. */
static void grain_parameter_ok(struct page **bins, int nr)
{
	unpin_user_pages(bins, nr);
}

/* Each slot is filled one by one, some with nothing; only slots with a page are let go. */
static int granary_sift_ok(struct address_space *mapping, pgoff_t first, pgoff_t end)
{
	struct page *sieve[4];
	int i;

	for (i = 0; i < 4; i++) {
		struct page *page = NULL;

		if (first + i < end) {
			page = read_mapping_page(mapping, first + i, NULL);
			if (IS_ERR(page))
				page = NULL;
		}
		sieve[i] = page;
	}
	for (i = 0; i < 4; i++) {
		struct page *page = sieve[i];

		if (page)
			put_page(page);
	}
	return 0;
}
