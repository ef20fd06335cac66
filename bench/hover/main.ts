/**
 * How long hovers take that tell the simulated state:
 *   npm run bench:hover -- [TREE] [--files 40] [--list]
 * Files outside `mm/` with calls that take user pages, spread evenly over the tree, are opened in a server process; in
 * each function with such a call every use of a variable declared as pages, bio, folio or iterator is pointed at, one use
 * for a line, at most eight in a function. Measured is the time from request to answer, JSON and pipes included: all,
 * the first of each function (nothing is simulated yet), and the same asked again. Then characters are typed with a hover
 * under way, and without: what a hover costs a keystroke.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { catalogue } from "@pinscope/simulator/catalogue";
import { takesPages } from "@pinscope/simulator/interpreter";
import { DidCloseTextDocumentNotification, type Hover, HoverRequest } from "vscode-languageserver/node";
import { TextDocument } from "vscode-languageserver-textdocument";
import { URI } from "vscode-uri";
import { buildServer, type ServerProcess, startServer } from "../keystroke-lsp/process-client.ts";

/** Milliseconds wanted at the median. */
const wanted = 50;

/** Places pointed at in one function. */
const placesPerFunction = 8;

/** Keystrokes compared with and without a hover. */
const keystrokes = 20;

const acquiring = [...catalogue.keys()].filter(takesPages);
const call = new RegExp(`\\b(?:${acquiring.join("|")})\\s*\\(`);

interface Place {
  readonly function: string;
  readonly offset: number;
}

/** @returns the process's exit code */
export async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      files: { type: "string", default: "40" },
      list: { type: "boolean" },
      only: { type: "string" },
      profile: { type: "string" },
    },
  });
  const tree = resolve(positionals[0] ?? ".cache/corpus/linux-source-6.12");
  const all = ["arch", "block", "drivers", "fs", "net", "sound", "virt"]
    .flatMap((folder) => sourceFiles(join(tree, folder)))
    .filter((file) => file.includes(values.only ?? "") && call.test(readFileSync(file, "utf8")));
  const profile = values.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${values.profile}`];
  const step = Math.max(1, Math.floor(all.length / Number(values.files)));
  const chosen = all.filter((_, index) => index % step === 0).slice(0, Number(values.files));
  const server = await startServer(
    process.execPath,
    [...profile, buildServer(), "lsp", "--stdio"],
    URI.file(tree).toString(),
    { status: true },
  );
  const times: number[] = [];
  const processor: number[] = [];
  const firsts: number[] = [];
  const again: number[] = [];
  const simulated: number[] = [];
  let functions = 0;
  const delays = { with: [] as number[], without: [] as number[] };
  try {
    for (const [index, file] of chosen.entries()) {
      const uri = URI.file(file).toString();
      const text = readFileSync(file, "utf8");
      await server.open(uri, text);
      const document = TextDocument.create(uri, "c", 0, text);
      const ask = async ({ offset }: Place): Promise<{ ms: number; processor: number; text: string }> => {
        const before = server.processorTime();
        const started = performance.now();
        const answer: Hover | null = await server.connection.sendRequest(HoverRequest.type, {
          textDocument: { uri },
          position: document.positionAt(offset),
        });
        const contents = answer?.contents as { readonly value: string } | undefined;
        const ms = performance.now() - started;
        return { ms, processor: server.processorTime() - before, text: contents?.value ?? "" };
      };
      const places = placesIn(text);
      const known = new Set<string>();
      for (const place of places) {
        const { ms, processor: worked, text: said } = await ask(place);
        if (index === 0 && chosen.length > 1) continue;
        times.push(ms);
        processor.push(worked);
        if (said.includes("Simulated on")) simulated.push(ms);
        if (!known.has(place.function)) firsts.push(ms);
        known.add(place.function);
        again.push((await ask(place)).ms);
        if (values.list === true) {
          const { line } = document.positionAt(place.offset);
          console.log(
            `${relative(tree, file)}:${line + 1} ${place.function}, ${ms.toFixed(0)} ms\n${said}\n`,
          );
        }
      }
      functions += known.size;
      const [place] = places;
      if (place !== undefined && delays.with.length < keystrokes)
        await type(server, uri, document, place, delays);
      await server.connection.sendNotification(DidCloseTextDocumentNotification.type, {
        textDocument: { uri },
      });
    }
  } finally {
    await server.stop();
  }
  console.log(
    `${chosen.length - 1} files (and one to warm up), ${functions} functions, ${times.length} places`,
  );
  console.log(`  all:                    ${shown(times)} (wanted p50 ${wanted})`);
  console.log(`  processor time of them: ${shown(processor)}`);
  console.log(`  with a simulated state: ${shown(simulated)}`);
  console.log(`  first of a function:    ${shown(firsts)}`);
  console.log(`  asked again:            ${shown(again)}`);
  console.log(`  a keystroke's diagnostics, with a hover under way: ${shown(delays.with)}`);
  console.log(`  without:                                           ${shown(delays.without)}`);
  return percentile(times, 0.5) > wanted || percentile(simulated, 0.5) > wanted ? 1 : 0;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".c"))
    .sort()
    .map((path) => join(folder, path));
}

