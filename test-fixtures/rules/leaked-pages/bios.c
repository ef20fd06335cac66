// SPDX-License-Identifier: MIT
/*
 * An invented canal: pages of the user's buffer in bios of one's own, and in bios of somebody else.
 *
 * pinscope-kernel: 6.12
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/mm.h>
#include <linux/uio.h>

#define CANAL_VECS 8

struct canal {
	struct block_device *bdev;
	struct bio *queued;
	bool closed;
};

/* A bio on the stack: only its release lets go of the pages. */
static int canal_ferry_bad(struct canal *canal, struct iov_iter *iter)
{
	struct bio_vec vecs[CANAL_VECS];
	struct bio bio;
	int ret;

	bio_init(&bio, canal->bdev, vecs, CANAL_VECS, REQ_OP_WRITE);
	ret = bio_iov_iter_get_pages(&bio, iter);
	if (ret)
		return ret;
	if (canal->closed) {
		bio_uninit(&bio);
		return -EBUSY;
//		^^^^^^^^^^^^^^ leaked-pages: bio_iov_iter_get_pages
	}
	ret = submit_bio_wait(&bio);
	bio_release_pages(&bio, false);
	bio_uninit(&bio);
	return ret;
}

static int canal_ferry_ok(struct canal *canal, struct iov_iter *iter)
{
	struct bio_vec vecs[CANAL_VECS];
	struct bio bio;
	int ret;

	bio_init(&bio, canal->bdev, vecs, CANAL_VECS, REQ_OP_WRITE);
	ret = bio_iov_iter_get_pages(&bio, iter);
	if (ret)
		goto out;
	ret = canal->closed ? -EBUSY : submit_bio_wait(&bio);
	bio_release_pages(&bio, false);
out:
	bio_uninit(&bio);
	return ret;
}

/* Whoever completes the bio lets go of its pages. */
static void canal_send(struct bio *bio)
{
	bio->bi_opf |= REQ_SYNC;
	submit_bio(bio);
}

static int canal_send_ok(struct canal *canal, struct iov_iter *iter)
{
	struct bio *bio = bio_alloc(canal->bdev, CANAL_VECS, REQ_OP_WRITE, GFP_KERNEL);
	int ret;

	if (!bio)
		return -ENOMEM;
	ret = bio_iov_iter_get_pages(bio, iter);
	if (ret) {
		bio_put(bio);
		return ret;
	}
	canal_send(bio);
	return 0;
}

static int canal_keep_ok(struct canal *canal, struct iov_iter *iter)
{
	struct bio *bio = bio_alloc(canal->bdev, CANAL_VECS, REQ_OP_WRITE, GFP_KERNEL);
	int ret;

	if (!bio)
		return -ENOMEM;
	ret = bio_iov_iter_get_pages(bio, iter);
	/* a bio that has pages is given no more, without an error, where the buffer ends early */
	if (!ret && iov_iter_count(iter))
		ret = -EFAULT;
	if (ret) {
		bio_release_pages(bio, false);
		bio_put(bio);
		return ret;
	}
	canal->queued = bio;
	return 0;
}

/* The caller's bio is the caller's to complete. */
static int canal_fill_ok(struct bio *bio, struct iov_iter *iter)
{
	return bio_iov_iter_get_pages(bio, iter);
}
