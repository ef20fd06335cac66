/**
 * `npm run ir:loops [FOLDER]`: runs every loop that the lowering recognizes in the pin code of a kernel tree (default:
 * the 6.12 corpus) for 0, 1, 2 and 5 slots and compares the slots handed over with the annotation. Exit 1 on any
 * difference, 2 when the tree is not there.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { lowerText } from "../ir-gcc/lower.ts";
import { WANTED_SLOTS, walkLoop } from "./walk.ts";

const PIN_CODE =
  /\b(?:(?:un)?pin_user_pages?\w*|get_user_pages?\w*|pin_user_folios|iov_iter_(?:get|extract)_pages\w*|release_pages|put_page|unpin_folio\w*)\s*\(/;

const root = resolve(process.argv[2] ?? ".cache/corpus/linux-source-6.12");
process.exitCode = await main();

async function main(): Promise<number> {
  if (!existsSync(root)) {
    console.log(`${root} is not there: run "npm run corpus" first`);
    return 2;
  }
  const parser = await loadParser();
  const totals = { files: 0, functions: 0, loops: 0, never: 0, agreed: 0, notRun: 0, differed: 0 };
  const reasons = new Map<string, number>();
  for (const path of filesBelow(root)) {
    const source = readFileSync(path, "utf8");
    if (!PIN_CODE.test(source)) continue;
    totals.files += 1;
    const { functions, program } = lowerText(path, source, parser, includesOf(path, source));
    const records = (tag: string) => program.record(tag);
    for (const ir of functions.values()) {
      totals.functions += 1;
      for (const annotation of ir.annotations) {
        totals.loops += 1;
        let agreed = 0;
        for (const wanted of WANTED_SLOTS) {
          for (const filler of [0n, 1n]) {
            const walk = walkLoop(ir, annotation, wanted, { records, filler, holes: false });
            if (walk.kind === "agrees") agreed += 1;
            else if (walk.kind === "not-run") {
              totals.notRun += 1;
              const reason = walk.reason.replace(/:.*/, "");
              reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
            } else {
              totals.differed += 1;
              const where = `${relative(root, path)}: ${ir.name}, ${annotation.callee}`;
              console.log(`${where}, ${wanted} slots: ${walk.what}`);
            }
          }
        }
        totals.agreed += agreed;
        if (agreed === 0) {
          totals.never += 1;
          console.log(`${relative(root, path)}: ${ir.name}, ${annotation.callee}: never ran`);
        }
      }
    }
  }
  console.log(
    `${totals.files} files, ${totals.functions} functions, ${totals.loops} recognized loops; ` +
      `${totals.agreed} runs agree, ${totals.differed} differ, ${totals.notRun} not run; ${totals.never} loops never ran`,
  );
  for (const [reason, count] of reasons) console.log(`  not run: ${reason}: ${count}`);
  return totals.differed === 0 ? 0 : 1;
}

function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile() && entry.name.endsWith(".c")) yield path;
  }
}

/** The headers beside a file that it includes, for their records and macros. */
function includesOf(path: string, source: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const match of source.matchAll(/^\s*#\s*include\s*"([^"]+)"/gm)) {
    const header = join(dirname(path), match[1] ?? "");
    if (existsSync(header)) files.set(header, readFileSync(header, "utf8"));
  }
  return files;
}
