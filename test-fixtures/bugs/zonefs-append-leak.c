// SPDX-License-Identifier: MIT
/*
 * A synchronous write waits for its bio and drops it with the pages of the user still inside.
 *
 * bug: zonefs-append-leak
 * subject: zonefs: fix page reference and BIO leak
 * tree: v5.8, fs/zonefs/super.c, zonefs_file_dio_append()
 *
 * pinscope-kernel: 5.8
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/uio.h>

static ssize_t strip_append_bad(struct block_device *bdev, struct iov_iter *from)
{
	struct bio *bio;
	ssize_t ret;

	bio = bio_alloc(GFP_NOFS, iov_iter_npages(from, BIO_MAX_PAGES));
	if (!bio)
		return -ENOMEM;
	bio_set_dev(bio, bdev);
	ret = bio_iov_iter_get_pages(bio, from);
	if (ret) {
		bio_put(bio);
		return ret;
	}
	ret = submit_bio_wait(bio);
	bio_put(bio);
	return ret;
//	^^^^^^^^^^^ leaked-pages: bio_iov_iter_get_pages
}

static ssize_t strip_append_ok(struct block_device *bdev, struct iov_iter *from)
{
	struct bio *bio;
	ssize_t ret;

	bio = bio_alloc(GFP_NOFS, iov_iter_npages(from, BIO_MAX_PAGES));
	if (!bio)
		return -ENOMEM;
	bio_set_dev(bio, bdev);
	ret = bio_iov_iter_get_pages(bio, from);
	if (ret) {
		bio_put(bio);
		return ret;
	}
	ret = submit_bio_wait(bio);
	bio_release_pages(bio, false);
	bio_put(bio);
	return ret;
}
