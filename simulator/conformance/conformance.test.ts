/**
 * Every catalogue entry that the kernel model implements does to the counters what the entry declares, in every era; and
 * a function that an entry says does not exist in a kernel does not exist in the model of that kernel.
 */
import { readFileSync } from "node:fs";
import {
  type ApiEntry,
  bindCall,
  type CallFacts,
  catalogue,
  type Effect,
  evaluateCondition,
  evaluateInteger,
  findEntry,
  inEra,
  type KernelVersion,
  type Outcome,
} from "@pinscope/simulator/catalogue";
import {
  createKernel,
  DEFAULT_MACHINE,
  ERAS,
  type Era,
  FOLL,
  type Folio,
  findEra,
  MissingFunctionError,
  type Page,
} from "@pinscope/simulator/kernel";
import { expect, it } from "vitest";
import { proposedCalls } from "./calls/proposals.ts";
import { conformanceCases } from "./cases.ts";
import { declaresNothing, listedEntries } from "./listed.ts";
import type { ConformanceCase, MadeCall, Stage } from "./stage.ts";

const ADDRESS = 0x1000_0000_0000;

function setStage(era: Era): Stage {
  const kernel = createKernel({ era, machine: DEFAULT_MACHINE });
  const mm = kernel.createMm();
  kernel.mmap(mm, {
    address: ADDRESS,
    pages: 4,
    protection: { read: true, write: true },
    shared: false,
    file: null,
  });
  const pages = [0, 1, 2, 3].map((page) => {
    kernel.writeByte(mm, ADDRESS + page * 4096, 1);
    return kernel.walk(mm, ADDRESS + page * 4096).page as Page;
  });
  const memfd = kernel.createFile("shmem", 3 * 4096);
  kernel.pwriteFill(memfd, 0, 3 * 4096, 1);
  kernel.lruAddDrainAll();
  const bio = kernel.bioInit(kernel.createBlockDevice(512), 8, "read");
  return { kernel, mm, address: ADDRESS, pages, memfd, bio, memory: [] };
}

/** Whether an entry says that a kernel has it, with some signature; stable branches may have it early, or no more. */
function has({ era: { backports = [], except = [], ...range }, signatures }: ApiEntry, era: Era): boolean {
  if (backports.includes(era.name)) return true;
  const version = versionOf(era);
  const declares = signatures.length === 0 || signatures.some((one) => inEra(one.era, version));
  return inEra(range, version) && declares && !except.includes(era.name);
}

function versionOf({ version }: Era): KernelVersion {
  return `v${version[0]}.${version[1]}`;
}

interface Counts {
  refs: number;
  pins: number;
  /** Wrappers that the caller holds. */
  objects: number;
  /** Allocations of kernel memory. */
  memory: number;
}

/** References and pins on folios: pins by their own count, references without what pins add. */
function refsOf({ kernel }: Stage, folios: readonly Folio[], pins: number): number {
  const weight = kernel.profile.era.switches.countsPins ? 1024 : 1;
  const total = folios.reduce((sum, folio) => sum + folio.refcount, 0);
  return total - weight * pins;
}

function pinsHeld({ kernel }: Stage): number {
  return kernel.vmstat.nrFollPinAcquired - kernel.vmstat.nrFollPinReleased;
}

function factsOf(call: MadeCall): CallFacts {
  return {
    integer: (term) => {
      const value =
        term.kind === "pointee"
          ? call.pointees[term.name]
          : term.kind === "result"
            ? call.result
            : term.kind === "argument"
              ? call.integers[term.name]
              : undefined;
      return typeof value === "number" ? BigInt(value) : undefined;
    },
    pointer: (term) => {
      if (term.kind !== "result") return call.nulls.includes(term.name) ? "null" : "valid";
      if (typeof call.result === "number" && call.result < 0) return "error";
      return call.result === "null" || call.result === "error" ? call.result : "valid";
    },
    flag: (_argument, flag) => {
      const bit = FOLL[flag.replace("FOLL_", "") as keyof typeof FOLL];
      return bit === undefined ? undefined : (call.flags & bit) !== 0;
    },
    predicate: (name) => call.predicates[name],
  };
}

/** How many holdings an effect declares for a call. */
function declared(effect: Effect, facts: CallFacts, contents: number): number {
  if (effect.kind !== "acquire" && effect.kind !== "release") return 0;
  if (effect.when && evaluateCondition(effect.when, facts) !== true) return 0;
  const { target } = effect;
  if (target.kind === "contents") return contents;
  const term = (value: Parameters<typeof evaluateInteger>[0]): number => {
    const number = evaluateInteger(value, facts);
    if (number === undefined) throw new Error(`${JSON.stringify(value)} is not known of the call`);
    return Number(number);
  };
  return target.kind === "slots" ? term(target.end) - term(target.low) : term(target.count);
}

/** What an outcome declares: references (allocations among them) and pins, releases negative. */
function expectedCounts(outcome: Outcome, facts: CallFacts, contents: number): Counts {
  const counts: Counts = { refs: 0, pins: 0, objects: 0, memory: 0 };
  for (const effect of outcome.effects) {
    if (effect.kind === "allocate" || effect.kind === "free") {
      if (effect.when && evaluateCondition(effect.when, facts) !== true) continue;
      counts.memory += effect.kind === "allocate" ? 1 : -1;
    }
    if (effect.kind !== "acquire" && effect.kind !== "release") continue;
    const amount = declared(effect, facts, contents) * (effect.kind === "acquire" ? 1 : -1);
    if (effect.family === "pin") counts.pins += amount;
    else if (effect.family === "object") counts.objects += amount;
    else counts.refs += amount;
  }
  return counts;
}

