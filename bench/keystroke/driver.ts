/** A driver of any length, generated: functions that pin, map, unwind and let go, among others that do neither. */

/** Text of at least `lines` lines; equal numbers give equal texts. */
export function generateDriver(lines: number): string {
  const parts = [head];
  let count = countLines(head);
  for (let number = 0; count < lines; number++) {
    const make = shapes[number % shapes.length];
    const text = make?.(number) ?? "";
    parts.push(text);
    count += countLines(text);
  }
  return parts.join("");
}

const countLines = (text: string): number => text.split("\n").length - 1;

const head = `// SPDX-License-Identifier: MIT
#include <linux/mm.h>
#include <linux/slab.h>
#include "press.h"

#define PRESS_MAX_PAGES 64
#define press_err(press, text, ...) dev_err((press)->device, text, ##__VA_ARGS__)

struct press_sheet {
	struct list_head link;
	unsigned long address;
	unsigned int count;
	struct page **pages;
};

struct press {
	struct device *device;
	struct mutex lock;
	struct list_head sheets;
	u32 state[16];
	unsigned long flags;
};

`;

const shapes: readonly ((number: number) => string)[] = [
  (number) => `static u32 press_read_${number}(struct press *press, unsigned int index)
{
	u32 value;

	mutex_lock(&press->lock);
	if (index >= ARRAY_SIZE(press->state)) {
		mutex_unlock(&press->lock);
		return 0;
	}
	value = press->state[index] & ${number + 1};
	switch (value) {
	case 0:
		value = index;
		break;
	case 1 ... 7:
		value <<= 2;
		fallthrough;
	default:
		value += ${number};
	}
	mutex_unlock(&press->lock);
	return value;
}

`,
  (number) => `/* Takes the pages of one sheet; what was pinned of a short pin is let go again. */
static int press_load_${number}(struct press *press, struct press_sheet *sheet, unsigned long address)
{
	unsigned int wanted = min_t(unsigned int, sheet->count, PRESS_MAX_PAGES);
	struct page **pages;
	int pinned, ret;

	pages = kcalloc(wanted, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;

	pinned = pin_user_pages_fast(address, wanted, FOLL_WRITE | FOLL_LONGTERM, pages);
	if (pinned < 0) {
		ret = pinned;
		goto err_free;
	}
	if (pinned != wanted) {
		ret = -EFAULT;
		goto err_unpin;
	}
	ret = press_check_${number}(press, pages, wanted);
	if (ret)
		goto err_unpin;

	sheet->address = address;
	sheet->pages = pages;
	list_add_tail(&sheet->link, &press->sheets);
	return 0;

err_unpin:
	unpin_user_pages(pages, pinned);
err_free:
	kfree(pages);
	return ret;
}

`,
  (number) => `static void press_drop_${number}(struct press *press, struct press_sheet *sheet, bool dirty)
{
	unsigned int index;

	for (index = 0; index < sheet->count; index++)
		press->state[index % ARRAY_SIZE(press->state)] ^= index;
	if (press_read_${number - 2}(press, 3) > ${number})
		press_err(press, "sheet %lx dropped\\n", sheet->address);
	unpin_user_pages_dirty_lock(sheet->pages, sheet->count, dirty);
	kfree(sheet->pages);
	sheet->pages = NULL;
	list_del(&sheet->link);
}

`,
  (
    number,
  ) => `static int press_stamp_${number}(struct press *press, unsigned long address, const void *data, size_t size)
{
	struct page *page;
	void *target;
	int ret;

	if (size > PAGE_SIZE || offset_in_page(address) + size > PAGE_SIZE)
		return -EINVAL;
	ret = get_user_pages_fast(address, 1, FOLL_WRITE, &page);
	if (ret < 1)
		return ret < 0 ? ret : -EFAULT;
	target = kmap_local_page(page);
	memcpy(target + offset_in_page(address), data, size);
	kunmap_local(target);
	set_page_dirty_lock(page);
	put_page(page);
	press->state[${number % 16}]++;
	return 0;
}

`,
  (
    number,
  ) => `static long press_control_${number}(struct press *press, unsigned int command, unsigned long argument)
{
	struct press_sheet *sheet, *next;
	long ret = -ENOTTY;

	mutex_lock(&press->lock);
	switch (command) {
	case ${number}:
		ret = press_read_${number - 4}(press, argument);
		break;
	case ${number + 1}:
		list_for_each_entry_safe(sheet, next, &press->sheets, link) {
			if (sheet->address != argument)
				continue;
			press_drop_${number - 2}(press, sheet, true);
			kfree(sheet);
		}
		ret = 0;
		break;
	case ${number + 2}:
		sheet = kzalloc(sizeof(*sheet), GFP_KERNEL);
		if (!sheet) {
			ret = -ENOMEM;
			break;
		}
		sheet->count = argument & 31;
		ret = press_load_${number - 3}(press, sheet, argument);
		if (ret)
			kfree(sheet);
		break;
	}
	mutex_unlock(&press->lock);
	return ret;
}

`,
];
