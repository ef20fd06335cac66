/* more.c: shared hugetlb memory, memfds, the calls that take folios, further iterators; included by oracle.c.
   "set=more" on the kernel command line. */
#ifndef MFD_HUGETLB
#define MFD_HUGETLB 4U
#endif
static void pool(const char *pages) { wr("/proc/sys/vm/nr_hugepages", pages); }
/* an area of n huge pages of a hugetlb file or of shared anonymous memory, aligned as it must be */
static char *hugetlb(int n, int flags, int file)
{
	char *p = mmap(0, n * HP, PROT_READ | PROT_WRITE, flags, file, 0);
	return p == MAP_FAILED ? NULL : p;
}
static void m_hugetlb_shared(void)
{
	pool("8");
	char *H = hugetlb(1, MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB, -1);
	region("H", H, HP);
	watch("H", 0, (long)H);
	rd(H, "a read fault maps it writable");
	watch("P", 1, pfn_of(H));
	acq(0, AP_PIN_FAST, H + 7 * PG, 1, 0, 0);
	acq(1, AP_PIN, H, 512, GF_WRITE | GF_LONGTERM, 0);
	acq(2, AP_GET_FAST, H + 9 * PG, 2, GF_WRITE, 0);
	rel(2, RE_PUT_PAGE, 0, -1, 0);
	rel(1, RE_UNPIN_DIRTY, 0, -1, 0);
	drop(1);
	drop(2);
	cfork("shared: the child's page table is filled by faults");
	ch('s', 0, 0, 0, 0, 0, 0);
	wrb(H, 2, 0);
	ch('r', 0, (long)H, 0, 0, 0, 0);
	ch('w', 0, (long)H, 3, 0, 0, 0);
	rd(H, 0);
	cquit(0);
	munmap(H, HP);
	step(0, "the page cache goes with the last mapping; the pin stays", "munmap(H, 2097152)");
	rel(0, RE_UNPIN_PAGE, 0, 1, 0);
	drop(0);
	pool("0");
}
static void m_hugetlb_file(void)
{
	pool("8");
	int f = syscall(SYS_memfd_create, "hugetlb", MFD_HUGETLB);
	if (f < 0 || ftruncate(f, 2 * HP)) {
		step(-errno, 0, "memfd_create(MFD_HUGETLB)");
		return;
	}
	char *S = hugetlb(2, MAP_SHARED, f), *V = hugetlb(2, MAP_PRIVATE, f);
	region("S", S, 2 * HP);
	region("V", V, 2 * HP);
	watch("S", 0, (long)S);
	watch("S+512p", 0, (long)S + HP);
	watch("V", 0, (long)V);
	watch("V+512p", 0, (long)V + HP);
	wrb(S + HP, 1, 0);
	rd(V, "a hole: a page of its own, not in the page cache");
	rd(V + HP, "the page of the cache, read-only");
	acq(0, AP_PIN_FAST, V + HP, 1, 0, "read pin of a cache page");
	acq(1, AP_PIN_FAST, V + HP, 1, GF_LONGTERM, "long-term read pin");
	acq(2, AP_PIN_FAST, V + HP, 1, GF_WRITE, "write pin");
	rel(0, RE_UNPIN_PAGE, 0, 1, 0);
	rel(1, RE_UNPIN_PAGE, 0, 1, 0);
	drop(1);
	drop(0);
	cfork("V holds pinned pages of its own");
	ch('s', 0, 0, 0, 0, 0, 0);
	wrb(V + HP, 4, 0);
	ch('r', 0, (long)V + HP, 0, 0, 0, 0);
	ch('r', 0, (long)S + HP, 0, 0, 0, 0);
	cquit(0);
	rel(2, RE_UNPIN_PAGE, 0, 1, 0);
	drop(2);
	acq(0, AP_PIN, S, 1024, GF_WRITE, 0);
	if (ftruncate(f, 0)) {
	}
	step(0, "with pins outstanding", "ftruncate(/memfd:hugetlb, 0 pages)");
	rel(0, RE_UNPIN_PAGES, 0, -1, 0);
	drop(0);
	munmap(S, 2 * HP);
	munmap(V, 2 * HP);
	pool("0");
}
static void memfd_pin(int slot, int f, const char *path, long start, long end, long max)
{
	long r = OP(PO_MEMFD_PIN, slot, f, start, end, max), off = 0;
	sscanf(jb, "{\"offset\":%ld}", &off);
	step(r, 0, "memfd_pin_folios(%s, %ld..%ld, %ld) -> slot%d", path, start, end, max, slot);
	if (r > 0)
		step(off, 0, "offset of memfd_pin_folios()");
}
static void m_memfd_pin(void)
{
	int f = syscall(SYS_memfd_create, "shmem", 0);
	if (f < 0 || ftruncate(f, 4 * PG)) {
		step(-errno, 0, "memfd_create()");
		return;
	}
	char *M = mmap(0, 4 * PG, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
	region("M", M, 4 * PG);
	watch("M", 0, (long)M);
	watch("M+1p", 0, (long)M + PG);
	watch("M+3p", 0, (long)M + 3 * PG);
	wrb(M, 1, 0);
	wrb(M + PG, 2, 0);
	watch("slot0", 2, 0);
	watch("slot1", 2, 1);
	memfd_pin(0, f, "/memfd:shmem", 100, 4 * PG - 1, 8);
	memfd_pin(1, f, "/memfd:shmem", PG + 5, 3 * PG, 2);
	rel(1, RE_UNPIN_ONE_FOLIO, 0, -1, 0);
	drop(1);
	memfd_pin(1, f, "/memfd:shmem", 0, 4 * PG, 8);
	memfd_pin(1, f, "/memfd:shmem", 2 * PG, PG, 8);
	memfd_pin(1, f, "/memfd:shmem", 0, 0, 0);
	acq(1, AP_PIN_FAST, M, 2, GF_WRITE, 0);
	rel(1, RE_UNPIN_PAGES, 0, -1, 0);
	drop(1);
	if (ftruncate(f, 0)) {
	}
	step(0, "with pins outstanding", "ftruncate(/memfd:shmem, 0 pages)");
	rel(0, RE_UNPIN_FOLIOS, 0, -1, 0);
	drop(0);
	munmap(M, 4 * PG);
}
static void m_memfd_pin_hugetlb(void)
{
	pool("8");
	int f = syscall(SYS_memfd_create, "hugetlb", MFD_HUGETLB);
	if (f < 0 || ftruncate(f, 2 * HP)) {
		step(-errno, 0, "memfd_create(MFD_HUGETLB)");
		return;
	}
	char *M = hugetlb(2, MAP_SHARED, f);
	region("M", M, 2 * HP);
	watch("M", 0, (long)M);
	watch("M+512p", 0, (long)M + HP);
	wrb(M + HP, 1, 0);
	watch("slot0", 2, 0);
	memfd_pin(0, f, "/memfd:hugetlb", 5000, 2 * HP - 1, 8);
	rd(M, 0);
	rel(0, RE_UNPIN_FOLIOS, 0, -1, 0);
	drop(0);
	munmap(M, 2 * HP);
	pool("0");
}
static void m_unpin_user_folio(void)
{
	char *H = huge(1), *A = anon(1);
	region("H", H, HP);
	region("A", A, PG);
	watch("H", 0, (long)H);
	watch("A", 0, (long)A);
	wrb(H, 1, 0);
	wrb(A, 1, 0);
	acq(0, AP_PIN_FAST, H + 3 * PG, 8, GF_WRITE, 0);
	rel(0, RE_UNPIN_FOLIO, 0, 3, 0);
	rel(0, RE_UNPIN_FOLIO, 3, 5, 0);
	drop(0);
	acq(0, AP_PIN_FAST, A, 1, GF_WRITE, 0);
	rel(0, RE_UNPIN_FOLIO, 0, 1, 0);
	drop(0);
	munmap(H, HP);
	munmap(A, PG);
}
static void take_of(int type, int dir, long a, long l, int api, int fd, const char *note)
{
	if (ext(0, type, dir, a, l, api, fd, 0, note) > 0 && api)
		rel(0, RE_PUT_PAGE, 0, -1, 0);
	drop(0);
}
static void m_iter_xarray(void)
{
	int f = syscall(SYS_memfd_create, "shmem", 0);
	if (f < 0 || ftruncate(f, 5 * PG)) {
		step(-errno, 0, "memfd_create()");
		return;
	}
	char *M = mmap(0, 5 * PG, PROT_READ | PROT_WRITE, MAP_SHARED, f, 0);
	region("M", M, 5 * PG);
	watch("M", 0, (long)M);
	watch("M+1p", 0, (long)M + PG);
	watch("M+3p", 0, (long)M + 3 * PG);
	wrb(M, 1, 0);
	wrb(M + PG, 2, 0);
	wrb(M + 3 * PG, 3, 0);
	for (int api = 1; api >= k61; api--) {
		take_of(IT_XARRAY, 1, (long)M + 100, 4 * PG, api, 0, "up to the first hole");
		take_of(IT_XARRAY, 0, (long)M + 3 * PG + 7, 500, api, 0, 0);
		take_of(IT_XARRAY, 1, (long)M + 2 * PG, PG, api, 0, "a hole");
		take_of(IT_XARRAY, 1, (long)M + 2 * PG + 50, PG, api, 0, "inside of a hole");
	}
	munmap(M, 5 * PG);
}
static void m_iter_folioq(void)
{
	char *A = anon(1);
	region("A", A, PG);
	watch("A", 0, (long)A);
	wrb(A, 1, 0);
	for (int api = 1; api >= 0; api--) {
		take_of(IT_FOLIOQ, 1, 100, 4 * PG, api, 0, "four pages of one folio, one of the next");
		take_of(IT_FOLIOQ, 0, PG + 5, PG, api, 0, 0);
	}
	munmap(A, PG);
}
static void m_iter_pipe(void)
{
	int p[2];
	char *A = anon(1);
	region("A", A, PG);
	watch("A", 0, (long)A);
	wrb(A, 1, 0);
	if (pipe(p)) {
		step(-errno, 0, "pipe()");
		return;
	}
	take_of(IT_PIPE, 0, 0, 2 * PG + 100, 1, p[1], "the pipe holds the pages, too");
	take_of(IT_PIPE, 0, 0, 50, 1, p[1], "a new iterator takes a new page");
	take_of(IT_PIPE, 0, 0, 14 * PG, 1, p[1], "as many as there is room for");
	munmap(A, PG);
	close(p[0]);
	close(p[1]);
}
static void more_all(void)
{
	run_one("hugetlb_shared", "shared anonymous hugetlb page", m_hugetlb_shared);
	run_one("hugetlb_file", "hugetlb memfd, mapped shared and private", m_hugetlb_file);
	run_one("iter_xarray", "iterators over a file's page cache", m_iter_xarray);
	if (k61) {
		run_one("iter_pipe", "iterators over a pipe", m_iter_pipe);
		return;
	}
	run_one("iter_folioq", "iterators over a queue of folios", m_iter_folioq);
	run_one("memfd_pin", "memfd_pin_folios() of tmpfs", m_memfd_pin);
	run_one("memfd_pin_hugetlb", "memfd_pin_folios() of hugetlb", m_memfd_pin_hugetlb);
	run_one("unpin_user_folio", "unpin_user_folio()", m_unpin_user_folio);
}
