/** Makes a comparison of a hand-written C file: everything it defines is run, everything it only declares is stubbed. */
import type { CType, FunctionIr } from "@pinscope/grammars/ir";
import type { SyntaxParser } from "@pinscope/grammars/syntax";
import { type LoweredUnit, lowerText } from "./lower.ts";
import type { EntrySpec, ExternSpec, ProgramSpec, RecordSpec } from "./spec.ts";

/** Calls the prelude gives a body of its own. */
const PRELUDE_CALLS = new Set(["panic", "BUG", "harness_bug"]);

export interface FixtureProgram {
  readonly spec: ProgramSpec;
  /** Functions called without a prototype in the file; they cannot be stubbed. */
  readonly undeclared: readonly string[];
}

export function fixtureProgram(path: string, source: string, parser: SyntaxParser): FixtureProgram {
  const unit = lowerText(path, source, parser);
  const records = recordsOf(source, unit);
  const entries = [...unit.functions.values()].map(entryOf);
  const externs: ExternSpec[] = [];
  const undeclared: string[] = [];
  for (const name of calledNames(unit)) {
    if (unit.functions.has(name) || PRELUDE_CALLS.has(name)) continue;
    const extern = new RegExp(`\\b${name}\\s*\\(`).test(source) ? externOf(name, unit) : null;
    if (extern === null) undeclared.push(name);
    else externs.push(extern);
  }
  return { spec: { source, records, externs, entries }, undeclared };
}

function calledNames(unit: LoweredUnit): string[] {
  const names = new Set<string>();
  for (const ir of unit.functions.values())
    for (const block of ir.blocks)
      for (const operation of block.operations)
        if (operation.kind === "call" && operation.callee.kind === "direct") names.add(operation.callee.name);
  return [...names];
}

function entryOf(ir: FunctionIr): EntrySpec {
  const types = new Map(ir.variables.map(({ id, type }) => [id, type]));
  const parameters = ir.parameters.map((id) => decayed(types.get(id) ?? { kind: "unknown" }));
  return { name: ir.name, returns: ir.returns, parameters };
}

function externOf(name: string, unit: LoweredUnit): ExternSpec | null {
  const signature = unit.program.signature(name);
  if (signature === undefined) return null;
  const parameters = signature.parameters.map(({ type }) => decayed(type));
  // Text is logged as text and never written; one element behind any other pointer is an out-parameter.
  const writes = parameters.map((type) =>
    type.kind === "pointer" && !(type.to.kind === "integer" && type.to.name === "char") ? 1 : 0,
  );
  return { name, returns: signature.returns, parameters, variadic: signature.variadic, shows: [], writes };
}

function decayed(type: CType): CType {
  if (type.kind === "array") return { kind: "pointer", to: type.of };
  return type.kind === "function" ? { kind: "pointer", to: type } : type;
}

/** Records that the file itself defines; those of the kernel's headers stay opaque. */
function recordsOf(source: string, unit: LoweredUnit): Map<string, RecordSpec> {
  const records = new Map<string, RecordSpec>();
  for (const match of source.matchAll(/\b(?:struct|union)\s+(\w+)\s*\{/g)) {
    const tag = match[1] ?? "";
    const definition = unit.program.record(tag);
    if (definition !== undefined) records.set(tag, { union: definition.union, fields: definition.fields });
  }
  return records;
}
