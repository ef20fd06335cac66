// SPDX-License-Identifier: MIT
/*
 * An invented weaving machine: goto unwinding, early returns and common exits.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

#define LOOM_THREADS 8

struct loom {
	struct device *dev;
	struct page **pages;
	unsigned long nr;
	void *card;
	void __iomem *regs;
	struct mutex lock;
};

/* The jump lands one label too low: the pins stay, the array goes. */
static int loom_string_bad(struct loom *loom, unsigned long start, int nr)
{
	struct page **pages;
	void *card;
	int got, ret;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	got = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
//	      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ note 1: pin_user_pages_fast
	if (got != nr) {
		ret = got < 0 ? got : -EFAULT;
		goto release;
	}

	card = kzalloc(128, GFP_KERNEL);
	if (!card) {
		ret = -ENOMEM;
		goto free_array;
	}

	loom->pages = pages;
	loom->nr = nr;
	loom->card = card;
	return 0;

release:
	if (got > 0)
		unpin_user_pages(pages, got);
free_array:
	kvfree(pages);
//	^^^^^^^^^^^^^ leaked-pages: pin_user_pages_fast
	return ret;
}

static int loom_string_ok(struct loom *loom, unsigned long start, int nr)
{
	struct page **pages;
	void *card;
	int got, ret;

	pages = kvmalloc_array(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	got = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
	if (got != nr) {
		ret = got < 0 ? got : -EFAULT;
		goto release;
	}

	card = kzalloc(128, GFP_KERNEL);
	if (!card) {
		ret = -ENOMEM;
		goto release;
	}

	loom->pages = pages;
	loom->nr = nr;
	loom->card = card;
	return 0;

release:
	if (got > 0)
		unpin_user_pages(pages, got);
	kvfree(pages);
	return ret;
}

/* A check added later, between the pin and its release. */
static int loom_pulse_bad(struct loom *loom, unsigned long start)
{
	struct page *threads[LOOM_THREADS];
	int got;

	got = pin_user_pages_fast(start, LOOM_THREADS, 0, threads);
	if (got < 0)
		return got;

	if (readl(loom->regs) & 1)
		return -EBUSY;
//		^^^^^^^^^^^^^ leaked-pages: pin_user_pages_fast

	writel(got, loom->regs);
	unpin_user_pages(threads, got);
	return 0;
}

static int loom_pulse_ok(struct loom *loom, unsigned long start)
{
	struct page *threads[LOOM_THREADS];
	int got, ret = 0;

	got = pin_user_pages_fast(start, LOOM_THREADS, 0, threads);
	if (got < 0)
		return got;

	if (readl(loom->regs) & 1)
		ret = -EBUSY;
	else
		writel(got, loom->regs);

	unpin_user_pages(threads, got);
	return ret;
}

/* One exit for success and failure alike. */
static int loom_measure_ok(struct loom *loom, unsigned long start, int nr)
{
	struct page **pages;
	int got = 0, ret;

	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	mutex_lock(&loom->lock);
	if (!loom->card) {
		ret = -ENODEV;
		goto out;
	}

	got = pin_user_pages_fast(start, nr, 0, pages);
	if (got < nr) {
		ret = got < 0 ? got : -EFAULT;
		goto out;
	}
	ret = 0;
out:
	mutex_unlock(&loom->lock);
	if (got > 0)
		unpin_user_pages(pages, got);
	kfree(pages);
	return ret;
}

/* The same exit, but one jump goes past it. */
static int loom_measure_bad(struct loom *loom, unsigned long start, int nr)
{
	struct page **pages;
	int got = 0, ret;

	pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	mutex_lock(&loom->lock);
	if (!loom->card) {
		ret = -ENODEV;
		goto out_unlock;
	}

	got = pin_user_pages_fast(start, nr, 0, pages);
	if (got < nr) {
		ret = got < 0 ? got : -EFAULT;
		goto out;
	}

	if (loom->nr > (unsigned long)nr) {
		ret = -ENOSPC;
		goto out_unlock;
	}
	ret = 0;
out:
	if (got > 0)
		unpin_user_pages(pages, got);
out_unlock:
	mutex_unlock(&loom->lock);
	kfree(pages);
//	^^^^^^^^^^^^ leaked-pages: pin_user_pages_fast
	return ret;
}

/* Three arrays, three guarded labels; the middle one is forgotten. */
static int loom_triple_bad(unsigned long warp, unsigned long weft, unsigned long edge)
{
	struct page *a[4], *b[4], *c[4];
	int na, nb, nc, ret = -EFAULT;

	na = pin_user_pages_fast(warp, 4, FOLL_WRITE, a);
	if (na != 4)
		goto out_a;

	nb = pin_user_pages_fast(weft, 4, FOLL_WRITE, b);
	if (nb != 4)
		goto out_b;

	nc = pin_user_pages_fast(edge, 4, FOLL_WRITE, c);
	if (nc != 4)
		goto out_c;

	unpin_user_pages(c, nc);
	unpin_user_pages(b, nb);
	unpin_user_pages(a, na);
	return 0;

out_c:
	if (nc > 0)
		unpin_user_pages(c, nc);
	goto out_a;
out_b:
	if (nb > 0)
		unpin_user_pages(b, nb);
out_a:
	if (na > 0)
		unpin_user_pages(a, na);
	return ret;
//	^^^^^^^^^^ leaked-pages: pin_user_pages_fast
}

static int loom_triple_ok(unsigned long warp, unsigned long weft, unsigned long edge)
{
	struct page *a[4], *b[4], *c[4];
	int na, nb, nc, ret = -EFAULT;

	na = pin_user_pages_fast(warp, 4, FOLL_WRITE, a);
	if (na != 4)
		goto out_a;

	nb = pin_user_pages_fast(weft, 4, FOLL_WRITE, b);
	if (nb != 4)
		goto out_b;

	nc = pin_user_pages_fast(edge, 4, FOLL_WRITE, c);
	if (nc != 4)
		goto out_c;

	ret = 0;
out_c:
	if (nc > 0)
		unpin_user_pages(c, nc);
out_b:
	if (nb > 0)
		unpin_user_pages(b, nb);
out_a:
	if (na > 0)
		unpin_user_pages(a, na);
	return ret;
}

/* The result is folded into an errno without a middle operand. */
static int loom_fold_ok(unsigned long start, struct page **slot)
{
	int ret;

	ret = pin_user_pages_fast(start, 1, FOLL_WRITE | FOLL_LONGTERM, slot);
	if (ret != 1)
		return ret ?: -EFAULT;
	return 0;
}

/* A warning changes nothing about who holds what. */
static int loom_warn_ok(unsigned long start)
{
	struct page *threads[LOOM_THREADS];
	int got;

	got = pin_user_pages_fast(start, LOOM_THREADS, FOLL_WRITE, threads);
	if (WARN_ON_ONCE(got <= 0))
		return -EFAULT;
	if (unlikely(got < LOOM_THREADS))
		pr_warn("loom: %d of %d threads\n", got, LOOM_THREADS);

	unpin_user_pages_dirty_lock(threads, got, true);
	return 0;
}

/* The lock is dropped by a guard, the pages by nobody. */
static int loom_guard_bad(struct loom *loom, unsigned long start)
{
	struct page *thread;

	guard(mutex)(&loom->lock);
	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &thread) != 1)
		return -EFAULT;
	if (!loom->card)
		return -ENODEV;
