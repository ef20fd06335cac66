/**
 * Replays a claim: runs its path on the kernel model and says whether the claim showed. Words no reports and knows no
 * lines; never throws on what the code does.
 */
import type { Location } from "@pinscope/grammars/ir";
import {
  type Assumption,
  type BalanceLine,
  type ChosenPreset,
  DEFAULT_SCENARIO,
  type NumbersAt,
  numbersAt,
  profileOf,
  type Scenario,
  type Simulated,
  type SimulatedProgram,
  type Simulation,
  simulateOnce,
} from "@pinscope/simulator/interpreter";
import type { KernelChoice } from "../types.ts";
import { openLoop } from "./open-loops.ts";
import { otherPath } from "./other-paths.ts";
import type { ReplayRequest } from "./request.ts";
import { turnsOf } from "./turns.ts";

/** How often a function may be started in search of values that take the path. */
const runBudget = 60;
/** Operations that one such run may take: paths are short, what runs on is a loop that does not end. */
const stepBudget = 8_000;
/** Paths near the claimed one that are tried where the code cannot take it. */
const otherPaths = 1;
/** Where buffers begin inside a page so that what ends in the middle of one ends in the next. */
const lateOffset = 3_072;
/** What a call that is to fail fails with: `-EFAULT`. */
const errno = -14n;

/** Something to be said of a place. */
export interface Remark {
  readonly text: string;
  readonly location: Location | null;
}

/** What a replay said. */
export interface Verdict {
  readonly status: "confirmed" | "confirmed-if" | "refuted" | "unreplayable";
  /** Why it could not be replayed. */
  readonly reason: Remark | null;
  /** What the claim rests on, beside what callees are known to do. */
  readonly assumptions: readonly Remark[];
  readonly pages: string | null;
  readonly era: string;
  readonly ground: string;
  /** The values that the told run started with, and the path that it took. */
  readonly presets: ReadonlyMap<string, ChosenPreset>;
  readonly path: ReplayRequest["path"];
  /** Of the told run: how many pages buffers have whose length is open, and by how many bytes they begin inside one. */
  readonly buffers: Pick<Scenario, "pages" | "offset">;
  /** Branches of the claim's path that the code cannot take like that, and that the run took the other way. */
  readonly leftOut: readonly Location[];
}

/**
 * Replays a claim in the program that it was made of, on the model of `kernel`: with the results of the claimed call
 * that could show it, until one does.
 */
export function replay(request: ReplayRequest, program: SimulatedProgram, kernel: KernelChoice): Verdict {
  const profile = profileOf(`${kernel.version.slice(1)}.${kernel.patch}`);
  const verdicts: Verdict[] = [];
  // What took the path with one result takes most of it with the next one.
  let found: ReadonlyMap<string, ChosenPreset> = new Map();
  let isReached = true;
  let begunWith: Start["buffers"] | null = null;
  for (const { result, buffers, isOther } of startsToTry(request, program)) {
    // The run ended before the claimed call: how that ends is all the same.
    if (!isReached && !isOther) break;
    // The path was gone with other results already: nothing is left for it to decide.
    if (result === null && !isOther && verdicts.some(({ status }) => status === "refuted")) continue;
    const isFirst = begunWith !== buffers;
    if (isFirst) found = new Map();
    begunWith = buffers;
    let { path } = request;
    const leftOut: Location[] = [];
    for (let others = 0; ; others++) {
      const simulated = simulateOnce({
        program,
        function: request.function,
        profile,
        path,
        scenario: { ...DEFAULT_SCENARIO, ...buffers },
        // What another path found may be what stands in the way.
        presets: new Map([...(others === 0 ? found : []), ...presetsOf(request, result)]),
        trace: false,
        mayAmend: true,
        runs: runBudget,
        steps: stepBudget,
      });
      const { simulation, presets } = simulated;
      found = new Map([...presets].filter(([, { reason }]) => reason !== "scenario"));
      const verdict = { ...judge(request, simulated, program), presets, path, leftOut, buffers };
      if (verdict.status === "confirmed" || verdict.status === "confirmed-if") return verdict;
      // What another path does not show says nothing of this one.
      if (others === 0) {
        verdicts.push(verdict);
        isReached = isClaimedCallReached(request, simulation);
      }
      const other =
        others < otherPaths && isFirst && !request.isAssumed ? otherPath(path, simulation, program) : null;
      if (other === null) break;
      path = other.path;
      leftOut.push(...other.leftOut);
    }
  }
  const [first] = verdicts;
  if (first === undefined) throw new Error("no result of the claimed call was tried");
  return verdicts.find(({ status }) => status === "refuted") ?? first;
}

