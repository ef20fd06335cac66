/** What is left at the end of a run: who holds the pages that were taken, and what is wrong. Runs nothing. */
import type { Value } from "@pinscope/grammars/ir";
import type { Page } from "@pinscope/simulator/kernel";
import { pagesOfBio } from "./models/bio.ts";
import type { Run } from "./run.ts";
import type { BalanceLine, Imbalance } from "./types.ts";
import type { Acquisition, World } from "./world.ts";

/** Words looked at when searching for owners. */
const WORD_BUDGET = 200_000;

/** Bytes looked at in what a page holds: tables of unknown length are laid out wider than the page. */
const TABLE_BYTES = 16 * 4096;

/** Something that outlives the path. */
export interface Owner {
  readonly name: string;
  /** The call out of sight that was given it, and may keep it or not; null for what is known to stay. */
  readonly given: string | null;
}

/** Pages that something reaches that outlives the path. */
export type Owners = ReadonlyMap<Page, Owner>;

interface Root {
  readonly address: bigint;
  readonly owner: Owner;
}

function lasting(name: string): Owner {
  return { name, given: null };
}

/**
 * What outlives the path: what it was given, globals, what it handed to others, what it returns.
 * @param failed whether the function tells its caller that it failed
 */
export function findOwners(run: Run, returned: Value | null, failed: boolean): Owners {
  const { machine, world } = run;
  const owners = new Map<Page, Owner>();
  const seen = new Set<number>();
  const containers = containersByObject(run);
  let words = 0;

  const named: Named[] = [];
  const own = (page: Page, owner: Owner): void => {
    if (owners.has(page)) return;
    owners.set(page, owner);
    named.push({ page, owner });
  };
  const reach = (value: bigint, owner: Owner, queue: Root[]): void => {
    const page = pageNamed(world, value);
    if (page !== null) own(page, owner);
    else if (machine.memory.locate(value & ~3n) !== null) queue.push({ address: value & ~3n, owner });
  };
  const ownerAt = (address: bigint, root: Root): Owner => {
    const name = run.storedAs.get(address);
    return name === undefined ? root.owner : lasting(name);
  };

  // What is known to stay comes first; of calls out of sight, the last that was given something.
  for (const from of [known(run, returned), handedOver(run)]) {
    const queue: Root[] = [];
    for (const { address, owner } of from) reach(address, owner, queue);
    for (let at = 0; at < queue.length && words < WORD_BUDGET; at++) {
      const root = queue[at];
      const place = root === undefined ? null : machine.memory.locate(root.address);
      if (root === undefined || place === null || !place.object.alive || seen.has(place.object.id)) continue;
      if (place.object.kind !== "host" && place.object.kind !== "global") continue;
      seen.add(place.object.id);
      for (const { address, pages } of containers.get(place.object.id) ?? [])
        for (const page of pages) own(page, ownerAt(address, root));
      for (const { offset, value } of machine.memory.words(place.object)) {
        words += 1;
        reach(value, ownerAt(place.object.base + BigInt(offset), root), queue);
      }
    }
    ownByTables(run, named, own);
  }
  for (const [page, call] of run.maybeReleased) own(page, { name: `what ${call} was given`, given: call });
  // What it was given, somebody outside knows without being told; that a further hold on it was left behind by a function
  // that failed, nobody does.
  if (!failed)
    for (const page of world.pages) if (world.isGiven(page)) own(page, lasting("who gave the page"));
  return owners;
}

interface Named {
  readonly page: Page;
  readonly owner: Owner;
}

/** Pages that hold numbers of pages, tables for devices, own those: `named` grows while it is gone through. */
function ownByTables(
  { machine, world }: Run,
  named: readonly Named[],
  own: (page: Page, owner: Owner) => void,
): void {
  const [first] = named;
  const area = first === undefined ? null : machine.memory.locate(world.contentsOf(first.page));
  const written = area === null ? [] : machine.memory.words(area.object);
  if (written.length === 0) return;
  for (const { page, owner } of named) {
    const from = machine.memory.locate(world.contentsOf(page))?.offset ?? 0;
    for (const { offset, value } of written) {
      if (offset < from || offset >= from + TABLE_BYTES) continue;
      const other = pageNamed(world, value);
      if (other !== null) own(other, owner);
    }
  }
}

