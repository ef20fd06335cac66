// SPDX-License-Identifier: MIT
/*
 * The mapping of the page just obtained fails, before its slot records it.
 *
 * bug: gasket-map-fail-leak
 * subject: staging: gasket: page table dma-map error handling (2018)
 * tree: v4.19, drivers/staging/gasket/gasket_page_table.c, gasket_perform_mapping()
 *
 * pinscope-kernel: 4.19
 */
#include <linux/dma-mapping.h>
#include <linux/errno.h>
#include <linux/mm.h>

struct cask_slot {
	struct page *page;
	dma_addr_t addr;
};

static int cask_fill_bad(struct device *dev, struct cask_slot *slots, unsigned long start, int nr)
{
	struct page *page;
	int i, ret;

	for (i = 0; i < nr; i++) {
		ret = get_user_pages_fast(start + i * PAGE_SIZE, 1, 1, &page);
		if (ret <= 0)
			return ret ? ret : -ENOMEM;
		slots[i].addr = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);
		if (dma_mapping_error(dev, slots[i].addr))
			return -EINVAL;
//			^^^^^^^^^^^^^^ leaked-pages: get_user_pages_fast
		slots[i].page = page;
	}
	return 0;
}

static int cask_fill_ok(struct device *dev, struct cask_slot *slots, unsigned long start, int nr)
{
	struct page *page;
	int i, ret;

	for (i = 0; i < nr; i++) {
		ret = get_user_pages_fast(start + i * PAGE_SIZE, 1, 1, &page);
		if (ret <= 0)
			return ret ? ret : -ENOMEM;
		slots[i].addr = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_BIDIRECTIONAL);
		if (dma_mapping_error(dev, slots[i].addr)) {
			put_page(page);
			return -EINVAL;
		}
		slots[i].page = page;
	}
	return 0;
}
