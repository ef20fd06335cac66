/**
 * How long an open file takes to be checked again after one typed character:
 *   npm run bench:keystroke -- [--tree FOLDER] [--frame MS] [--profile] [--subject gup,driver] [--functions NAMES]
 * In a kernel's mm/gup.c and in a generated driver of 10,000 lines an error path that lets nothing go is typed into
 * several functions, character by character and thus through states that do not balance, then the missing release.
 * Every site is typed twice on a warm session, each call of the session timed by itself, on one thread:
 *   whole   the call that follows the edit returns when every function that depends on it is analyzed again
 *   frame   the call returns within the frame with what is current; functions expected to take longer come later
 *   settled the work behind it, until the result is what a fresh check would say (broken text is parsed afresh)
 * Fails unless the finding appears with the error path and goes with the release, and equals that of a fresh check.
 */
import { readFileSync } from "node:fs";
import { Session as Inspector, type Profiler } from "node:inspector/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type CheckSession, checkFile, openSession, type SessionResult } from "@pinscope/server/checker";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { usualSettings as settings } from "../../test-fixtures/harness/settings.ts";
import { generateDriver } from "./driver.ts";
import { typeInto } from "./typing.ts";

interface Subject {
  readonly path: string;
  readonly source: string;
  /** Functions that are typed into. */
  readonly functions: readonly string[];
  header(path: string): string | null;
}

/** Milliseconds: by the clock, and of the processor (all threads of the process: the garbage collector's too). */
interface Duration {
  readonly wall: number;
  readonly processor: number;
}

/** What each keystroke took, by what was measured. */
interface Times {
  readonly whole: Duration[];
  readonly frame: Duration[];
  readonly settled: Duration[];
  /** Keystrokes whose frame held the whole answer; whose frame held the edited function's own. */
  complete: number;
  ownComplete: number;
  readonly parts: { parse: number; lower: number; analyze: number };
}

/** @returns the process's exit code */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tree: { type: "string", default: ".cache/corpus/linux-source-6.12" },
      frame: { type: "string", default: "12" },
      profile: { type: "boolean", default: false },
      subject: { type: "string", default: "gup,driver" },
      functions: { type: "string" },
    },
  });
  const frame = Number(values.frame);
  const wanted = values.subject.split(",");
  const functions = values.functions?.split(",");
  const subjects = [
    ...(wanted.includes("gup") ? [gup(values.tree)] : []),
    ...(wanted.includes("driver") ? [driver()] : []),
  ].map((subject) => (functions === undefined ? subject : { ...subject, functions }));
  let failed = false;
  for (const subject of subjects) {
    const problem = await measure(subject, frame, values.profile);
    if (problem !== null) {
      failed = true;
      console.error(`${subject.path}: ${problem}`);
    }
  }
  return failed ? 1 : 0;
}

function gup(tree: string): Subject {
  const path = "mm/gup.c";
  return {
    path,
    source: readFileSync(join(tree, path), "utf8"),
    functions: ["unpin_user_pages", "__get_user_pages_locked", "get_dump_page", "pin_user_pages_fast"],
    header: (name) => readText(join(tree, name)),
  };
}

