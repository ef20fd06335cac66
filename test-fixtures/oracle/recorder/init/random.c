/* random.c: random mode, included by oracle.c. "random=FIRST-LAST steps=N" on the kernel command line runs
   one sequence per seed; with "kinds=mm" the sequences have no bio, iov_iter and direct I/O (and are others).
   Two layers: the planner (pick, plan) draws every operation from the seed alone and keeps a plan of the
   slots; rexec() executes one operation in the parent or in the child and records it. Where the kernel gave
   less than planned, rexec() shortens or skips the operation and says so. */

/* ---- deterministic numbers (splitmix64) ---- */
static uint64_t rs;
static unsigned rnd(unsigned n)
{
	uint64_t z = rs += 0x9E3779B97F4A7C15;
	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
	return ((z ^ (z >> 31)) >> 33) % n;
}
static int chance(int percent) { return (int)rnd(100) < percent; }
static void seed(uint64_t s)
{
	rs = s * 0x2545F4914F6CDD1D + 1;
	rnd(2);
}
static int is_misuse(long s)
{
	seed(s);
	return rnd(6) == 0;
}

/* ---- execution ---- */
enum {
	R_READ,
	R_WRITE,
	R_DRAIN,
	R_ACQ,
	R_GETPAGE,
	R_REL,
	R_POKE,
	R_PEEK,
	R_MUNMAP,
	R_DONTNEED,
	R_MPROTECT,
	R_MREMAP,
	R_BIO,
	R_BIOREL,
	R_EXT,
	R_DIO,
	R_DIOEND
};
static sigjmp_buf tj;
static volatile int armed, tsig;
static void on_fault(int s)
{
	if (!armed)
		_exit(100 + s);
	tsig = s;
	siglongjmp(tj, 1);
}
static const char *touch(struct rop *o, long *ret)
{
	volatile char *p = (char *)o->addr;
	*ret = -EFAULT;
	if (!sigsetjmp(tj, 1)) {
		armed = 1;
		if (o->kind == R_WRITE) {
			*p = o->n;
			*ret = 0;
		} else
			*ret = (unsigned char)*p;
		tsig = 0;
	}
	armed = 0;
	return tsig == SIGSEGV ? "SIGSEGV" : tsig ? "SIGBUS" : NULL;
}
static const char *pgs(int n)
{
	static char b[24];
	sprintf(b, "%d page%s", n, n == 1 ? "" : "s");
	return b;
}
static const char *segtext(struct rop *o)
{
	static char b[200];
	int n = sprintf(b, "seg0=%s+%ld", an(o->addr), o->len);
	if (o->len2)
		n += sprintf(b + n, ", seg1=%s+%ld", an(o->addr2), o->len2);
	if (o->len3)
		n += sprintf(b + n, ", seg2=%s+%ld", an(o->addr3), o->len3);
	segs(o->type, o->addr, o->len, o->addr2, o->len2, o->addr3, o->len3);
	return b;
}
static struct dio dio;
static pthread_t dthr;
static void *dstack[8192] __attribute__((aligned(64)));
static void rexec(struct rop *o)
{
	static char call[200], note[300];
	int s = o->slot, n = sh->slot[s].n, first = sh->slot[s].first, last;
	long r, e = o->addr;
	const char *why;

	switch (o->kind) {
	case R_READ:
		why = touch(o, &r);
		step(r, why, "read *(%s)", an(e));
		break;
	case R_WRITE:
		why = touch(o, &r);
		step(r, why, "write *(%s) = %d", an(e), o->n);
		break;
	case R_DRAIN:
		step(0, NULL, "lru_add_drain_all()");
		break;
	case R_ACQ:
		r = OP(PO_PIN, s, o->api, e, o->n, o->flags);
		sh->slot[s].n = r > 0 ? r : 0;
		sh->slot[s].first = 0;
		step(r, NULL, "%s(%s, %d, %s) -> slot%d", apin[o->api], an(e), o->n, gfn(o->flags), s);
		break;
	case R_EXT:
		if (k61 && !o->api) {
			step(-EOPNOTSUPP, "iov_iter_extract_pages does not exist in 6.1 (added in 6.3)",
			     "(skip iov_iter_extract_pages)");
			break;
		}
		r = OP(PO_EXTRACT, s, o->type, o->dir, e, o->len, o->api, o->addr2, o->len2, o->addr3,
		       o->len3);
		snprintf(note, sizeof note, " result=%s", jb);
		n = 0;
		if (r > 0)
			sscanf(strstr(jb, "\"npages\":") + 9, "%d", &n);
		sh->slot[s].n = n;
		sh->slot[s].first = 0;
		step(r, note, "%s(%s, %s, %s) -> slot%d",
		     o->api ? "iov_iter_get_pages2" : "iov_iter_extract_pages", itn[o->type],
		     o->dir ? "SOURCE" : "DEST", segtext(o), s);
		break;
	case R_GETPAGE:
		sprintf(call, "get_page(slot%d[%d..%d]) -> slot%d", o->src, o->first, o->first, s);
		if (o->first < sh->slot[o->src].first || o->first >= sh->slot[o->src].n) {
			step(0, call, "(slot%d empty: nothing to get)", o->src);
			break;
		}
		r = OP(PO_GET_PAGE, s, o->src, o->first);
		sh->slot[s].n = r > 0 ? r : 0;
		sh->slot[s].first = 0;
		step(r, NULL, "%s", call);
		break;
	case R_REL:
		last = o->last >= n ? n - 1 : o->last; /* -1: to the end */
		if (o->last < 0)
			sprintf(call, "%s(slot%d[%d..])", rein[o->api], s, o->first);
		else
			sprintf(call, "%s(slot%d[%d..%d])", rein[o->api], s, o->first, o->last);
		if (o->first < first || o->first >= n) {
			step(0, call, "(slot%d empty: nothing to release)", s);
			break;
		}
		snprintf(note, sizeof note, "planned: %s", call);
		if (o->last != last)
			sprintf(call, "%s(slot%d[%d..%d])", rein[o->api], s, o->first, last);
		r = OP(PO_UNPIN, s, o->api, o->first, last < 0 ? -1 : last - o->first + 1);
		sh->slot[s].first = last < 0 ? n : last + 1;
		if (sh->slot[s].first >= n) {
			drop(s);
			sh->slot[s].n = sh->slot[s].first = 0;
		}
		step(r, o->last != last ? note : NULL, "%s", call);
		break;
	case R_POKE:
	case R_PEEK:
		if (o->kind == R_POKE)
			sprintf(call, "DMA write slot%d[%d] byte 0 = %d", s, o->first, o->n);
		else
			sprintf(call, "DMA read slot%d[%d]", s, o->first);
		if (o->first < first || o->first >= n) {
			step(0, call, "(slot%d empty: no DMA)", s);
			break;
		}
		r = o->kind == R_POKE ? OP(PO_POKE, s, o->first, 0, o->n) : OP(PO_PEEK, s, o->first, 0);
		step(r, NULL, "%s", call);
		break;
	case R_MUNMAP:
		r = munmap((void *)e, o->n * PG);
		step(r ? -errno : 0, NULL, "munmap(%s, %ld)", an(e), o->n * PG);
		break;
	case R_DONTNEED:
		r = madvise((void *)e, o->n * PG, MADV_DONTNEED);
		step(r ? -errno : 0, NULL, "madvise(%s, %s, MADV_DONTNEED)", an(e), pgs(o->n));
		break;
	case R_MPROTECT:
		r = mprotect((void *)e, o->n * PG, o->flags);
		step(r ? -errno : 0, NULL, "mprotect(%s, %s, %s)", an(e), pgs(o->n),
		     o->flags == PROT_NONE   ? "PROT_NONE"
		     : o->flags == PROT_READ ? "PROT_READ"
		                             : "PROT_READ|PROT_WRITE");
		break;
	case R_MREMAP:
		r = mremap((void *)e, PG, PG, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)o->addr2) == MAP_FAILED
		        ? -errno
		        : 0;
		step(r, NULL, "mremap(%s -> %s)", an(e), an(o->addr2));
		break;
	case R_BIO:
		r = OP(PO_BIO, o->type, o->dir, e, o->len, o->addr2, o->len2, 0, o->addr3, o->len3);
		sh->bio = 1;
		step(r, NULL, "bio_iov_iter_get_pages(%s, %s, %s)", itn[o->type], o->dir ? "WRITE" : "READ",
		     segtext(o));
		break;
	case R_BIOREL:
		r = OP(PO_BIO_RELEASE, o->n);
		sh->bio = 0;
		step(r, NULL, "bio_release_pages(mark_dirty=%d)", o->n);
		break;
	case R_DIO: {
		pthread_attr_t at;
		pthread_attr_init(&at);
		pthread_attr_setstack(&at, dstack,
		                      sizeof dstack); /* no mmap: it would change the address space */
		if (!dio.f)
			dio.f = open("/dev/pinorcd", O_RDWR | O_DIRECT);
		dio.b = (char *)e;
		dio.l = o->len;
		dio.o = 0;
		dio.w = o->dir;
		dio.done = 0;
		OP(PO_DISK_HOLD, 1);
		sh->dio = 1;
		pthread_create(&dthr, &at, dio_thr, &dio);
		for (int i = 0; i < 2000 && !dio.done && OP(PO_DISK_STATE) < 1; i++)
			usleep(1000);
		step(0, dio.done ? "failed at once" : "bio held in the driver",
		     "%s(O_DIRECT, %s, %ld) started in a thread", o->dir ? "pwrite" : "pread", an(e), o->len);
		break;
	}
	case R_DIOEND:
		OP(PO_DISK_HOLD, 0);
		r = OP(PO_DISK_COMPLETE, o->n);
		for (int i = 0; i < 2000 && !dio.done; i++) { /* a short request goes on with buffered I/O */
			usleep(1000);
			OP(PO_DISK_COMPLETE, o->n);
		}
		pthread_join(dthr, NULL);
		sh->dio = 0;
		if (dio.w)
			step(r, NULL, "device completes the write");
		else
			step(r, NULL, "device completes the read (fills %#x=%d)", o->n, o->n);
		step(dio.r, NULL, "%s() returned", dio.w ? "pwrite" : "pread");
		break;
	}
}

