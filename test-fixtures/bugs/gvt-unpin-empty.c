// SPDX-License-Identifier: MIT
/*
 * When the very first page cannot be pinned, the unwinding still asks for the release of a range without pages.
 *
 * bug: gvt-unpin-empty
 * subject: drm/i915/gvt: Don't try to unpin an empty page range
 * tree: v6.3, drivers/gpu/drm/i915/gvt/kvmgt.c, gvt_pin_guest_page()
 *
 * pinscope-kernel: 6.3
 */
#include <linux/errno.h>
#include <linux/iommu.h>
#include <linux/vfio.h>

struct arbor {
	struct vfio_device vdev;
};

static void arbor_prune(struct arbor *arbor, dma_addr_t trunk, unsigned long bytes)
{
	vfio_unpin_pages(&arbor->vdev, trunk, DIV_ROUND_UP(bytes, PAGE_SIZE));
}

static int arbor_graft_bad(struct arbor *arbor, dma_addr_t trunk, int wanted, struct page **first)
{
	struct page *page;
	int grown, ret;

	for (grown = 0; grown < wanted; grown++) {
		ret = vfio_pin_pages(&arbor->vdev, trunk + grown * PAGE_SIZE, 1, IOMMU_READ, &page);
		if (ret != 1)
			goto cut;
		if (grown == 0)
			*first = page;
	}
	return 0;
cut:
	arbor_prune(arbor, trunk, grown * PAGE_SIZE);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ negative-page-count: does not take 0
	return ret < 0 ? ret : -EFAULT;
}

static int arbor_graft_ok(struct arbor *arbor, dma_addr_t trunk, int wanted, struct page **first)
{
	struct page *page;
	int grown, ret;

	for (grown = 0; grown < wanted; grown++) {
		ret = vfio_pin_pages(&arbor->vdev, trunk + grown * PAGE_SIZE, 1, IOMMU_READ, &page);
		if (ret != 1)
			goto cut;
		if (grown == 0)
			*first = page;
	}
	return 0;
cut:
	if (grown)
		arbor_prune(arbor, trunk, grown * PAGE_SIZE);
	return ret < 0 ? ret : -EFAULT;
}

/* That a caller may want nothing is the caller's business. */
static int arbor_plant_ok(struct arbor *arbor, dma_addr_t trunk, unsigned long bytes, struct page **first)
{
	int ret;

	ret = arbor_graft_ok(arbor, trunk, DIV_ROUND_UP(bytes, PAGE_SIZE), first);
	if (ret)
		return ret;
	if (dma_map_page(arbor->vdev.dev, *first, 0, bytes, DMA_BIDIRECTIONAL) == DMA_MAPPING_ERROR) {
		arbor_prune(arbor, trunk, bytes);
		return -ENOMEM;
	}
	return 0;
}
