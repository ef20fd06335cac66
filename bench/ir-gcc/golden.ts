/** Logs that gcc gave for some generated programs, kept so that a machine without gcc can hold our side to them. */
import type { CType } from "@pinscope/grammars/ir";
import type { GccSettings } from "./gcc.ts";
import { runWithGcc } from "./gcc.ts";
import { generateProgram, mergePrograms } from "./generate/program.ts";
import { seedsOf } from "./generated.ts";
import type { ExternSpec, ProgramSpec } from "./spec.ts";

type Field = readonly [string, CType];

export interface GoldenProgram {
  readonly source: string;
  readonly externs: readonly ExternSpec[];
  readonly records: readonly (readonly [
    string,
    { readonly union: boolean; readonly fields: readonly Field[] },
  ])[];
  readonly entries: ProgramSpec["entries"];
  /** Decimal, one per run. */
  readonly seeds: readonly string[];
  readonly logs: readonly (readonly string[])[];
}

export function specOfGolden(golden: GoldenProgram): ProgramSpec {
  return {
    source: golden.source,
    externs: golden.externs,
    entries: golden.entries,
    records: new Map(
      golden.records.map(([tag, { union, fields }]) => [tag, { union, fields: new Map(fields) }]),
    ),
  };
}

/** Generates programs and has gcc say what they do. Throws where gcc fails. */
export function recordGolden(
  count: number,
  firstSeed: number,
  size: number,
  runs: number,
  gcc: GccSettings,
): GoldenProgram[] {
  return Array.from({ length: count }, (_, index) => {
    const program = generateProgram(firstSeed + index, { size });
    const spec = mergePrograms([program]);
    const seeds = seedsOf(program, runs);
    const result = runWithGcc(spec, [seeds], gcc);
    if (result.kind === "failed") throw new Error(`gcc failed on seed ${program.seed}: ${result.message}`);
    return {
      source: spec.source,
      externs: spec.externs,
      records: [...spec.records].map(
        ([tag, { union, fields }]) => [tag, { union, fields: [...fields] }] as const,
      ),
      entries: spec.entries,
      seeds: seeds.map(String),
      logs: result.logs.get(program.name) ?? [],
    };
  });
}
