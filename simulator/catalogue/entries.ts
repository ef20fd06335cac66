/** All entries by name. */
import { bio } from "./bio.ts";
import { blockMap } from "./block-map.ts";
import { borrowPrefixes, borrows } from "./borrows.ts";
import { borrow } from "./entry.ts";
import { userPages } from "./gup.ts";
import { iteratorPages } from "./iov-iter.ts";
import { kvm } from "./kvm.ts";
import { lists } from "./lists.ts";
import { mappings } from "./mappings.ts";
import { memory } from "./memory.ts";
import { proposals } from "./obsolete.ts";
import { pageAllocation } from "./page-allocation.ts";
import { pageCache } from "./page-cache.ts";
import { pageReferences } from "./page-references.ts";
import { pageTests } from "./page-tests.ts";
import { pipe } from "./pipe.ts";
import { scatterlist } from "./scatterlist.ts";
import { socketBuffers } from "./skb.ts";
import { subsystems } from "./subsystem.ts";
import type { ApiEntry } from "./types.ts";
import { userPageReleases } from "./unpin.ts";

const areas: readonly (readonly ApiEntry[])[] = [
  userPages,
  userPageReleases,
  pageReferences,
  pageAllocation,
  pageCache,
  iteratorPages,
  bio,
  blockMap,
  scatterlist,
  lists,
  socketBuffers,
  pipe,
  kvm,
  memory,
  mappings,
  subsystems,
  pageTests,
  proposals,
  borrows,
];

function byName(): ReadonlyMap<string, ApiEntry> {
  const entries = new Map<string, ApiEntry>();
  for (const entry of areas.flat()) {
    if (entries.has(entry.name)) throw new RangeError(`two catalogue entries are named ${entry.name}`);
    entries.set(entry.name, entry);
  }
  return entries;
}

/** Every entry by the name of its call. */
export const catalogue: ReadonlyMap<string, ApiEntry> = byName();

/** One entry for each family of borrows: names of texts are not remembered. */
const families = borrowPrefixes.map((prefix) => ({
  prefix,
  entry: borrow(`${prefix}…`, "family of borrows"),
}));

/** The entry of a called name: its own, or that of a family of borrows (`trace_…`). */
export function findEntry(name: string): ApiEntry | undefined {
  return catalogue.get(name) ?? families.find(({ prefix }) => name.startsWith(prefix))?.entry;
}
