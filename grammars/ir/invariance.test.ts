/**
 * Graphs, locations apart, do not change under white space, comments and the names of locals and labels: the fixtures,
 * written again in random ways.
 */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { dumpCfgText } from "./dump.ts";
import { lowerSource } from "./lowering-fixture.ts";
import type { FunctionIr } from "./types.ts";

const parser = await loadParser();
const FOLDER = "test-fixtures/cfg";

/** Locals and labels of the fixtures that stand for nothing else in them. */
const RENAMED = ["found", "turns", "sum", "table", "grid", "flat", "copy", "out", "again", "middle", "check"];

const TOKEN =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|#(?:\\\n|[^\n])*\n|[A-Za-z_]\w*|\d\w*|\s+|[^\s\w]/g;

/** The text with other white space and comments between its tokens, directives left alone. */
function rewritten(source: string, gaps: readonly string[], suffix: string): string {
  let next = 0;
  let result = "";
  let lineStart = true;
  for (const [token] of source.matchAll(TOKEN)) {
    if (token.startsWith("#")) {
      result += `${lineStart ? "" : "\n"}${token}`;
      lineStart = true;
      continue;
    }
    if (/^\s+$/.test(token)) {
      const gap = gaps[next++ % gaps.length] ?? " ";
      // A line break stays one, so that directives keep their lines.
      result += token.includes("\n") ? `${gap.replaceAll("//", "")}\n` : gap === "" ? " " : gap;
      lineStart = token.includes("\n");
      continue;
    }
    lineStart = false;
    if (token.startsWith("/*") || token.startsWith("//")) continue;
    result += RENAMED.includes(token) && suffix !== "" ? `${token}${suffix}` : token;
  }
  return result;
}

/** A graph without names of variables. */
function anonymous(ir: FunctionIr): string {
  const variables = ir.variables.map((variable) => ({ ...variable, name: `v${variable.id}` }));
  return dumpCfgText({ ...ir, variables });
}

const gap = fc.constantFrom(" ", "  ", "\t", " /* c */ ", "   ", " /* c\n d */ ");

describe("graphs do not depend on layout and local names", () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".c"))) {
    const source = readFileSync(`${FOLDER}/${file}`, "utf8");
    it(file, () => {
      const original = lowerSource(parser, source).functions;
      const property = fc.property(
        fc.array(gap, { minLength: 1, maxLength: 40 }),
        fc.constantFrom("", "_renamed", "2"),
        (gaps, suffix) => {
          const { functions } = lowerSource(parser, rewritten(source, gaps, suffix));
          expect([...functions.keys()]).toEqual([...original.keys()]);
          for (const [name, ir] of functions) {
            const before = original.get(name);
            if (before === undefined) throw new Error(name);
            expect(anonymous(ir)).toBe(anonymous(before));
          }
        },
      );
      fc.assert(property, { numRuns: 25, seed: 7 });
    });
  }
});
