/**
 * How long an editor waits for diagnostics:
 *   npm run bench:keystroke:lsp -- [--tree FOLDER] [--clangd BINARY] [--profile FOLDER] [--only driver|gup|cold|clangd]
 * A client talks LSP to a server process. In a kernel's mm/gup.c and in a generated driver of 10,000 lines it types an
 * error path that keeps its page into several functions, character by character and thus through states that do not
 * balance, then the missing release. Each keystroke is sent when the diagnostics of the one before have come; measured is
 * the time from `didChange` to the first `publishDiagnostics` of that version, pipes and JSON included, and the time that
 * the server says it took to compute them.
 * The functions typed into are ones that the engine walks to the end.
 * Fails unless the finding appears with the error path and goes with the release.
 * With clangd (Debian's package) at hand, the same first characters are typed for it: with the tree's
 * include folders, and without the headers that only a configured kernel has.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Diagnostic, ExecuteCommandRequest } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { URI } from "vscode-uri";
import { generateDriver } from "../keystroke/driver.ts";
import { typeInto } from "../keystroke/typing.ts";
import { buildServer, type ServerProcess, startServer } from "./process-client.ts";

interface Subject {
  readonly name: string;
  /** What `--only` calls it. */
  readonly short: string;
  readonly uri: string;
  readonly source: string;
  readonly functions: readonly string[];
}

/** Milliseconds in which answers are wanted: at the 95th and at the 99th percentile. */
const wanted = { p95: 16, p99: 50 };

/** Keystrokes at the beginning of each subject that are not counted: the server's code gets compiled. */
const warmUp = 150;

/** Keystrokes that take longer, in milliseconds, are told one by one. */
const slow = 1_000;

/** How long a finding may take to follow, in milliseconds. */
const laterAnswers = 30_000;

/** Servers started for one document each. */
const coldRuns = 5;

/** Characters typed for clangd. */
const clangdKeystrokes = 25;

