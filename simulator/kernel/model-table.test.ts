/**
 * The tables of docs/model.md, made from the eras' switches: what is modeled in which kernel, and on what ground.
 * `UPDATE_MODEL_TABLE=1` writes them anew.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Era, Switches } from "./era.ts";
import { ERAS, PROPOSALS } from "./eras.ts";

/**
 * `read`: no recording shows it, whatever the era stands on. `calls`: the system has no code of its own in the model; what
 * it does to pages is done by these functions, which scenarios and the interpreter call as its code does.
 */
type Ground = "recorded" | "read" | "calls";

type Row = readonly [system: string, exists: (switches: Switches) => boolean, ground?: Ground];

const always = (): boolean => true;
const never = (): boolean => false;

const mm: readonly Row[] = [
  ["page, folio, mappings, faults, fork, truncation, write-back", always],
  ["`get_user_pages`, `_fast`, `_remote`, `_unlocked`", always],
  ["`get_user_pages_fast_only`, `pin_user_pages_unlocked`", (one) => one.laterForms],
  ["`get_user_pages_locked`", (one) => one.lockedForms, "read"],
  ["`pin_user_pages_locked`", (one) => one.lockedForms && one.laterForms, "read"],
  ["`pin_user_pages_fast_only`", (one) => one.pinFastOnly, "read"],
  ["`__get_user_pages_fast`", (one) => !one.laterForms, "read"],
  ["`get_user_page_vma_remote`", (one) => one.vmaRemote, "read"],
  ["`follow_page`", (one) => one.followPage, "read"],
  ["`get_dump_page`", always, "read"],
  ["the page lock, write-back that lasts", always, "read"],
  ["`put_user_page*`", (one) => !one.pinFunctions],
  ["`pin_user_pages*`, `unpin_user_page*`", (one) => one.pinFunctions],
  ["pins counted apart from references", (one) => one.countsPins],
  ["fork keeps pinned pages for the parent", (one) => one.fork !== "shares"],
  ["exclusive anonymous pages, unsharing before a read-only pin", (one) => one.cowReuse === "exclusive"],
  ["zero page exempt from pins", (one) => one.zeroPageExempt],
  ["long-term pins leave ZONE_MOVABLE", (one) => one.longtermMigrates === "cma-and-movable"],
  ["long-term write pins of tracked files refused", (one) => one.longtermRefusesDirtyTracked],
  ["`unpin_user_page_range_dirty_lock`", (one) => one.unpinRange],
  ["`memfd_pin_folios`, `unpin_folio(s)`", (one) => one.memfdPinFolios],
  ["`unpin_user_folio`", (one) => one.unpinUserFolio],
  ["hugetlb mappings, private and shared", always],
  ["swap of small anonymous pages (MADV_PAGEOUT)", always],
  ["long-term pins leave CMA areas", (one) => one.longtermMigrates !== "nothing", "read"],
  ["pages of PCI peer memory, `FOLL_PCI_P2PDMA`", (one) => one.p2pdma, "read"],
  ["debug counter of pins (page_ext)", always, "read"],
];

