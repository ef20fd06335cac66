/**
 * The recorded scenarios written by hand: what the recorder did without a step of its own, what stands behind a call
 * that is only described, and their mappings, which recordings of schema 1 do not announce. Data, in the calls' own
 * language.
 */

/** What belongs to each step of a scenario with this call. */
export interface ScriptedCall {
  readonly call: string;
  /** Silent calls before it. */
  readonly before?: readonly string[];
  /** What is done in its place. */
  readonly instead?: readonly string[];
  /** Segments of an iterator call, place and length, for its first, second … occurrence. */
  readonly segments?: readonly (readonly (readonly [at: string, length: number])[])[];
}

export interface Script {
  readonly calls?: readonly ScriptedCall[];
  /** Mappings by region name, made when the name is first used. Where a recording announces one, that holds. */
  readonly regions?: Readonly<Record<string, string>>;
  /** Files that are there from the start, all holes: path and pages. */
  readonly files?: Readonly<Record<string, number>>;
  /** Addresses of regions that do not lie at a place of their own. */
  readonly places?: Readonly<Record<string, string>>;
  /** Steps after which the LRU batches are not drained before the state is read. */
  readonly undrained?: readonly number[];
  /** What an acquiring call got is released when its step has been read. */
  readonly releasesAtOnce?: boolean;
  /** Watches P7 are the frame 7 after the one of page 0: another folio's, where that folio has one page only. */
  readonly framesByNumber?: boolean;
  /**
   * What lies behind the first page of a range of single pages, by era: page 0 of a region, or (null) a frame that the
   * scenario does not show. Read off the recording, where the range hits it.
   */
  readonly framesBehind?: Readonly<Record<string, readonly (string | null)[]>>;
  /** Order of the folios that faults make where huge pages are advised; default 9. */
  readonly anonymousFolioOrder?: number;
}

const anon = (name: string, pages: number): Readonly<Record<string, string>> => ({
  [name]: `mmap(${name}, ${pages} pages, PRIVATE|ANON)`,
});
const huge = (name: string): Readonly<Record<string, string>> => ({
  [name]: `mmap(${name}, 512 pages, PRIVATE|ANON|HUGEPAGE)`,
});

const onePage: Script = { regions: anon("A", 1) };

function file(path: string, mapping: string): Script {
  return {
    regions: { F: `mmap(F, 4 pages, ${mapping}, ${path})` },
    calls: [{ call: "write *(F) = 3", before: ["ftruncate(4 pages)"] }],
  };
}

/** A memfd, whose recorded mappings show its name; it is made before they are. */
function memfd(name: string, pages: number): Script {
  return { files: { [`/memfd:${name}`]: pages } };
}

/** A file mapped shared: the device writes once more before the last unpin. */
function sharedFile(path: string): Script {
  const base = file(path, "SHARED|FILE");
  const lastUnpin = {
    call: "unpin_user_page(slot0[0..0])",
    before: ["DMA write slot0[0] byte 0 = 78"],
  };
  return { ...base, calls: [...(base.calls ?? []), lastUnpin] };
}

/** The iterator calls of `extract` and `iter_get_pages2` whose text lacks something. */
function iterators(api: string): Script {
  const call = (text: string): string => `${api}(${text}) -> slot0`;
  return {
    regions: anon("A", 8),
    calls: [
      { call: "write *(A)", instead: ["write *(A) = 1"] },
      {
        call: call("ITER_IOVEC, DEST, seg0=A+600, seg1"),
        segments: [
          [
            ["A", 600],
            ["A+3p", 4096],
          ],
        ],
      },
      {
        call: call("ITER_IOVEC, DEST, seg0=A+0, seg1"),
        segments: [
          [
            ["A", 0],
            ["A+3p", 4096],
          ],
        ],
      },
      { call: call("ITER_KVEC, DEST, seg0=kbuf+8192"), segments: [[["kbuf+0x64", 8192]]] },
      { call: call("ITER_KVEC(vmalloc), DEST, seg0=kbuf+8192"), segments: [[["kbuf+0x64", 8192]]] },
      { call: call("ITER_BVEC, DEST, seg0=kbuf+4096"), segments: [[["kbuf+0x64", 4096]]] },
      {
        call: call("ITER_BVEC, DEST, seg0=kbuf+4096, seg1"),
        segments: [
          [
            ["kbuf", 4096],
            ["kbuf+0x1000", 4096],
          ],
        ],
      },
    ],
  };
}

function bioSegments(text: string, ...segments: NonNullable<ScriptedCall["segments"]>): ScriptedCall {
  return { call: `bio_iov_iter_get_pages(${text})`, segments };
}

/** The page that is held, and whose frame is watched, is not the first one. */
const heldInside: Script = {
  calls: [{ call: "write *(H+7p) = 1", instead: ["write *(H+7p) = 1", "frame(P, H+7p)"] }],
};

