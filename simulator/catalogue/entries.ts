/** All entries by name. */
import { userPages } from "./gup.ts";
import { memory } from "./memory.ts";
import { pageAllocation } from "./page-allocation.ts";
import { pageReferences } from "./page-references.ts";
import type { ApiEntry } from "./types.ts";
import { userPageReleases } from "./unpin.ts";

const areas: readonly (readonly ApiEntry[])[] = [
  userPages,
  userPageReleases,
  pageReferences,
  pageAllocation,
  memory,
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

/** The entry of a called name. */
export function findEntry(name: string): ApiEntry | undefined {
  return catalogue.get(name);
}