//		^^^^^^^^^^^^^^ leaked-pages: pin_user_pages_fast
	unpin_user_pages_dirty_lock(&thread, 1, true);
	return 0;
}

static int loom_guard_ok(struct loom *loom, unsigned long start)
{
	struct page *thread;

	guard(mutex)(&loom->lock);
	if (!loom->card)
		return -ENODEV;
	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &thread) != 1)
		return -EFAULT;
	unpin_user_pages_dirty_lock(&thread, 1, true);
	return 0;
}

/* A switch whose default forgets. */
static int loom_mode_bad(unsigned long start, int mode)
{
	struct page *threads[LOOM_THREADS];
	int got;

	got = get_user_pages_fast(start, LOOM_THREADS, FOLL_WRITE, threads);
	if (got <= 0)
		return got ? got : -EFAULT;

	switch (mode) {
	case 0:
	case 1:
		release_pages(threads, got);
		return 0;
	case 2 ... 5:
		while (got > 0)
			put_page(threads[--got]);
		return mode;
	default:
		return -EINVAL;
//		^^^^^^^^^^^^^^ leaked-pages: get_user_pages_fast
	}
}

static int loom_mode_ok(unsigned long start, int mode)
{
	struct page *threads[LOOM_THREADS];
	int got, ret;

	got = get_user_pages_fast(start, LOOM_THREADS, FOLL_WRITE, threads);
	if (got <= 0)
		return got ? got : -EFAULT;

	switch (mode) {
	case 0:
	case 1:
		ret = 0;
		break;
	case 2 ... 5:
		ret = mode;
		break;
	default:
		ret = -EINVAL;
	}
	while (got > 0)
		put_page(threads[--got]);
	return ret;
}

/* A statement macro hides the return. */
#define LOOM_CHECK(cond, err)			\
	do {					\
		if (!(cond))			\
			return err;		\
	} while (0)

static int loom_macro_bad(struct loom *loom, unsigned long start)
{
	struct page *threads[LOOM_THREADS];
	int got;

	got = pin_user_pages_fast(start, LOOM_THREADS, FOLL_WRITE, threads);
	if (got < 0)
		return got;
	LOOM_CHECK(loom->card, -ENODEV);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ leaked-pages: pin_user_pages_fast
	unpin_user_pages(threads, got);
	return 0;
}

#define LOOM_CHECK_GOTO(cond, err, label)	\
	do {					\
		if (!(cond)) {			\
			ret = err;		\
			goto label;		\
		}				\
	} while (0)

static int loom_macro_ok(struct loom *loom, unsigned long start)
{
	struct page *threads[LOOM_THREADS];
	int got, ret = 0;

	got = pin_user_pages_fast(start, LOOM_THREADS, FOLL_WRITE, threads);
	if (got < 0)
		return got;
	LOOM_CHECK_GOTO(loom->card, -ENODEV, unpin);
unpin:
	unpin_user_pages(threads, got);
	return ret;
}

/* A void function that runs off its end. */
static void loom_touch_bad(unsigned long start, bool keep)
{
	struct page *thread;

	if (get_user_pages_fast(start, 1, 0, &thread) != 1)
		return;
	if (!keep)
		put_page(thread);
}
//< leaked-pages: get_user_pages_fast

static void loom_touch_ok(unsigned long start, bool mark)
{
	struct page *thread;

	if (get_user_pages_fast(start, 1, 0, &thread) != 1)
		return;
	if (mark)
		mark_page_accessed(thread);
	put_page(thread);
}
