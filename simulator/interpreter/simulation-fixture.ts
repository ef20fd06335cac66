/** For tests: C text simulated. */
import { type ConditionSettings, defaultTables, passText } from "@pinscope/grammars/dialect";
import { listFunctions, lowerFunction, openUnit } from "@pinscope/grammars/ir";
import { collectProgram } from "@pinscope/grammars/program";
import type { SyntaxParser } from "@pinscope/grammars/syntax";
import { DEFAULT_MACHINE, findEra } from "@pinscope/simulator/kernel";
import { readScenario } from "./scenario.ts";
import { type SimulationInput, simulate } from "./simulate.ts";
import type { SimulatedProgram, Simulation } from "./types.ts";

const CONDITIONS: ConditionSettings = { version: [6, 12, 0], defines: new Map(), assumptions: new Map() };

/** The functions of a text. Trees are kept for the life of the process: tests are short. */
export function programOf(
  source: string,
  parser: SyntaxParser,
  path = "test.c",
): SimulatedProgram & { readonly names: readonly string[] } {
  const { program } = collectProgram(path, new Map([[path, source]]));
  const unit = openUnit({
    path,
    source,
    passed: passText(source, defaultTables, CONDITIONS),
    program,
    parser,
  });
  const outlines = listFunctions(unit);
  const functions = new Map(outlines.map((outline) => [outline.name, lowerFunction(unit, outline)]));
  return {
    lookup: (name) => functions.get(name) ?? null,
    records: (tag) => program.record(tag),
    version: "v6.12",
    naming: (word) =>
      outlines
        .filter(({ start, end }) => new RegExp(`\\b${word}\\b`).test(source.slice(start, end)))
        .map(({ name }) => name),
    names: [...functions.keys()],
  };
}

/** Simulates a function; scenarios as on the command line. Throws on a scenario that cannot be read. */
export function simulateText(
  source: string,
  name: string,
  parser: SyntaxParser,
  scenario: readonly string[] = [],
  more: Partial<SimulationInput> = {},
): Simulation {
  const read = readScenario(scenario);
  if (read.kind === "problem") throw new Error(read.message);
  return simulate({
    program: programOf(source, parser),
    function: name,
    profile: { era: findEra(read.scenario.era ?? "6.12.y"), machine: DEFAULT_MACHINE },
    scenario: read.scenario,
    ...more,
  });
}
