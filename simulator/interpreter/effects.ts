/**
 * What the catalogue says of a call, done to the pages of the model: for calls without a function of their own.
 * Names no API.
 */
import type { CType } from "@pinscope/grammars/ir";
import {
  type Condition,
  type Effect,
  evaluateCondition,
  evaluateInteger,
  type IntegerTerm,
  type Outcome,
  type PointerTerm,
  type Target,
} from "@pinscope/simulator/catalogue";
import type { Page } from "@pinscope/simulator/kernel";
import { type Answer, type Call, ENOMEM } from "./call.ts";
import type { Preset } from "./choices.ts";
import { pagesOfBio } from "./models/bio.ts";
import { choicesIn, compareTerm } from "./terms.ts";
import type { PageFamily } from "./world.ts";

const TARGET_BUDGET = 1024;
const HEAP_BUDGET = 2 ** 30;

/** Stands for a valid pointer until an effect makes it. */
const VALID = 1n;

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
    value = call.run.makeObject(call.event.type, `result of ${call.name}()`);
  if (value !== result) call.run.resultBecame(value);
  return value;
}

function pointsTo(type: CType, call: Call): boolean {
  return type.kind === "pointer" || call.bound?.entry.resultUnit === "pointer";
}

/** The way in which the call ends, and its result: success, unless run or scenario choose otherwise. */
function pickOutcome(call: Call, outcomes: readonly Outcome[]): { chosen: Outcome; result: bigint } | null {
  const possible = outcomes.filter(({ possible: condition }) => holds(call, condition, 0n) !== false);
  const [first] = possible;
  if (first === undefined) return null;
  const success = possible.find(({ name }) => name === "success" || name === "done") ?? first;
  if (possible.length === 1 && success.result === undefined) {
    const allocates = success.effects.some(({ kind }) => kind === "allocate");
    if (call.event.type.kind === "void" || call.bound?.entry.resultUnit === "none")
      return { chosen: success, result: 0n };
    if (!allocates) return { chosen: success, result: plainResult(call) };
  }
  const pointer = pointsTo(call.event.type, call);
  const values = possible.map((outcome) => ({ outcome, value: resultOf(call, outcome, pointer) }));
  const usual = values.find(({ outcome }) => outcome === success)?.value ?? 0n;
  const allowed: Preset[] = [...new Set([usual, ...values.map(({ value }) => value)])].map((value) => ({
    kind: "number",
    value,
  }));
  const type: CType = pointer ? { kind: "pointer", to: { kind: "unknown" } } : call.event.type;
  const result = call.chosen({ kind: "number", value: usual }, { allowed, type });
  const signed = BigInt.asIntN(64, result);
  const chosen =
    values.find(({ value }) => BigInt.asIntN(64, value) === signed)?.outcome ??
    (signed < 0n || (pointer && signed === 0n)
      ? possible.find(({ name }) => ["error", "null", "error-pointer"].includes(name))
      : success);
  return chosen === undefined ? null : { chosen, result };
}

/** A result that the entry says nothing of. */
function plainResult(call: Call): bigint {
  const { type } = call.event;
  if (type.kind === "pointer") return call.chosen({ kind: "object" });
  return call.chosen({ kind: "number", value: 0n }, type.kind === "unknown" ? { type: LONG } : {});
}

const LONG: CType = { kind: "integer", bits: 64, signed: true };

function resultOf(call: Call, outcome: Outcome, pointer: boolean): bigint {
  switch (outcome.name) {
    case "error":
      return BigInt(ENOMEM);
    case "error-pointer":
      return BigInt.asUintN(64, BigInt(ENOMEM));
    case "null":
    case "zero":
      return 0n;
    case "short":
      return 1n;
    default: {
      if (pointer) return VALID;
      const wanted = equalTo(outcome.result, call);
      if (wanted !== null) return wanted;
      return outcome.result === undefined || holds(call, outcome.result, 0n) === true ? 0n : 1n;
    }
  }
}

/** The number that `result == …` asks for. */
function equalTo(condition: Condition | undefined, call: Call): bigint | null {
  if (condition === undefined) return null;
  if (condition.kind === "and") {
    for (const operand of condition.operands) {
      const found = equalTo(operand, call);
      if (found !== null) return found;
    }
    return null;
  }
  if (condition.kind !== "compare" || condition.operator !== "==" || condition.left.kind !== "result")
    return null;
  return integer(call, condition.right, 0n) ?? null;
}

function holds(call: Call, condition: Condition | undefined, result: bigint): boolean | undefined {
  if (condition === undefined) return true;
  return evaluateCondition(condition, factsOf(call, result));
}

function integer(call: Call, term: IntegerTerm, result: bigint): bigint | undefined {
  return evaluateInteger(term, factsOf(call, result));
}

