/* holds.c: what pins are for, included by oracle.c. "set=holds" on the kernel command line runs each operation that
   moves, reclaims, merges or splits pages on a page with nothing held, with a reference held, with a pin held. */
#include <sys/swap.h>
#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE 101
#endif
static int hold_api; /* -1: nothing held */
static long number_in(const char *path)
{
	char b[32] = "";
	int f = open(path, O_RDONLY);
	if (f < 0 || read(f, b, sizeof b - 1) < 0) {
	}
	close(f);
	return atol(b);
}
/* the page at A and what is held of it, as far as each operation needs it */
static char *hold_page(char *a, char *at)
{
	wrb(at, 1, 0);
	watch("P", 1, pfn_of(at));
	if (hold_api >= 0) {
		acq(0, hold_api, at, 1, GF_WRITE, 0);
		watch("slot0", 2, 0);
	}
	return a;
}
/* what is left: does the process still see what a device writes, is the page its own again? */
static void hold_end(char *at)
{
	rd(at, 0);
	if (hold_api >= 0) {
		long v = OP(PO_POKE, 0, 0, 0, 99);
		step(v, 0, "DMA write slot0[0] byte 0 = 99");
		rd(at, "99: the device and the process share the page");
		rel(0, hold_api < AP_GET_FAST ? RE_UNPIN_PAGE : RE_PUT_PAGE, 0, 1, 0);
		unwatch("slot0");
		drop(0);
	}
	wrb(at, 2, 0);
}
static char *hold_anon(void)
{
	char *A = anon(1);
	region("A", A, PG);
	watch("A", 0, (long)A);
	return hold_page(A, A);
}
static void h_move_pages(void)
{
	char *A = hold_anon();
	void *pages[] = {A};
	int node = 1, status = 0;
	long r = syscall(SYS_move_pages, 0, 1L, pages, &node, &status, 2 /* MPOL_MF_MOVE */);
	step(r < 0 ? -errno : status, "ret: the node where the page is afterwards, or why it is not there",
	     "move_pages(A -> node 1)");
	hold_end(A);
}
static void h_pageout(void)
{
	static char swap[PG];
	int f = open("/dev/ram1", O_RDWR);
	unsigned head[3] = {1, 4095, 0};
	memcpy(swap + 1024, head, sizeof head);
	memcpy(swap + PG - 10, "SWAPSPACE2", 10);
	if (pwrite(f, swap, PG, 0) < 0) {
	}
	fsync(f);
	close(f);
	char *A = anon(1);
	region("A", A, PG);
	watch("A", 0, (long)A);
	long r = swapon("/dev/ram1", 0);
	step(r < 0 ? -errno : 0, "16 MB of swap", "swapon()");
	hold_page(A, A);
	r = madvise(A, PG, MADV_PAGEOUT);
	step(r < 0 ? -errno : 0, 0, "madvise(A, 1 page, MADV_PAGEOUT)");
	hold_end(A);
	r = swapoff("/dev/ram1");
	step(r < 0 ? -errno : 0, 0, "swapoff()");
}
static void h_ksm(void)
{
	char *A = anon(1), *B = anon(1);
	region("A", A, PG);
	region("B", B, PG);
	watch("A", 0, (long)A);
	watch("B", 0, (long)B);
	wrb(B, 1, 0);
	hold_page(A, A);
	madvise(A, PG, MADV_MERGEABLE);
	madvise(B, PG, MADV_MERGEABLE);
	wr("/sys/kernel/mm/ksm/sleep_millisecs", "1");
	wr("/sys/kernel/mm/ksm/run", "1");
	long start = number_in("/sys/kernel/mm/ksm/full_scans");
	for (int i = 0; i < 3000 && number_in("/sys/kernel/mm/ksm/full_scans") < start + 4; i++)
		usleep(1000);
	wr("/sys/kernel/mm/ksm/run", "0");
	step(number_in("/sys/kernel/mm/ksm/pages_sharing"), "A and B are equal and MADV_MERGEABLE; ret: pages_sharing",
	     "ksm()");
	hold_end(A);
	wrb(B, 3, 0);
	wr("/sys/kernel/mm/ksm/run", "2");
}
static void h_split(void)
{
	char *H = huge(1);
	region("H", H, HP);
	watch("H", 0, (long)H);
	watch("H+7p", 0, (long)H + 7 * PG);
	hold_page(H, H + 7 * PG);
	long r = OP(PO_SPLIT, H + 7 * PG);
	step(r, 0, "split_huge_page(H+7p)");
	hold_end(H + 7 * PG);
	munmap(H, HP);
}
static void h_soft_offline(void)
{
	char *A = hold_anon();
	long r = madvise(A, PG, MADV_SOFT_OFFLINE);
	step(r < 0 ? -errno : 0, "6.1 cloud kernels lack CONFIG_MEMORY_FAILURE", "madvise(A, 1 page, MADV_SOFT_OFFLINE)");
	hold_end(A);
}
static void h_compaction(void)
{
	/* A is a page of a large area of which every second page is given back, so that there is something to compact: the
	   one with the lowest frame, since compaction fills high frames from low ones */
	char *X = anon(16384), *A = X + PG;
	for (int i = 0; i < 16384; i++)
		X[i * PG] = 1;
	for (int i = 1; i < 16384; i += 2)
		if (pfn_of(X + i * PG) < pfn_of(A))
			A = X + i * PG;
	region("A", A, PG);
	watch("A", 0, (long)A);
	hold_page(A, A);
	for (int i = 0; i < 16384; i += 2)
		madvise(X + i * PG, PG, MADV_DONTNEED);
	int f = open("/proc/sys/vm/compact_memory", O_WRONLY);
	long r = write(f, "1", 1);
	close(f);
	step(r < 0 ? -errno : 0, "all memory, with room made before", "compact_memory()");
	hold_end(A);
}
static struct {
	const char *name;
	void (*fn)(void);
	const char *desc;
} HO[] = {
    {"move_pages", h_move_pages, "move_pages() to another node"},
    {"pageout", h_pageout, "MADV_PAGEOUT with swap"},
    {"ksm", h_ksm, "KSM merge of two equal pages"},
    {"split", h_split, "split of a 2 MB folio"},
    {"compaction", h_compaction, "compaction of all memory"},
    {"soft_offline", h_soft_offline, "soft offline"},
};
static void holds_all(void)
{
	static const struct {
		const char *name, *desc;
		int api;
	} how[] = {{"none", "nothing held", -1}, {"get", "reference held", AP_GET_FAST}, {"pin", "pin held", AP_PIN_FAST}};
	for (unsigned i = 0; i < sizeof HO / sizeof *HO; i++)
		for (unsigned k = 0; k < 3; k++) {
			char name[40], desc[100];
			sprintf(name, "hold_%s_%s", HO[i].name, how[k].name);
			sprintf(desc, "%s, %s", HO[i].desc, how[k].desc);
			hold_api = how[k].api;
			run_one(name, desc, HO[i].fn);
		}
}
