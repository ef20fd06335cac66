/**
 * What a run assumes of the world: the user's buffer, how much comes back, which calls fail. Reads `key=value` texts.
 * Knows no function that is run.
 */

import { ERAS, PROPOSALS } from "@pinscope/simulator/kernel";
import { type Preset, presetText } from "./choices.ts";

export const BUFFER_KINDS = ["anon", "thp", "file", "zero", "hugetlb", "readonly", "hole"] as const;
export const ITER_KINDS = ["ubuf", "iovec", "kvec", "bvec", "pipe", "xarray", "folioq"] as const;

export type BufferKind = (typeof BUFFER_KINDS)[number];
export type IterKind = (typeof ITER_KINDS)[number];

/** A call made to fail: by name, on its nth call (all when absent), with an errno (the call's usual one when absent). */
export interface Failure {
  readonly call: string;
  readonly nth: number | null;
  readonly errno: number | null;
}

export interface Scenario {
  readonly buffer: BufferKind;
  /** Other memory may be taken where the code asks for it; not where `buffer` was told. */
  readonly anyBuffer: boolean;
  readonly iter: IterKind;
  /** Pages of a buffer whose length the code leaves open. */
  readonly pages: number;
  readonly fail: readonly Failure[];
  /** Acquisitions get only so many of the pages asked for: `call` null is every one. */
  readonly short: readonly { readonly call: string | null; readonly got: number }[];
  /** Values of what the code leaves open, by what it calls it: `dev->busy`, `result of readl()`; the nth of them, or all. */
  readonly set: readonly { readonly what: string; readonly nth?: number; readonly preset: Preset }[];
  /** Bytes by which the buffer begins inside its first page. */
  readonly offset: number;
  /** Turns of loops whose bound the code leaves open; null: as the success path needs. */
  readonly loop: number | null;
  /** What the path set going completes when it has returned: its callbacks run. */
  readonly complete: boolean;
  /** Function that runs when the path has returned, with the records that it was given; null: none. */
  readonly after: string | null;
  /** Call behind which the process forks and then writes to its buffer; null: it does not. */
  readonly fork: string | null;
  /** Kernel to simulate; null: that of the file. */
  readonly era: string | null;
}

export const DEFAULT_SCENARIO: Scenario = {
  buffer: "anon",
  anyBuffer: true,
  iter: "ubuf",
  pages: 4,
  fail: [],
  short: [],
  set: [],
  offset: 0,
  loop: null,
  complete: false,
  after: null,
  fork: null,
  era: null,
};

export const SCENARIO_KEYS: Readonly<Record<string, string>> = {
  fail: "CALL, CALL#N for its Nth call, CALL:-ERRNO for the number that it returns",
  short: "GOT of N pages (`3 of 8`), or CALL: GOT of N",
  nr_pages: "pages of a buffer whose length the code leaves open (default 4)",
  buffer: `what the user's memory is: ${BUFFER_KINDS.join(" | ")}`,
  iter: `what iterators walk: ${ITER_KINDS.join(" | ")}`,
  set: "WHAT=VALUE: a value that the code leaves open, as `dev->busy=1`, `result of readl()=0`, `page=NULL`; WHAT#N for the Nth",
  offset: "bytes by which the buffer begins inside its first page (default 0)",
  loop: "turns of loops whose bound the code leaves open",
  complete: "1: what the path set going completes when it has returned: I/O, work items, timers (default 0)",
  after:
    "FUNCTION that runs when the path has returned, with the records that it was given: what it leaves there is lost",
  fork: "CALL: behind it the process forks, then writes to its buffer",
  era: "kernel to simulate, such as 6.1.y",
};

export type ReadScenario =
  | { readonly kind: "scenario"; readonly scenario: Scenario }
  | { readonly kind: "problem"; readonly message: string };

const HIGHEST_PAGES = 256;

/** Reads texts such as `nr_pages=8`, `short=3 of 8`, `fail=kmalloc`; the same key may come again for fail and short. */
export function readScenario(texts: readonly string[]): ReadScenario {
  let scenario = DEFAULT_SCENARIO;
  for (const text of texts) {
    const match = /^\s*([\w-]+)\s*[=:]\s*(.+?)\s*$/.exec(text);
    const key = match?.[1];
    const value = match?.[2];
    if (key === undefined || value === undefined)
      return problem(`scenario "${text}": expected key=value; keys:\n${keyList()}`);
    if (!Object.hasOwn(SCENARIO_KEYS, key))
      return problem(`scenario: there is no key "${key}"; keys:\n${keyList()}`);
    const changed = readOne(key, value, scenario);
    if (typeof changed === "string") return problem(`scenario ${key}=${value}: ${changed}`);
    scenario = { ...scenario, ...changed };
  }
  return { kind: "scenario", scenario };
}

