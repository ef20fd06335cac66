// SPDX-License-Identifier: MIT
/*
 * The unwinding puts the pages and keeps their count; the purge of the message puts them again.
 *
 * bug: rds-zcopy-double-put
 * subject: net/rds: reset op_nents when zerocopy page pin fails
 * tree: v6.19, net/rds/message.c, rds_message_zcopy_from_user()
 *
 * pinscope-kernel: 6.19
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uio.h>

struct parcel {
	struct page *pages[16];
	int nents;
};

static void parcel_purge(struct parcel *parcel)
{
	int i;

	for (i = 0; i < parcel->nents; i++)
		put_page(parcel->pages[i]);
	parcel->nents = 0;
}

static int parcel_fill_keep(struct parcel *parcel, unsigned long *starts, int nr)
{
	int i;

	parcel->nents = 0;
	if (nr > 16)
		return -E2BIG;
	for (i = 0; i < nr; i++) {
		if (get_user_pages_fast(starts[i], 1, 0, &parcel->pages[i]) != 1) {
			while (i--)
				put_page(parcel->pages[i]);
			return -EFAULT;
		}
		parcel->nents++;
	}
	return 0;
}

static int parcel_send_bad(unsigned long *starts, int nr)
{
	struct parcel *parcel;
	int ret;

	parcel = kzalloc(sizeof(*parcel), GFP_KERNEL);
	if (!parcel)
		return -ENOMEM;
	ret = parcel_fill_keep(parcel, starts, nr);
	parcel_purge(parcel);
//	^^^^^^^^^^^^^^^^^^^^ double-release: put_page
	kfree(parcel);
	return ret;
}

static int parcel_fill_clear(struct parcel *parcel, unsigned long *starts, int nr)
{
	int i;

	parcel->nents = 0;
	if (nr > 16)
		return -E2BIG;
	for (i = 0; i < nr; i++) {
		if (get_user_pages_fast(starts[i], 1, 0, &parcel->pages[i]) != 1) {
			while (i--)
				put_page(parcel->pages[i]);
			parcel->nents = 0;
			return -EFAULT;
		}
		parcel->nents++;
	}
	return 0;
}

static int parcel_send_ok(unsigned long *starts, int nr)
{
	struct parcel *parcel;
	int ret;

	parcel = kzalloc(sizeof(*parcel), GFP_KERNEL);
	if (!parcel)
		return -ENOMEM;
	ret = parcel_fill_clear(parcel, starts, nr);
	parcel_purge(parcel);
	kfree(parcel);
	return ret;
}
