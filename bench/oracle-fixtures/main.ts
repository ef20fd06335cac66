/**
 * `npm run oracle:fixtures`: compiles the rules' fixtures into the recorder's kernel module, runs each function under
 * each scenario in two real kernels, compares with the simulator, and writes the goldens that `npm test` reads.
 *
 *     npm run oracle:fixtures -- [--only TEXT] [--kernel 6.12] [--no-boot]
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { type Case, casesOf, type FixtureFile, type LeftOut, readFixtures } from "./cases.ts";
import {
  differenceOf,
  type Golden,
  type GoldenCase,
  goldenText,
  type Outcome,
  outcomeOf,
  pageText,
} from "./golden.ts";
import { caseText, declaredStubs, stubsText, tableText, unitText } from "./harness.ts";

const KERNELS = [
  { name: "6.12", version: "v6.12", release: "6.12.117+deb12-cloud-amd64", era: "6.12.y" },
  { name: "6.1", version: "v6.1", release: "6.1.0-56-cloud-amd64", era: "6.1.y" },
];
const RECORDER = resolve("test-fixtures/oracle/recorder");
const WORK = resolve(".cache/oracle");
const GOLDENS = resolve("test-fixtures/oracle/fixtures");
/** Compilations in search of functions that a kernel's headers refuse. */
const BUILD_BUDGET = 8;
/** Seconds without a further case after which a kernel counts as hung. */
const HUNG_AFTER = 75;
/** Boots for one kernel: each goes on behind the case that hung the one before. */
const BOOT_BUDGET = 6;

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    kernel: { type: "string", default: "" },
    "no-boot": { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  },
});

process.exitCode = await main();

interface Recordable {
  readonly file: FixtureFile;
  readonly one: Case;
}

async function main(): Promise<number> {
  const files = readFixtures(await loadParser());
  for (const kernel of KERNELS.filter(({ name }) => values.kernel === "" || name === values.kernel)) {
    const { cases, leftOut } = gather(files, kernel);
    console.log(`${kernel.name}: ${cases.length} cases, ${leftOut.length} left out`);
    const built = build(kernel.release, cases);
    leftOut.push(...built.leftOut);
    console.log(`${kernel.name}: ${built.numbered.length} cases compiled`);
    for (const { file, function: name, scenario, reason } of leftOut)
      console.log(`  left out ${file}:${name}${scenario === null ? "" : ` [${scenario}]`}: ${reason}`);
    if (!values["no-boot"]) await boot(kernel.release, built.numbered.length);
    const golden = recorded(kernel, built.numbered, leftOut);
    if (golden === null) continue;
    if (values.only === "") {
      mkdirSync(GOLDENS, { recursive: true });
      writeFileSync(`${GOLDENS}/${kernel.name}.json`, goldenText(golden.golden));
    }
    console.log(golden.told);
  }
  return 0;
}

function gather(
  files: readonly FixtureFile[],
  { era, version }: (typeof KERNELS)[number],
): { cases: Recordable[]; leftOut: LeftOut[] } {
  const cases: Recordable[] = [];
  const leftOut: LeftOut[] = [];
  for (const file of files) {
    if (file.version !== "v6.12" && file.version !== version) {
      const reason = `is written for Linux ${file.version.slice(1)}`;
      leftOut.push({ file: file.path, function: "*", scenario: null, reason });
      continue;
    }
    for (const name of file.program.names.filter((one) => /_(ok|bad)$/.test(one))) {
      if (!`${file.path}:${name}`.includes(values.only)) continue;
      const found = casesOf(file, name, era);
      leftOut.push(...found.leftOut);
      const known = new Set<string>();
      for (const one of found.cases) {
        const text = caseText(file, one, 0);
        if (typeof text !== "string") {
          leftOut.push({ file: file.path, function: name, scenario: one.scenario, reason: text.reason });
          continue;
        }
        // Scenarios that come to the same state are recorded once.
        if (known.has(text)) continue;
        known.add(text);
        cases.push({ file, one });
      }
    }
  }
  return { cases, leftOut };
}

function damages({ simulation }: Case): boolean {
  return simulation.imbalances.some(({ kind }) => kind !== "leak" && kind !== "lost-memory");
}

interface Built {
  readonly numbered: readonly Recordable[];
  readonly leftOut: readonly LeftOut[];
}

