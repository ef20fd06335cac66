// SPDX-License-Identifier: MIT
/*
 * An error exit behind the extraction ends the bio without its pages.
 *
 * bug: zonefs-append-err-leak
 * subject: zonefs: fix page reference and BIO leak
 * tree: v5.8, fs/zonefs/super.c, zonefs_file_dio_append()
 *
 * pinscope-kernel: 5.8
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/uio.h>

static ssize_t strip_check_bad(struct block_device *bdev, struct iov_iter *from, size_t want)
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
	if (bio->bi_iter.bi_size != want) {
		bio_put(bio);
		return -EIO;
//		^^^^^^^^^^^^ leaked-pages: bio_iov_iter_get_pages
	}
	ret = submit_bio_wait(bio);
	bio_release_pages(bio, false);
	bio_put(bio);
	return ret;
}

static ssize_t strip_check_ok(struct block_device *bdev, struct iov_iter *from, size_t want)
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
	if (bio->bi_iter.bi_size != want) {
		ret = -EIO;
		goto out;
	}
	ret = submit_bio_wait(bio);
out:
	bio_release_pages(bio, false);
	bio_put(bio);
	return ret;
}
