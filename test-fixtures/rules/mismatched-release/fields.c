// SPDX-License-Identifier: MIT
/*
 * An invented cooperage: a page in a field of a record that was there before is let go in the wrong way.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct keg {
	struct page *page;
	struct page *staves[16];
	int nr;
};

/* The field names the page that the local named. */
static int keg_seal_bad(struct keg *keg, unsigned long start)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	keg->page = page;
	unpin_user_page(keg->page);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^ mismatched-release: unpin_user_page
	return 0;
}

static int keg_seal_ok(struct keg *keg, unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	keg->page = page;
	unpin_user_page(keg->page);
	return 0;
}

static int keg_direct_bad(struct keg *keg, unsigned long start)
{
	if (pin_user_pages_fast(start, 1, 0, &keg->page) != 1)
		return -EFAULT;
	put_page(keg->page);
//	^^^^^^^^^^^^^^^^^^^ mismatched-release: put_page
	return 0;
}
