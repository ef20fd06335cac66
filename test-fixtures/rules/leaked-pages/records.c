// SPDX-License-Identifier: MIT
/*
 * An invented harbor crane: pages kept in fields, lists and tables, and the ways to lose the only record of them.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

struct crane_load {
	struct list_head node;
	struct kref ref;
	struct page **pages;
	unsigned int nr_pages;
	struct sg_table sgt;
	unsigned long start;
};

struct crane {
	struct list_head loads;
	spinlock_t lock;
	struct device *dev;
	struct page *tray[8];
	unsigned int in_tray;
};

/* The load is freed with its pages still in it. */
static int crane_lift_bad(struct crane *crane, unsigned long start, unsigned int nr)
{
	struct crane_load *load;
	int got, ret;

	load = kzalloc(sizeof(*load), GFP_KERNEL);
	if (!load)
		return -ENOMEM;
	load->pages = kvcalloc(nr, sizeof(*load->pages), GFP_KERNEL);
	if (!load->pages) {
		ret = -ENOMEM;
		goto free_load;
	}
	got = pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_LONGTERM, load->pages);
	if (got <= 0) {
		ret = got ? got : -EFAULT;
		goto free_pages;
	}
	load->nr_pages = got;
	ret = sg_alloc_table(&load->sgt, got, GFP_KERNEL);
	if (ret)
		goto free_pages;

	spin_lock(&crane->lock);
	list_add(&load->node, &crane->loads);
	spin_unlock(&crane->lock);
	return 0;

free_pages:
	kvfree(load->pages);
//	^^^^^^^^^^^^^^^^^^^ leaked-pages: pin_user_pages_fast
free_load:
	kfree(load);
	return ret;
}

static int crane_lift_ok(struct crane *crane, unsigned long start, unsigned int nr)
{
	struct crane_load *load;
	int got, ret;

	load = kzalloc(sizeof(*load), GFP_KERNEL);
	if (!load)
		return -ENOMEM;
	load->pages = kvcalloc(nr, sizeof(*load->pages), GFP_KERNEL);
	if (!load->pages) {
		ret = -ENOMEM;
		goto free_load;
	}
	got = pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_LONGTERM, load->pages);
	if (got <= 0) {
		ret = got ? got : -EFAULT;
		goto free_pages;
	}
	load->nr_pages = got;
	ret = sg_alloc_table(&load->sgt, got, GFP_KERNEL);
	if (ret)
		goto unpin;

	spin_lock(&crane->lock);
	list_add(&load->node, &crane->loads);
	spin_unlock(&crane->lock);
	return 0;

unpin:
	unpin_user_pages(load->pages, load->nr_pages);
free_pages:
	kvfree(load->pages);
free_load:
	kfree(load);
	return ret;
}

/* The record goes first: nobody can find the array any more. */
static int crane_drop_bad(struct crane *crane, unsigned long start)
{
	struct crane_load *load;
	int got;

	load = kzalloc(sizeof(*load), GFP_KERNEL);
	if (!load)
		return -ENOMEM;
	load->pages = kcalloc(4, sizeof(*load->pages), GFP_KERNEL);
	if (!load->pages) {
		kfree(load);
		return -ENOMEM;
	}
	got = pin_user_pages_fast(start, 4, FOLL_WRITE, load->pages);
	if (got != 4) {
		if (got > 0)
			unpin_user_pages(load->pages, got);
		kfree(load->pages);
		kfree(load);
		return -EFAULT;
	}
	if (!crane->dev) {
		kfree(load);
//		^^^^^^^^^^^ leaked-pages: pin_user_pages_fast
		return -ENODEV;
	}
	load->nr_pages = got;
	list_add(&load->node, &crane->loads);
	return 0;
}

/* A failing exit that leaves the pages where the caller's teardown walks them claims nothing. */
static int crane_tray_ok(struct crane *crane, unsigned long start)
{
	int got;

	got = pin_user_pages_fast(start, 8, FOLL_WRITE, crane->tray);
	if (got <= 0)
		return -EFAULT;
	crane->in_tray = got;
	if (!crane->dev)
		return -ENODEV;
	return 0;
}

