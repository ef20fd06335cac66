// SPDX-License-Identifier: MIT
/*
 * An invented turnpike: the same pages let go twice on one path.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>

#define PIKE_MAX 8

struct pike {
	struct page **pages;
	int nr;
	u32 busy;
};

/* The branch releases, and so does the label it jumps to. */
static int pike_pass_bad(struct pike *pike, unsigned long start)
{
	struct page *pages[PIKE_MAX];
	int got, ret = 0;

	got = pin_user_pages_fast(start, PIKE_MAX, 0, pages);
	if (got <= 0)
		return -EFAULT;
	if (pike->busy) {
		unpin_user_pages(pages, got);
		ret = -EBUSY;
		goto out;
	}
	pike->busy = 1;
out:
	unpin_user_pages(pages, got);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^^ double-release: unpin_user_pages
	return ret;
}

static int pike_pass_ok(struct pike *pike, unsigned long start)
{
	struct page *pages[PIKE_MAX];
	int got, ret = 0;

	got = pin_user_pages_fast(start, PIKE_MAX, 0, pages);
	if (got <= 0)
		return -EFAULT;
	if (pike->busy) {
		ret = -EBUSY;
		goto out;
	}
	pike->busy = 1;
out:
	unpin_user_pages(pages, got);
	return ret;
}

/* The same shape kept right by clearing the count. */
static int pike_cleared_ok(struct pike *pike, unsigned long start)
{
	struct page *pages[PIKE_MAX];
	int got, ret = 0;

	got = pin_user_pages_fast(start, PIKE_MAX, 0, pages);
	if (got <= 0)
		return -EFAULT;
	if (pike->busy) {
		unpin_user_pages(pages, got);
		got = 0;
		ret = -EBUSY;
	}
	if (got > 0)
		unpin_user_pages(pages, got);
	return ret;
}

/* One page, by two names. */
static int pike_toll_bad(unsigned long addr)
{
	struct page *page, *same;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	same = page;
	put_page(page);
	put_page(same);
//	^^^^^^^^^^^^^^ double-release: put_page
	return 0;
}

static int pike_toll_ok(unsigned long addr)
{
	struct page *page, *same;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	same = page;
	get_page(same);
	put_page(page);
	put_page(same);
	return 0;
}

/* The loop released each page; the tail releases the array again. */
static int pike_queue_bad(unsigned long start)
{
	struct page *pages[PIKE_MAX];
	int got, i;

	got = pin_user_pages_fast(start, PIKE_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++) {
		set_page_dirty_lock(pages[i]);
		unpin_user_page(pages[i]);
	}
	unpin_user_pages(pages, got);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^^ double-release: unpin_user_pages
	return 0;
}

static int pike_queue_ok(unsigned long start)
{
	struct page *pages[PIKE_MAX];
	int got, i;

	got = pin_user_pages_fast(start, PIKE_MAX, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++)
		set_page_dirty_lock(pages[i]);
	unpin_user_pages(pages, got);
	return 0;
}

/* The failing page is released in the turn and once more by the tail loop that starts at it. */
static int pike_convoy_bad(struct pike *pike, unsigned long start)
{
	struct page *pages[PIKE_MAX];
	int got, i;

	got = get_user_pages_fast(start, PIKE_MAX, 0, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++) {
		if (pike->busy) {
			put_page(pages[i]);
			break;
		}
		put_page(pages[i]);
	}
	while (i < got)
		put_page(pages[i++]);
//		^^^^^^^^^^^^^^^^^^^^ double-release: put_page
	return 0;
}

static int pike_convoy_ok(struct pike *pike, unsigned long start)
{
	struct page *pages[PIKE_MAX];
	int got, i;

	got = get_user_pages_fast(start, PIKE_MAX, 0, pages);
	if (got <= 0)
		return -EFAULT;
	for (i = 0; i < got; i++) {
		if (pike->busy)
			break;
		put_page(pages[i]);
	}
	while (i < got)
		put_page(pages[i++]);
	return 0;
}