const travel: readonly Row[] = [
  ["`iov_iter_get_pages2`", (one) => one.iterGetPages2],
  ["`iov_iter_extract_pages`", (one) => one.iterExtract],
  ["bios that hold references", (one) => one.bioIovTakes === "references"],
  ["bios that hold pins", (one) => one.bioIovTakes !== "references"],
  [
    "`bio_iov_iter_get_pages` with trimming to blocks at each extraction",
    (one) => one.bioTrims === "each-extraction",
  ],
  ["the same with the whole bio aligned down; bounced bios", (one) => one.bioTrims === "whole-bio", "read"],
  ["`bio_check_pages_dirty` and its work item", always],
  ["bio clone, split, chain; `bio_add_folio`, zone append", always, "read"],
  ["`bio_add_hw_page` and the second hold on a page", (one) => one.bioAddHwPage, "read"],
  ["`blk_rq_map_user*`, `bio_map_user_iov`, copies", always, "read"],
  ["integrity data of user space", (one) => one.bioIntegrityUser, "read"],
  ["direct I/O to a block device, held in flight", always],
  ["fs/direct-io.c, its zero page", always, "read"],
  ["iomap direct I/O, its zero page", always, "read"],
  ["io_uring's registered buffers", always],
  ["io_uring buffers that keep one pin for each folio", (one) => one.uringCoalesces],
  ["vmsplice, and what a fork does to its pages", always],
  ["splice of pipe pages into direct I/O", always, "read"],
  ["`iov_iter_get_pages`", (one) => one.iterGetPages !== "none", "read"],
  ["iterators over pipes", (one) => one.iterPipe],
  ["iterators over xarrays: a file's page cache", (one) => one.iterXarray],
  ["iterators over queues of folios", (one) => one.iterFolioq],
  ["pipes: buffers, tee", always, "read"],
  ["scatterlists", always, "read"],
  ["`extract_iter_to_sg`, `netfs_extract_user_iter`", (one) => one.iterToSg !== "none", "read"],
  ["page-cache look-ups", always, "read"],
  ["`vm_insert_page`, `vm_map_pages`, `remap_pfn_range`", always, "read"],
];

const holders: readonly Row[] = [
  ["sk_buff fragments: referenced", always, "read"],
  ["sk_buff fragments: managed by the owner of the data", (one) => one.skbManagedFragments, "read"],
  ["NFS direct I/O: an array of references", (one) => one.nfsTakes === "references", "read"],
  ["FUSE: an array of references", (one) => one.fuseTakes === "references", "read"],
  ["FUSE: an array of pins", (one) => one.fuseTakes === "extracts", "read"],
  ["9p over virtio, Ceph: an array of references", always, "read"],
  ["CIFS, netfs: an array of references", (one) => one.cifsTakes === "references", "read"],
  ["CIFS, netfs: an array of pins", (one) => one.cifsTakes === "extracts", "read"],
  ["RDMA: `ib_umem`; VFIO", always, "read"],
  ["iommufd", (one) => one.p2pdma, "read"],
  ["media: frame vectors; TEE: `tee_shm`; RDS; SEV", always, "read"],
  ["KVM: `gfn_to_pfn`, maps by reference", (one) => !one.kvmPinsMaps, "read"],
  ["KVM: `kvm_follow_pfn`, maps by pin", (one) => one.kvmPinsMaps, "read"],
  ["kernel memory: kmalloc, vmalloc, page fragments", always, "read"],
];

/** Systems that the threads name and that have no code of their own here. */
const threads: readonly Row[] = [
  ...[
    "crypto: AF_ALG (2019, 2023)",
    "vhost: SCSI (2023)",
    "DRM: etnaviv, i915, radeon (2019)",
    "media: ivtv, videobuf-dma-sg (2019)",
    "InfiniBand: hfi1, qib, usnic, siw (2019)",
    "misc: genwqe, scif, vmci (2019)",
    "rapidio, oradax, vchiq, goldfish_pipe (2019)",
    "fbdev: pvr2fb; fsl_hypervisor (2019)",
    "Xen: gntdev, privcmd (2019)",
    "orangefs (2019)",
    "exec, binfmt_elf: pages of the new stack (2019)",
    "uprobes, futex, perf events (2019)",
    "process_vm_access, madvise, access_process_vm (2019)",
    "gup_benchmark, later gup_test (2019)",
  ].map((system): Row => [system, always, "calls"]),
  ["RDMA on file-system DAX (2019)", never],
  ["KSM for pages of files (2019)", never],
];