static void crane_tray_clear_ok(struct crane *crane)
{
	unsigned int i;

	for (i = 0; i < crane->in_tray; i++)
		unpin_user_page(crane->tray[i]);
	crane->in_tray = 0;
}

/*
 * The teardown of this file walks `held`, and `held` is set only behind the check: the pages of the failing exit
 * are out of its reach.
 */
struct crane_rack {
	struct page *slots[16];
	unsigned int held;
	bool locked;
};

static void crane_rack_empty_ok(struct crane_rack *rack)
{
	while (rack->held)
		unpin_user_page(rack->slots[--rack->held]);
}

static int crane_rack_fill_bad(struct crane_rack *rack, unsigned long start)
{
	int got;

	rack->held = 0;
	got = pin_user_pages_fast(start, 16, FOLL_WRITE, rack->slots);
	if (got <= 0)
		return -EFAULT;
	if (rack->locked)
		return -EBUSY;
//		^^^^^^^^^^^^^^ leaked-pages: crane_rack_empty_ok
	rack->held = got;
	return 0;
}

static int crane_rack_fill_ok(struct crane_rack *rack, unsigned long start)
{
	int got;

	rack->held = 0;
	got = pin_user_pages_fast(start, 16, FOLL_WRITE, rack->slots);
	if (got <= 0)
		return -EFAULT;
	rack->held = got;
	if (rack->locked) {
		crane_rack_empty_ok(rack);
		return -EBUSY;
	}
	return 0;
}

/* The array pointer is overwritten while its slots are filled; that is noticed where the function leaves. */
static int crane_swap_bad(struct crane_load *load, unsigned long start)
{
	struct page **pages;
	int got;

	pages = kcalloc(4, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, 4, FOLL_WRITE, pages);
	if (got < 0) {
		kfree(pages);
		return got;
	}
	pages = kcalloc(8, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
//		^^^^^^^^^^^^^^ leaked-pages: pin_user_pages_fast
	load->pages = pages;
	load->nr_pages = 0;
	return 0;
//	^^^^^^^^ leaked-pages: pin_user_pages_fast
}

static int crane_swap_ok(struct crane_load *load, unsigned long start)
{
	struct page **pages, **bigger;
	int got;

	pages = kcalloc(4, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, 4, FOLL_WRITE, pages);
	if (got < 0) {
		kfree(pages);
		return got;
	}
	bigger = kcalloc(8, sizeof(*bigger), GFP_KERNEL);
	if (!bigger) {
		unpin_user_pages(pages, got);
		kfree(pages);
		return -ENOMEM;
	}
	memcpy(bigger, pages, got * sizeof(*pages));
	kfree(pages);
	load->pages = bigger;
	load->nr_pages = got;
	return 0;
}

/* The pages move into a table; the array that carried them may go. */
static int crane_table_ok(struct crane_load *load, unsigned long start, unsigned int nr)
{
	struct scatterlist *sg;
	struct page **pages;
	int got, i, ret;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, nr, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (got <= 0) {
		kvfree(pages);
		return got ? got : -EFAULT;
	}
	ret = sg_alloc_table(&load->sgt, got, GFP_KERNEL);
	if (ret) {
		unpin_user_pages(pages, got);
		kvfree(pages);
		return ret;
	}
	for_each_sg(load->sgt.sgl, sg, got, i)
		sg_set_page(sg, pages[i], PAGE_SIZE, 0);
	kvfree(pages);
	return 0;
}

/* Let go by the last reference of the load, in another function. */
static void crane_load_free_ok(struct kref *ref)
{
	struct crane_load *load = container_of(ref, struct crane_load, ref);

	unpin_user_pages_dirty_lock(load->pages, load->nr_pages, true);
	kvfree(load->pages);
	kfree(load);
}

static int crane_async_ok(struct crane *crane, struct crane_load *load, unsigned int nr)
{
	int got;

	got = pin_user_pages_fast(load->start, nr, FOLL_WRITE, load->pages);
	if (got <= 0)
		return -EFAULT;
	load->nr_pages = got;
	if (list_empty(&crane->loads)) {
		kref_put(&load->ref, crane_load_free_ok);
		return -ENODEV;
	}
	list_add_tail(&load->node, &crane->loads);
	return 0;
}

/* Released under the same test that let it be taken. */
static void crane_release_ok(struct crane_load *load, bool dirty)
{
	if (load->pages) {
		unpin_user_pages_dirty_lock(load->pages, load->nr_pages, dirty);
		kvfree(load->pages);
		load->pages = NULL;
	}
}

/* A lock, a string and the containing object take nothing over. */
void crane_note(struct crane *crane, const char *what);

static int crane_noted_bad(struct crane *crane, unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	spin_lock(&crane->lock);
	crane_note(crane, "hooked");
	spin_unlock(&crane->lock);
	dev_dbg(crane->dev, "page %p\n", page);
	return 0;
//	^^^^^^^^ leaked-pages: pin_user_pages_fast
}

/* A function that nobody here can see gets the page itself: the claim ends. */
int crane_give(struct crane *crane, struct page *page);

static int crane_given_ok(struct crane *crane, unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	return crane_give(crane, page);
}

struct crane_hook {
	struct page *page;
	struct page *links[16];
	int nr;
};

/* A record of the caller is freed while it is the only one that names the page. */
static int crane_unhook_bad(struct crane_hook *hook, unsigned long start)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	hook->page = page;
	kfree(hook);
	return 0;
//	^^^^^^^^^ leaked-pages: get_user_pages_fast
}

