// SPDX-License-Identifier: MIT
/*
 * An invented press: helpers of the same file that take and let go for others, with out-parameters.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct press {
	struct page **pages;
	int nr;
	u32 ready;
};

/* Success: `*out` and `*count` name what is held. Failure: nothing is held. */
static int press_grab(unsigned long start, int nr, struct page ***out, int *count)
{
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kvfree(pages);
		return got < 0 ? got : -EFAULT;
	}
	*out = pages;
	*count = got;
	return 0;
}

static void press_drop(struct page **pages, int count)
{
	unpin_user_pages(pages, count);
	kvfree(pages);
}

static int press_run_ok(struct press *press, unsigned long start, int nr)
{
	struct page **pages;
	int count, ret;

	ret = press_grab(start, nr, &pages, &count);
	if (ret)
		return ret;
	if (!press->ready) {
		press_drop(pages, count);
		return -EAGAIN;
	}
	press->pages = pages;
	press->nr = count;
	return 0;
}

static int press_run_bad(struct press *press, unsigned long start, int nr)
{
	struct page **pages;
	int count, ret;

	ret = press_grab(start, nr, &pages, &count);
	if (ret)
		return ret;
	if (!press->ready)
		return -EAGAIN;
//		^^^^^^^^^^^^^^ leaked-pages
	press->pages = pages;
	press->nr = count;
	return 0;
}

/* Only the array is freed. */
static int press_test_bad(struct press *press, unsigned long start, int nr)
{
	struct page **pages;
	int count, ret;

	ret = press_grab(start, nr, &pages, &count);
	if (ret)
		return ret;
	ret = press->ready ? 0 : -EAGAIN;
	kvfree(pages);
//	^^^^^^^^^^^^^ leaked-pages
	return ret;
}

static int press_test_ok(struct press *press, unsigned long start, int nr)
{
	struct page **pages;
	int count, ret;

	ret = press_grab(start, nr, &pages, &count);
	if (ret)
		return ret;
	ret = press->ready ? 0 : -EAGAIN;
	press_drop(pages, count);
	return ret;
}

/* Takes one page and returns it, or NULL. */
static struct page *press_one(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return NULL;
	return page;
}

static int press_look_bad(unsigned long addr)
{
	struct page *page = press_one(addr);

	if (!page)
		return -EFAULT;
	return PageDirty(page) ? 1 : 0;
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ leaked-pages
}

static int press_look_ok(unsigned long addr)
{
	struct page *page = press_one(addr);
	int dirty;

	if (!page)
		return -EFAULT;
	dirty = PageDirty(page) ? 1 : 0;
	put_page(page);
	return dirty;
}

/* Adds to a counter of the caller, also when it fails: the caller always lets go. */
static int press_fill(struct page **pages, unsigned long start, int nr, int *held)
{
	int ret;

	while (*held < nr) {
		ret = pin_user_pages_fast(start + *held * PAGE_SIZE, nr - *held, FOLL_WRITE, pages + *held);
		if (ret <= 0)
			return ret ? ret : -EFAULT;
		*held += ret;
	}
	return 0;
}

static int press_batch_ok(unsigned long start)
{
	struct page *pages[32];
	int held = 0, ret;

	ret = press_fill(pages, start, 32, &held);
	if (held)
		unpin_user_pages(pages, held);
	return ret;
}

static int press_batch_bad(unsigned long start)
{
	struct page *pages[32];
	int held = 0, ret;

	ret = press_fill(pages, start, 32, &held);
	if (ret) {
		if (held)
			unpin_user_pages(pages, held);
		return ret;
	}
	return 0;
//	^^^^^^^^ leaked-pages
}

/* Stores into the object it is given; the object's user releases through the same field. */
static int press_load(struct press *press, unsigned long start, int nr)
{
	int got = pin_user_pages_fast(start, nr, FOLL_WRITE, press->pages);

	if (got <= 0)
		return -EFAULT;
	press->nr = got;
	return 0;
}

static void press_unload(struct press *press)
{
	unpin_user_pages(press->pages, press->nr);
	press->nr = 0;
}

static int press_cycle_ok(unsigned long start, int nr)
{
	struct press press = { .ready = 1 };
	int ret;

	press.pages = kcalloc(nr, sizeof(*press.pages), GFP_KERNEL);
	if (!press.pages)
		return -ENOMEM;
	ret = press_load(&press, start, nr);
	if (!ret)
		press_unload(&press);
	kfree(press.pages);
	return ret;
}

static int press_cycle_bad(unsigned long start, int nr)
{
	struct press press = { .ready = 1 };
	int ret;

	press.pages = kcalloc(nr, sizeof(*press.pages), GFP_KERNEL);
	if (!press.pages)
		return -ENOMEM;
	ret = press_load(&press, start, nr);
	kfree(press.pages);
//	^^^^^^^^^^^^^^^^^^ leaked-pages
	return ret;
}
