/**
 * What the catalogue says of a call, done to the pages of the model: for calls without a function of their own.
 * Names no API.
 */
import type { Effect, IntegerTerm } from "@pinscope/simulator/catalogue";
import type { Page } from "@pinscope/simulator/kernel";
import { type Answer, Call } from "./call.ts";
import { holds, integer, pointerOf } from "./catalogue-terms.ts";
import { GFP_ZERO } from "./constants.ts";
import { pickOutcome, pointsTo, VALID } from "./outcomes.ts";
import { pagesOf, TARGET_BUDGET } from "./targets.ts";
import { choicesIn, compareTerm, valueOfTerm } from "./terms.ts";
import type { PageFamily } from "./world.ts";

const HEAP_BUDGET = 2 ** 30;

interface Facts {
  readonly result: bigint;
}

/** Performs an entry's effects. Undefined where the entry says nothing that can be done. */
export function performEffects(call: Call): Answer {
  const { bound } = call;
  if (bound === null) return undefined;
  const outcome = pickOutcome(call, bound.outcomes);
  if (outcome === null) return undefined;
  const { chosen, result } = outcome;
  let value = result;
  for (const effect of chosen.effects) {
    const made = perform(call, effect, { result: value });
    if (made !== null) value = made;
  }
  // A pointer that no effect made: an object of its own.
  if (value === VALID && pointsTo(call.event.type, call))
    value = call.run.memory.makeObject(call.event.type, `result of ${call.name}()`);
  if (value !== result) call.run.call.resultBecame(value);
  else if (chosen.effects.length === 0) call.run.call.isAssumed = true;
  return value;
}

/** Performs one effect; gives the call's result where the effect makes it. */
function perform(call: Call, effect: Effect, facts: Facts): bigint | null {
  const { result } = facts;
  if ("when" in effect && holds(call, effect.when, result) === false) return null;
  switch (effect.kind) {
    case "allocate":
      return allocate(call, effect, result);
    case "free":
      freeMemory(call, pointerOf(call, effect.value, result) ?? 0n);
      return null;
    case "acquire":
      return acquire(call, effect, result);
    case "release":
      release(call, effect, result);
      return null;
    case "transfer":
    case "store": {
      const owner = effect.kind === "transfer" ? effect.to : effect.into;
      const address = owner === "callee" ? null : pointerOf(call, owner, result);
      const pages = pagesOf(call, effect.target, result);
      if (address === null || address === 0n) {
        if (effect.kind === "transfer") for (const page of pages) call.world.disown(page);
      } else keep(call, address, pages);
      return null;
    }
    case "dirty":
      for (const page of pagesOf(call, effect.target, result)) call.world.kernel.setPageDirty(page);
      return null;
    default:
      return null;
  }
}

function keep(call: Call, container: bigint, pages: readonly Page[]): void {
  const known = call.world.containers.get(container) ?? [];
  call.world.containers.set(container, [...known, ...pages]);
}

function allocate(call: Call, effect: Extract<Effect, { kind: "allocate" }>, result: bigint): bigint | null {
  const bytesNow = (): bigint | undefined =>
    effect.bytes === undefined ? undefined : integer(call, effect.bytes, result);
  if (!isOpaqueSize(call)) demandSize(call, effect, bytesNow());
  const bytes = bytesNow();
  const zeroed = effect.zeroed || isZeroed(call);
  const isUnknown = bytes === undefined || bytes < 0n || bytes > BigInt(HEAP_BUDGET) || isOpaqueSize(call);
  const size = isUnknown ? null : Number(bytes);
  if (effect.into.kind === "result") {
    const address = call.run.memory.allocate(size, call.name, zeroed);
    if (size !== null && effect.copyOf === undefined) sizeRests(call, address, effect.bytes, result);
    const source = effect.copyOf === undefined ? null : pointerOf(call, effect.copyOf, result);
    const { memory } = call.world.machine;
    if (source !== null && size !== null && size > 0 && memory.locate(source) !== null)
      memory.copyIn(address, memory.copyOut(source, Math.min(size, 1 << 16)));
    return address;
  }
  const position = call.position(effect.into.name);
  const address = call.run.memory.allocate(size, call.name, zeroed);
  if (position >= 0) call.write(call.at(position), 8, address);
  return null;
}

/** Whether the caller asks for zeroed memory. */
function isZeroed(call: Call): boolean {
  const position = ["flags", "gfp", "gfp_mask"].map((name) => call.position(name)).find((one) => one >= 0);
  return position !== undefined && (call.at(position) & GFP_ZERO) !== 0n;
}

/** A size that rests on choices may be another one while that is all that rests on them. */
function sizeRests(call: Call, address: bigint, bytes: IntegerTerm | undefined, result: bigint): void {
  const object = call.world.heap.get(address)?.object;
  const terms = call.event.arguments.map((_, position) => call.term(position));
  const given = terms.filter((term) => term !== null);
  if (object === undefined || bytes === undefined || given.length === 0) return;
  const { layouts } = call.world.machine;
  call.run.call.keepsTerms = true;
  call.run.amendments.sizeRests(object, given, (numberOf) => {
    const values = call.event.arguments.map((argument, position) => {
      const term = terms[position];
      const value = term == null ? argument.value : valueOfTerm(term, layouts, numberOf);
      return value === null ? null : { ...argument, value };
    });
    if (values.includes(null)) return null;
    const event = { ...call.event, arguments: values.filter((value) => value !== null) };
    const size = integer(new Call(call.run, event, call.bound), bytes, result);
    return size === undefined || size <= 0n || size > BigInt(HEAP_BUDGET) ? null : Number(size);
  });
}