/** The page that a value stands for: its struct page, an address of its bytes, or its number once that was asked for. */
function pageNamed(world: World, value: bigint): Page | null {
  return world.pageAt(value & ~3n) ?? world.pageOfContents(value) ?? world.pageOfNumber(value);
}

interface Container {
  readonly address: bigint;
  readonly pages: readonly Page[];
}

/** Bios and other containers by the object that they lie in. */
function containersByObject({ machine, world }: Run): ReadonlyMap<number, Container[]> {
  const found = new Map<number, Container[]>();
  for (const address of [...world.bios.keys(), ...world.containers.keys()]) {
    const id = machine.memory.locate(address)?.object.id;
    if (id === undefined) continue;
    found.set(id, [...(found.get(id) ?? []), { address, pages: contained(world, address) }]);
  }
  return found;
}

/** Pages of a bio or another container at an address. */
function contained(world: World, address: bigint): readonly Page[] {
  const bio = world.bios.get(address);
  return [...(bio === undefined ? [] : pagesOfBio(bio)), ...(world.containers.get(address) ?? [])];
}

/** What the function was given, globals, and what it returns. */
function known({ machine, world }: Run, returned: Value | null): Root[] {
  const found: Root[] = [];
  for (const object of machine.memory.objects) {
    if (object.kind === "global") found.push({ address: object.base, owner: lasting(object.label) });
    else if (
      object.kind === "host" &&
      object.alive &&
      !world.heap.has(object.base) &&
      !isPageArea(object.label)
    )
      found.push({ address: object.base, owner: lasting(object.label) });
  }
  if (typeof returned === "bigint")
    found.push({ address: BigInt.asUintN(64, returned), owner: lasting("the result") });
  return found;
}

/** What calls out of sight were given, the last first. */
function handedOver({ escapes }: Run): Root[] {
  return escapes
    .toReversed()
    .map(({ address, to }) => ({ address, owner: { name: `what ${to} was given`, given: to } }));
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
  if (run.afterwards.hasRun && !run.afterwards.isOpen)
    for (const line of balance)
      for (const { owner, given, pages } of line.owned)
        if (given === null)
          imbalances.push({
            kind: "missed",
            text: `${pages} of ${line.taken} pages of ${line.callee}() are still in ${owner} behind ${run.input.scenario.after}()`,
            location: line.location,
          });
  for (const wrong of world.wrongReleases)
    imbalances.push({
      kind: wrong.kind,
      text:
        wrong.kind === "wrong-family"
          ? `${wrong.by}() lets go of ${wrong.family === "allocation" ? "an allocation" : `a ${wrong.family}`}, but the page was taken by ${wrong.acquisition?.callee}() as a ${wrong.acquisition?.family}`
          : `${wrong.by}() lets go of a page that is not held here`,
      location: wrong.location,
    });
  for (const event of world.events)
    imbalances.push({ kind: "warning", text: `${event.where}: ${event.text}`, location: run.location });
  imbalances.push(...run.imbalances);
  return { balance, imbalances };
}

function lineOf(world: World, acquisition: Acquisition, owners: Owners): BalanceLine {
  const left = world.holdings.filter((one) => one.acquisition === acquisition);
  const owned = new Map<string, { readonly owner: Owner; pages: number }>();
  let leaked = 0;
  let example = left[0]?.page ?? acquisition.pages[0];
  let mayBeWalked = false;
  for (const { page } of left) {
    const owner =
      owners.get(page) ?? page.folio.pages.map((one) => owners.get(one)).find((one) => one !== undefined);
    if (owner === undefined) {
      if (leaked === 0) example = page;
      leaked += 1;
      mayBeWalked ||= world.recorded.has(page);
    } else owned.set(owner.name, { owner, pages: (owned.get(owner.name)?.pages ?? 0) + 1 });
  }
  return {
    callee: acquisition.callee,
    function: acquisition.function,
    location: acquisition.location,
    family: acquisition.family,
    page: example === undefined ? null : world.pages.indexOf(example),
    taken: acquisition.pages.length,
    released: acquisition.pages.length - left.length,
    owned: [...owned.values()].map(({ owner, pages }) => ({ owner: owner.name, given: owner.given, pages })),
    leaked,
    mayBeWalked,
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