/** Buffers have as many pages as loops of the path turn; where fewer come than are asked for, they have the usual number. */
function pagesFor({ acquired, path }: ReplayRequest, program: SimulatedProgram): number {
  const turns = acquired?.outcome === "short" ? null : turnsOf(path, program);
  return turns ?? DEFAULT_SCENARIO.pages;
}

/** A scenario with the buffers of a verdict's run, where it says nothing of them itself. */
export function withBuffersOf(verdict: Verdict | null, scenario: Scenario): Scenario {
  if (verdict === null) return scenario;
  const { pages, offset } = verdict.buffers;
  const isOpen = scenario.pages === DEFAULT_SCENARIO.pages;
  return { ...scenario, offset: scenario.offset || offset, pages: isOpen ? pages : scenario.pages };
}

function isClaimedCallReached(request: ReplayRequest, simulation: Simulation): boolean {
  const { kind } = simulation.exit;
  if (kind === "success" || kind === "failure" || request.acquired?.outcome === "error") return true;
  return linesOf(request, simulation).length > 0;
}

/** What a run starts with: the claimed call's result, null for one that the path decides, and what buffers are like. */
interface Start {
  readonly result: bigint | null;
  readonly buffers: Verdict["buffers"];
  /** With other buffers than the first ones: they may be what a run before stumbled on. */
  readonly isOther: boolean;
}

function startsToTry(request: ReplayRequest, program: SimulatedProgram): readonly Start[] {
  const { acquired, expected } = request;
  const results = resultsToTry(request);
  const usual = { pages: DEFAULT_SCENARIO.pages, offset: 0 };
  const first = { ...usual, pages: pagesFor(request, program) };
  const starts: Start[] = results.map((result) => ({ result, buffers: first, isOther: false }));
  if (request.isAssumed) return starts;
  // Loops that begin at the second page turn less often than there are pages.
  if (first.pages !== usual.pages)
    starts.push(...results.map((result) => ({ result, buffers: usual, isOther: true })));
  // Bytes that begin inside a page may fill one more than they are pages.
  if (acquired?.bytes === true && acquired.outcome === "success" && expected === "leak")
    starts.push({ result: null, buffers: { ...usual, offset: lateOffset }, isOther: true });
  return starts;
}

function resultsToTry({ acquired, expected }: ReplayRequest): readonly (bigint | null)[] {
  if (acquired === null) return [null];
  if (acquired.outcome === "error") return [errno];
  if (acquired.outcome === "zero") return [0n];
  const few = acquired.bytes ? [4096n, 4608n] : [1n, 3n];
  if (acquired.outcome === "short") return [...few, null];
  return acquired.bytes || isNotHeld(expected) ? [null, ...few] : [null];
}

/** How the claimed call ends. */
function presetsOf({ acquired }: ReplayRequest, value: bigint | null) {
  if (acquired === null || value === null) return new Map();
  const key = `call ${acquired.function}:${acquired.api}:${acquired.location.start}#1`;
  return new Map([[key, { preset: { kind: "number" as const, value }, reason: "scenario" as const }]]);
}

