/** C text to graphs, for tests of this folder. Test code only. */
import { defaultTables, passText } from "@pinscope/grammars/dialect";
import type { Program } from "@pinscope/grammars/program";
import { collectProgram } from "@pinscope/grammars/program";
import type { SyntaxParser } from "@pinscope/grammars/syntax";
import { listFunctions, lowerFunction } from "./functions.ts";
import type { FunctionIr } from "./types.ts";
import { openUnit } from "./unit.ts";

export interface LoweredText {
  readonly functions: ReadonlyMap<string, FunctionIr>;
  readonly program: Program;
}

export function lowerSource(parser: SyntaxParser, source: string, path = "test.c"): LoweredText {
  const settings = { version: [6, 12, 0] as const, defines: new Map(), assumptions: new Map() };
  const passed = passText(source, defaultTables, settings);
  const { program } = collectProgram(path, new Map([[path, source]]));
  const unit = openUnit({ path, source, passed, program, parser });
  const functions = new Map<string, FunctionIr>();
  for (const outline of listFunctions(unit)) functions.set(outline.name, lowerFunction(unit, outline));
  return { functions, program };
}