function build(release: string, all: readonly Recordable[]): Built {
  const folder = `${WORK}/fixtures-${release}`;
  const leftOut: LeftOut[] = [];
  /** Variables that fixtures only declare. */
  const data = new Set<string>();
  const without = new Map<FixtureFile, Map<string, string>>();
  if (!values.keep) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (let round = 0; round < BUILD_BUDGET; round++) {
    for (const [file, names] of without) addCallers(file, names);
    const kept = [...all.entries()].filter(
      ([, { file, one }]) => without.get(file)?.has(one.function) !== true,
    );
    // What lets go of too much may damage the kernel: it comes last.
    const numbered = [
      ...kept.filter(([, { one }]) => !damages(one)),
      ...kept.filter(([, { one }]) => damages(one)),
    ];
    const files = [...new Set(all.map(({ file }) => file))];
    const write = (name: string, text: string): void => {
      const path = `${folder}/${name}`;
      // What stays as it is need not be compiled again.
      if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
    };
    const stubs = new Set<string>();
    for (const [index, file] of files.entries()) {
      const texts = all.flatMap(({ file: of, one }, number) => {
        if (of !== file || without.get(file)?.has(one.function) === true) return [];
        const text = caseText(file, one, number);
        return typeof text === "string" ? [{ number, text }] : [];
      });
      const blanked = new Set(without.get(file)?.keys() ?? []);
      write(`case_${index}.c`, unitText(file, `fixture ${index}`, blanked, texts));
      for (const name of declaredStubs(file)) stubs.add(name);
    }
    write("stubs.c", stubsText(stubs, data));
    write("table.c", tableText(numbered.map(([number]) => number)));
    const { status, stderr, stdout } = spawnSync("bash", [`${RECORDER}/fixtures.sh`, "build", release], {
      env: { ...process.env, O: WORK },
      encoding: "utf8",
    });
    if (status === 0) {
      for (const [file, names] of without)
        for (const [name, reason] of names)
          leftOut.push({ file: file.path, function: name, scenario: null, reason });
      return { numbered: numbered.map(([, one]) => one), leftOut };
    }
    console.log(`round ${round}`);
    writeFileSync(`${WORK}/fixtures-errors-${round}.txt`, `${stdout}${stderr}`);
    const undefinedNames = [...`${stdout}${stderr}`.matchAll(/modpost: "(\w+)" .* undefined!/g)];
    for (const [, name] of undefinedNames) if (name !== undefined) data.add(name);
    const found = refused(`${stdout}${stderr}`, files, all);
    if (found.length === 0 && undefinedNames.length === 0)
      throw new Error(`the module does not build:\n${stderr.slice(0, 4000)}`);
    for (const { file, name, reason } of found) {
      const names = without.get(file) ?? new Map<string, string>();
      without.set(file, names);
      if (!names.has(name)) names.set(name, reason);
    }
  }
  throw new Error(`the module does not build after ${BUILD_BUDGET} rounds`);
}

/** Adds the functions that call one of those that are not compiled. */
function addCallers({ program }: FixtureFile, names: Map<string, string>): void {
  for (let before = -1; before !== names.size; ) {
    before = names.size;
    for (const name of program.names) {
      const called = program
        .lookup(name)
        ?.blocks.flatMap(({ operations }) => operations)
        .map((one) => (one.kind === "call" && one.callee.kind === "direct" ? one.callee.name : ""))
        .find((callee) => names.has(callee));
      if (called !== undefined && !names.has(name))
        names.set(name, `calls ${called}(), which does not compile`);
    }
  }
}

interface Refused {
  readonly file: FixtureFile;
  readonly name: string;
  readonly reason: string;
}

/** Functions that the compiler names errors in. */
function refused(
  messages: string,
  files: readonly FixtureFile[],
  numbered: readonly Recordable[],
): Refused[] {
  const found: Refused[] = [];
  /** The function that the compiler says it is in: of an error in a macro's body the one that uses it. */
  let inside: string | undefined;
  for (const line of messages.split("\n")) {
    inside = /: In function [‘'](\w+)[’']:/.exec(line)?.[1] ?? inside;
    const inCase = /^.*?case (\d+):\d+:\d+: error: (.*)$/.exec(line);
    const entry = inCase === null ? undefined : numbered[Number(inCase[1])];
    if (entry !== undefined) {
      found.push({ file: entry.file, name: entry.one.function, reason: `does not compile: ${inCase?.[2]}` });
      continue;
    }
    const at = /^.*?fixture (\d+):(\d+):\d+: error: (.*)$/.exec(line);
    const unit = at === null ? undefined : files[Number(at[1])];
    if (at === null || unit === undefined) continue;
    const name = functionAt(unit, Number(at[2])) ?? inside ?? null;
    if (name !== null) found.push({ file: unit, name, reason: `does not compile: ${at[3]}` });
  }
  return found;
}