function judge(
  request: ReplayRequest,
  simulated: Simulated,
  program: SimulatedProgram,
): Omit<Verdict, "presets" | "path" | "leftOut" | "buffers"> {
  const { simulation } = simulated;
  const { era, ground } = simulation;
  const said = { era, ground, assumptions: [], pages: null };
  const isAboutNumbers = request.expected === "negative" || request.expected === "empty";
  const numbers = isAboutNumbers && simulation.followed === true ? numbersAt(simulated, request.at) : null;
  // What comes of a number behind the place, a crash for one, is another matter.
  const unable = numbers === null || numbers.visits === 0 ? unableOf(request, simulation) : null;
  if (unable !== null) return { ...said, status: "unreplayable", reason: unable };
  const outcome =
    numbers === null
      ? request.expected === "leak" || request.expected === "missed"
        ? judgeLeak(request, simulation, program)
        : judgeRelease(request, simulation)
      : judgeNumbers(request, numbers);
  const pages = numbers === null ? pagesText(request, simulation) : numbersText(request, numbers);
  if (outcome.kind === "refuted") return { ...said, status: "refuted", reason: null, pages };
  if (outcome.kind === "open") return { ...said, status: "unreplayable", reason: outcome.reason, pages };
  const assumptions = assumptionsOf(simulation);
  const told = "by" in outcome ? [outcome.by, pages] : [pages];
  return {
    ...said,
    status: assumptions.length === 0 ? "confirmed" : "confirmed-if",
    reason: null,
    assumptions,
    pages: told.filter((one) => one != null).join("; "),
  };
}

/** Why the run shows nothing of the path; null where it went along it to the end. */
function unableOf({ at, expected }: ReplayRequest, simulation: Simulation): Remark | null {
  const { exit, followed, untaken, contradictions } = simulation;
  switch (exit.kind) {
    case "diverged": {
      const [last] = contradictions.slice(-1);
      return {
        text: last === undefined ? "diverged" : `diverged: ${last.text}`,
        location: exit.location,
      };
    }
    case "stuck":
      return { text: exit.message, location: exit.location };
    case "crash":
    case "stopped":
      if (isNotHeld(expected) && followed === true && sameCode(exit.location, at)) return null;
      return { text: exit.message, location: exit.location };
    default:
      if (followed === true) return null;
      return {
        text: `the path through ${untaken?.function ?? "a call"}() was not taken`,
        location: exit.location,
      };
  }
}

type Judged =
  /** `by`: what went wrong there, where the pages do not say it by themselves. */
  | { readonly kind: "shown"; readonly by?: string }
  | { readonly kind: "refuted" }
  | { readonly kind: "open"; readonly reason: Remark };

function linesOf({ acquired }: ReplayRequest, { balance }: Simulation): readonly BalanceLine[] {
  if (acquired === null) return [];
  return balance.filter(({ location }) => sameCode(location, acquired.location));
}

function judgeLeak(request: ReplayRequest, simulation: Simulation, program: SimulatedProgram): Judged {
  const { exit } = simulation;
  const lines = linesOf(request, simulation).filter(({ taken }) => taken > 0);
  if (lines.length === 0)
    return open(`${request.acquired?.api ?? "the call"}() took no pages`, request.acquired?.location ?? null);
  const lost = lines.filter(({ leaked }) => leaked > 0);
  if (lost.length > 0) {
    const loop = lost.every(({ mayBeWalked }) => mayBeWalked) ? openLoop(simulation, program) : null;
    if (loop === null) return { kind: "shown" };
    return open("a loop lets go of pages, and how often it turns is not known", loop);
  }
  if (request.expected === "missed" && lines.some(({ taken, released }) => taken > released))
    return open("what lets go of their record's pages is read, not run", exit.location);
  const keeper = lines.flatMap(({ owned }) => owned).find(({ given }) => given !== null);
  if (keeper !== undefined) return open(`${keeper.given} was given them and may keep them`, exit.location);
  // What named the page before it was taken does not hold it for that.
  const chosen = simulation.assumptions.find(({ text }) => / = page p\d+$/.test(text));
  if (chosen !== undefined) return open(`${chosen.text} before it was taken`, chosen.location);
  return { kind: "refuted" };
}

