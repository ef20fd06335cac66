/** Which pages records lead to, as far as a loop that nobody computes may come to them. Runs nothing. */
import type { Page } from "@pinscope/simulator/kernel";
import { pagesOfBio } from "./models/bio.ts";
import type { World } from "./world.ts";

/** Words looked at in one search. */
const WORD_BUDGET = 50_000;

/**
 * Pages in containers, and those named by an object that another one names, variables aside. An array that only a
 * variable points to is in no list and in no table.
 */
export function recordedPages(world: World): readonly Page[] {
  const { memory } = world.machine;
  const found: Page[] = [...world.containers.values(), ...[...world.bios.values()].map(pagesOfBio)].flat();
  const named = new Set<number>();
  const pagesIn = new Map<number, Page[]>();
  let words = 0;
  for (const object of memory.objects) {
    if (!object.alive || (object.kind !== "host" && object.kind !== "global")) continue;
    for (const { value } of memory.words(object)) {
      words += 1;
      if (words > WORD_BUDGET) return world.pages;
      const address = value & ~3n;
      const page = world.pageAt(address) ?? world.pageOfContents(address);
      if (page !== null) pagesIn.set(object.id, [...(pagesIn.get(object.id) ?? []), page]);
      else {
        const target = memory.locate(address)?.object;
        if (target !== undefined && target.id !== object.id) named.add(target.id);
      }
    }
  }
  for (const [object, pages] of pagesIn) if (named.has(object)) found.push(...pages);
  return found;
}
