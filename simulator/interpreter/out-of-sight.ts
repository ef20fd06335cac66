/**
 * What a call whose body nobody sees may let go of, going by its name: the pages that its argument names when it is
 * called. Nothing is released in the model; the balance sheet says that it may have been.
 */
import type { Page } from "@pinscope/simulator/kernel";
import { pagesOfBio } from "./models/bio.ts";
import type { World } from "./world.ts";

const LETS_GO =
  /(?:^|_)(?:free|release|put|unpin|unmap|destroy|cleanup|clean|drop|discard|fini|deinit|abort)(?:_|$)/;
/** Words looked at for one call. */
const WORD_BUDGET = 2_000;
/** From the argument's object to the page. */
const DEPTH = 2;

export function mayLetGo(name: string): boolean {
  return LETS_GO.test(name);
}

/** Pages that an address leads to. */
export function pagesNamedFrom(world: World, address: bigint): ReadonlySet<Page> {
  const found = new Set<Page>();
  const { memory } = world.machine;
  const seen = new Set<number>();
  let level = [address];
  let words = 0;
  const name = (value: bigint, next: bigint[]): void => {
    const page = world.pageAt(value & ~3n) ?? world.pageOfContents(value);
    if (page !== null) found.add(page);
    else if (memory.locate(value & ~3n) !== null) next.push(value & ~3n);
  };
  for (let depth = 0; depth <= DEPTH && level.length > 0; depth++) {
    const next: bigint[] = [];
    for (const one of level) {
      const object = memory.locate(one)?.object;
      if (object === undefined || world.pageAt(one & ~3n) !== null || world.pageOfContents(one) !== null) {
        name(one, next);
        continue;
      }
      if (object === undefined || !object.alive || seen.has(object.id)) continue;
      seen.add(object.id);
      for (const { value } of memory.words(object)) if (words++ < WORD_BUDGET) name(value, next);
      for (const [at, bio] of world.bios)
        if (memory.locate(at)?.object.id === object.id) for (const page of pagesOfBio(bio)) found.add(page);
      for (const [at, pages] of world.containers)
        if (memory.locate(at)?.object.id === object.id) for (const page of pages) found.add(page);
    }
    level = next;
  }
  return found;
}
