// SPDX-License-Identifier: GPL-2.0
/* pinfix.c: runs the compiled fixtures, one case for each ioctl on /dev/pinfix, in the calling process, and reports what
   became of the pages. The cases are generated (pinfix_cases.c). */
#include <linux/miscdevice.h>
#include <linux/fs.h>
#include <linux/mman.h>
#include <linux/uaccess.h>
#include "pinfix.h"
#include "pinorc.h"

extern const struct h_case *const h_cases[];
extern const int h_ncases;

static const struct h_case *now;
#define NAMES 64
static struct {
	const char *name;
	int calls;
} counts[NAMES];
static char text[64 * 1024];
static size_t length;
static __printf(1, 2) void T(const char *f, ...)
{
	va_list ap;
	va_start(ap, f);
	length += vscnprintf(text + length, sizeof(text) - length, f, ap);
	va_end(ap);
}

/* ---- user memory ---- */
static int map(unsigned long address, long pages)
{
	unsigned long at = vm_mmap(NULL, address, pages * PAGE_SIZE, PROT_READ | PROT_WRITE,
	                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0);
	long i;

	if (at != address)
		return IS_ERR_VALUE(at) ? (int)at : -EFAULT;
	for (i = 0; i < pages; i++)
		if (put_user((char)(1 + i % 200), (char __user *)address + i * PAGE_SIZE))
			return -EFAULT;
	pinorc_drain();
	return 0;
}
static void must_map(unsigned long address, long pages)
{
	int r = map(address, pages);

	if (r)
		pr_err("pinfix: %ld pages at %lx: %d\n", pages, address, r);
}

/* ---- calls ---- */
static int count(const char *name)
{
	int i;

	for (i = 0; i < NAMES && counts[i].name; i++)
		if (!strcmp(counts[i].name, name))
			return ++counts[i].calls;
	if (i == NAMES)
		return 0;
	counts[i].name = name;
	return counts[i].calls = 1;
}
static bool is(const struct h_call *call, const char *name, int nth)
{
	return call->name && !strcmp(call->name, name) && (!call->nth || call->nth == nth);
}
static void before(const char *name, int nth)
{
	int i;

	for (i = 0; i < now->nmaps; i++)
		if (is(&now->maps[i].call, name, nth))
			must_map(now->maps[i].address, now->maps[i].pages);
}
bool h_before(const char *name)
{
	int nth = count(name), i;

	before(name, nth);
	for (i = 0; i < now->nfails; i++)
		if (is(&now->fails[i], name, nth))
			return true;
	return false;
}
long h_result(const char *name)
{
	int nth = count(name), i;

	before(name, nth);
	for (i = 0; i < now->nresults; i++)
		if (is(&now->results[i].call, name, nth)) {
			if (now->results[i].page) {
				struct page *page = h_page(now->results[i].page);

				get_page(page);
				return (long)page;
			}
			return now->results[i].value;
		}
	return 0;
}

/* ---- what a function is given ---- */
void *h_object(size_t size)
{
	return kzalloc(max_t(size_t, size, PAGE_SIZE), GFP_KERNEL | __GFP_NOFAIL);
}
struct page *h_page(unsigned long address)
{
	return pinorc_walk(address);
}
struct block_device *h_bdev(void) { return pinorc_disk->part0; }
/* what a function pointer that the code is given points to */
long h_nothing(void) { return 0; }
struct bio *h_bio(void) { return bio_alloc(h_bdev(), BIO_MAX_VECS, REQ_OP_READ, GFP_KERNEL); }
void h_iter(struct iov_iter *iter, int kind, unsigned long start, size_t length)
{
	static struct iovec iov[2];

	if (kind == 0) {
		iov_iter_ubuf(iter, READ, (void __user *)start, length);
		return;
	}
	iov[0] = (struct iovec){(void __user *)start, PAGE_SIZE};
	iov[1] = (struct iovec){(void __user *)(start + PAGE_SIZE), length - PAGE_SIZE};
	iov_iter_init(iter, READ, iov, 2, length);
}