const scripts: Readonly<Record<string, Script>> = {
  anon_pin: { regions: anon("A", 4), undrained: [0, 1] },
  anon_get: { regions: anon("A", 2) },
  zero_page: { regions: { ...anon("A", 2), ...anon("C", 1) } },
  huge_zero: { regions: huge("H") },
  fork_plain: onePage,
  fork_pin_w_pf: onePage,
  fork_pin_w_cf: onePage,
  fork_pin_w_ce: onePage,
  fork_pin_r_pf: onePage,
  fork_get_w_pf: onePage,
  fork_get_w_cf: onePage,
  fork_get_w_ce: onePage,
  fork_unpin_before: onePage,
  fork_then_pin_r: onePage,
  fork_then_pin_w: onePage,
  fork_then_get_r: onePage,
  fork_then_child_pin: onePage,
  fork_advice: {
    regions: anon("A", 2),
    calls: [
      { call: "write A, A1", instead: ["write *(A) = 1", "write *(A+1p) = 1"] },
      {
        call: "get_user_pages_fast(A, 2, FOLL_WRITE) -> slot0",
        before: ["madvise(A, 1 page, MADV_DONTFORK)", "madvise(A+1p, 1 page, MADV_WIPEONFORK)"],
      },
    ],
  },
  fork_shared: { regions: { A: "mmap(A, 1 page, SHARED|ANON)" } },
  false_positive: {
    regions: { ...anon("A", 1), ...anon("C", 2) },
    calls: [{ call: "write *(C)", instead: ["write *(C) = 1", "write *(C+1p) = 2", "frame(P, C)"] }],
  },
  thp: {
    regions: huge("H"),
    framesByNumber: true,
    framesBehind: { "6.1.y": ["H", null], "6.12.y": [null, null] },
  },
  thp_fork: { regions: huge("H"), framesByNumber: true },
  thp_fork_get: { regions: huge("H"), framesByNumber: true },
  mthp: { regions: huge("H"), anonymousFolioOrder: 4 },
  hugetlb: {
    regions: { H: "mmap(H, 512 pages, PRIVATE|ANON|HUGETLB)" },
    calls: [{ call: "mmap(MAP_HUGETLB)", instead: ["mmap(H, 512 pages, PRIVATE|ANON|HUGETLB)"] }],
  },
  file_tmpfs_shared: sharedFile("/tmp/f"),
  file_tmpfs_private: file("/tmp/f", "PRIVATE|FILE"),
  file_ramfs_shared: sharedFile("/ramfs/f"),
  file_ext4_shared: sharedFile("/ext/f"),
  extract: iterators("iov_iter_extract_pages"),
  iter_get_pages2: iterators("iov_iter_get_pages2"),
  bio: {
    regions: { ...anon("A", 8), ...anon("Ci", 1), ...anon("Cj", 1) },
    calls: [
      {
        call: "write A..A+3p",
        instead: ["write *(A) = 1", "write *(A+1p) = 1", "write *(A+2p) = 1", "write *(A+3p) = 1"],
      },
      bioSegments(
        "ITER_IOVEC, READ, seg0=A+512, seg1",
        [
          ["A", 512],
          ["A+0x200", 512],
        ],
        [
          ["A", 512],
          ["A+0x400", 512],
        ],
      ),
      bioSegments("ITER_IOVEC, READ, seg0=A+1p+512, seg1", [
        ["A+1p", 512],
        ["A", 512],
      ]),
      {
        ...bioSegments(
          "ITER_IOVEC, READ, seg0=Ci+4096, seg1",
          [
            ["Ci", 4096],
            ["Cj", 4096],
          ],
          [
            ["Ci", 4096],
            ["Ci", 4096],
          ],
        ),
        before: ["write *(Ci) = 1", "write *(Cj) = 1"],
      },
    ],
  },
  bio_thp: {
    regions: huge("H"),
    calls: [
      bioSegments("ITER_IOVEC, READ, seg0=H+4608, seg1", [
        ["H", 4608],
        ["H+0x1200", 512],
      ]),
    ],
  },
  odirect_read: { regions: anon("A", 2) },
  odirect_fork_parent: { regions: anon("A", 2) },
  odirect_fork_child: { regions: anon("A", 2) },
  odirect_write_zero: {
    regions: anon("A", 4),
    calls: [{ call: "pwrite() returned", before: ["device completes the write"] }],
  },
  errors: {
    releasesAtOnce: true,
    regions: {
      A: "mmap(A, 4 pages, PRIVATE|ANON)",
      RO: "mmap(RO, 1 page, PRIVATE|ANON|PROT_READ)",
      NONE: "mmap(NONE, 1 page, PRIVATE|ANON|PROT_NONE)",
      SHRO: "mmap(SHRO, 1 page, SHARED|FILE|PROT_READ, /tmp/ro)",
      N: "mmap(N, 2 pages, PRIVATE|ANON)",
      EOF: "mmap(EOF, 2 pages, SHARED|FILE, /tmp/ro)",
      VDSO: "mmap(VDSO, 2 pages, PRIVATE|FILE|PROT_READ, [vdso])",
      VVAR: "mmap(VVAR, 2 pages, PRIVATE|FILE|PROT_READ, [vvar])",
    },
    places: { RO: "A+4p" },
    calls: [
      { call: "mmap(A,4p); A+4p unmapped", instead: ["write *(A) = 1"] },
      {
        call: "pin_user_pages_fast(N, 2, FOLL_WRITE|FOLL_NOFAULT) -> slot0",
        before: ["write *(N) = 1"],
      },
    ],
  },
  longterm: {
    regions: { ...anon("A", 2), ...anon("C", 1), ...anon("D", 2) },
    calls: [
      { call: "write *(A)", instead: ["write *(A) = 1", "frame(P, A)"] },
      { call: "write *(C)", instead: ["write *(C) = 1", "frame(P, C)"] },
      {
        call: "pin_user_pages_fast(D, 2, FOLL_LONGTERM) -> slot0",
        before: ["write *(D) = 1", "write *(D+1p) = 1", "frame(P, D)"],
      },
    ],
  },
  unmap: {
    regions: { ...anon("A", 4), ...anon("M", 1) },
    calls: [
      {
        call: "write A",
        instead: ["write *(A) = 10", "write *(A+1p) = 11", "write *(A+2p) = 12", "write *(A+3p) = 13"],
      },
      { call: "write *(A+1p) = 6", before: ["mprotect(A+1p, 1 page, PROT_READ|PROT_WRITE)"] },
    ],
  },
  exit_pinned: onePage,
  syscalls: {
    regions: { ...anon("A", 4), ...huge("H") },
    calls: [
      { call: "write *(A)", instead: ["write *(A) = 1"] },
      { call: "io_uring_register(BUFFERS, A+8192)", before: ["write *(A) = 1", "frame(P, A)"] },
      { call: "io_uring_register(BUFFERS, H+2M)", before: ["write *(H) = 1"] },
    ],
  },
  uring_fixed: {
    regions: anon("A", 2),
    calls: [{ call: "io_uring_register(BUFFERS, A+4096)", before: ["write *(A) = 1", "write *(A+1p) = 1"] }],
  },
  mismatch_pin_put: {
    regions: { ...anon("A", 1), ...anon("C", 2) },
    calls: [{ call: "write *(C)", instead: ["write *(C) = 1", "write *(C+1p) = 1", "frame(P, C)"] }],
  },
  mismatch_get_unpin: onePage,
  thp_mismatch: {
    regions: { ...huge("H"), ...huge("G") },
    places: { G: "H" },
    calls: [{ call: "write *(G)", instead: ["write *(G) = 1", "frame(P, G)"] }],
  },
  overflow: onePage,
  mismatch_free_mapped: onePage,
  mismatch_zero: { regions: anon("D", 1) },
  hugetlb_file: memfd("hugetlb", 1024),
  memfd_pin: memfd("shmem", 4),
  memfd_pin_hugetlb: memfd("hugetlb", 1024),
  hold_split_none: heldInside,
  hold_split_get: heldInside,
  hold_split_pin: heldInside,
};