/** Uses of variables that stand for pages, in functions that take some. */
function placesIn(text: string): Place[] {
  const places: Place[] = [];
  for (const match of text.matchAll(/^[a-z][\w \t*]*?\b(\w+)\(([^;{}]*)\)\n\{\n([\s\S]*?)^\}/gm)) {
    const [whole, name = "", parameters = "", body = ""] = match;
    if (!call.test(body)) continue;
    const declared = `${parameters};${body}`.matchAll(
      /\bstruct (?:page|folio|bio|iov_iter)\s*\*{0,2}\s*(\w+)/g,
    );
    const names = [...new Set([...declared].map(([, one]) => one ?? ""))];
    const start = match.index + whole.length - body.length - 1;
    const uses: Place[] = [];
    let line = -1;
    for (const use of body.matchAll(new RegExp(`(?<![.>\\w])(?:${names.join("|")})\\b`, "g"))) {
      const at = body.lastIndexOf("\n", use.index);
      if (names.length === 0 || at === line || /^\s*(?:\/?\*|struct)/.test(body.slice(at + 1))) continue;
      line = at;
      uses.push({ function: name, offset: start + use.index });
    }
    const every = Math.max(1, Math.ceil(uses.length / placesPerFunction));
    places.push(...uses.filter((_, index) => index % every === 0));
  }
  return places;
}

/**
 * Types a statement into a function and takes it back, with a hover asked for just before, and without. Each time another
 * one: what was typed before is known. The first is typed twice without being counted, since it pays for both.
 */
async function type(
  server: ServerProcess,
  uri: string,
  document: TextDocument,
  { offset }: Place,
  delays: { readonly with: number[]; readonly without: number[] },
): Promise<void> {
  const position = document.positionAt(offset);
  const line = { line: position.line, character: 0 };
  for (const [index, list] of [null, delays.with, delays.without, delays.with, delays.without].entries()) {
    for (const [range, text] of [
      [{ start: line, end: line }, `x${index};`],
      [{ start: line, end: { ...line, character: 3 } }, ""],
    ] as const) {
      const asked =
        list === delays.with
          ? server.connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position })
          : Promise.resolve();
      const { milliseconds } = await server.change(uri, range, text);
      if (text !== "") list?.push(milliseconds);
      await asked.catch(() => null);
    }
  }
}

function percentile(times: readonly number[], part: number): number {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
}

function shown(times: readonly number[]): string {
  const at = (part: number): string => percentile(times, part).toFixed(1);
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, longest ${Math.max(0, ...times).toFixed(0)} ms (${times.length})`;
}
