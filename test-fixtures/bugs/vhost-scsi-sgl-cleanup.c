// SPDX-License-Identifier: MIT
/*
 * The error loop walks on from an advanced cursor: what was taken stays, what follows is put.
 *
 * bug: vhost-scsi-sgl-cleanup
 * subject: vhost/scsi: switch to iov_iter_get_pages()
 * tree: v4.4, drivers/vhost/scsi.c, vhost_scsi_iov_to_sgl()
 *
 * pinscope-kernel: 4.4
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>

#define RAFT_MAX 16

static int raft_build_bad(struct scatterlist *sg, unsigned long *starts, int nr)
{
	struct page *pages[RAFT_MAX], **cursor = pages;
	int i, ret = 0;

	if (nr > RAFT_MAX)
		return -E2BIG;
	for (i = 0; i < nr; i++) {
		ret = get_user_pages_fast(starts[i], 1, 1, cursor);
		if (ret != 1) {
			ret = -EFAULT;
			goto fail;
		}
		cursor++;
	}
	for (i = 0; i < nr; i++)
		sg_set_page(&sg[i], pages[i], PAGE_SIZE, 0);
	return 0;
fail:
	while (i-- > 0)
		put_page(*cursor++);
//		^^^^^^^^^^^^^^^^^^^ over-release: put_page
	return ret;
//	^^^^^^^^^^ leaked-pages: get_user_pages_fast
}

static int raft_build_ok(struct scatterlist *sg, unsigned long *starts, int nr)
{
	struct page *pages[RAFT_MAX], **cursor = pages;
	int i, ret = 0;

	if (nr > RAFT_MAX)
		return -E2BIG;
	for (i = 0; i < nr; i++) {
		ret = get_user_pages_fast(starts[i], 1, 1, cursor);
		if (ret != 1) {
			ret = -EFAULT;
			goto fail;
		}
		cursor++;
	}
	for (i = 0; i < nr; i++)
		sg_set_page(&sg[i], pages[i], PAGE_SIZE, 0);
	return 0;
fail:
	while (i-- > 0)
		put_page(*--cursor);
	return ret;
}
