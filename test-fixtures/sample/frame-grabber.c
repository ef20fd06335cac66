// SPDX-License-Identifier: MIT
/*
 * An invented frame grabber that lets its hardware write into user memory. The sample that `npm start` checks:
 * it was written for this project, with three mistakes of the kind that real drivers make.
 */
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#define GRABBER_MAX_PAGES 1024

struct grabber_request {
	__u64 address;
	__u64 length;
};

struct grabber_buffer {
	struct page **pages;
	int page_count;
	struct sg_table table;
};

struct grabber {
	struct device *dev;
	struct mutex lock;
	struct grabber_buffer *current_buffer;
};

/* Pins the user's memory and makes a scatter list of it. */
static int grabber_map(struct grabber *grabber, struct grabber_buffer *buffer, unsigned long start, int wanted)
{
	struct page **pages;
	int pinned, ret;

	pages = kvmalloc_array(wanted, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	pinned = pin_user_pages_fast(start, wanted, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (pinned < 0) {
		ret = pinned;
		goto free_pages;
	}
	/* Mistake 1: fewer pages than wanted may have been pinned, and these stay pinned. */
	if (pinned != wanted) {
		ret = -EFAULT;
		goto free_pages;
	}

	ret = sg_alloc_table_from_pages(&buffer->table, pages, wanted, offset_in_page(start),
					(unsigned long)wanted << PAGE_SHIFT, GFP_KERNEL);
	if (ret)
		goto unpin;

	ret = dma_map_sgtable(grabber->dev, &buffer->table, DMA_FROM_DEVICE, 0);
	if (ret)
		goto free_table;

	buffer->pages = pages;
	buffer->page_count = wanted;
	return 0;

free_table:
	sg_free_table(&buffer->table);
unpin:
	unpin_user_pages(pages, wanted);
free_pages:
	kvfree(pages);
	return ret;
}

/* Takes the buffer down again; the device has written to it. */
static void grabber_unmap(struct grabber *grabber, struct grabber_buffer *buffer)
{
	dma_unmap_sgtable(grabber->dev, &buffer->table, DMA_FROM_DEVICE, 0);
	sg_free_table(&buffer->table);
	unpin_user_pages_dirty_lock(buffer->pages, buffer->page_count, true);
	kvfree(buffer->pages);
	kfree(buffer);
}

/* Clears the first page of the frame before the device starts. */
static int grabber_clear_header(unsigned long address)
{
	struct page *page;
	int got;

	got = pin_user_pages_fast(address, 1, FOLL_WRITE, &page);
	if (got != 1)
		return got < 0 ? got : -EFAULT;

	clear_highpage(page);
	/* Mistake 2: a pinned page is not let go with put_page(). */
	put_page(page);
	return 0;
}

/* Reads the user's marker word, at the beginning of the last page. */
static int grabber_read_marker(unsigned long address, u32 *marker)
{
	struct page *page;
	u32 *words;
	int got;

	got = pin_user_pages_fast(address & PAGE_MASK, 1, 0, &page);
	if (got != 1)
		return got < 0 ? got : -EFAULT;

	words = kmap_local_page(page);
	*marker = words[0];
	kunmap_local(words);

	/* Mistake 3: leaves without unpinning. */
	if (*marker == 0)
		return -EINVAL;

	unpin_user_page(page);
	return 0;
}

static long grabber_start(struct grabber *grabber, const struct grabber_request __user *argument)
{
	struct grabber_request request;
	struct grabber_buffer *buffer;
	unsigned long pages;
	u32 marker;
	int ret;

	if (copy_from_user(&request, argument, sizeof(request)))
		return -EFAULT;
	pages = DIV_ROUND_UP(offset_in_page(request.address) + request.length, PAGE_SIZE);
	if (pages == 0 || pages > GRABBER_MAX_PAGES)
		return -EINVAL;

	ret = grabber_read_marker(request.address + request.length - 1, &marker);
	if (ret)
		return ret;
	ret = grabber_clear_header(request.address);
	if (ret)
		return ret;

	buffer = kzalloc(sizeof(*buffer), GFP_KERNEL);
	if (!buffer)
		return -ENOMEM;

	mutex_lock(&grabber->lock);
	if (grabber->current_buffer) {
		ret = -EBUSY;
		goto unlock;
	}
	ret = grabber_map(grabber, buffer, request.address, pages);
	if (ret)
		goto unlock;
	grabber->current_buffer = buffer;
	mutex_unlock(&grabber->lock);
	return 0;

unlock:
	mutex_unlock(&grabber->lock);
	kfree(buffer);
	return ret;
}

static void grabber_stop(struct grabber *grabber)
{
	struct grabber_buffer *buffer;

	mutex_lock(&grabber->lock);
	buffer = grabber->current_buffer;
	grabber->current_buffer = NULL;
	mutex_unlock(&grabber->lock);
	if (buffer)
		grabber_unmap(grabber, buffer);
}

static long grabber_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	struct grabber *grabber = file->private_data;

	switch (command) {
	case _IOW('g', 1, struct grabber_request):
		return grabber_start(grabber, (const struct grabber_request __user *)argument);
	case _IO('g', 2):
		grabber_stop(grabber);
		return 0;
	default:
		return -ENOTTY;
	}
}

static const struct file_operations grabber_operations = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = grabber_ioctl,
};

MODULE_LICENSE("GPL");