/** @returns the process's exit code */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tree: { type: "string", default: ".cache/corpus/linux-source-6.12" },
      clangd: { type: "string" },
      profile: { type: "string" },
      only: { type: "string" },
    },
  });
  const tree = resolve(values.tree);
  const bundle = buildServer();
  const profile = values.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${values.profile}`];
  const pinscope = () =>
    startServer(process.execPath, [...profile, bundle, "lsp", "--stdio"], URI.file(tree).toString(), {
      status: true,
    });
  const gup = readFileSync(resolve(tree, "mm/gup.c"), "utf8");
  const driver = generateDriver(10_000);
  const subjects: Subject[] = [
    {
      name: "mm/gup.c",
      short: "gup",
      uri: URI.file(resolve(tree, "mm/gup.c")).toString(),
      source: gup,
      functions: ["pin_user_pages_fast", "unpin_user_pages", "sanity_check_pinned_pages"],
    },
    {
      name: "a driver of 10,000 lines",
      short: "driver",
      uri: URI.file(resolve(tree, "drivers/misc/press.c")).toString(),
      source: driver,
      functions: pinningFunctions(driver),
    },
  ];
  let failed = false;
  for (const subject of subjects) {
    if (values.only !== undefined && values.only !== subject.short) continue;
    const server = await pinscope();
    try {
      const problem = await measure(server, subject);
      if (problem !== null) console.error(`${subject.name}: ${problem}`);
      failed ||= problem !== null;
    } finally {
      await server.stop();
    }
  }
  if (values.only === undefined || values.only === "cold") await measureCold(pinscope, tree);
  if (values.only !== undefined && values.only !== "clangd") return failed ? 1 : 0;
  const clangd =
    values.clangd ?? ["clangd-19", "clangd"].find((name) => spawnSync(name, ["--version"]).status === 0);
  if (clangd === undefined) console.log("clangd is not installed: not compared");
  else await compareClangd(clangd, tree, subjects);
  return failed ? 1 : 0;
}

/** Some functions that pin, from the beginning, the middle and the end. */
function pinningFunctions(source: string): string[] {
  const names: string[] = [];
  for (const match of source.matchAll(/^[a-z][\w \t*]*?\b(\w+)\([^;{}]*\)\n\{\n([\s\S]*?)^\}/gm)) {
    if (/\bpin_user_pages/.test(match[2] ?? "")) names.push(match[1] ?? "");
  }
  return [0.1, 0.35, 0.6, 0.9].map((part) => names[Math.floor(part * names.length)] ?? "");
}

async function measure(
  server: ServerProcess,
  { name, uri, source, functions }: Subject,
): Promise<string | null> {
  const begun = performance.now();
  const opened = await server.open(uri, source);
  console.log(`${name}: first diagnostics after ${opened.milliseconds.toFixed(0)} ms, cold`);
  await settled(server, uri);
  console.log(`${name}: settled after ${(performance.now() - begun).toFixed(0)} ms`);
  let document = TextDocument.create(uri, "c", 0, source);
  const times: number[] = [];
  const computed: number[] = [];
  const onProcessor: number[] = [];
  let typed = 0;
  for (const round of [1, 2]) {
    for (const functionName of functions) {
      // Each site is typed into the text as it was, so that the rounds are alike.
      const text = document.getText();
      const keystrokes = typeInto(text, functionName, round);
      if (keystrokes === null) return `no function ${functionName}`;
      for (const { start, end, text: put, check, covers } of keystrokes) {
        const range = { start: document.positionAt(start), end: document.positionAt(end) };
        document = TextDocument.update(document, [{ range, text: put }], 0);
        const before = server.processorTime();
        let { diagnostics, milliseconds } = await server.change(uri, range, put);
        if (milliseconds > slow)
          console.log(
            `  ${milliseconds.toFixed(0)} ms (${(server.processorTime() - before).toFixed(0)} of the processor) for ` +
              `${JSON.stringify(put)} in ${functionName}, round ${round}, keystroke ${typed + 1}`,
          );
        if (++typed > warmUp) {
          times.push(milliseconds);
          computed.push(server.computed(uri));
          onProcessor.push(server.processorTime() - before);
        }
        if (check === null) continue;
        const here = (list: readonly Diagnostic[]): boolean =>
          list.some(
            ({ code, range: where }) => code === "leaked-pages" && covers(document.offsetAt(where.start)),
          );
        // What is not settled with the first answer comes with a later one.
        while (here(diagnostics) !== (check === "leak")) {
          const later = await Promise.race([server.next(uri), expire()]);
          if (later === null)
            return `round ${round}, ${functionName}: the finding ${check === "leak" ? "did not appear" : "did not go"}`;
          diagnostics = later;
        }
      }
      const { start, end, put } = wayBack(document.getText(), text);
      const range = { start: document.positionAt(start), end: document.positionAt(end) };
      document = TextDocument.update(document, [{ range, text: put }], 0);
      await server.change(uri, range, put);
      if (document.getText() !== text) return `${functionName}: what was typed was not taken out again`;
    }
  }
  const own = percentiles(computed);
  const shown = ({ p50, p95, p99 }: typeof own): string =>
    `p50 ${p50.toFixed(1)}, p95 ${p95.toFixed(1)}, p99 ${p99.toFixed(1)} ms`;
  console.log(`${name}: ${times.length} keystrokes; server ${server.memory()?.toFixed(0)} MB`);
  console.log(`  computed in the server: ${shown(own)} (wanted p95 ${wanted.p95}, p99 ${wanted.p99})`);
  console.log(
    `  seen by the client:     ${shown(percentiles(times))}, longest ${Math.max(...times).toFixed(1)} ms`,
  );
  console.log(`  processor time it took: ${shown(percentiles(onProcessor))}`);
  return own.p95 > wanted.p95 || own.p99 > wanted.p99 ? "slower than wanted" : null;
}

/** Waits until the server has done all there is to do for a document. */
async function settled(server: ServerProcess, uri: string): Promise<void> {
  for (;;) {
    const status = (await server.connection.sendRequest(ExecuteCommandRequest.type, {
      command: "pinscope.server.status",
      arguments: [uri],
    })) as { readonly documents: readonly { readonly settled: boolean }[] };
    if (status.documents.every((one) => one.settled)) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The one replacement that leads from a text to another. */
function wayBack(from: string, to: string): { start: number; end: number; put: string } {
  let start = 0;
  while (start < to.length && from[start] === to[start]) start++;
  let tail = 0;
  while (tail < to.length - start && from.at(-1 - tail) === to.at(-1 - tail)) tail++;
  return { start, end: from.length - tail, put: to.slice(start, to.length - tail) };
}

function expire(): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), laterAnswers));
}

function percentiles(times: readonly number[]): { p50: number; p95: number; p99: number } {
  const sorted = [...times].sort((left, right) => left - right);
  const at = (part: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** A driver of 1,500 lines in servers that were just started: with nothing done before the document comes. */
async function measureCold(start: () => Promise<ServerProcess>, tree: string): Promise<void> {
  const text = generateDriver(1_500);
  const uri = URI.file(resolve(tree, "drivers/misc/press.c")).toString();
  const starts: number[] = [];
  const answers: number[] = [];
  const settledAfter: number[] = [];
  for (let run = 0; run < coldRuns; run++) {
    const begun = performance.now();
    const server = await start();
    starts.push(performance.now() - begun);
    const opened = performance.now();
    answers.push((await server.open(uri, text)).milliseconds);
    await settled(server, uri);
    settledAfter.push(performance.now() - opened);
    await server.stop();
  }
  const shown = (times: readonly number[]): string => {
    const sorted = [...times].sort((left, right) => left - right);
    return `${sorted[sorted.length >> 1]?.toFixed(0)} ms (${sorted[0]?.toFixed(0)}–${sorted.at(-1)?.toFixed(0)})`;
  };
  console.log(
    `a driver of 1,500 lines, ${coldRuns} cold servers: ${shown(starts)} to start, first diagnostics ` +
      `${shown(answers)} after opening (wanted 1000), settled ${shown(settledAfter)}`,
  );
}

/** What a kernel's build gives the compiler, as far as it can be had without a configured kernel. */
function clangdFlags(tree: string): readonly string[] {
  const folders = ["arch/x86/include", "include", "arch/x86/include/uapi", "include/uapi"];
  return [
    ...["-xc", "-std=gnu11", "-nostdinc", "-D__KERNEL__", "-ferror-limit=0"],
    ...folders.map((folder) => `-I${resolve(tree, folder)}`),
    ...["-include", resolve(tree, "include/linux/kconfig.h")],
    ...["-include", resolve(tree, "include/linux/compiler_types.h")],
  ];
}

async function compareClangd(binary: string, tree: string, subjects: readonly Subject[]): Promise<void> {
  const [version] = spawnSync(binary, ["--version"], { encoding: "utf8" }).stdout.split("\n");
  for (const { name, uri, source, functions } of subjects) {
    const server = await startServer(
      binary,
      ["--log=error", "--background-index=0"],
      URI.file(tree).toString(),
      { fallbackFlags: clangdFlags(tree) },
    );
    const { milliseconds: cold } = await server.open(uri, source);
    let document = TextDocument.create(uri, "c", 0, source);
    const times: number[] = [];
    for (const { start, end, text } of (typeInto(source, functions[0] ?? "", 1) ?? []).slice(
      0,
      clangdKeystrokes,
    )) {
      const range = { start: document.positionAt(start), end: document.positionAt(end) };
      document = TextDocument.update(document, [{ range, text }], 0);
      times.push((await server.change(uri, range, text)).milliseconds);
    }
    const { p50, p95 } = percentiles(times);
    console.log(
      `${version}, ${name}: first diagnostics after ${cold.toFixed(0)} ms, ${times.length} keystrokes, p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`,
    );
    await server.stop();
  }
}
