/**
 * What each step of the front end costs in processor time, with each parser backend that is there, over a tree:
 *   npm run bench:front-end -- [--tree TREE] [--repeat N] [FOLDER…]
 * Every `.c` file of the folders (default: all of the tree) is read, passed, indexed, parsed and copied out of the
 * parser's memory, function by function. Also compares the trees of the backends where neither holds an ERROR.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type ConditionSettings, defaultTables, passText } from "../../grammars/dialect/index.ts";
import { collectProgram } from "../../grammars/program/index.ts";
import {
  createNativeParser,
  createWebParser,
  type SyntaxNode,
  type SyntaxParser,
} from "../../grammars/syntax/index.ts";

const settings: ConditionSettings = { version: [6, 12, 0], defines: new Map(), assumptions: new Map() };
const steps = ["read", "pass", "index", "parse", "copy"] as const;
type Times = Record<(typeof steps)[number], number>;

/** Runs the measurement; prints a line per backend, and exits with 1 when their trees differ. */
export async function run(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      tree: { type: "string", default: ".cache/corpus/linux-source-6.12" },
      repeat: { type: "string", default: "1" },
    },
  });
  const folders = positionals.length === 0 ? [values.tree] : positionals.map((one) => join(values.tree, one));
  const files = folders.flatMap(sourcesOf);
  const parsers = await loadParsers();
  for (const parser of parsers) {
    const times: Times = { read: 0, pass: 0, index: 0, parse: 0, copy: 0 };
    let functions = 0;
    for (let turn = 0; turn < Number(values.repeat); turn++) {
      functions = 0;
      for (const file of files) functions += measure(file, parser, times);
    }
    const shown = steps
      .map((step) => `${step} ${Math.round(times[step] / Number(values.repeat))}`)
      .join(", ");
    const peak = Math.round(process.resourceUsage().maxRSS / 1024);
    print(
      `${parser.backend.padEnd(6)} ${files.length} files, ${functions} functions: ${shown} ms of processor; peak ${peak} MB`,
    );
  }
  const [first, second] = parsers;
  if (first === undefined || second === undefined) {
    print("native is not built (npm run native): nothing to compare with");
    return;
  }
  compare(files, first, second);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function sourcesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourcesOf(path);
    return entry.isFile() && entry.name.endsWith(".c") ? [path] : [];
  });
}

async function loadParsers(): Promise<SyntaxParser[]> {
  const require = createRequire(import.meta.url);
  const bytes = (path: string): Uint8Array => readFileSync(require.resolve(path));
  const web = await createWebParser({
    runtime: bytes("web-tree-sitter/web-tree-sitter.wasm"),
    grammar: bytes("tree-sitter-c/tree-sitter-c.wasm"),
  });
  try {
    return [web, createNativeParser({ runtime: require("tree-sitter"), grammar: require("tree-sitter-c") })];
  } catch {
    return [web];
  }
}

/** Milliseconds of processor time since the process began, the garbage collector's threads included. */
function clock(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function measure(file: string, parser: SyntaxParser, times: Times): number {
  let last = clock();
  const lap = (step: keyof Times): void => {
    const now = clock();
    times[step] += now - last;
    last = now;
  };
  const source = readFileSync(file, "utf8");
  lap("read");
  const { text } = passText(source, defaultTables, settings);
  lap("pass");
  collectProgram(file, new Map([[file, source]]));
  lap("index");
  const tree = parser.parse(text);
  const items = tree.items();
  lap("parse");
  let functions = 0;
  for (const item of items) {
    if (item.type !== "function_definition") continue;
    item.materialize();
    functions++;
  }
  tree.free();
  lap("copy");
  return functions;
}

/** Compares whole trees; a file where either backend met an ERROR is counted apart. */
function compare(files: readonly string[], first: SyntaxParser, second: SyntaxParser): void {
  let equal = 0;
  let broken = 0;
  const different: string[] = [];
  for (const file of files) {
    const { text } = passText(readFileSync(file, "utf8"), defaultTables, settings);
    const [left, right] = [first.parse(text), second.parse(text)];
    if (left.hasError || right.hasError) broken++;
    else if (sameTree(left.materialize(), right.materialize())) equal++;
    else different.push(file);
    left.free();
    right.free();
  }
  print(
    `trees: ${equal} equal, ${different.length} different, ${broken} with an ERROR in either, not compared`,
  );
  for (const file of different.slice(0, 20)) print(`  ${file}`);
  if (different.length > 0) process.exitCode = 1;
}

/** Without recursion: trees may be deep. */
function sameTree(left: SyntaxNode, right: SyntaxNode): boolean {
  const stack: [SyntaxNode, SyntaxNode][] = [[left, right]];
  for (let pair = stack.pop(); pair !== undefined; pair = stack.pop()) {
    const [one, other] = pair;
    if (
      one.type !== other.type ||
      one.start !== other.start ||
      one.end !== other.end ||
      one.field !== other.field ||
      one.named !== other.named ||
      one.children.length !== other.children.length
    )
      return false;
    for (const [index, child] of one.children.entries()) {
      const twin = other.children[index];
      if (twin === undefined) return false;
      stack.push([child, twin]);
    }
  }
  return true;
}
