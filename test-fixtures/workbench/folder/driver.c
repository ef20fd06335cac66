// SPDX-License-Identifier: MIT
/* An invented driver, written for the tests of the extension. */
#include <linux/dma-mapping.h>
#include <linux/mm.h>

/* Pins a page of the user's and lets it go by a call that knows nothing of pins. */
static int touch_page(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	set_page_dirty_lock(page);
	put_page(page);
	return 0;
}

/* Pins a page for a device; on the error path it stays pinned. */
static int read_page(struct device *dev, unsigned long start)
{
	struct page *page;
	dma_addr_t address;
	int ret;

	ret = pin_user_pages_fast(start, 1, FOLL_WRITE, &page);
	if (ret != 1)
		return ret < 0 ? ret : -EFAULT;

	address = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(dev, address)) {
		ret = -EIO;
		goto err_map;
	}
	dma_unmap_page(dev, address, PAGE_SIZE, DMA_FROM_DEVICE);
	unpin_user_page(page);
	return 0;

err_map:

	return ret;
}