function judgeRelease(request: ReplayRequest, simulation: Simulation): Judged {
  const { at, acquired, expected } = request;
  const { exit, imbalances } = simulation;
  const here = imbalances.filter(({ location }) => sameCode(location, at));
  const wanted = isNotHeld(expected) ? ["not-held", "wrong-family", "crash"] : [expected, "crash"];
  const [wrong] = here.filter(({ kind }) => wanted.includes(kind));
  if (wrong !== undefined) return { kind: "shown", by: wrong.text };
  if (acquired === null) return open("who holds pages from outside is not known", at);
  if (!linesOf(request, simulation).some(({ taken }) => taken > 0) && acquired.outcome !== "error")
    return open(`${acquired.api}() took no pages`, acquired.location);
  if (imbalances.length > 0) return open(imbalances[0]?.text ?? "", imbalances[0]?.location ?? exit.location);
  if (expected === "unfilled") return open("what stands in slots that nobody filled is not known", at);
  return { kind: "refuted" };
}

function judgeNumbers({ expected, at, position }: ReplayRequest, numbers: NumbersAt): Judged {
  if (numbers.visits === 0) return open("the run does not come there", at);
  if (expected === "negative") return { kind: numbers.misread === null ? "refuted" : "shown" };
  return { kind: numbers.arguments[position ?? -1] === 0n ? "shown" : "refuted" };
}

/** The number that is misread. */
function numbersText({ expected, acquired }: ReplayRequest, { misread }: NumbersAt): string | null {
  if (misread !== null)
    return `${acquired?.api ?? "the call"}() gives ${misread}, which is taken for a count`;
  return expected === "empty" ? "the count is 0" : null;
}

function isNotHeld(expected: ReplayRequest["expected"]): boolean {
  return expected === "not-held" || expected === "unfilled";
}

function open(text: string, location: Location | null): Judged {
  return { kind: "open", reason: { text, location } };
}

/** Choices that the run rests on and that neither a callee is known to make nor a caller is free to. */
function assumptionsOf({ assumptions }: Simulation): Remark[] {
  const seen = new Set<string>();
  return assumptions.flatMap(({ text, location, entitled, given }: Assumption) => {
    if (entitled || given || seen.has(text)) return [];
    seen.add(text);
    return [{ text, location }];
  });
}

/** The claimed pages and one of them closely. */
function pagesText(request: ReplayRequest, simulation: Simulation): string | null {
  const lines = linesOf(request, simulation).filter(({ taken }) => taken > 0);
  const [first = null] = lines
    .filter(({ leaked }) => leaked > 0)
    .concat(lines)
    .map(({ page }) => page);
  const page =
    simulation.pages[first ?? -1] ?? simulation.pages.find(({ given }) => !given) ?? simulation.pages[0];
  const counters =
    page === undefined
      ? ""
      : `${page.name} refcount ${page.start.refcount} → ${page.end.refcount}, pincount ${page.start.pincount} → ${page.end.pincount}`;
  if (lines.length === 0) return counters === "" ? null : counters;
  const sum = (of: (line: BalanceLine) => number): number =>
    lines.reduce((total, line) => total + of(line), 0);
  const parts = [`${sum(({ released }) => released)} of ${sum(({ taken }) => taken)} pages let go`];
  const leaked = sum((line) => line.leaked);
  if (leaked > 0) parts.push(`${leaked} held by nobody`);
  for (const { owner, pages } of lines.flatMap(({ owned }) => owned))
    parts.push(`${pages} owned by ${owner}`);
  return `${parts.join(", ")}; ${counters}`;
}

function sameCode(one: Location, other: Location): boolean {
  return one.file === other.file && one.start === other.start;
}
