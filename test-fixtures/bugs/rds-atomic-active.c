// SPDX-License-Identifier: MIT
/*
 * The error path drops the page and leaves the operation active, so the free path drops it again.
 *
 * bug: rds-atomic-active
 * subject: RDS: null pointer dereference in rds_atomic_free_op
 * tree: v4.4, net/rds/rdma.c, rds_cmsg_atomic()
 *
 * pinscope-kernel: 4.4
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct tick {
	struct page *page;
	unsigned int active:1;
};

int tick_notify(unsigned long cookie);

static int tick_parse_early(struct tick *tick, unsigned long addr, unsigned long cookie)
{
	int ret;

	tick->active = 0;
	ret = get_user_pages_fast(addr, 1, 1, &tick->page);
	if (ret != 1)
		return -EFAULT;
	tick->active = 1;
	ret = tick_notify(cookie);
	if (ret)
		put_page(tick->page);
	return ret;
}

static void tick_free(struct tick *tick)
{
	if (tick->active)
		put_page(tick->page);
	kfree(tick);
}

static int tick_run_bad(unsigned long addr, unsigned long cookie)
{
	struct tick *tick = kzalloc(sizeof(*tick), GFP_KERNEL);
	int ret;

	if (!tick)
		return -ENOMEM;
	ret = tick_parse_early(tick, addr, cookie);
	tick_free(tick);
//	^^^^^^^^^^^^^^^ double-release: put_page
	return ret;
}

static int tick_parse_late(struct tick *tick, unsigned long addr, unsigned long cookie)
{
	int ret;

	tick->active = 0;
	ret = get_user_pages_fast(addr, 1, 1, &tick->page);
	if (ret != 1)
		return -EFAULT;
	ret = tick_notify(cookie);
	if (ret) {
		put_page(tick->page);
		return ret;
	}
	tick->active = 1;
	return 0;
}

static int tick_run_ok(unsigned long addr, unsigned long cookie)
{
	struct tick *tick = kzalloc(sizeof(*tick), GFP_KERNEL);
	int ret;

	if (!tick)
		return -ENOMEM;
	ret = tick_parse_late(tick, addr, cookie);
	tick_free(tick);
	return ret;
}
