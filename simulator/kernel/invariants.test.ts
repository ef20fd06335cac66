/** Invariants of page accounting, on random sequences of correct calls in every era and on several machines. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Kernel } from "./api.ts";
import { ERAS } from "./eras.ts";
import { createKernel } from "./kernel.ts";
import { DEFAULT_MACHINE, UML_MACHINE } from "./machines.ts";
import { type Action, endWalk, REGION_PAGES, startWalk, step, type Walk } from "./random-walk.ts";
import type { Folio, Machine, Mm, Page } from "./types.ts";

const place = fc.integer({ min: 0, max: REGION_PAGES.length * 9 });
const child = fc.boolean();
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("read", "write"),
      child,
      place,
      value: fc.integer({ min: 1, max: 250 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("acquire"),
      child,
      form: fc.integer({ min: 0, max: 7 }),
      place,
      pages: fc.integer({ min: 1, max: 5 }),
      flags: fc.integer({ min: 0, max: 15 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("release"), slot: fc.nat(5), how: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("bio"),
      child,
      read: fc.boolean(),
      segments: fc.array(
        fc.record({
          place,
          offset: fc.constantFrom(0, 0, 512, 1024),
          length: fc.constantFrom(512, 1024, 4096, 4608, 8192, 700),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("fork", "exit", "drain", "fsync", "rewind") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("truncate"), pages: fc.nat(4) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("munmap", "dontneed", "pageout", "protect", "mremap"),
      child,
      place,
      pages: fc.integer({ min: 1, max: 3 }),
      value: fc.nat(5),
    }),
  },
) as fc.Arbitrary<Action>;

const machines: readonly (readonly [string, Machine])[] = [
  ["usual machine", DEFAULT_MACHINE],
  ["no fast GUP, CONFIG_DEBUG_VM", UML_MACHINE],
  ["ZONE_MOVABLE", { ...DEFAULT_MACHINE, movableZone: true }],
  ["64 kB folios", { ...DEFAULT_MACHINE, anonymousFolioOrder: 4 }],
  ["page_ext pin counter", { ...DEFAULT_MACHINE, debugPinReferences: true }],
];

/** Plain references and pins that the slots hold. */
function held(walk: Walk): Map<Folio, { refs: number; pins: number }> {
  const map = new Map<Folio, { refs: number; pins: number }>();
  for (const slot of walk.slots)
    for (const page of slot.pages) {
      const one = map.get(page.folio) ?? { refs: 0, pins: 0 };
      if (slot.pinned) one.pins += 1;
      else one.refs += 1;
      map.set(page.folio, one);
    }
  return map;
}

/** References that page tables, page cache, buffers and the LRU batch own. */
function owned(walk: Walk, folio: Folio): number {
  let count = folio.lru === "batch" ? 1 : 0;
  const { hugetlbCacheCountsPages } = walk.kernel.profile.era.switches;
  if (folio.mapping !== null) count += folio.hugetlb && !hugetlbCacheCountsPages ? 1 : folio.pages.length;
  if (folio.swapCache !== null) count += 1;
  if (folio.private) count += 1;
  for (const mm of [walk.parent, walk.child]) {
    for (const entry of mm?.ptes.values() ?? []) if (entry.page.folio === folio && !entry.special) count += 1;
    for (const pmd of mm?.pmds.values() ?? []) if (pmd !== "table" && pmd.page.folio === folio) count += 1;
  }
  return count;
}

function checkFolio(walk: Walk, folio: Folio, { refs, pins }: { refs: number; pins: number }): void {
  const { kernel } = walk;
  const { switches } = kernel.profile.era;
  const exempt = folio.zeroPage && switches.zeroPageExempt;
  const shared = folio.zeroPage || folio.hugeZero;
  // A free page of a device may have a reference of its own.
  const device = folio.pciMemory !== null && folio.freed && !switches.freeDevicePagesCountZero ? 1 : 0;
  const plain = (shared ? 1 : owned(walk, folio)) + refs + device;
  const exact = switches.countsPins && folio.order > 0 && folio.order >= switches.exactPincountOrder;
  const weight = exempt ? 0 : !switches.countsPins || exact ? 1 : 1024;
  expect(folio.refcount).toBe(plain + weight * pins);
  expect(folio.pincount).toBe(exact ? pins : 0);
  if (folio.freed) expect([plain, pins]).toEqual([device, 0]);
  if (pins > 0 && switches.countsPins && !exempt) expect(kernel.folioMaybeDmaPinned(folio)).toBe(true);
}

/** A pinned anonymous page is exclusive to the process that pinned it, as long as anything maps it (5.19). */
function checkExclusive(walk: Walk, page: Page): void {
  if (!page.folio.anon || walk.kernel.profile.era.switches.cowReuse !== "exclusive") return;
  expect(page.anonExclusive || page.folio.pages[0]?.anonExclusive).toBe(true);
}

/** A writable entry of private memory means that no one else maps the page, by entries at least. */
function checkEntries(kernel: Kernel, mm: Mm | null): void {
  if (kernel.profile.era.switches.cowReuse !== "exclusive") return;
  for (const { page, write, special } of mm?.ptes.values() ?? []) {
    if (special || !page.folio.anon) continue;
    if (write) expect(page.anonExclusive).toBe(true);
    if (page.anonExclusive) expect(page.mapcount).toBe(1);
  }
}

function check(walk: Walk): void {
  const { kernel } = walk;
  const holders = held(walk);
  for (const folio of holders.keys()) walk.folios.add(folio);
  let pins = 0;
  for (const folio of walk.folios) {
    const one = holders.get(folio) ?? { refs: 0, pins: 0 };
    checkFolio(walk, folio, one);
    if (!(folio.zeroPage && kernel.profile.era.switches.zeroPageExempt)) pins += one.pins;
  }
  if (kernel.profile.era.switches.countsPins)
    expect(kernel.vmstat.nrFollPinAcquired - kernel.vmstat.nrFollPinReleased).toBe(pins);
  for (const slot of walk.slots) if (slot.pinned) for (const page of slot.pages) checkExclusive(walk, page);
  for (const mm of [walk.parent, walk.child]) checkEntries(kernel, mm);
}

/** Events that no correct sequence may cause. Refused arguments warn, which is their right. */
function complaints(kernel: Kernel): string[] {
  return kernel.events
    .filter(({ where }) => !/:(?:is_valid_gup_args|gup_fast_fallback|(?:get|pin)_user_pages\w*)$/.test(where))
    .map(({ where, text }) => `${where}: ${text}`);
}

describe.each(ERAS.map((era) => [era.name, era] as const))("era %s", (_name, era) => {
  it.each(machines)(
    "%s: counters follow from who holds what, and end where they began",
    (_machine, machine) => {
      fc.assert(
        fc.property(fc.array(action, { minLength: 5, maxLength: 50 }), (actions) => {
          const kernel = createKernel({ era, machine });
          const walk = startWalk(kernel);
          for (const one of actions) {
            step(walk, one);
            check(walk);
          }
          endWalk(walk);
          for (const folio of walk.folios)
            if (!folio.zeroPage && !folio.hugeZero) {
              const free = folio.pciMemory !== null && !era.switches.freeDevicePagesCountZero ? 1 : 0;
              expect([folio.refcount, folio.freed]).toEqual([free, true]);
            }
          expect(kernel.zeroPage.folio.refcount).toBe(1);
          expect(complaints(kernel)).toEqual([]);
        }),
        { numRuns: 10 },
      );
    },
  );
});
