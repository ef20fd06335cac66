/** `pinscope simulate FILE:FUNCTION`: runs a function on the kernel model and tells what became of its pages. */

import {
  explore,
  type Goal,
  readScenario,
  type Simulation,
  type SimulationInput,
  simulate as simulateFunction,
} from "@pinscope/simulator/interpreter";
import { DEFAULT_MACHINE, ERAS, type Era, findEra, PROPOSALS } from "@pinscope/simulator/kernel";
import {
  type Paint,
  renderExploration,
  renderSimulation,
  renderSimulationHtml,
  simulationToJson,
} from "@pinscope/simulator/report";
import picocolors from "picocolors";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { type Output, wantsColors } from "./io.ts";
import { noFunction, type OpenFile, openFile, openTarget } from "./open-file.ts";
import type { CommandLine } from "./options.ts";
import { loadParser } from "./parser-files.ts";
import { goalOfLines } from "./selected-lines.ts";

/** Runs the command. */
export async function simulate(line: CommandLine, output: Output): Promise<ExitCode> {
  const problem = (message: string, code: ExitCode = exitCodes.usage): ExitCode => {
    output.stderr(`pinscope: ${message}\n`);
    return code;
  };
  const [target, ...more] = line.paths;
  const match = /^(.+):([A-Za-z_]\w*)$/.exec(target ?? "");
  const path = match?.[1];
  const name = match?.[2];
  if (path === undefined || name === undefined || more.length > 0)
    return problem("simulate: say which function: FILE:FUNCTION");
  const format = line.options.get("format")?.[0] ?? "text";
  if (format !== "text" && format !== "json" && format !== "html")
    return problem(`--format: expected one of text, json, html, got "${format}"`);
  const read = readScenario(line.options.get("scenario")?.flatMap((text) => text.split(/;\s*/)) ?? []);
  if (read.kind === "problem") return problem(read.message);
  const { scenario } = read;

  const opened = openTarget(path, line, output);
  if (opened.kind === "problem")
    return problem(opened.message, opened.unreadable ? exitCodes.internal : exitCodes.usage);
  const { kernel } = opened;
  const asked = line.options.get("era")?.[0] ?? scenario.era;
  const era = eraNamed(asked ?? `${kernel.version.slice(1)}.${kernel.patch}`);
  if (typeof era === "string") return problem(era);
  const file = openFile(path, opened.source, kernel, opened.settings, await loadParser());
  try {
    if (file.lookup(name) === null) return problem(noFunction(file, name));
    const goal = goalOf(line, file, name);
    if (typeof goal === "string") return problem(goal);
    const input: SimulationInput = {
      program: {
        lookup: (one) => file.lookup(one),
        records: (tag) => file.program.record(tag),
        version: kernel.version,
      },
      function: name,
      profile: { era, machine: DEFAULT_MACHINE },
      scenario,
      ...(goal === null ? {} : { goal }),
    };
    const sourceOf = (one: string): string | null => (one === path ? file.source : null);
    if (line.options.has("explore")) {
      if (format !== "text") return problem("--explore prints text only");
      const exploration = explore(input);
      output.stdout(renderExploration(exploration, sourceOf));
      return exploration.imbalances.length > 0 ? exitCodes.findings : exitCodes.clean;
    }
    const simulation = simulateFunction(input);
    const render = {
      text: () => renderSimulation(simulation, sourceOf, paintFor(output)),
      json: () => simulationToJson(simulation, sourceOf),
      html: () => renderSimulationHtml(simulation, sourceOf),
    };
    output.stdout(render[format]());
    return exitCodeOf(simulation);
  } finally {
    file.close();
  }
}

function paintFor(output: Output): Paint {
  const { bold, cyan, dim, green, red } = picocolors.createColors(wantsColors(output));
  return { strong: bold, changed: cyan, faint: dim, right: green, wrong: red };
}

function eraNames(): string {
  return [...ERAS, ...PROPOSALS].map(({ name }) => name).join(", ");
}

function eraNamed(name: string): Era | string {
  try {
    return findEra(name);
  } catch (error) {
    if (error instanceof RangeError) return `--era: ${error.message}; eras: ${eraNames()}`;
    throw error;
  }
}

function exitCodeOf({ exit, imbalances }: Simulation): ExitCode {
  if (exit.kind === "stuck" || exit.kind === "diverged") return exitCodes.notExecutable;
  return imbalances.length > 0 ? exitCodes.findings : exitCodes.clean;
}

/** What the run is to pass through; null where nothing is asked for, a text where that cannot be read. */
function goalOf({ options }: CommandLine, file: OpenFile, name: string): Goal | string | null {
  const lines = options.get("lines")?.[0];
  return lines === undefined ? null : goalOfLines(lines, file, name);
}