static int crane_unhook_ok(struct crane_hook *hook, unsigned long start)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	hook->page = page;
	put_page(hook->page);
	kfree(hook);
	return 0;
}

static int crane_links_bad(struct crane_hook *hook, unsigned long start)
{
	int got;

	got = get_user_pages_fast(start, 16, 0, hook->links);
	if (got <= 0)
		return -EFAULT;
	hook->nr = got;
	kfree(hook);
//	^^^^^^^^^^^ leaked-pages: get_user_pages_fast
	return 0;
}

static int crane_links_ok(struct crane_hook *hook, unsigned long start)
{
	int got, i;

	got = get_user_pages_fast(start, 16, 0, hook->links);
	if (got <= 0)
		return -EFAULT;
	hook->nr = got;
	for (i = 0; i < hook->nr; i++)
		put_page(hook->links[i]);
	kfree(hook);
	return 0;
}

/* Each turn lets go of as many slots as the folio in the first of them has pages. */
static int crane_fold_ok(struct file *memfd, int nr)
{
	struct folio **folios;
	pgoff_t offset;
	int i, got;

	folios = kvmalloc_array(nr, sizeof(*folios), GFP_KERNEL);
	if (!folios)
		return -ENOMEM;
	got = memfd_pin_folios(memfd, 0, SZ_1M, folios, nr, &offset);
	if (got <= 0) {
		kvfree(folios);
		return -EFAULT;
	}
	for (i = 0; i < got; i += folio_nr_pages(folios[i]))
		unpin_folios(&folios[i], folio_nr_pages(folios[i]));
	kvfree(folios);
	return 0;
}

/* A loop macro in the path is named by its name. */
static int crane_chain_bad(struct crane_load *load, unsigned long start)
{
	struct scatterlist *sg;
	struct page *page;
	int i;

	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	for_each_sg(load->sgt.sgl, sg, load->sgt.nents, i) {
//		   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ note 1: `for_each_sg()` takes a turn on this path
		if (sg->length == 0)
			return -EIO;
//			^^^^^^^^^^^^ leaked-pages: get_user_pages_fast
	}
	put_page(page);
	return 0;
}