function driver(): Subject {
  const source = generateDriver(10_000);
  const names = [...source.matchAll(/^static .*?(press_\w+)\(/gm)].map((match) => match[1] ?? "");
  const functions = [0.02, 0.32, 0.61, 0.98].map((part) => names[Math.floor(part * names.length)] ?? "");
  return { path: "press.c", source, functions, header: () => null };
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** A session on the subject, settled, with the headers that it asked for. */
async function open(subject: Subject): Promise<CheckSession> {
  const { path, source } = subject;
  const session = openSession({ path, source, files: new Map(), parser: await loadParser(), settings });
  let result = session.advance();
  while (result.missing.length > 0) {
    result = session.supply(new Map(result.missing.map((name) => [name, subject.header(name)])));
  }
  return session;
}

async function measure(subject: Subject, frame: number, profiled: boolean): Promise<string | null> {
  const started = performance.now();
  const session = await open(subject);
  const opened = performance.now() - started;
  const { stats } = session.advance();
  const lines = subject.source.split("\n").length - 1;
  console.log(
    `${subject.path}: ${lines} lines, ${stats.functions} functions, ${stats.functionsAnalyzed} of them analyzed; ` +
      `opened cold and settled in ${opened.toFixed(0)} ms`,
  );
  const times: Times = {
    whole: [],
    frame: [],
    settled: [],
    complete: 0,
    ownComplete: 0,
    parts: { parse: 0, lower: 0, analyze: 0 },
  };
  // Once unmeasured: the machine code for it is made then.
  const [first = ""] = subject.functions;
  const cold = await typeSite(subject, session, first, frame, null);
  if (cold !== null) return cold;
  const inspector = profiled ? await startProfile() : null;
  for (const name of subject.functions) {
    const problem = await typeSite(subject, session, name, frame, times);
    if (problem !== null) return problem;
  }
  report(times, frame);
  if (inspector !== null) printProfile(await stopProfile(inspector));
  session.close();
  return null;
}

let rounds = 0;

/** Types into one function, once with all time for each answer and once within frames; takes it back each time. */
async function typeSite(
  subject: Subject,
  session: CheckSession,
  name: string,
  frame: number,
  times: Times | null,
): Promise<string | null> {
  for (const mode of ["whole", "frame"] as const) {
    const before = session.source;
    const milliseconds = mode === "whole" ? Number.POSITIVE_INFINITY : frame;
    let last = session.advance();
    const steps = typeInto(before, name, ++rounds);
    if (steps === null) return `there is no function ${name} to type into`;
    for (const step of steps) {
      const { parts } = times ?? { parts: null };
      const old = last.stats.ms;
      const since = startTimer();
      const answer = session.edit(step, step.text, { milliseconds });
      times?.[mode].push(since());
      let result: SessionResult = answer;
      // What is typed next meets a settled session in the one mode, an answered one in the other.
      const settles = mode === "frame" || step.check !== null;
      while (settles && !result.settled) result = session.advance({ milliseconds: frame });
      last = result;
      if (mode === "frame" && times !== null) {
        times.settled.push(since());
        if (answer.pending.length === 0) times.complete++;
        if (!answer.pending.includes(name)) times.ownComplete++;
      } else if (parts !== null) {
        parts.parse += answer.stats.ms.parse - old.parse;
        parts.lower += answer.stats.ms.lower - old.lower;
        parts.analyze += answer.stats.ms.analyze - old.analyze;
      }
      if (step.check === null) continue;
      const leaks = result.findings.filter((one) => one.function === name && one.rule === "leaked-pages");
      if ((step.check === "leak") !== leaks.some(({ location }) => step.covers(location.start))) {
        return `${name}: ${step.check === "leak" ? "no finding where one belongs" : "a finding stays"}`;
      }
      const difference = await differs(subject, session, result);
      if (difference !== null) return `${name}: ${difference}`;
    }
    session.update(before);
  }
  return null;
}

/** What a fresh check says otherwise; null when it says the same. */
async function differs(
  subject: Subject,
  session: CheckSession,
  result: SessionResult,
): Promise<string | null> {
  const { path } = subject;
  const { source } = session;
  const files = new Map<string, string | null>([[path, source]]);
  const parser = await loadParser();
  for (;;) {
    const fresh = checkFile({ path, source, files, parser, settings });
    const missing = fresh.missing.filter((name) => !files.has(name));
    for (const name of missing) files.set(name, subject.header(name));
    if (missing.length > 0) continue;
    const same = JSON.stringify(fresh.findings) === JSON.stringify(result.findings);
    return same
      ? null
      : `a fresh check has ${fresh.findings.length} findings, the session ${result.findings.length}`;
  }
}

function quantile(sorted: readonly number[], part: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0).toFixed(1).padStart(7);
}

function startTimer(): () => Duration {
  const at = performance.now();
  const used = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(used);
    return { wall: performance.now() - at, processor: (user + system) / 1000 };
  };
}

function row(label: string, durations: readonly Duration[]): void {
  for (const kind of ["wall", "processor"] as const) {
    const sorted = durations.map((one) => one[kind]).sort((left, right) => left - right);
    const within = sorted.filter((one) => one <= 16).length;
    console.log(
      `  ${(kind === "wall" ? label : "").padEnd(26)} ${kind.padEnd(9)} p50 ${quantile(sorted, 0.5)}  ` +
        `p95 ${quantile(sorted, 0.95)}  p99 ${quantile(sorted, 0.99)}  max ${quantile(sorted, 1)} ms   ` +
        `within 16 ms: ${percent(within, sorted.length)}`,
    );
  }
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
}

function report(times: Times, frame: number): void {
  const count = times.whole.length;
  console.log(`  ${count} keystrokes`);
  row("whole answer", times.whole);
  row(`answer in a ${frame} ms frame`, times.frame);
  console.log(
    `  ${"".padEnd(26)} whole in ${percent(times.complete, count)}, the edited function's own in ` +
      percent(times.ownComplete, count),
  );
  row("edit until settled", times.settled);
  const { parse, lower, analyze } = times.parts;
  const sum = times.whole.reduce((total, { wall }) => total + wall, 0);
  const mean = (value: number): string => (value / Math.max(1, count)).toFixed(2);
  console.log(
    `  a whole answer on average: front end ${mean(parse)}, lower ${mean(lower)}, analyze ${mean(analyze)}, ` +
      `word and join ${mean(sum - parse - lower - analyze)} ms`,
  );
}

async function startProfile(): Promise<Inspector> {
  const inspector = new Inspector();
  inspector.connect();
  await inspector.post("Profiler.enable");
  await inspector.post("Profiler.setSamplingInterval", { interval: 200 });
  await inspector.post("Profiler.start");
  return inspector;
}

async function stopProfile(inspector: Inspector): Promise<Profiler.Profile> {
  const { profile } = await inspector.post("Profiler.stop");
  inspector.disconnect();
  return profile;
}

/** Functions by the time spent in themselves. */
function printProfile({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): void {
  const names = new Map(
    nodes.map(({ id, callFrame }) => [
      id,
      `${callFrame.functionName || "(anonymous)"}:${callFrame.lineNumber + 1}`,
    ]),
  );
  const own = new Map<string, number>();
  let total = 0;
  for (const [index, sample] of samples.entries()) {
    const name = names.get(sample) ?? "";
    const spent = (timeDeltas[index] ?? 0) / 1000;
    own.set(name, (own.get(name) ?? 0) + spent);
    total += spent;
  }
  const top = [...own].sort((left, right) => right[1] - left[1]).slice(0, 30);
  for (const [name, spent] of top)
    console.log(`  ${spent.toFixed(0).padStart(6)} ms ${percent(spent, total).padStart(7)}  ${name}`);
}
