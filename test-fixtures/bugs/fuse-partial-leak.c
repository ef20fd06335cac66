// SPDX-License-Identifier: MIT
/*
 * A later turn fails; the pages of the earlier ones are let go by the caller only when all went well.
 *
 * bug: fuse-partial-leak
 * subject: fuse: return patrial success from fuse_direct_io()
 * tree: v4.4, fs/fuse/file.c, fuse_get_user_pages()
 *
 * pinscope-kernel: 4.4
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct brook {
	struct page *pages[16];
	int num_pages;
};

static int brook_fill(struct brook *brook, unsigned long *starts, int want)
{
	int ret;

	while (brook->num_pages < want && brook->num_pages < 16) {
		ret = get_user_pages_fast(starts[brook->num_pages], 1, 1, &brook->pages[brook->num_pages]);
		if (ret != 1)
			return ret < 0 ? ret : -EFAULT;
		brook->num_pages++;
	}
	return 0;
}

static void brook_release(struct brook *brook)
{
	while (brook->num_pages)
		put_page(brook->pages[--brook->num_pages]);
}

static int brook_flow_bad(unsigned long *starts, int want)
{
	struct brook *brook = kzalloc(sizeof(*brook), GFP_KERNEL);
	int ret;

	if (!brook)
		return -ENOMEM;
	ret = brook_fill(brook, starts, want);
	if (!ret)
		brook_release(brook);
	kfree(brook);
//	^^^^^^^^^^^^ leaked-pages
	return ret;
}

static int brook_flow_ok(unsigned long *starts, int want)
{
	struct brook *brook = kzalloc(sizeof(*brook), GFP_KERNEL);
	int ret;

	if (!brook)
		return -ENOMEM;
	ret = brook_fill(brook, starts, want);
	brook_release(brook);
	kfree(brook);
	return ret;
}
