// SPDX-License-Identifier: MIT
/*
 * An invented prism under 6.1: follow_page() holds the page only when asked to.
 *
 * pinscope-kernel: 6.1
 */
#include <linux/err.h>
#include <linux/mm.h>

static int prism_follow_bad(struct vm_area_struct *vma, unsigned long addr)
{
	struct page *page;
	int ret;

	page = follow_page(vma, addr, FOLL_DUMP);
//				      ^^^^^^^^^ invalid-foll-flags: FOLL_GET
	if (IS_ERR_OR_NULL(page))
		return -EFAULT;
	ret = PageDirty(page);
	return ret;
}

static int prism_follow_ok(struct vm_area_struct *vma, unsigned long addr)
{
	struct page *page;
	int ret;

	page = follow_page(vma, addr, FOLL_GET | FOLL_DUMP);
	if (IS_ERR_OR_NULL(page))
		return -EFAULT;
	ret = PageDirty(page);
	put_page(page);
	return ret;
}