/* ---- planning ---- */
static struct {
	const char *name;
	char *a;
	int pages, huge;
} G[12];
static int ng, child, bio, dioing, mm_only;
static struct {
	int used, pin, n, done, write;
} P[NS];                      /* what the slots would hold if every call succeeded */
#define BASE 0x100000000000UL /* regions lie 16 MB apart, far from everything else */
static char *place(const char *name, int pages, int huge)
{
	static char b[12][8];
	strcpy(b[ng], name);
	G[ng].name = b[ng];
	G[ng].a = (char *)BASE + ng * 0x1000000UL;
	G[ng].pages = pages;
	G[ng].huge = huge;
	return G[ng++].a;
}
static void look(const char *name, char *a, int pages, int huge)
{
	static const int hp[] = {0, 1, 2, 3, 510, 511};
	for (int i = 0; i < (huge ? 6 : pages); i++) {
		char nm[24];
		int p = huge ? hp[i] : i;
		if (p)
			sprintf(nm, "%s+%dp", name, p);
		else
			strcpy(nm, name);
		watch(nm, 0, (unsigned long)a + p * PG);
	}
}
/* map a region and record it; file is NULL for anonymous memory */
static void map(const char *name, int pages, int prot, int flags, const char *file, const char *text)
{
	int huge = !strcmp(name, "H"), f = file ? open(file, O_RDWR) : -1;
	char *a = place(name, pages, huge);
	char *p = mmap(a, pages * PG, prot, flags | MAP_FIXED | (file ? 0 : MAP_ANONYMOUS), f, 0);
	if (f >= 0)
		close(f);
	if (!(flags & MAP_SHARED) && !file)
		madvise(a, pages * PG, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	region(name, a, (pages + 1) * PG); /* the page after the end is a hole */
	look(name, a, pages, huge);
	step(p == MAP_FAILED ? -errno : 0, NULL, "mmap(%s, %s, %s%s%s)", name, pgs(pages), text,
	     file ? ", " : "", file ? file : "");
}
static void creat_file(const char *path, int pages, int fill)
{
	static char pg[PG];
	int f = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (ftruncate(f, pages * PG)) {
	}
	for (int i = 0; fill && i < pages; i++) {
		memset(pg, fill + i, PG);
		if (pwrite(f, pg, PG, i * PG) < 0) {
		}
	}
	close(f);
	if (fill)
		step(0, NULL, "creat(%s, %s, fill=%d)", path, pgs(pages), fill);
	else
		step(0, NULL, "creat(%s, %s)", path, pgs(pages));
}
static void setup(void)
{
	map("A", 4 + rnd(5), PROT_READ | PROT_WRITE, MAP_PRIVATE, NULL, "PRIVATE|ANON");
	if (chance(35))
		map("S", 2 + rnd(3), PROT_READ | PROT_WRITE, MAP_SHARED, NULL, "SHARED|ANON");
	int t = chance(35), v = chance(35), pages = 2 + rnd(3), fill = chance(60) ? 40 + rnd(40) : 0;
	if (t || v) {
		creat_file("/tmp/t", pages, fill);
		int past = chance(30); /* one page beyond the end of the file */
		if (t)
			map("T", pages + past, PROT_READ | PROT_WRITE, MAP_SHARED, "/tmp/t", "SHARED|FILE");
		if (v)
			map("V", pages + past, PROT_READ | PROT_WRITE, MAP_PRIVATE, "/tmp/t", "PRIVATE|FILE");
	}
	if (chance(25)) {
		pages = 2 + rnd(2);
		creat_file("/ext/e", pages, chance(60) ? 80 + rnd(40) : 0);
		map("E", pages, PROT_READ | PROT_WRITE, MAP_SHARED, "/ext/e", "SHARED|FILE");
	}
	if (chance(30))
		map("H", 512, PROT_READ | PROT_WRITE, MAP_PRIVATE, NULL, "PRIVATE|ANON|HUGEPAGE");
	if (chance(25))
		map("R", 2, PROT_READ, MAP_PRIVATE, NULL, "PRIVATE|ANON|PROT_READ");
	char *m = place("M", 4, 0);
	region("M", m, 4 * PG);
	look("M", m, 4, 0);
	step(0, "unmapped; target of mremap", "reserve(M, 4 pages)");
}
/* a page: mostly of A, rarely of M, sometimes the hole after the end; *left = pages to the end */
static long page(int *left)
{
	int g = chance(45) ? 0 : rnd(ng - (chance(85) ? 1 : 0)), p;
	if (G[g].huge) {
		static const int hp[] = {0, 1, 2, 3, 509, 510, 511};
		p = hp[rnd(7)];
	} else
		p = rnd(G[g].pages + (chance(5) ? 1 : 0));
	if (left)
		*left = G[g].pages - p;
	return (long)G[g].a + p * PG;
}
static int free_slot(void)
{
	for (int i = 0; i < NS; i++)
		if (!P[i].used)
			return i;
	return -1;
}
static int used_slot(int need_write)
{
	int k = rnd(NS);
	for (int i = 0; i < NS; i++, k = (k + 1) % NS)
		if (P[k].used && (!need_write || P[k].write))
			return k;
	return -1;
}
static void take(struct rop *o, int slot, int pin, int n, int write)
{
	o->slot = slot;
	P[slot].used = 1;
	P[slot].pin = pin;
	P[slot].n = n;
	P[slot].done = 0;
	P[slot].write = write;
}
static void segments(struct rop *o, int max)
{
	static const int off[] = {0, 0, 0, 512, 1024, 100},
	                 len[] = {512, 1024, PG, PG, 2 * PG, PG + 512, 3 * PG, 700};
	int n = chance(50) ? 1 : 1 + rnd(max);
	o->type = n > 1 || chance(30) ? IT_IOVEC : IT_UBUF;
	o->dir = rnd(2);
	o->addr = page(NULL) + off[rnd(6)];
	o->len = len[rnd(8)];
	o->addr2 = chance(30) ? o->addr + o->len : page(NULL) + off[rnd(6)];
	o->len2 = len[rnd(8)];
	o->addr3 = page(NULL) + off[rnd(6)];
	o->len3 = len[rnd(8)];
	if (n < 3)
		o->len3 = 0;
	if (n < 2)
		o->len2 = 0;
}
static void plan_release(struct rop *o, int k, int whole)
{
	static const int un[] = {RE_UNPIN_PAGE,    RE_UNPIN_PAGES,       RE_UNPIN_DIRTY,
	                         RE_UNPIN_NODIRTY, RE_UNPIN_RANGE_DIRTY, RE_UNPIN_RANGE};
	o->kind = R_REL;
	o->slot = k;
	o->first = P[k].done;
	o->last = -1;
	o->api = P[k].pin ? un[rnd(P[k].n == 1 ? 6 : 4)] : RE_PUT_PAGE;
	if (!whole && P[k].n - P[k].done > 1 && chance(40))
		o->last = P[k].done + rnd(P[k].n - P[k].done - 1);
	if (o->last < 0)
		P[k].used = 0;
	else
		P[k].done = o->last + 1;
}
/* draw one operation; 0: draw again */
static int plan(struct rop *o)
{
	int w = rnd(100), s = free_slot(), k, left;
	memset(o, 0, sizeof *o);
	if (mm_only && w >= 84)
		return 0;
	o->addr = page(&left);
	o->n = 1 + rnd(4);
	if (w < 8) {
		o->kind = R_READ;
	} else if (w < 21) {
		o->kind = R_WRITE;
		o->n = 1 + rnd(250);
	} else if (w < 22) {
		o->kind = R_DRAIN;
	} else if (w < 38) {
		static const int api[] = {AP_PIN_FAST, AP_PIN_FAST, AP_PIN_FAST,     AP_PIN_FAST,
		                          AP_PIN,      AP_PIN,      AP_PIN_UNLOCKED, AP_PIN_REMOTE};
		if (s < 0)
			return 0;
		o->kind = R_ACQ;
		o->api = api[rnd(8)];
		o->flags = (chance(50) ? GF_WRITE : 0) | (chance(20) ? GF_LONGTERM : 0) |
		           (chance(12) ? GF_FORCE : 0) | (chance(10) ? GF_NOFAULT : 0);
		take(o, s, 1, o->n, o->flags & GF_WRITE);
	} else if (w < 46) {
		static const int api[] = {AP_GET_FAST, AP_GET_FAST,     AP_GET_FAST,      AP_GET,
		                          AP_GET,      AP_GET_UNLOCKED, AP_GET_FAST_ONLY, AP_GET_FAST_ONLY};
		if (s < 0)
			return 0;
		o->kind = R_ACQ;
		o->api = api[rnd(8)];
		o->flags = (chance(50) ? GF_WRITE : 0);
		if (o->api != AP_GET_FAST_ONLY)
			o->flags |= (chance(12) ? GF_FORCE : 0) | (chance(10) ? GF_NOFAULT : 0);
		take(o, s, 0, o->n, o->flags & GF_WRITE);
	} else if (w < 49) {
		k = used_slot(0);
		if (s < 0 || k < 0)
			return 0;
		o->kind = R_GETPAGE;
		o->src = k;
		o->first = P[k].done + rnd(P[k].n - P[k].done);
		take(o, s, 0, 1, P[k].write);
	} else if (w < 62) {
		k = used_slot(0);
		if (k < 0)
			return 0;
		plan_release(o, k, 0);
	} else if (w < 66) {
		o->kind = chance(70) ? R_POKE : R_PEEK;
		k = used_slot(o->kind == R_POKE);
		if (k < 0)
			return 0;
		o->slot = k;
		o->first = P[k].done + rnd(P[k].n - P[k].done);
		o->n = 1 + rnd(250);
	} else if (w < 72) { /* fork or child exit */
		if (child && chance(50))
			return 0;
		o->kind = -1;
	} else if (w < 75) {
		o->kind = R_MUNMAP;
		o->n = 1 + rnd(2);
	} else if (w < 78) {
		o->kind = R_DONTNEED;
		o->n = 1 + rnd(2);
	} else if (w < 82) {
		static const int prot[] = {PROT_READ, PROT_READ, PROT_READ | PROT_WRITE,
		                           PROT_READ | PROT_WRITE, PROT_NONE};
		o->kind = R_MPROTECT;
		o->n = 1 + rnd(2);
		o->flags = prot[rnd(5)];
	} else if (w < 84) {
		o->kind = R_MREMAP;
		o->addr2 = (long)G[ng - 1].a + rnd(4) * PG;
		if (o->addr >= (long)G[ng - 1].a)
			return 0;
	} else if (w < 91) {
		if (bio) {
			o->kind = R_BIOREL;
			o->n = rnd(2);
		} else {
			o->kind = R_BIO;
			segments(o, 3);
		}
		bio = !bio;
	} else if (w < 95) {
		if (s < 0)
			return 0;
		o->kind = R_EXT;
		segments(o, 3);
		o->api = chance(40); /* 1: iov_iter_get_pages2 */
		take(o, s, !o->api, ((o->addr & (PG - 1)) + o->len + PG - 1) / PG, !o->dir);
	} else {
		if (dioing) {
			o->kind = R_DIOEND;
			o->n = 1 + rnd(250);
		} else {
			o->kind = R_DIO;
			o->addr += chance(25) ? 512 : 0;
			o->len = chance(50) ? PG : 512 * (1 + rnd(20));
			o->dir = chance(40);
		}
		dioing = !dioing;
	}
	return 1;
}
static void run_op(struct rop *o, int in_child)
{
	if (!in_child) {
		rexec(o);
		return;
	}
	struct cmd c = {.op = 'x', .r = *o};
	char x;
	if (write(pc[1], &c, sizeof c) < 0 || read(cp[0], &x, 1) < 0) {
	}
}
static void end_child(void)
{
	if (child)
		cquit(NULL);
	child = 0;
}
/* the wrong releasing call, on a page of its own */
static void misuse(void)
{
	map("Z", 1, PROT_READ | PROT_WRITE, MAP_PRIVATE, NULL, "PRIVATE|ANON");
	char *z = G[ng - 1].a;
	int pin = rnd(2) ? AP_PIN_FAST : AP_PIN, get = rnd(2) ? AP_GET_FAST : AP_GET;
	wrb(z, 1 + rnd(250), NULL);
	watch("P", 1, pfn_of(z));
	switch (rnd(6)) {
	case 0:
		acq(7, pin, z, 1, GF_WRITE, NULL);
		rel(7, RE_PUT_PAGE, 0, 1, "WRONG: pin then put_page");
		break;
	case 1:
		acq(7, get, z, 1, GF_WRITE, NULL);
		rel(7, RE_UNPIN_PAGE, 0, 1, "WRONG: get then unpin");
		acq(8, pin, z, 1, GF_WRITE, NULL);
		relif(8, RE_UNPIN_PAGE, 0, 1, NULL);
		break;
	case 2:
		acq(7, pin, z, 1, GF_WRITE, NULL);
		acq(8, pin, z, 1, GF_WRITE, NULL);
		rel(7, RE_PUT_PAGE, 0, 1, "WRONG: pin then put_page");
		rel(8, RE_UNPIN_PAGE, 0, 1, NULL);
		break;
	case 3:
		acq(7, get, z, 1, GF_WRITE, NULL);
		acq(8, get, z, 1, GF_WRITE, NULL);
		rel(7, RE_UNPIN_PAGES, 0, 1, "WRONG: get then unpin");
		rel(8, RE_PUT_PAGE, 0, 1, NULL);
		break;
	case 4:
		acq(7, pin, z, 1, GF_WRITE, NULL);
		rel(7, RE_UNPIN_PAGE, 0, 1, NULL);
		rel(7, RE_UNPIN_PAGE, 0, 1, "WRONG: unpinned twice");
		break;
	case 5:
		acq(7, pin, z, 1, GF_WRITE, "WRONG: never released");
		break;
	}
	munmap(z, PG);
	step(0, NULL, "munmap(Z, 4096)");
}
static long rseed;
static int rsteps;
static void random_one(void)
{
	struct rop o;
	struct sigaction sa = {.sa_handler = on_fault};
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	int bad = is_misuse(rseed); /* also seeds the generator */
	setup();
	for (int i = 0; i < rsteps;) {
		if (!plan(&o))
			continue;
		i++;
		if (o.kind >= 0) {
			int c =
			    chance(30); /* drawn always, so that the sequence does not depend on the child */
			run_op(&o, child && c && o.kind < R_DIO);
		} else if (child) {
			end_child();
		} else {
			cfork(NULL);
			child = 1;
		}
	}
	int order = rnd(2);
	if (order)
		end_child();
	memset(&o, 0, sizeof o);
	if (dioing) {
		o.kind = R_DIOEND;
		o.n = 1 + rnd(250);
		rexec(&o);
	}
	if (bio) {
		o.kind = R_BIOREL;
		o.n = rnd(2);
		rexec(&o);
	}
	for (int k = 0; k < NS; k++)
		if (P[k].used) {
			plan_release(&o, k, 1);
			rexec(&o);
		}
	for (int i = 0; i < ng; i++) {
		munmap(G[i].a, G[i].pages * PG);
		step(0, NULL, "munmap(%s, %ld)", G[i].name, G[i].pages * PG);
	}
	end_child();
	unlink("/tmp/t");
	unlink("/ext/e");
	if (bad)
		misuse();
}
static void random_all(const char *range, int n)
{
	long a = 0, b = 0;
	if (sscanf(range, "%ld-%ld", &a, &b) < 2)
		b = a;
	delta = 1;
	rsteps = n;
	mm_only = getenv("kinds") && !strcmp(getenv("kinds"), "mm");
	for (int bad = 0; bad < 2; bad++) /* sequences with a misuse last: they damage the kernel for good */
		for (rseed = a; rseed <= b; rseed++) {
			char name[40], desc[100];
			if (is_misuse(rseed) != bad)
				continue;
			sprintf(name, "random-%ld", rseed);
			sprintf(desc, "random sequence, seed %ld, %d operations%s%s", rseed, n,
			        mm_only ? " without bio, iov_iter and direct I/O" : "",
			        bad ? ", then one misuse" : "");
			run_one(name, desc, random_one);
		}
}