function functionAt({ source, program }: FixtureFile, line: number): string | null {
  for (const name of program.names) {
    const location = program.lookup(name)?.location;
    if (location === undefined) continue;
    const first = source.slice(0, location.start).split("\n").length;
    const last = source.slice(0, location.end).split("\n").length;
    if (line >= first && line <= last) return name;
  }
  return null;
}

/** Boots until all cases ran; the lines that the kernels wrote go to `recordingOf`. */
async function boot(release: string, cases: number): Promise<void> {
  const lines: string[] = [];
  let first = 0;
  for (let boots = 0; boots < BOOT_BUDGET && first < cases; boots++) {
    await bootOnce(release, first);
    const written = readFileSync(rawOf(release), "utf8")
      .split("\n")
      .filter((line) => line.startsWith('{"case"'));
    lines.push(...written.filter((line) => line.endsWith("}")));
    const last = written.map((line) => Number(/\d+/.exec(line)?.[0])).at(-1) ?? first - 1;
    // The one behind did not return.
    first = last + 2;
  }
  writeFileSync(recordingOf(release), `${lines.join("\n")}\n`);
}

function rawOf(release: string): string {
  return `${WORK}/out/fixtures-${release}.jsonl`;
}

function recordingOf(release: string): string {
  return `${WORK}/out/fixtures-${release}-all.jsonl`;
}

function bootOnce(release: string, first: number): Promise<void> {
  rmSync(rawOf(release), { force: true });
  const child = spawn("bash", [`${RECORDER}/fixtures.sh`, "boot", release, `first=${first}`], {
    env: { ...process.env, O: WORK, TMO: "1200" },
    stdio: ["ignore", "ignore", "inherit"],
    detached: true,
  });
  return new Promise((done) => {
    let size = 0;
    let still = 0;
    const timer = setInterval(() => {
      const now = existsSync(rawOf(release)) ? statSync(rawOf(release)).size : 0;
      still = now === size ? still + 5 : 0;
      size = now;
      if (still >= HUNG_AFTER && child.pid !== undefined) process.kill(-child.pid);
    }, 5_000);
    child.on("exit", () => {
      clearInterval(timer);
      done();
    });
  });
}

interface Recorded {
  readonly case: number;
  readonly result?: number;
  readonly acquired?: number;
  readonly released?: number;
  readonly pages?: readonly ([number, number, boolean] | null)[];
  readonly signal?: number;
}

/** What the boot wrote, with how it compares; null where there is none. */
function recorded(
  { name, release, era }: (typeof KERNELS)[number],
  numbered: readonly Recordable[],
  leftOut: readonly LeftOut[],
): { golden: Golden; told: string } | null {
  const path = recordingOf(release);
  if (!existsSync(path)) return null;
  const lines: string[] = [];
  const cases: GoldenCase[] = [];
  const without: LeftOut[] = [...leftOut];
  const seen = new Map<number, Recorded>();
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (!line.startsWith('{"case"')) continue;
    const read: Recorded = JSON.parse(line);
    seen.set(read.case, read);
  }
  let differ = 0;
  for (const [number, { file, one }] of numbered.entries()) {
    const read = seen.get(number);
    const where = { file: file.path, function: one.function, scenario: one.scenario };
    if (read?.pages === undefined) {
      const reason = read === undefined ? "the kernel did not come to it" : "the process did not survive it";
      without.push({ ...where, reason });
      lines.push(`${where.file}:${where.function} [${where.scenario}] (case ${number}): ${reason}`);
      continue;
    }
    const ours = outcomeOf(one.simulation);
    const { result = 0, acquired = 0, released = 0, pages } = read;
    const kernel: Outcome = {
      result: ours.result === null && isPlain(result) ? null : String(result),
      acquired,
      released,
      pages: pages.map((page) => (page === null ? null : pageText(...page))),
    };
    const set = one.complete.slice(one.scenario === "" ? 0 : one.scenario.split("; ").length);
    cases.push({ ...where, set: set.map((text) => text.replace(/^set=/, "")), ...kernel });
    const difference = differenceOf(kernel, ours);
    if (difference === null) continue;
    differ += 1;
    lines.push(`${where.file}:${where.function} [${where.scenario}] (case ${number}): ${difference}`);
  }
  const golden = { kernel: release, era, cases, leftOut: without };
  return {
    golden,
    told: `${lines.join("\n")}\n${name}: ${cases.length - differ} of ${cases.length} cases the same as simulated`,
  };
}

/** What a function without a value leaves, or a pointer: not an errno. */
function isPlain(result: number): boolean {
  return result >= 0 || result < -4095;
}
