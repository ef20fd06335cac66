/** From C text to the graphs of its functions, the way the checker gets them. */
import { type ConditionSettings, defaultTables, passText } from "@pinscope/grammars/dialect";
import { type FunctionIr, listFunctions, lowerFunction, openUnit } from "@pinscope/grammars/ir";
import { collectProgram, type Program } from "@pinscope/grammars/program";
import type { SyntaxParser } from "@pinscope/grammars/syntax";

export interface LoweredUnit {
  readonly functions: ReadonlyMap<string, FunctionIr>;
  readonly program: Program;
  /** Functions whose text holds a syntax error. */
  readonly broken: readonly string[];
}

const SETTINGS: ConditionSettings = { version: [6, 12, 0], defines: new Map(), assumptions: new Map() };

/** Lowers every function of a text. `files` are texts that it may include, by path. */
export function lowerText(
  path: string,
  source: string,
  parser: SyntaxParser,
  files: ReadonlyMap<string, string> = new Map(),
): LoweredUnit {
  const { program } = collectProgram(path, new Map([...files, [path, source]]));
  const passed = passText(source, defaultTables, SETTINGS);
  const unit = openUnit({ path, source, passed, program, parser });
  const functions = new Map<string, FunctionIr>();
  const broken: string[] = [];
  for (const outline of listFunctions(unit)) {
    if (outline.hasError) broken.push(outline.name);
    functions.set(outline.name, lowerFunction(unit, outline));
  }
  return { functions, program, broken };
}
