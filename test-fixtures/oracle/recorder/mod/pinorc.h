/* SPDX-License-Identifier: GPL-2.0 */
/* pinorc.h: the ioctl between the kernel module (pinorc.c) and the init program (oracle.c). */
#ifndef PINORC_H
#define PINORC_H
struct po_req {
	unsigned long long op;
	long long a[12];
	long long ret;
	unsigned long long out; /* user buffer that gets JSON text */
	unsigned long long outlen;
};
#define PO_IOCTL _IOWR('P', 1, struct po_req)
enum {
	PO_INFO = 1,
	PO_STATE_ADDR,
	PO_STATE_PFN,
	PO_STATE_SLOT,
	PO_PIN,
	PO_UNPIN,
	PO_EXTRACT,
	PO_BIO,
	PO_BIO_RELEASE,
	PO_BIO_STATE,
	PO_DISK_HOLD,
	PO_DISK_STATE,
	PO_DISK_COMPLETE,
	PO_DRAIN,
	PO_POKE,
	PO_PEEK,
	PO_COUNTERS,
	PO_DROP,
	PO_LOOP,
	PO_UNLOOP,
	PO_KITER_FREE,
	PO_SLOT_PFN,
	PO_GET_PAGE,
	PO_CLEAN_ZERO,
	PO_SPLIT,
	PO_MEMFD_PIN
};
/* symbolic gup flags (numeric values of FOLL_* differ between kernels) */
enum {
	GF_WRITE = 1,
	GF_LONGTERM = 2,
	GF_NOFAULT = 4,
	GF_FORCE = 8,
	GF_NOWAIT = 16,
	GF_DUMP = 32,
	GF_HWPOISON = 64,
	GF_GET = 128,
	GF_NULLPAGES = 256
};
/* acquiring calls */
enum {
	AP_PIN_FAST,
	AP_PIN,
	AP_PIN_UNLOCKED,
	AP_PIN_REMOTE,
	AP_GET_FAST,
	AP_GET,
	AP_GET_UNLOCKED,
	AP_GET_FAST_ONLY
};
/* releasing calls */
enum {
	RE_UNPIN_PAGE,
	RE_UNPIN_PAGES,
	RE_UNPIN_DIRTY,
	RE_UNPIN_NODIRTY,
	RE_PUT_PAGE,
	RE_UNPIN_RANGE_DIRTY,
	RE_UNPIN_RANGE,
	RE_UNPIN_FOLIO,
	RE_UNPIN_ONE_FOLIO,
	RE_UNPIN_FOLIOS
};
/* iterators */
enum { IT_UBUF, IT_IOVEC, IT_KVEC, IT_BVEC, IT_KVEC_VMALLOC, IT_XARRAY, IT_FOLIOQ, IT_PIPE };
#ifdef __KERNEL__
/* what the module of the fixtures uses of pinorc.c */
struct page;
struct gendisk;
extern struct gendisk *pinorc_disk;
void pinorc_drain(void);
void pinorc_counters(long *acquired, long *released);
/* the page mapped at a user address of this process, without a reference; NULL where there is none */
struct page *pinorc_walk(unsigned long address);
#endif
#endif