/* The helper lets go on failure, and the caller does not know. */
static int pike_send(struct pike *pike, struct page **pages, int nr)
{
	if (pike->busy) {
		unpin_user_pages(pages, nr);
		return -EBUSY;
	}
	pike->pages = pages;
	pike->nr = nr;
	return 0;
}

static int pike_submit_bad(struct pike *pike, unsigned long start, int nr)
{
	struct page **pages;
	int got, ret;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
	if (got <= 0) {
		kvfree(pages);
		return -EFAULT;
	}
	ret = pike_send(pike, pages, got);
	if (ret) {
		unpin_user_pages(pages, got);
//		^^^^^^^^^^^^^^^^^^^^^^^^^^^^ double-release: unpin_user_pages
		kvfree(pages);
	}
	return ret;
}

static int pike_submit_ok(struct pike *pike, unsigned long start, int nr)
{
	struct page **pages;
	int got, ret;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
	if (got <= 0) {
		kvfree(pages);
		return -EFAULT;
	}
	ret = pike_send(pike, pages, got);
	if (ret)
		kvfree(pages);
	return ret;
}

/* NULL after the release: the second test does not let it through. */
static int pike_null_ok(struct pike *pike, unsigned long addr)
{
	struct page *page;

	if (get_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (pike->busy) {
		put_page(page);
		page = NULL;
	}
	if (page)
		put_page(page);
	return 0;
}

/* A folio and one of its pages share the counter. */
static int pike_folio_bad(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	if (IS_ERR(folio))
		return PTR_ERR(folio);
	put_page(&folio->page);
	folio_put(folio);
//	^^^^^^^^^^^^^^^^ double-release: folio_put
	return 0;
}

static int pike_folio_ok(struct address_space *mapping, pgoff_t index)
{
	struct folio *folio = filemap_get_folio(mapping, index);

	if (IS_ERR(folio))
		return PTR_ERR(folio);
	folio_put(folio);
	return 0;
}

/* Taken twice, so let go twice. */
static int pike_two_refs_ok(unsigned long addr)
{
	struct page *one, *two;

	if (get_user_pages_fast(addr, 1, 0, &one) != 1)
		return -EFAULT;
	if (get_user_pages_fast(addr, 1, 0, &two) != 1) {
		put_page(one);
		return -EFAULT;
	}
	put_page(two);
	put_page(one);
	return 0;
}

/* Released in a loop that takes a new page in each turn. */
static int pike_rounds_ok(unsigned long addr, int rounds)
{
	struct page *page;
	int i;

	for (i = 0; i < rounds; i++) {
		if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
			return -EFAULT;
		unpin_user_page(page);
	}
	return 0;
}

/* Taken once before the loop, released in every turn of it. */
static int pike_rounds_bad(unsigned long addr)
{
	struct page *page;
	int i;

	if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	for (i = 0; i < 4; i++) {
		cond_resched();
		unpin_user_page(page);
//		^^^^^^^^^^^^^^^^^^^^^ double-release: unpin_user_page
	}
	return 0;
}

/* The caller's own reference may go too: who owns a parameter is not known here. */
static void pike_parameter_ok(struct page *page)
{
	get_page(page);
	wait_on_page_writeback(page);
	put_page(page);
	put_page(page);
}

/* A large page came with one reference, not one for each of its parts. */
static int pike_large_bad(unsigned long addr)
{
	struct page *page;
	int i, nr;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	nr = compound_nr(page);
	for (i = 0; i < nr; i++)
		unpin_user_page(page);
//		^^^^^^^^^^^^^^^^^^^^^ double-release: unpin_user_page
	return 0;
}

static int pike_large_ok(unsigned long addr)
{
	struct page *page;
	int i, nr, zeros = 0;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	nr = compound_nr(page);
	for (i = 0; i < nr; i++)
		zeros++;
	unpin_user_page(page);
	return zeros;
}
