/** The table of docs/model.md, made from the eras' switches: what is modeled in which kernel, and on what ground. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { Switches } from "./era.ts";
import { ERAS, PROPOSALS } from "./eras.ts";

/** `read`: no recording shows it, whatever the era stands on. */
type Row = readonly [system: string, exists: (switches: Switches) => boolean, read?: "read"];

const always = (): boolean => true;
const never = (): boolean => false;

const rows: readonly Row[] = [
  ["page, folio, mappings, faults, fork, truncation, write-back", always],
  ["`get_user_pages`, `_fast`, `_remote`, `_unlocked`", always],
  ["`get_user_pages_fast_only`, `pin_user_pages_unlocked`", (one) => one.laterForms],
  ["`put_user_page*`", (one) => !one.pinFunctions],
  ["`pin_user_pages*`, `unpin_user_page*`", (one) => one.pinFunctions],
  ["pins counted apart from references", (one) => one.countsPins],
  ["fork keeps pinned pages for the parent", (one) => one.fork !== "shares"],
  ["exclusive anonymous pages, unsharing before a read-only pin", (one) => one.cowReuse === "exclusive"],
  ["zero page exempt from pins", (one) => one.zeroPageExempt],
  ["long-term pins leave ZONE_MOVABLE", (one) => one.longtermMigrates === "cma-and-movable"],
  ["long-term write pins of tracked files refused", (one) => one.longtermRefusesDirtyTracked],
  ["`unpin_user_page_range_dirty_lock`", (one) => one.unpinRange],
  ["`memfd_pin_folios`, `unpin_folio(s)`", (one) => one.memfdPinFolios, "read"],
  ["`unpin_user_folio`", (one) => one.unpinUserFolio, "read"],
  ["`iov_iter_get_pages2`", (one) => one.iterGetPages2],
  ["`iov_iter_extract_pages`", (one) => one.iterExtract],
  ["bios with references, direct I/O", (one) => one.bioPages === "references"],
  ["bios with pins, direct I/O", (one) => one.bioPages === "pins"],
  ["io_uring buffers that keep one pin for each folio", (one) => one.uringCoalesces],
  ["`vaddr_pin_pages`, `get_user_bvec`", (one) => one.proposals2019],
  ["`iov_iter_pin_pages2`", (one) => one.iterPinsAll],
  ["per-bvec gup flag of 2019", never],
  ["iterators over pipes, xarrays, folio queues", never],
  ["bio clone, split, chain; `blk_rq_map_user*`; integrity", never],
  ["fs/direct-io.c, iomap; NFS, fuse, 9p, ceph, cifs arrays", never],
  ["scatterlists, sk_buff fragments", never],
  ["frame vectors, `ib_umem`, `tee_shm`, KVM pfns, `vm_insert_page`", never],
];

function table(): string {
  const eras = [...ERAS, ...PROPOSALS];
  const cells = (list: readonly string[]): string => `| ${list.join(" | ")} |`;
  return [
    cells(["", ...eras.map((era) => era.name)]),
    cells(["---", ...eras.map(() => "---")]),
    ...rows.map(([system, exists, read]) =>
      cells([
        system,
        ...eras.map(({ switches, ground }) =>
          exists(switches)
            ? ground === "recorded" && read === undefined
              ? "r"
              : "s"
            : exists === never
              ? "no"
              : "–",
        ),
      ]),
    ),
  ].join("\n");
}

it("docs/model.md shows what the eras say", () => {
  const text = readFileSync(new URL("../../docs/model.md", import.meta.url), "utf8");
  const shown = /<!-- eras -->\n([\s\S]*?)<!-- end -->/.exec(text)?.[1];
  expect(shown?.trim()).toBe(table());
});