/** A scenario as texts that `readScenario` reads again: what differs from the default. The era stands by itself. */
export function scenarioTexts(scenario: Scenario): string[] {
  const { buffer, iter, pages, fail, short, set, offset, loop, complete } = scenario;
  const texts: string[] = [];
  for (const { call, nth, errno } of fail)
    texts.push(`fail=${call}${nth === null ? "" : `#${nth}`}${errno === null ? "" : `:${errno}`}`);
  for (const { call, got } of short)
    texts.push(`short=${call === null ? "" : `${call}: `}${got} of ${pages}`);
  for (const { what, preset } of set) texts.push(`set=${what}=${presetText(preset)}`);
  if (pages !== DEFAULT_SCENARIO.pages && short.length === 0) texts.push(`nr_pages=${pages}`);
  if (buffer !== DEFAULT_SCENARIO.buffer) texts.push(`buffer=${buffer}`);
  if (iter !== DEFAULT_SCENARIO.iter) texts.push(`iter=${iter}`);
  if (offset !== DEFAULT_SCENARIO.offset) texts.push(`offset=${offset}`);
  if (loop !== null) texts.push(`loop=${loop}`);
  if (scenario.fork !== null) texts.push(`fork=${scenario.fork}`);
  if (complete) texts.push("complete=1");
  if (scenario.after !== null) texts.push(`after=${scenario.after}`);
  return texts;
}

function readOne(key: string, value: string, scenario: Scenario): Partial<Scenario> | string {
  switch (key) {
    case "fail": {
      const failures = value.split(/\s*,\s*/).map(readFailure);
      const wrong = failures.find((one) => typeof one === "string");
      if (typeof wrong === "string") return wrong;
      return { fail: [...scenario.fail, ...failures.filter((one) => typeof one !== "string")] };
    }
    case "short": {
      const match = /^(?:([A-Za-z_]\w*)\s*:\s*)?(\d+)(?:\s*of\s*(\d+))?$/.exec(value);
      if (match === null) return "expected `3 of 8` or `CALL: 3 of 8`";
      const got = Number(match[2]);
      const of = match[3] === undefined ? scenario.pages : Number(match[3]);
      if (of > HIGHEST_PAGES) return `expected at most ${HIGHEST_PAGES} pages`;
      if (got >= of) return `${got} of ${of} is not short`;
      return { short: [...scenario.short, { call: match[1] ?? null, got }], pages: of };
    }
    case "nr_pages":
    case "loop": {
      const number = Number(value);
      if (!Number.isInteger(number) || number < 0 || number > HIGHEST_PAGES)
        return `expected a number from 0 to ${HIGHEST_PAGES}`;
      return key === "loop" ? { loop: number } : { pages: number };
    }
    case "complete":
      return value === "0" || value === "1" ? { complete: value === "1" } : "expected 0 or 1";
    case "set": {
      const match = /^(.+?)\s*=\s*(-?\w+|ERR_PTR\(-\d+\)|a valid pointer|page p\d+)$/.exec(value);
      const preset = presetOf(match?.[2] ?? "");
      if (match?.[1] === undefined || preset === null) return "expected WHAT=VALUE";
      const counted = /^(.*)#(\d+)$/.exec(match[1]);
      const what = counted?.[1] ?? match[1];
      const nth = counted === null ? {} : { nth: Number(counted[2]) };
      return { set: [...scenario.set, { what, ...nth, preset }] };
    }
    case "offset": {
      const number = Number(value);
      return Number.isInteger(number) && number >= 0 && number < 4096
        ? { offset: number }
        : "expected a number of bytes below 4096";
    }
    case "fork":
      return /^[A-Za-z_]\w*$/.test(value) ? { fork: value } : "expected the name of a call";
    case "after":
      return /^[A-Za-z_]\w*$/.test(value) ? { after: value } : "expected the name of a function";
    case "buffer":
      return oneOf(BUFFER_KINDS, value, (buffer) => ({ buffer, anyBuffer: false }));
    case "iter":
      return oneOf(ITER_KINDS, value, (iter) => ({ iter }));
    default: {
      const names = [...ERAS, ...PROPOSALS].map(({ name }) => name);
      return names.includes(value) ? { era: value } : `expected one of ${names.join(", ")}`;
    }
  }
}

/** A value as assumptions are told. */
function presetOf(text: string): Preset | null {
  if (text === "NULL") return { kind: "null" };
  if (text === "a valid pointer") return { kind: "object" };
  if (text === "true" || text === "false") return { kind: "number", value: text === "true" ? 1n : 0n };
  const errno = /^ERR_PTR\((-\d+)\)$/.exec(text)?.[1];
  if (errno !== undefined) return { kind: "error", errno: Number(errno) };
  const page = /^page p(\d+)$/.exec(text)?.[1];
  if (page !== undefined) return { kind: "page", index: Number(page) };
  if (/^-?(?:\d+|0x[0-9a-f]+)$/i.test(text))
    return { kind: "number", value: text.startsWith("-") ? -BigInt(text.slice(1)) : BigInt(text) };
  return null;
}

function readFailure(text: string): Failure | string {
  const match = /^([A-Za-z_]\w*)(?:#(\d+))?(?:\s*:\s*(-\d+))?$/.exec(text);
  if (match?.[1] === undefined) return "expected CALL, CALL#N or CALL:-ERRNO";
  return {
    call: match[1],
    nth: match[2] === undefined ? null : Number(match[2]),
    errno: match[3] === undefined ? null : Number(match[3]),
  };
}

function oneOf<Name extends string>(
  names: readonly Name[],
  value: string,
  make: (name: Name) => Partial<Scenario>,
): Partial<Scenario> | string {
  const known = names.find((name) => name === value);
  return known === undefined ? `expected one of ${names.join(", ")}` : make(known);
}

function keyList(): string {
  return Object.entries(SCENARIO_KEYS)
    .map(([key, what]) => `  ${key.padEnd(9)} ${what}`)
    .join("\n");
}

function problem(message: string): ReadScenario {
  return { kind: "problem", message };
}
