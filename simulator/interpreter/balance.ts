/** What is left at the end of a run: who holds the pages that were taken, and what is wrong. Runs nothing. */
import type { Value } from "@pinscope/grammars/ir";
import type { Page } from "@pinscope/simulator/kernel";
import { pagesOfBio } from "./models/bio.ts";
import type { Run } from "./run.ts";
import type { BalanceLine, Imbalance } from "./types.ts";
import type { Acquisition, World } from "./world.ts";

/** Words looked at when searching for owners. */
const WORD_BUDGET = 200_000;

/** Pages that something reaches that outlives the path, with the owner's name. */
export type Owners = ReadonlyMap<Page, string>;

interface Root {
  readonly address: bigint;
  readonly name: string;
}

/** What outlives the path: what it was given, globals, what it handed to others, what it returns. */
export function findOwners(run: Run, returned: Value | null): Owners {
  const { machine, world } = run;
  const owners = new Map<Page, string>();
  const seen = new Set<number>();
  const queue: Root[] = roots(run, returned);
  let words = 0;

  const own = (page: Page, name: string): void => {
    if (!owners.has(page)) owners.set(page, name);
  };
  const reach = (value: bigint, name: string): void => {
    const page = world.pageAt(value & ~3n) ?? world.pageOfContents(value);
    if (page !== null) {
      own(page, name);
      return;
    }
    queue.push({ address: value & ~3n, name });
  };

  for (let at = 0; at < queue.length && words < WORD_BUDGET; at++) {
    const root = queue[at];
    const place = root === undefined ? null : machine.memory.locate(root.address);
    if (root === undefined || place === null || !place.object.alive) continue;
    if (place.object.kind === "string" || place.object.kind === "function") continue;
    if (place.object.kind === "local" && at >= 0 && !isStatic(place.object.kind)) continue;
    if (seen.has(place.object.id)) continue;
    seen.add(place.object.id);
    for (const page of contained(world, place.object.base)) own(page, root.name);
    for (const { offset, value } of machine.memory.words(place.object)) {
      words += 1;
      const address = place.object.base + BigInt(offset);
      for (const page of contained(world, address)) own(page, run.storedAs.get(address) ?? root.name);
      reach(value, run.storedAs.get(address) ?? root.name);
    }
  }
  return owners;
}

function isStatic(kind: string): boolean {
  return kind === "global";
}

/** Pages of a bio or another container at an address. */
function contained(world: World, address: bigint): readonly Page[] {
  const bio = world.bios.get(address);
  return [...(bio === undefined ? [] : pagesOfBio(bio)), ...(world.containers.get(address) ?? [])];
}

function roots(run: Run, returned: Value | null): Root[] {
  const { machine, world } = run;
  const found: Root[] = [];
  for (const object of machine.memory.objects) {
    if (object.kind === "global") found.push({ address: object.base, name: object.label });
    else if (
      object.kind === "host" &&
      object.alive &&
      !world.heap.has(object.base) &&
      !isPageArea(object.label)
    )
      found.push({ address: object.base, name: object.label });
  }
  for (const [address] of world.containers) {
    const place = machine.memory.locate(address);
    if (place?.object.kind === "host" && !world.heap.has(place.object.base))
      found.push({ address, name: place.object.label });
  }
  for (const { address, to } of run.escapes) found.push({ address, name: `what ${to} was given` });
  if (typeof returned === "bigint") found.push({ address: BigInt.asUintN(64, returned), name: "the result" });
  return found;
}

/** The arrays that stand for all pages: not an owner of any. */
function isPageArea(label: string): boolean {
  return label === "struct page" || label === "contents of pages";
}

export interface Settled {
  readonly balance: readonly BalanceLine[];
  readonly imbalances: readonly Imbalance[];
}

/** The balance sheet. `owners` are those at the end of the path. */
export function settle(run: Run, owners: Owners): Settled {
  const { world } = run;
  const balance = world.acquisitions
    .filter(({ borrowed }) => borrowed !== true)
    .map((one) => lineOf(world, one, owners));
  const imbalances: Imbalance[] = [];
  for (const line of balance)
    if (line.leaked > 0)
      imbalances.push({
        kind: "leak",
        text: `${line.leaked} of ${line.taken} pages of ${line.callee}() are still held and nothing names them${
          line.consequence === null ? "" : `: ${line.consequence}`
        }`,
        location: line.location,
      });
  for (const wrong of world.wrongReleases)
    imbalances.push({
      kind: wrong.kind,
      text:
        wrong.kind === "wrong-family"
          ? `${wrong.by}() lets go of a ${wrong.family === "pin" ? "pin" : "reference"}, but the page was taken by ${wrong.acquisition?.callee}() as a ${wrong.acquisition?.family}`
          : `${wrong.by}() lets go of a page that is not held here`,
      location: wrong.location,
    });
  for (const event of world.kernel.events)
    imbalances.push({ kind: "warning", text: `${event.where}: ${event.text}`, location: run.location });
  for (const { text, location } of run.doubleFrees) imbalances.push({ kind: "double-free", text, location });
  return { balance, imbalances };
}

function lineOf(world: World, acquisition: Acquisition, owners: Owners): BalanceLine {
  const left = world.holdings.filter((one) => one.acquisition === acquisition);
  const owned = new Map<string, number>();
  let leaked = 0;
  for (const { page } of left) {
    const owner =
      owners.get(page) ?? page.folio.pages.map((one) => owners.get(one)).find((one) => one !== undefined);
    if (owner === undefined) leaked += 1;
    else owned.set(owner, (owned.get(owner) ?? 0) + 1);
  }
  return {
    callee: acquisition.callee,
    function: acquisition.function,
    location: acquisition.location,
    family: acquisition.family,
    taken: acquisition.pages.length,
    released: acquisition.pages.length - left.length,
    owned: [...owned].map(([owner, pages]) => ({ owner, pages })),
    leaked,
    consequence: leaked === 0 ? null : consequenceOf(acquisition),
  };
}

/** What the kernel would show of it later. */
function consequenceOf({ family }: Acquisition): string {
  switch (family) {
    case "pin":
      return "the pages stay pinned: they cannot be migrated or freed, and nr_foll_pin_acquired stays ahead of nr_foll_pin_released";
    case "reference":
      return "the pages are never freed, and cannot be migrated";
    case "allocation":
      return "the memory is lost";
  }
}