/** The outcomes of an entry that fit what a call returned; they exclude each other, so there is one. */
function outcomeOf(entryName: string, era: Era, facts: CallFacts): Outcome {
  const version = versionOf(era);
  const signatures = findEntry(entryName)?.signatures;
  const signature = signatures?.find((one) => inEra(one.era, version)) ?? signatures?.[0];
  const bound = signature && bindCall(entryName, signature.parameters.length, [], version);
  const fitting = (bound?.outcomes ?? []).filter(
    ({ result, possible }) =>
      (result === undefined || evaluateCondition(result, facts) === true) &&
      (possible === undefined || evaluateCondition(possible, facts) !== false),
  );
  expect(fitting.map(({ name }) => name)).toHaveLength(1);
  return fitting[0] as Outcome;
}

function check(era: Era, one: ConformanceCase, stage: Stage): void {
  const prepared = one.prepare?.(stage) ?? [];
  const pinsBefore = pinsHeld(stage);
  const memoryBefore = stage.kernel.memoryInUse();
  const known = new Map<Folio, number>();
  for (const folio of [...stage.pages, ...prepared].map((page) => page.folio))
    known.set(folio, folio.refcount);
  for (const folio of stage.memfd.folios.values()) known.set(folio, folio.refcount);
  known.set(stage.kernel.zeroPage.folio, stage.kernel.zeroPage.folio.refcount);
  const made = one.call(stage, prepared);
  const folios = [...new Set(made.folios)];
  const before = folios.reduce(
    (sum, folio) => sum + (made.made.includes(folio) ? 0 : (known.get(folio) ?? 0)),
    0,
  );
  const { switches } = era;
  const pins = pinsHeld(stage) - pinsBefore;
  const facts = factsOf(made);
  const outcome = outcomeOf(one.entry, era, facts);
  const expected = expectedCounts(outcome, facts, made.contents);
  const refs = refsOf(stage, folios, pins) - before;
  expect(stage.kernel.memoryInUse() - memoryBefore).toBe(expected.memory);
  expect(made.objects).toBe(expected.objects);
  // What a wrapper holds of its pages is its own.
  if (expected.objects === 0) {
    // Before 5.7 a pin is a reference: only the sum can be seen.
    if (switches.countsPins) expect({ refs, pins }).toEqual({ refs: expected.refs, pins: expected.pins });
    else expect(refs).toBe(expected.refs + expected.pins);
  }
  const dirties = outcome.effects.filter(
    (effect) => effect.kind === "dirty" && (!effect.when || evaluateCondition(effect.when, facts) === true),
  );
  if (dirties.length > 0) expect(prepared.every((page) => page.folio.dirty)).toBe(true);
}

/** What is wrong with a case in an era; null: nothing. */
function faultOf(era: Era, one: ConformanceCase, stage: Stage): string | null {
  const entry = findEntry(one.entry);
  if (entry === undefined) return `${one.entry}: the catalogue has no such entry`;
  const exists = has(entry, era);
  if (!exists && one.always === true) return null;
  try {
    check(era, one, stage);
  } catch (error) {
    if (!exists && error instanceof MissingFunctionError) return null;
    return `${one.entry}, ${one.what}: ${error instanceof Error ? error.message : String(error)}`;
  }
  return exists ? null : `${one.entry}, ${one.what}: does not exist in ${era.name}, but does in the model`;
}

// One test for each kernel, not for each call: there are thousands.
it.each(ERAS.map((era) => [era.name, era] as const))("%s", (_name, era) => {
  const stage = setStage(era);
  const start = stage.kernel.snapshot();
  const faults = conformanceCases.flatMap((one) => {
    const fault = faultOf(era, one, stage);
    stage.kernel.restore(start);
    stage.memory.length = 0;
    return fault ?? [];
  });
  expect(faults).toEqual([]);
});

it.each(proposedCalls)("$entry, in $era alone", ({ entry, era, call, refs, pins }) => {
  expect(findEntry(entry)?.neverMerged).toBe(true);
  for (const released of ERAS) {
    const stage = setStage(released);
    expect(() => call(stage, stage.pages[0] as Page), released.name).toThrow(MissingFunctionError);
  }
  const stage = setStage(findEra(era));
  const page = stage.pages[0] as Page;
  const before = page.folio.refcount;
  call(stage, page);
  expect(pinsHeld(stage)).toBe(pins);
  expect(refsOf(stage, [page.folio], pins) - before).toBe(refs);
});

it("every entry is executed, or listed with its reason; at most 5 % are listed", () => {
  const executed = new Set([...conformanceCases, ...proposedCalls].map((one) => one.entry));
  const listed = Object.keys(listedEntries);
  const entries = [...catalogue.values()];
  // What declares nothing is called by interpreted code: names.test.ts.
  const interpreted = entries.filter(
    (entry) => declaresNothing(entry) && !executed.has(entry.name) && listedEntries[entry.name] === undefined,
  );
  const byName = new Set(interpreted.map(({ name }) => name));
  const missing = entries.filter(
    ({ name }) => !executed.has(name) && !byName.has(name) && listedEntries[name] === undefined,
  );
  expect(missing.map(({ name }) => name)).toEqual([]);
  expect(listed.filter((name) => executed.has(name) || !catalogue.has(name))).toEqual([]);
  expect(listed.length / entries.length).toBeLessThanOrEqual(0.05);
  const page = readFileSync(new URL("../../docs/model.md", import.meta.url), "utf8");
  expect(page).toContain(
    `of ${entries.length} entries ${executed.size} are called on the model, ${interpreted.length} that declare nothing by ` +
      `interpreted code, ${listed.length} are listed with their reasons`,
  );
});
