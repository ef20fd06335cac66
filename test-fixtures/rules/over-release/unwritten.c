// SPDX-License-Identifier: MIT
/*
 * An invented warehouse: slots into which nobody but the path itself put anything. What it did not fill is
 * indeterminate, and a test for NULL does not tell it from a page.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#define DOCK_BAYS 8

struct dock {
	struct page **bays;
	int nr;
};

/* Helpers that take and let go of nothing: whatever they are given may be written to. */
static void dock_stamp(struct page **bays, int from)
{
	while (from < DOCK_BAYS)
		bays[from++] = NULL;
}

static void dock_clear(struct dock *dock)
{
	dock_stamp(dock->bays, dock->nr);
}

/* All bays are looked through, those behind the short count too. */
static int dock_sweep_bad(unsigned long start, int nr)
{
	struct page **bays;
	int i, got;

	bays = kmalloc_array(nr, sizeof(*bays), GFP_KERNEL);
	if (!bays)
		return -ENOMEM;
	got = get_user_pages_fast(start, nr, 0, bays);
	for (i = 0; i < nr; i++)
		if (bays[i])
			put_page(bays[i]);
//			^^^^^^^^^^^^^^^^^ over-release: get_user_pages_fast
	kfree(bays);
	return got < 0 ? got : 0;
}

static int dock_zeroed_ok(unsigned long start, int nr)
{
	struct page **bays;
	int i, got;

	bays = kcalloc(nr, sizeof(*bays), GFP_KERNEL);
	if (!bays)
		return -ENOMEM;
	got = get_user_pages_fast(start, nr, 0, bays);
	for (i = 0; i < nr; i++)
		if (bays[i])
			put_page(bays[i]);
	kfree(bays);
	return got < 0 ? got : 0;
}

/* Whoever asks for zeroes with a flag gets them. */
static int dock_flag_ok(unsigned long start, int nr)
{
	struct page **bays;
	int i, got;

	bays = kmalloc_array(nr, sizeof(*bays), GFP_KERNEL | __GFP_ZERO);
	if (!bays)
		return -ENOMEM;
	got = get_user_pages_fast(start, nr, 0, bays);
	for (i = 0; i < nr; i++)
		if (bays[i])
			put_page(bays[i]);
	kfree(bays);
	return got < 0 ? got : 0;
}

static int dock_cleared_ok(unsigned long start)
{
	struct page *bays[DOCK_BAYS];
	int i, got;

	memset(bays, 0, sizeof(bays));
	got = get_user_pages_fast(start, DOCK_BAYS, 0, bays);
	for (i = 0; i < DOCK_BAYS; i++)
		if (bays[i])
			put_page(bays[i]);
	return got < 0 ? got : 0;
}

static int dock_emptied_ok(unsigned long start)
{
	struct page *bays[DOCK_BAYS];
	int i, got;

	for (i = 0; i < DOCK_BAYS; i++)
		bays[i] = NULL;
	got = get_user_pages_fast(start, DOCK_BAYS, 0, bays);
	for (i = 0; i < DOCK_BAYS; i++)
		if (bays[i])
			put_page(bays[i]);
	return got < 0 ? got : 0;
}

/* Somebody else clears the rest, directly or through a record that names the array. */
static int dock_stamped_ok(unsigned long start)
{
	struct page *bays[DOCK_BAYS];
	int i, got;

	got = get_user_pages_fast(start, DOCK_BAYS, 0, bays);
	if (got < 0)
		return got;
	dock_stamp(bays, got);
	for (i = 0; i < DOCK_BAYS; i++)
		if (bays[i])
			put_page(bays[i]);
	return 0;
}

static int dock_record_ok(unsigned long start)
{
	struct page *bays[DOCK_BAYS];
	struct dock dock = { .bays = bays };
	int i, got;

	got = get_user_pages_fast(start, DOCK_BAYS, 0, bays);
	if (got < 0)
		return got;
	dock.nr = got;
	dock_clear(&dock);
	for (i = 0; i < DOCK_BAYS; i++)
		if (bays[i])
			put_page(bays[i]);
	return 0;
}

/* The unwinding begins at the slot that the failing call did not fill. */
static int dock_cursor_bad(unsigned long *starts)
{
	struct page *bays[DOCK_BAYS];
	int i;

	for (i = 0; i < DOCK_BAYS; i++)
		if (get_user_pages_fast(starts[i], 1, 0, &bays[i]) != 1)
			goto unwind;
	for (i = 0; i < DOCK_BAYS; i++)
		put_page(bays[i]);
	return 0;
unwind:
	for (; i >= 0; i--)
		put_page(bays[i]);
//		^^^^^^^^^^^^^^^^^ over-release: put_page
	return -EFAULT;
}

static int dock_cursor_ok(unsigned long *starts)
{
	struct page *bays[DOCK_BAYS];
	int i;

	for (i = 0; i < DOCK_BAYS; i++)
		if (get_user_pages_fast(starts[i], 1, 0, &bays[i]) != 1)
			goto unwind;
	for (i = 0; i < DOCK_BAYS; i++)
		put_page(bays[i]);
	return 0;
unwind:
	while (i--)
		put_page(bays[i]);
	return -EFAULT;
}