const proposed: readonly Row[] = [
  ["`vaddr_pin_pages`, `get_user_bvec`", (one) => one.proposals2019, "read"],
  ["`iov_iter_pin_pages2`", (one) => one.iterPinsAll, "read"],
  ["per-bvec gup flag of 2019", (one) => one.bioRelease === "by-vector", "read"],
  ["all bio references are gup pins, asserted in `bio_add_page`", (one) => one.bioAddAsserts, "read"],
  ["`iov_iter_extract_mode`", (one) => one.iterExtractMode, "read"],
  ["`folio_put_unpin`, `page_put_unpin`", (one) => one.cleanupNames === "FOLL", "read"],
  ["BIO_PAGE_REFFED", (one) => /reffed|both/.test(one.bioRelease), "read"],
  ["`bio_set_cleanup_mode`, `bio_to_gup_flags`", (one) => one.bioRelease === "by-both-flags", "read"],
  ["FOLL_PIN and FOLL_GET renumbered", (one) => one.follNumbers === "series", "read"],
  ["PAGE_CLEANUP_UNPIN, PAGE_CLEANUP_PUT", (one) => one.cleanupNames === "PAGE_CLEANUP", "read"],
  ["sk_buff fragments: referenced, pinned or neither", (one) => one.skbFragmentModes, "read"],
];

const rows: readonly Row[] = [...mm, ...travel, ...holders, ...threads, ...proposed];

function cellOf({ switches, ground }: Era, [, exists, own = "recorded"]: Row): string {
  if (exists === never) return "no";
  if (!exists(switches)) return "–";
  if (own === "calls") return "c";
  return ground === "recorded" && own === "recorded" ? "r" : "s";
}

function table(eras: readonly Era[], names: readonly string[], shown: readonly Row[]): string {
  const line = (list: readonly string[]): string => `| ${list.join(" | ")} |`;
  return [
    line(["", ...names]),
    line(["---", ...eras.map(() => "---")]),
    ...shown.map((row) => line([row[0], ...eras.map((era) => cellOf(era, row))])),
  ].join("\n");
}

function tables(): string {
  const released = rows.filter(([, exists]) => exists === never || ERAS.some((era) => exists(era.switches)));
  return [
    table(
      ERAS,
      ERAS.map((era) => era.name),
      released,
    ),
    "",
    "The same in the kernels that were proposed:",
    "",
    ...PROPOSALS.map((era, index) => `${index + 1}. \`${era.name}\`: ${era.note}.`),
    "",
    table(
      PROPOSALS,
      PROPOSALS.map((_era, index) => String(index + 1)),
      rows,
    ),
  ].join("\n");
}

const place = new URL("../../docs/model.md", import.meta.url);

/** Every system that one of the five threads names, by a word of its row. */
const named =
  "AF_ALG SCSI FUSE 9p NFS CIFS netfs sk_buff pipes splice vmsplice io_uring fs/direct-io.c iomap bio block Ceph RDS SEV " +
  "etnaviv i915 radeon ivtv videobuf-dma-sg genwqe scif vmci rapidio oradax vchiq tee VFIO pvr2fb fsl_hypervisor gntdev " +
  "privcmd exec orangefs uprobes futex frame gup_benchmark madvise process_vm_access goldfish_pipe perf ib_umem hfi1 qib " +
  "usnic siw KVM DAX KSM zero xarrays vaddr_pin_pages get_user_bvec page_ext fork write-back";

it("every system that the threads name has a row", () => {
  const text = rows
    .map(([system]) => system)
    .join("\n")
    .toLowerCase();
  expect(named.split(" ").filter((one) => !text.includes(one.toLowerCase()))).toEqual([]);
});

it("docs/model.md shows what the eras say", () => {
  const text = readFileSync(place, "utf8");
  const [, before = "", shown = "", behind = ""] =
    /^([\s\S]*<!-- eras -->\n)([\s\S]*?)(<!-- end -->[\s\S]*)$/.exec(text) ?? [];
  if (process.env["UPDATE_MODEL_TABLE"] === "1") {
    writeFileSync(place, `${before}\n${tables()}\n\n${behind}`);
    return;
  }
  expect(shown.trim()).toBe(tables());
});
