// SPDX-License-Identifier: MIT
/*
 * An invented mill pond: right code of the shapes that simpler tools report. Nothing here has a finding.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/bio.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/scatterlist.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#define POND_SLOTS 8

struct pond {
	struct mmu_interval_notifier notifier;
	struct page **pages;
	struct bio_vec *bvec;
	unsigned int nr;
	bool pinned;
	u64 frame;
	void (*done)(struct pond *pond, struct page *page);
};

/* The failure test is a hint around a comparison. */
static int pond_hint_ok(unsigned long addr)
{
	struct page *page;
	int ret;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (unlikely(ret <= 0))
		return -ENOMEM;
	put_page(page);
	return 0;
}

/* Success is tested for, by its number. */
static int pond_literal_ok(unsigned long addr)
{
	struct page *page;
	int ret;

	ret = get_user_pages_fast(addr, 1, FOLL_WRITE, &page);
	if (ret == 1) {
		put_page(page);
		return 0;
	}
	return ret < 0 ? ret : -EFAULT;
}

/* The test and the assignment are one expression. */
static int pond_nested_ok(unsigned long addr)
{
	struct page *page;
	int ret;

	if ((ret = pin_user_pages_fast(addr, 1, 0, &page)) < 1)
		return ret ?: -EFAULT;
	unpin_user_page(page);
	return 0;
}

/* Two tests that only together say that all went well. */
static int pond_two_tests_ok(unsigned long start, int nr, struct page **slots)
{
	int got = pin_user_pages_fast(start, nr, FOLL_WRITE, slots);
	int ret = 0;

	if (got < 0)
		return got;
	if (got != nr)
		ret = -EFAULT;
	if (ret)
		unpin_user_pages(slots, got);
	return ret;
}

/* The release stands under the very condition that the acquisition stood under. */
static int pond_correlated_ok(unsigned long start, bool user)
{
	struct page *slots[POND_SLOTS];
	int got = 0;

	if (user) {
		got = pin_user_pages_fast(start, POND_SLOTS, 0, slots);
		if (got <= 0)
			return -EFAULT;
	}
	cond_resched();
	if (user)
		unpin_user_pages(slots, got);
	return 0;
}

/* Kept in an object until its owner goes; nothing here lets it go. */
static int pond_keep_ok(struct pond *pond, unsigned long start, unsigned int nr)
{
	struct page **pages;
	int got;

	pages = kvcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (got <= 0) {
		kvfree(pages);
		return -EFAULT;
	}
	pond->pages = pages;
	pond->nr = got;
	pond->pinned = true;
	return 0;
}

static void pond_let_go_ok(struct pond *pond)
{
	if (!pond->pages)
		return;
	if (pond->pinned)
		unpin_user_pages(pond->pages, pond->nr);
	kvfree(pond->pages);
	pond->pages = NULL;
}

/* The pages live on in bio vectors; the array was only a carrier. */
static int pond_vectors_ok(struct pond *pond, unsigned long start)
{
	struct page *slots[POND_SLOTS];
	int got, i;

	got = pin_user_pages_fast(start, POND_SLOTS, FOLL_WRITE | FOLL_LONGTERM, slots);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++)
		bvec_set_page(&pond->bvec[i], slots[i], PAGE_SIZE, 0);
	pond->nr = got;
	return 0;
}

/* Kept as a frame number: what cannot be followed is not claimed. */
static int pond_frame_ok(struct pond *pond, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1)
		return -EFAULT;
	pond->frame = page_to_pfn(page);
	return 0;
}

/* A callback takes the page over. */
static int pond_callback_ok(struct pond *pond, unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	pond->done(pond, page);
	return 0;
}

/* The fragment list of a socket buffer owns the reference from here on. */
static int pond_fragment_ok(struct sk_buff *skb, unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	skb_fill_page_desc(skb, 0, page, 0, PAGE_SIZE);
	return 0;
}

/* A page lock that could not be had changes nothing about who holds the page. */
static int pond_trylock_ok(unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	if (trylock_page(page)) {
		set_page_dirty(page);
		unlock_page(page);
	}
	put_page(page);
	return 0;
}

/* The pages come back through a pointer to the caller's pointer, their number through another. */
static int pond_out_ok(unsigned long start, unsigned int nr, struct page ***out, unsigned int *count)
{
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, 0, pages);
	if (got <= 0)
		goto free;
	*out = pages;
	*count = got;
	return 0;
free:
	kvfree(pages);
	return got ? got : -EFAULT;
}

/* Returned in an array that the caller frees. */
static struct page **pond_array_ok(unsigned long start, unsigned int nr)
{
	struct page **pages;
	int got;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return ERR_PTR(-ENOMEM);
	got = pin_user_pages_fast(start, nr, 0, pages);
	if (got != nr) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kvfree(pages);
		return ERR_PTR(got < 0 ? got : -EFAULT);
	}
	return pages;
}

/* A loop that retries until all are there; where it gives up, it lets go what it has. */
static long pond_retry_ok(unsigned long start, unsigned long nr, struct page **slots)
{
	unsigned long have = 0;
	long ret;

	do {
		ret = pin_user_pages_fast(start + have * PAGE_SIZE, nr - have, FOLL_WRITE, slots + have);
		if (ret < 0) {
			unpin_user_pages(slots, have);
			return ret;
		}
		have += ret;
	} while (have < nr);
	return 0;
}

/* Released by a loop over the table that the pages were put into. */
static int pond_table_ok(struct scatterlist *table, unsigned long start)
{
	struct page *slots[POND_SLOTS];
	struct scatterlist *entry;
	int got, i;

	got = pin_user_pages_fast(start, POND_SLOTS, 0, slots);
	if (got <= 0)
		return -EFAULT;
	sg_init_table(table, got);
	for (i = 0; i < got; i++)
		sg_set_page(&table[i], slots[i], PAGE_SIZE, 0);
	for_each_sg(table, entry, got, i)
		unpin_user_page(sg_page(entry));
	return 0;
}

/* Nothing is acquired: the call is asked to fault pages in and gets no array. */
static long pond_prefault_ok(struct mm_struct *mm, unsigned long start)
{
	long ret;

	mmap_read_lock(mm);
	ret = get_user_pages(start, 1, FOLL_WRITE, NULL);
	mmap_read_unlock(mm);
	return ret == 1 ? 0 : -EFAULT;
}