/** User Mode Linux, where the recordings of schema 1 were made, laid out the mappings of `errors` in another order. */
const schema1Errors: Script = {
  ...scripts["errors"],
  places: { NONE: "A+4p" },
  regions: {
    ...scripts["errors"]?.regions,
    // It has no such mappings that a process could reach.
    VDSO: "reserve(VDSO, 2 pages)",
    VVAR: "reserve(VVAR, 2 pages)",
  },
  calls: [
    ...(scripts["errors"]?.calls ?? []),
    {
      call: "pin_user_pages_fast(A+4p, 1, 0) -> slot0",
      before: ["mmap(NONE, 1 page, PRIVATE|ANON|PROT_NONE)"],
    },
  ],
};

const empty: Script = {};

/**
 * What is known of a recorded scenario beside its steps; nothing for any other name.
 * @param schema of the recording; null for a scenario written by hand.
 */
export function scriptOf(scenarioName: string, schema: 1 | 2 | null): Script {
  if (schema === null) return empty;
  if (schema === 1 && scenarioName === "errors") return schema1Errors;
  return Object.hasOwn(scripts, scenarioName) ? scripts[scenarioName]! : empty;
}

/** Whether a call that only describes is explained for this scenario. */
export function isDescribed(scenarioName: string, call: string): boolean {
  return (scriptOf(scenarioName, 2).calls ?? []).some(
    (one) => one.call === call && one.instead !== undefined,
  );
}