/* ---- one case ---- */
static void hold(const struct h_given *given)
{
	struct page *page = h_page(given->address);

	must_map(given->address, 1);
	page = h_page(given->address);
	if (given->held == H_REFERENCED)
		get_page(page);
	else if (given->held == H_PINNED && pin_user_pages_fast(given->address, 1, FOLL_WRITE, &page) != 1)
		pr_err("pinfix: a given page cannot be pinned\n");
}
static bool damaged;
static void tell(unsigned long address, bool first)
{
	struct page *page = h_page(address);
	struct folio *folio;

	if (!page) {
		T("%snull", first ? "" : ",");
		return;
	}
	folio = page_folio(page);
	T("%s[%d,%d,%s]", first ? "" : ",", folio_ref_count(folio), atomic_read(&page->_mapcount) + 1,
	  folio_test_dirty(folio) ? "true" : "false");
	/* so that the process can end without doing more harm */
	if (folio_ref_count(folio) < 1 || folio_ref_count(folio) > GUP_PIN_COUNTING_BIAS * 512) {
		damaged = true;
		page_ref_inc(page);
	}
}
static long run(int number)
{
	long acquired, released, acquired_then, released_then, result;
	bool first = true;
	int i;

	now = h_cases[number];
	memset(counts, 0, sizeof(counts));
	length = 0;
	text[0] = 0;
	damaged = false;
	pinorc_counters(&acquired, &released);
	for (i = 0; i < now->ngiven; i++)
		hold(&now->given[i]);
	for (i = 0; i < now->nmaps; i++)
		if (!now->maps[i].call.name)
			must_map(now->maps[i].address, now->maps[i].pages);
	T("{\"case\":%d,", number);
	result = now->run();
	pinorc_drain();
	pinorc_counters(&acquired_then, &released_then);
	T("\"result\":%ld,\"acquired\":%ld,\"released\":%ld,\"pages\":[", result, acquired_then - acquired,
	  released_then - released);
	for (i = 0; i < now->nmaps; i++) {
		long page;
		int nth = now->maps[i].call.nth;
		int j, made = 0;

		/* only what its call has mapped */
		for (j = 0; now->maps[i].call.name && j < NAMES && counts[j].name; j++)
			if (!strcmp(counts[j].name, now->maps[i].call.name))
				made = counts[j].calls;
		for (page = 0; page < now->maps[i].pages; page++, first = false) {
			if (now->maps[i].call.name && made < nth)
				T("%snull", first ? "" : ",");
			else
				tell(now->maps[i].address + page * PAGE_SIZE, first);
		}
	}
	for (i = 0; i < now->ngiven; i++, first = false)
		tell(now->given[i].address, first);
	T("],\"damaged\":%s}\n", damaged ? "true" : "false");
	return damaged;
}
/* arg: a struct po_req; op: the case; a[0]: how many there are; ret: 1 where the process must not end */
static long ioctl(struct file *file, unsigned int command, unsigned long arg)
{
	struct po_req q;

	if (command != PO_IOCTL)
		return -ENOTTY;
	if (copy_from_user(&q, (void __user *)arg, sizeof q))
		return -EFAULT;
	q.a[0] = h_ncases;
	q.ret = -ERANGE;
	if (q.op < h_ncases) {
		q.ret = run(q.op);
		if (q.outlen > length && copy_to_user((void __user *)q.out, text, length + 1))
			return -EFAULT;
	}
	return copy_to_user((void __user *)arg, &q, sizeof q) ? -EFAULT : 0;
}
static const struct file_operations fops = {.owner = THIS_MODULE, .unlocked_ioctl = ioctl};
static struct miscdevice device = {
    .minor = MISC_DYNAMIC_MINOR, .name = "pinfix", .fops = &fops, .mode = 0666};
module_misc_device(device);
MODULE_LICENSE("GPL");
