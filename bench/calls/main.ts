/**
 * `npm run bench:calls [-- --tree FOLDER] [SUBFOLDER…]`: whether every call of a catalogue API that stands in the
 * text of linux-6.12 (or in the given folders of it) is a call operation in a graph. Counted are triggers and tracked
 * names; loop macros and names that the lowering reads as their meaning (`isExpressionMacro`) are not calls.
 * Prints what is missing as `file:line: function: name`. Exit 1 when something is, 2 when the tree is not there.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { defaultTables } from "@pinscope/grammars/dialect";
import { isExpressionMacro } from "@pinscope/grammars/ir";
import { collectProgram } from "@pinscope/grammars/program";
import { catalogue } from "@pinscope/simulator/catalogue";
import { loadNativeParser } from "../../test-fixtures/harness/native.ts";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { createReader, loadIncludes } from "../mutation/corpus.ts";
import { countFile } from "./count.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { tree: { type: "string", default: join(".cache", "corpus", "linux-source-6.12") } },
});

process.exitCode = await main();

async function main(): Promise<number> {
  const folders = (positionals.length === 0 ? ["."] : positionals).map((one) => join(values.tree, one));
  const absent = folders.find((folder) => !existsSync(folder));
  if (absent !== undefined) {
    console.error(`${absent} is not there: run \`npm run corpus\``);
    return 2;
  }
  const names = new Set(
    [...catalogue.values()]
      .filter(({ role, name }) => role !== "borrow" && !isExpressionMacro(name) && !isLoop(name))
      .map(({ name }) => name),
  );
  const native = loadNativeParser();
  const parser = "absent" in native ? await loadParser() : native;
  // Headers are loaded and trees built only for files that name one before a parenthesis.
  const anyCall = new RegExp(`\\b(?:${[...names].join("|")})\\s*\\(`);
  console.log(`${names.size} names`);
  console.log(`${"folder".padEnd(28)}  files  textual  lowered  macros  missing`);
  const sum = { files: 0, textual: 0, lowered: 0, redefined: 0, missing: 0 };
  for (const folder of folders) {
    const part = { files: 0, textual: 0, lowered: 0, redefined: 0, missing: 0 };
    const lines: string[] = [];
    const read = createReader();
    for (const path of sourcesBelow(folder)) {
      const source = readFileSync(path, "utf8");
      part.files += 1;
      if (!anyCall.test(source)) continue;
      const files = loadIncludes(path, source, read, (known) => collectProgram(path, known).missing);
      const counted = countFile({ path, source, files }, names, parser);
      part.textual += counted.textual;
      part.lowered += counted.lowered;
      part.redefined += counted.redefined;
      part.missing += counted.unmatched.length;
      for (const one of counted.unmatched)
        lines.push(
          `${relative(values.tree, path)}:${one.line}: ${one.function ?? "outside functions"}: ${one.name}` +
            (one.hasError ? " (the function does not parse)" : ""),
        );
    }
    print(relative(values.tree, folder) || "all", part);
    for (const line of lines) console.log(`  ${line}`);
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += part[key];
  }
  if (folders.length > 1) print("total", sum);
  return sum.missing === 0 ? 0 : 1;
}

function isLoop(name: string): boolean {
  const { loops, loopPatterns } = defaultTables;
  return loops.some((loop) => loop.name === name) || loopPatterns.some((part) => name.includes(part));
}

function print(name: string, figures: Readonly<Record<string, number>>): void {
  const { files, textual, lowered, redefined, missing } = figures;
  const cells = [files, textual, lowered, redefined, missing].map((figure, index) =>
    String(figure).padStart([7, 9, 9, 8, 9][index] ?? 0),
  );
  console.log(name.padEnd(28) + cells.join(""));
}

/** The `.c` files of a folder in a fixed order. */
function* sourcesBelow(path: string): Generator<string> {
  if (path.endsWith(".c")) {
    yield path;
    return;
  }
  const entries = readdirSync(path, { withFileTypes: true });
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) yield* sourcesBelow(inner);
    else if (entry.isFile() && entry.name.endsWith(".c")) yield inner;
  }
}
