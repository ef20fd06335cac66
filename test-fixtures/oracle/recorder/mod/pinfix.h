/* SPDX-License-Identifier: GPL-2.0 */
/* pinfix.h: what the fixtures are compiled against: the kernel's own calls, made to fail on demand, and stubs.
   The generated text of a fixture defines a call's name as its h_ function here. */
#ifndef PINFIX_H
#define PINFIX_H
#include <linux/version.h>
#include <linux/module.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/uio.h>
#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/pagemap.h>
#include <linux/highmem.h>
#include <linux/scatterlist.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/skbuff.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/io.h>
#include <linux/nmi.h>

#define K61 (LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0))

/* A call of a name, counted from 1; nth 0: every call. */
struct h_call {
	const char *name;
	int nth;
};
struct h_map {
	unsigned long address;
	long pages;
	struct h_call call; /* name NULL: before the function is started */
};
enum h_held { H_NOT_HELD, H_REFERENCED, H_PINNED };
struct h_given {
	unsigned long address;
	enum h_held held;
};
struct h_result {
	struct h_call call;
	long value;
	unsigned long page; /* not 0: the page that is mapped there, referenced once more */
};
struct h_case {
	long (*run)(void);
	const struct h_map *maps;
	int nmaps;
	const struct h_given *given;
	int ngiven;
	const struct h_call *fails;
	int nfails;
	const struct h_result *results;
	int nresults;
};

/* Counts a call; maps what it is to find. True: it is to fail. */
bool h_before(const char *name);
/* As h_before, with the result that the call is to give. */
long h_result(const char *name);
void *h_object(size_t size);
struct page *h_page(unsigned long address);
struct block_device *h_bdev(void);
struct bio *h_bio(void);
long h_nothing(void);
void h_iter(struct iov_iter *iter, int kind, unsigned long start, size_t length);

/* A user address at which nothing is ever mapped. */
#define H_HOLE 0x10000000UL

#if K61
#define H_VMAS , NULL
#else
#define H_VMAS
#endif

#define H_FAST(fn)                                                                                           \
	static inline int h_##fn(unsigned long start, int nr, unsigned int flags, struct page **pages)       \
	{                                                                                                    \
		return fn(h_before(#fn) ? H_HOLE : start, nr, flags, pages);                                 \
	}
H_FAST(pin_user_pages_fast)
H_FAST(get_user_pages_fast)
static inline int h_get_user_pages_fast_only(unsigned long start, int nr, unsigned int flags,
                                             struct page **pages)
{
	return get_user_pages_fast_only(h_before("get_user_pages_fast_only") ? H_HOLE : start, nr, flags,
	                                pages);
}
/* the lock is the wrapper's: what the fixture does with it is not followed */
#define H_LOCKED(fn)                                                                                         \
	static inline long h_##fn(unsigned long start, unsigned long nr, unsigned int flags,                 \
	                          struct page **pages)                                                       \
	{                                                                                                    \
		bool fails = h_before(#fn);                                                                  \
		long r;                                                                                      \
		mmap_read_lock(current->mm);                                                                 \
		r = fn(fails ? H_HOLE : start, nr, flags, pages H_VMAS);                                     \
		mmap_read_unlock(current->mm);                                                               \
		return r;                                                                                    \
	}
H_LOCKED(pin_user_pages)
H_LOCKED(get_user_pages)
#define H_UNLOCKED(fn)                                                                                       \
	static inline long h_##fn(unsigned long start, unsigned long nr, struct page **pages,                \
	                          unsigned int flags)                                                        \
	{                                                                                                    \
		return fn(h_before(#fn) ? H_HOLE : start, nr, pages, flags);                                 \
	}
H_UNLOCKED(pin_user_pages_unlocked)
H_UNLOCKED(get_user_pages_unlocked)

#define H_REMOTE(fn)                                                                                         \
	static inline long h_##fn(struct mm_struct *mm, unsigned long start, unsigned long nr,               \
	                          unsigned int flags, struct page **pages, int *locked)                      \
	{                                                                                                    \
		bool fails = h_before(#fn);                                                                  \
		long r;                                                                                      \
		mmap_read_lock(mm);                                                                          \
		r = fn(mm, fails ? H_HOLE : start, nr, flags, pages H_VMAS, NULL);                           \
		mmap_read_unlock(mm);                                                                        \
		return r;                                                                                    \
	}
H_REMOTE(pin_user_pages_remote)
H_REMOTE(get_user_pages_remote)

#define H_ALLOC(fn, parameters, arguments)                                                                   \
	static inline void *h_##fn parameters { return h_before(#fn) ? NULL : fn arguments; }
H_ALLOC(kmalloc, (size_t n, gfp_t g), (n, g))
H_ALLOC(kzalloc, (size_t n, gfp_t g), (n, g))
H_ALLOC(kvmalloc, (size_t n, gfp_t g), (n, g))
H_ALLOC(kvzalloc, (size_t n, gfp_t g), (n, g))
H_ALLOC(kcalloc, (size_t n, size_t s, gfp_t g), (n, s, g))
H_ALLOC(kmalloc_array, (size_t n, size_t s, gfp_t g), (n, s, g))
H_ALLOC(kvcalloc, (size_t n, size_t s, gfp_t g), (n, s, g))
H_ALLOC(kvmalloc_array, (size_t n, size_t s, gfp_t g), (n, s, g))
static inline struct bio *h_bio_alloc(struct block_device *bdev, unsigned short n, blk_opf_t op, gfp_t g)
{
	return h_before("bio_alloc") ? NULL : bio_alloc(bdev, n, op, g);
}
static inline int h_sg_alloc_table(struct sg_table *t, unsigned int n, gfp_t g)
{
	return h_before("sg_alloc_table") ? -ENOMEM : sg_alloc_table(t, n, g);
}
static inline int h_bio_iov_iter_get_pages(struct bio *bio, struct iov_iter *iter)
{
	struct iov_iter hole;

	if (!h_before("bio_iov_iter_get_pages"))
		return bio_iov_iter_get_pages(bio, iter);
	h_iter(&hole, 0, H_HOLE, iov_iter_count(iter));
	return bio_iov_iter_get_pages(bio, &hole);
}
#if !K61
static inline ssize_t h_iov_iter_extract_pages(struct iov_iter *iter, struct page ***pages, size_t maxsize,
                                               unsigned int maxpages, iov_iter_extraction_t flags,
                                               size_t *offset0)
{
	struct iov_iter hole;

	if (!h_before("iov_iter_extract_pages"))
		return iov_iter_extract_pages(iter, pages, maxsize, maxpages, flags, offset0);
	h_iter(&hole, 0, H_HOLE, iov_iter_count(iter));
	return iov_iter_extract_pages(&hole, pages, maxsize, maxpages, flags, offset0);
}
#endif
static inline ssize_t h_iov_iter_get_pages2(struct iov_iter *iter, struct page **pages, size_t maxsize,
                                            unsigned int maxpages, size_t *start)
{
	struct iov_iter hole;

	if (!h_before("iov_iter_get_pages2"))
		return iov_iter_get_pages2(iter, pages, maxsize, maxpages, start);
	h_iter(&hole, 0, H_HOLE, iov_iter_count(iter));
	return iov_iter_get_pages2(&hole, pages, maxsize, maxpages, start);
}
#endif