function factsOf(call: Call, result: bigint) {
  return {
    integer(term: Extract<IntegerTerm, { kind: "argument" | "pointee" | "result" }>): bigint | undefined {
      if (term.kind === "result") return BigInt.asIntN(64, result);
      const position = call.position(term.name);
      if (position < 0) return undefined;
      if (term.kind === "argument") return BigInt.asIntN(64, call.at(position));
      return call.world.machine.memory.read(call.at(position), 4) ?? undefined;
    },
    pointer(term: PointerTerm): "null" | "error" | "valid" | undefined {
      const value = pointerOf(call, term, result);
      if (value === null) return undefined;
      const signed = BigInt.asIntN(64, value);
      return value === 0n ? "null" : signed < 0n && signed >= -4095n ? "error" : "valid";
    },
    flag: () => false,
    predicate(name: string, argument: string): boolean | undefined {
      const bio = call.world.bios.get(call.named(argument));
      if (name === "BIO_PAGE_PINNED") return bio?.pagePinned;
      if (name === "BIO_NO_PAGE_REF") return bio?.noPageRef;
      const iter = call.world.iters.get(call.named(argument));
      if (name === "iov_iter_extract_will_pin") return iter === undefined ? undefined : iter.mm !== null;
      return undefined;
    },
  };
}

function pointerOf(call: Call, term: PointerTerm, result: bigint): bigint | null {
  if (term.kind === "result") return result;
  const position = call.position(term.name);
  if (position < 0) return null;
  if (term.kind === "argument") return call.at(position);
  return call.world.machine.memory.read(call.at(position), 8);
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
  const bytes = effect.bytes === undefined ? undefined : integer(call, effect.bytes, result);
  if (!isOpaqueSize(call)) demandSize(call, effect, bytes);
  const isUnknown = bytes === undefined || bytes < 0n || bytes > BigInt(HEAP_BUDGET) || isOpaqueSize(call);
  const size = isUnknown ? null : Number(bytes);
  if (effect.into.kind === "result") {
    const address = call.run.allocate(size, call.name, effect.zeroed);
    const source = effect.copyOf === undefined ? null : pointerOf(call, effect.copyOf, result);
    const { memory } = call.world.machine;
    if (source !== null && size !== null && size > 0 && memory.locate(source) !== null)
      memory.copyIn(address, memory.copyOut(source, Math.min(size, 1 << 16)));
    return address;
  }
  const position = call.position(effect.into.name);
  const address = call.run.allocate(size, call.name, effect.zeroed);
  if (position >= 0) call.write(call.at(position), 8, address);
  return null;
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
    call.run.demand(compareTerm("==", term, wanted), true, call.run.wishKey(`${name} of ${call.name}`));
    call.run.demand(compareTerm(">", term, 0n), true, call.run.wishKey(`${name} of ${call.name} above 0`));
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
      return call.run.allocate(null, call.name, false);
    }
    return null;
  }
  const { target } = effect;
  let made: bigint | null = null;
  let pages: readonly Page[];
  if (target.kind === "value" && target.value.kind === "result") {
    const page = call.world.foundPage();
    made = call.world.addressOfPage(page);
    pages = [page];
  } else if (target.kind === "slots") {
    const end = slotCount(call, target.end, result);
    pages = Array.from({ length: end }, () => call.world.foundPage());
    let array = pointerOf(call, target.array, result) ?? 0n;
    if (target.array.kind === "result") {
      array = call.run.allocate(end * 8, call.name, false);
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
  if (family === "pin") call.world.pinGiven(page);
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

function pagesOf(call: Call, target: Target, result: bigint): Page[] {
  switch (target.kind) {
    case "slots": {
      const array = pointerOf(call, target.array, result);
      const low = Number(integer(call, target.low, result) ?? 0n);
      const end = Number(integer(call, target.end, result) ?? 0n);
      if (array === null || array === 0n || end - low > TARGET_BUDGET) return [];
      const pages = call.pagesIn(array + BigInt(low * 8), Math.max(0, end - low));
      return pages.filter((page) => page !== null);
    }
    case "value": {
      const page = call.pageOf(pointerOf(call, target.value, result) ?? 0n);
      const count = Number(integer(call, target.count, result) ?? 1n);
      if (page === null) return [];
      return Array.from({ length: Math.min(Math.max(0, count), TARGET_BUDGET) }, () => page);
    }
    case "consecutive": {
      const page = call.pageOf(pointerOf(call, target.first, result) ?? 0n);
      const count = Number(integer(call, target.count, result) ?? 1n);
      if (page === null) return [];
      const at = page.pfn - page.folio.pfn;
      return page.folio.pages.slice(at, at + count);
    }
    case "contents": {
      const address = pointerOf(call, target.container, result) ?? 0n;
      const bio = call.world.bios.get(address);
      if (bio !== undefined) return pagesOfBio(bio);
      return call.world.containers.get(address) ?? pagesNamedAt(call, address);
    }
  }
}

/** Bytes of a container that is a record in memory. */
const CONTAINER_BYTES = 256;

/** Pages that a record in memory points to, where nobody put any into it by a call. */
function pagesNamedAt(call: Call, address: bigint): Page[] {
  const { memory } = call.world.machine;
  const place = memory.locate(address);
  if (place === null || !place.object.alive || call.world.pageAt(address) !== null) return [];
  return memory
    .words(place.object)
    .filter(({ offset }) => offset >= place.offset && offset < place.offset + CONTAINER_BYTES)
    .map(({ value }) => call.world.pageAt(value))
    .filter((page) => page !== null);
}