/** The size is an expression that has no value here, such as that of a record with a flexible array. */
function isOpaqueSize(call: Call): boolean {
  return ["n", "size"].some((name) => {
    const position = call.position(name);
    const term = position < 0 ? null : call.term(position);
    return term !== null && choicesIn(term).some((key) => key.startsWith("opaque "));
  });
}

/** An array whose length the code leaves open has as many entries as the scenario's buffer has pages. */
function demandSize(
  call: Call,
  effect: Extract<Effect, { kind: "allocate" }>,
  bytes: bigint | undefined,
): void {
  if (bytes === undefined || bytes !== 0n) return;
  for (const name of ["n", "size"]) {
    const position = call.position(name);
    const term = position < 0 ? null : call.term(position);
    if (term === null || call.at(position) !== 0n) continue;
    const pages = BigInt(call.run.input.scenario.pages);
    const wanted = name === "n" && effect.elements !== undefined ? pages : pages * 8n;
    const { choices } = call.run;
    choices.prefer(compareTerm("==", term, wanted), choices.wishKey(`${name} of ${call.name}`), true);
    const above = choices.wishKey(`${name} of ${call.name} above 0`);
    if (call.at(position) === 0n)
      choices.demand(compareTerm(">", term, 0n), true, above, "success path", true);
  }
}

export function freeMemory(call: Call, address: bigint): void {
  const signed = BigInt.asIntN(64, address);
  if (address === 0n || (signed < 0n && signed >= -4095n)) return;
  const { memory } = call.world.machine;
  const place = memory.locate(address);
  if (place === null) return;
  if (!place.object.alive) {
    call.run.imbalances.push({
      kind: "double-free",
      text: `${call.name}(): ${place.object.label} was freed before`,
      location: call.event.location,
    });
    return;
  }
  if (place.object.kind !== "host") return;
  const page = call.world.pageOfContents(address);
  if (page !== null) return;
  memory.release(place.object);
  call.world.heap.delete(place.object.base);
}

function pageFamily(family: string): PageFamily | null {
  return family === "pin" || family === "reference" || family === "allocation" ? family : null;
}

function acquire(call: Call, effect: Extract<Effect, { kind: "acquire" }>, result: bigint): bigint | null {
  const family = pageFamily(effect.family);
  if (family === null) {
    if (effect.target.kind === "value" && effect.target.value.kind === "result") {
      return call.run.memory.allocate(null, call.name, false);
    }
    return null;
  }
  const { target } = effect;
  let made: bigint | null = null;
  let pages: readonly Page[];
  if (target.kind === "value" && target.value.kind === "result") {
    const page = call.world.foundPage();
    made = pointsTo(call.event.type, call) ? call.world.addressOfPage(page) : frameOf(call, page);
    pages = [page];
  } else if (target.kind === "slots") {
    const end = slotCount(call, target.end, result);
    pages = Array.from({ length: end }, () => call.world.foundPage());
    let array = pointerOf(call, target.array, result) ?? 0n;
    if (target.array.kind === "result") {
      array = call.run.memory.allocate(end * 8, call.name, false);
      made = array;
    }
    if (array !== 0n) call.writePages(array, pages);
  } else if (target.kind === "contents" && pagesOf(call, target, result).length === 0) {
    pages = Array.from({ length: call.run.input.scenario.pages }, () => call.world.foundPage());
    const container = pointerOf(call, target.container, result);
    if (container !== null) keep(call, container, pages);
  } else pages = pagesOf(call, target, result);
  for (const page of pages) hold(call, page, family);
  call.note(`${call.name}(): as the catalogue says, on pages of the model`);
  const holder = effect.holder === undefined ? null : pointerOf(call, effect.holder, result);
  if (holder !== null && target.kind !== "contents") keep(call, holder, pages);
  const { event } = call;
  call.world.acquire({
    callee: call.name,
    family,
    function: event.caller.name,
    location: event.location,
    depth: event.depth,
    pages,
  });
  return made;
}

/** The page's frame number, which stands for it from here on. */
function frameOf(call: Call, page: Page): bigint {
  call.world.number(page);
  return BigInt(page.pfn);
}

/** How many slots a call fills; where it tells the number through a pointer, that is written. */
function slotCount(call: Call, end: IntegerTerm, result: bigint): number {
  if (end.kind === "pointee") {
    const position = call.position(end.name);
    const { pages } = call.run.input.scenario;
    const type = call.typeAt(position);
    const width = type.kind === "pointer" && type.to.kind === "integer" ? type.to.bits / 8 : 4;
    if (position >= 0) call.write(call.at(position), width, BigInt(pages));
    return pages;
  }
  return Math.min(Math.max(0, Number(integer(call, end, result) ?? 0n)), TARGET_BUDGET);
}

function hold(call: Call, page: Page, family: PageFamily): void {
  if (family === "pin") call.world.pinAgain(page);
  else call.world.kernel.getPage(page);
}

function release(call: Call, effect: Extract<Effect, { kind: "release" }>, result: bigint): void {
  const family = pageFamily(effect.family);
  if (family === null) {
    if (effect.target.kind === "value") freeMemory(call, pointerOf(call, effect.target.value, result) ?? 0n);
    return;
  }
  const { kernel } = call.world;
  for (const page of pagesOf(call, effect.target, result)) {
    call.world.release(page, family, call.name, call.event.location);
    if (family === "pin" && kernel.profile.era.switches.pinFunctions) kernel.unpinUserPage(page);
    else kernel.putPage(page);
  }
}
