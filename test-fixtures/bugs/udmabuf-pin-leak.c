// SPDX-License-Identifier: MIT
/*
 * Each folio moves into a list node; when a node cannot be had, the array with the remaining ones is freed.
 *
 * bug: udmabuf-pin-leak
 * subject: udmabuf: remove udmabuf_folio
 * tree: v6.12, drivers/dma-buf/udmabuf.c, udmabuf_pin_folios()
 *
 * pinscope-kernel: 6.12
 */
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/memfd.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct silt_entry {
	struct list_head node;
	struct folio *folio;
};

static long silt_pin_bad(struct list_head *entries, struct file *memfd, loff_t start, loff_t size, long limit)
{
	struct silt_entry *entry;
	struct folio **folios;
	long got, i, ret = 0;
	pgoff_t offset;

	folios = kvmalloc_array(limit, sizeof(*folios), GFP_KERNEL);
	if (!folios)
		return -ENOMEM;
	got = memfd_pin_folios(memfd, start, start + size - 1, folios, limit, &offset);
	if (got <= 0) {
		kvfree(folios);
		return got ? got : -EINVAL;
	}
	for (i = 0; i < got; i++) {
		entry = kzalloc(sizeof(*entry), GFP_KERNEL);
		if (!entry) {
			ret = -ENOMEM;
			break;
		}
		entry->folio = folios[i];
		list_add(&entry->node, entries);
	}
	kvfree(folios);
//	^^^^^^^^^^^^^^ leaked-pages: memfd_pin_folios
	return ret;
}

static long silt_pin_ok(struct list_head *entries, struct file *memfd, loff_t start, loff_t size, long limit)
{
	struct silt_entry *entry;
	struct folio **folios;
	long got, i, ret = 0;
	pgoff_t offset;

	folios = kvmalloc_array(limit, sizeof(*folios), GFP_KERNEL);
	if (!folios)
		return -ENOMEM;
	got = memfd_pin_folios(memfd, start, start + size - 1, folios, limit, &offset);
	if (got <= 0) {
		kvfree(folios);
		return got ? got : -EINVAL;
	}
	for (i = 0; i < got; i++) {
		entry = kzalloc(sizeof(*entry), GFP_KERNEL);
		if (!entry) {
			unpin_folios(folios + i, got - i);
			ret = -ENOMEM;
			break;
		}
		entry->folio = folios[i];
		list_add(&entry->node, entries);
	}
	kvfree(folios);
	return ret;
}
