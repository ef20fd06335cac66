// SPDX-License-Identifier: MIT
/*
 * An invented block reader and writer that reach into user memory directly. Written for this project: the documented
 * comparisons of kernels run these functions.
 */
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/uio.h>

#define DIRECT_SEGMENTS 16

struct direct_target {
	struct block_device *device;
	sector_t start;
};

/* Sends one request that moves data between the device and the pages of an iterator. */
static int direct_transfer(struct direct_target *target, struct iov_iter *memory, blk_opf_t operation)
{
	struct bio *request;
	int ret;

	request = bio_alloc(target->device, DIRECT_SEGMENTS, operation, GFP_KERNEL);
	if (!request)
		return -ENOMEM;
	request->bi_iter.bi_sector = target->start;

	ret = bio_iov_iter_get_pages(request, memory);
	if (ret)
		goto put_request;

	ret = submit_bio_wait(request);
	bio_release_pages(request, operation == REQ_OP_READ);
put_request:
	bio_put(request);
	return ret;
}

/* Reads from the device into the user's buffer. */
int direct_read(struct direct_target *target, void __user *buffer, size_t length)
{
	struct iov_iter memory;

	iov_iter_ubuf(&memory, ITER_DEST, buffer, length);
	return direct_transfer(target, &memory, REQ_OP_READ);
}

/* Writes the user's buffer to the device. */
int direct_write(struct direct_target *target, void __user *buffer, size_t length)
{
	struct iov_iter memory;

	iov_iter_ubuf(&memory, ITER_SOURCE, buffer, length);
	return direct_transfer(target, &memory, REQ_OP_WRITE);
}
