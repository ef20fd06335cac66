/** Which release serves which holding. Decided by the entries, not by names known here. */
import { catalogue } from "./entries.ts";
import type { ApiEntry, Family } from "./types.ts";

/**
 * Whether a release of one family may let go what was acquired in another: its own family, and a plain put also the
 * first reference of pages that this code allocated.
 */
export function serves(release: Family, held: Family): boolean {
  return release === held || (release === "reference" && held === "allocation");
}

let acquirers: ReadonlyMap<string, readonly ApiEntry[]> | undefined;

/** The entries whose holdings a name lets go; empty for names that let nothing go. */
export function acquirersOf(releaseName: string): readonly ApiEntry[] {
  if (!acquirers) {
    const map = new Map<string, ApiEntry[]>();
    for (const entry of catalogue.values())
      for (const name of entry.releaseWith) {
        const list = map.get(name);
        if (list) list.push(entry);
        else map.set(name, [entry]);
      }
    acquirers = map;
  }
  return acquirers.get(releaseName) ?? [];
}
