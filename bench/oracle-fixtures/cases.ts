/**
 * The cases that are recorded: each function of the rules' fixtures under every scenario of its exploration, with all
 * values that the simulation chose written into the scenario, so that it and a kernel start in the same state.
 */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { SyntaxParser } from "@pinscope/grammars/syntax";
import type { KernelVersion } from "@pinscope/simulator/catalogue";
import {
  explore,
  type InitialState,
  type SimulatedProgram,
  type Simulation,
  simulate,
} from "@pinscope/simulator/interpreter";
import { DEFAULT_MACHINE, findEra } from "@pinscope/simulator/kernel";
import { programOf } from "../../simulator/interpreter/simulation-fixture.ts";
import { completeScenario, readTexts } from "./scenarios.ts";

const FIXTURES = "test-fixtures/rules";

export interface FixtureFile {
  /** Below the folder of the rules. */
  readonly path: string;
  readonly source: string;
  /** As the file's header says: what the function is read for. */
  readonly version: KernelVersion;
  readonly program: SimulatedProgram & { readonly names: readonly string[] };
}

export interface Case {
  readonly file: string;
  readonly function: string;
  /** As it is given on the command line; empty for the success path. */
  readonly scenario: string;
  /** The same with every value that was chosen. */
  readonly complete: readonly string[];
  readonly simulation: Simulation;
  readonly initial: InitialState;
}

export interface LeftOut {
  readonly file: string;
  readonly function: string;
  /** Null: all of the function. */
  readonly scenario: string | null;
  readonly reason: string;
}

export function readFixtures(parser: SyntaxParser): FixtureFile[] {
  const root = resolve(FIXTURES);
  return readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((one) => one.endsWith(".c"))
    .sort()
    .map((path) => {
      const source = readFileSync(`${root}/${path}`, "utf8");
      const kernel = /pinscope-kernel: (\d+)\.(\d+)/.exec(source);
      const version: KernelVersion = `v${Number(kernel?.[1] ?? 6)}.${Number(kernel?.[2] ?? 12)}`;
      return { path, source, version, program: { ...programOf(source, parser, path), version } };
    });
}

/** Scenarios that the recorder does not set up. */
const NOT_SET_UP = /buffer=thp|iter=bvec/;

export function casesOf(
  file: FixtureFile,
  name: string,
  era: string,
): { readonly cases: readonly Case[]; readonly leftOut: readonly LeftOut[] } {
  const { program } = file;
  const profile = { era: findEra(era), machine: DEFAULT_MACHINE };
  const cases: Case[] = [];
  const leftOut: LeftOut[] = [];
  const leave = (scenario: string, reason: string): void => {
    leftOut.push({ file: file.path, function: name, scenario, reason });
  };
  for (const { scenario } of explore({ program, function: name, profile }).runs) {
    if (NOT_SET_UP.test(scenario)) continue;
    const texts = scenario === "" ? [] : scenario.split("; ");
    const first = simulate({
      program,
      function: name,
      profile,
      scenario: readTexts(texts),
      trace: false,
      initial: true,
    });
    const reason = notRecordable(first);
    if (reason !== null) {
      leave(scenario, reason);
      continue;
    }
    const complete = completeScenario(texts, first);
    if (typeof complete === "string") {
      leave(scenario, complete);
      continue;
    }
    const scenarioText = readTexts(complete);
    const again = simulate({
      program,
      function: name,
      profile,
      scenario: scenarioText,
      trace: false,
      initial: true,
    });
    if (again.initial === null) continue;
    cases.push({
      file: file.path,
      function: name,
      scenario,
      complete,
      simulation: again,
      initial: again.initial,
    });
  }
  return { cases, leftOut };
}

/** What a kernel would not survive, or what nobody can set up. */
function notRecordable({ exit, initial }: Simulation): string | null {
  if (exit.kind === "crash") return `would crash the kernel: ${exit.message}`;
  if (exit.kind === "stopped") return `would stop the kernel: ${exit.message}`;
  if (exit.kind === "stuck" || exit.kind === "diverged")
    return `is not simulated to its end: ${exit.message.split("\n")[0]}`;
  if (initial === null) return "has no initial state";
  if (initial.unfilled.length > 0)
    return `reads what nobody filled: ${[...new Set(initial.unfilled)].join(", ")}`;
  return null;
}
