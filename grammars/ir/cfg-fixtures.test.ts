/**
 * Graphs of the fixtures in test-fixtures/cfg. The comment in front of a function states its edges, one
 * `from -condition-> to` per edge in order, where it stops, and the slot walks recognized in it.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { defaultTables, passText } from "@pinscope/grammars/dialect";
import { collectProgram } from "@pinscope/grammars/program";
import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { dumpCfgText } from "./dump.ts";
import type { FunctionOutline } from "./functions.ts";
import { listFunctions, lowerFunction } from "./functions.ts";
import type { Edge, FunctionIr } from "./types.ts";
import type { TranslationUnit } from "./unit.ts";
import { openUnit } from "./unit.ts";

const FOLDER = "test-fixtures/cfg";
/** `UPDATE=1` writes what the graphs are now; whoever does that reads the difference. */
const UPDATE = process.env["UPDATE"] === "1";

function arrow(condition: Edge["condition"]): string {
  if (condition.kind === "always") return "->";
  if (condition.kind !== "case") return `-${condition.kind}->`;
  const { low, high, label } = condition;
  return `-${low === null ? label : low === high ? low : `${low}...${high}`}->`;
}

/** The expectation that describes a graph. */
function description(ir: FunctionIr): string[] {
  const edges = ir.edges.map((edge) => `${edge.from} ${arrow(edge.condition)} ${edge.to}`);
  const stops = ir.blocks
    .filter((block) => block.terminator.kind === "return" || block.terminator.kind === "unreachable")
    .map((block) => `${block.id} ${block.terminator.kind}`);
  const lines = [`edges: ${[...edges, ...stops].join(", ")}`];
  for (const line of dumpCfgText(ir).split("\n")) if (/^(slots|problem)\b/.test(line)) lines.push(line);
  return lines;
}

/** The expectation written in the comment right in front of a function. */
function stated(source: string, outline: FunctionOutline): { start: number; end: number; lines: string[] } {
  const before = source.slice(0, outline.start);
  const match = /\/\*\n((?: \* .*\n)+) \*\/\n$/.exec(before);
  if (match === null) return { start: outline.start, end: outline.start, lines: [] };
  const text = (match[1] ?? "").replace(/\n \* {3,}/g, " ");
  const lines = text.split("\n").map((line) => line.replace(/^ \* /, "").trim());
  return { start: match.index, end: outline.start, lines: lines.filter((line) => line !== "") };
}

/** Wraps a line of expectations at 100 columns. */
function wrapped(line: string): string {
  const words = line.split(" ");
  let result = " *";
  let width = 2;
  for (const word of words) {
    if (width + word.length + 1 > 100) {
      result += "\n *  ";
      width = 4;
    }
    result += ` ${word}`;
    width += word.length + 1;
  }
  return result;
}

function openFixture(
  file: string,
  parser: TranslationUnit["parser"],
): { source: string; unit: TranslationUnit } {
  const path = `${FOLDER}/${file}`;
  const source = readFileSync(path, "utf8");
  const settings = { version: [6, 12, 0] as const, defines: new Map(), assumptions: new Map() };
  const passed = passText(source, defaultTables, settings);
  const { program } = collectProgram(path, new Map([[path, source]]));
  return { source, unit: openUnit({ path, source, passed, program, parser }) };
}

const parser = await loadParser();

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".c"))) {
  describe(file, () => {
    const { source, unit } = openFixture(file, parser);
    const outlines = listFunctions(unit);
    if (UPDATE) {
      let text = source;
      for (const outline of outlines.toReversed()) {
        const { start, end } = stated(source, outline);
        const comment = description(lowerFunction(unit, outline)).map(wrapped).join("\n");
        text = `${text.slice(0, start)}/*\n${comment}\n */\n${text.slice(end)}`;
      }
      writeFileSync(`${FOLDER}/${file}`, text);
    }
    for (const outline of outlines) {
      it(outline.name, () => {
        const ir = lowerFunction(unit, outline);
        const expected = UPDATE ? description(ir) : stated(source, outline).lines;
        expect(description(ir)).toEqual(expected);
      });
    }
  });
}
