/**
 * Measures a kernel tree: functions with syntax errors per folder, disagreements with ctags by class, what was
 * blanked inside functions. Run through `syntax.mjs`.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { type ConditionSettings, defaultTables } from "@pinscope/grammars/dialect";
import { createWebParser, type SyntaxParser } from "@pinscope/grammars/syntax";
import {
  type CtagsFunction,
  createSyntaxMeasure,
  parseCtagsLines,
  type SyntaxReport,
} from "../server/cli/syntax-report/index.ts";

const conditions: ConditionSettings = { version: [6, 12, 0], defines: new Map(), assumptions: new Map() };

/** Entry of the bench; `words` are the command line's arguments. */
export async function run(words: readonly string[]): Promise<void> {
  const rest = [...words];
  const option = (name: string): boolean => {
    const at = rest.indexOf(name);
    if (at !== -1) rest.splice(at, 1);
    return at !== -1;
  };
  const withCtags = !option("--no-ctags");
  const jsonAt = rest.indexOf("--json");
  const jsonFile = jsonAt === -1 ? undefined : rest.splice(jsonAt, 2)[1];
  const [root, ...folders] = rest;
  if (root === undefined)
    throw new Error("usage: node bench/syntax.mjs [--no-ctags] [--json FILE] TREE [FOLDER…]");
  const files = (folders.length === 0 ? [root] : folders.map((folder) => join(root, folder))).flatMap(
    listFiles,
  );
  const tags = withCtags ? runCtags(files) : undefined;
  const measure = createSyntaxMeasure({ parser: await loadParser(), tables: defaultTables, conditions });
  const started = performance.now();
  for (const path of files) {
    const name = relative(root, path);
    measure.add({
      path: name,
      source: readFileSync(path, "utf8"),
      folder: folders.find((folder) => name.startsWith(folder)) ?? name.split("/")[0] ?? "",
      ...(tags === undefined ? {} : { ctags: tags.get(path) ?? [] }),
    });
  }
  const report = measure.report();
  print(report, performance.now() - started);
  if (jsonFile !== undefined) writeFileSync(jsonFile, JSON.stringify(report, null, 1));
}

async function loadParser(): Promise<SyntaxParser> {
  const require = createRequire(import.meta.url);
  return createWebParser({
    runtime: readFileSync(require.resolve("web-tree-sitter/web-tree-sitter.wasm")),
    grammar: readFileSync(require.resolve("tree-sitter-c/tree-sitter-c.wasm")),
  });
}

function listFiles(path: string): string[] {
  if (path.endsWith(".c")) return [path];
  return readdirSync(path, { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) return listFiles(inner);
      return entry.isFile() && entry.name.endsWith(".c") ? [inner] : [];
    });
}

function runCtags(files: readonly string[]): Map<string, CtagsFunction[]> {
  const result = spawnSync(
    "ctags",
    [
      "--output-format=json",
      "--fields=+n",
      "--kinds-C=f",
      "--languages=C",
      "--sort=no",
      "-L",
      "-",
      "-f",
      "-",
    ],
    { input: files.join("\n"), maxBuffer: 2 ** 30, encoding: "utf8" },
  );
  if (result.error !== undefined) throw new Error(`ctags does not run: ${result.error.message}`);
  const found = new Map<string, CtagsFunction[]>();
  for (const tag of parseCtagsLines(result.stdout)) {
    const list = found.get(tag.path);
    if (list === undefined) found.set(tag.path, [tag]);
    else list.push(tag);
  }
  return found;
}

const percent = (part: number, whole: number): string =>
  whole === 0 ? "–" : `${((100 * part) / whole).toFixed(3)} %`;

function print(report: SyntaxReport, milliseconds: number): void {
  const line = (name: string, figures: SyntaxReport["folders"][string]): void => {
    const { files, functions, functionsWithSyntaxErrors: bad } = figures;
    console.log(
      `${name.padEnd(28)}${String(files).padStart(7)}${String(functions).padStart(9)}${String(bad).padStart(7)}  ${percent(bad, functions)}`,
    );
  };
  console.log(`${"folder".padEnd(28)}  files  functions   bad`);
  for (const [name, figures] of Object.entries(report.folders)) line(name, figures);
  line("total", report);
  console.log(
    `errors outside functions: ${report.outside.length}; unknown conditions: ${report.unknownConditions}`,
  );
  if (report.ctags !== undefined) {
    const classes = new Map<string, number>();
    for (const one of report.ctags.disagreements) {
      const key = `${one.found}: ${one.class}`;
      classes.set(key, (classes.get(key) ?? 0) + 1);
    }
    console.log(`agreed with ctags: ${report.ctags.agreed}`);
    for (const [key, count] of [...classes].sort())
      console.log(`  ${key.padEnd(40)}${String(count).padStart(7)}`);
    const unclassed = report.ctags.disagreements.filter((one) => one.class === "unclassed").length;
    console.log(`unclassed: ${unclassed} = ${percent(unclassed, report.functions)}`);
  }
  console.log(`${(milliseconds / 1000).toFixed(1)} s without ctags`);
}
