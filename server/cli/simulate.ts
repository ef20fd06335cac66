/** `pinscope simulate FILE:FUNCTION`: runs a function on the kernel model and tells what became of its pages. */

import {
  explore,
  type Goal,
  readScenario,
  type Simulation,
  type SimulationInput,
} from "@pinscope/simulator/interpreter";
import { DEFAULT_MACHINE, ERAS, type Era, findEra, PROPOSALS, readEra } from "@pinscope/simulator/kernel";
import {
  comparisonToJson,
  type Paint,
  renderComparison,
  renderExploration,
  renderSimulation,
  renderSimulationHtml,
  type SourceOf,
  simulationToJson,
} from "@pinscope/simulator/report";
import picocolors from "picocolors";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { simulateFinding } from "./finding-path.ts";
import { type Output, wantsColors } from "./io.ts";
import { noFunction, type OpenFile, openFile, openTarget, type Target } from "./open-file.ts";
import type { CommandLine } from "./options.ts";
import { loadParser } from "./parser-files.ts";
import { goalOfLines } from "./selected-lines.ts";
import { openWorkspace, simulateAround, type Workspace } from "./workspace.ts";

const formats = ["text", "json", "html"] as const;
type Format = (typeof formats)[number];

type TargetFile = Extract<Target, { kind: "target" }>;

/** What the command line asks for, before any file is read. */
interface Asked {
  readonly path: string;
  /** Null where a finding says which. */
  readonly function: string | null;
  /** Files and folders to look into for bodies. */
  readonly further: readonly string[];
  readonly format: Format;
  readonly scenario: NonNullable<SimulationInput["scenario"]>;
  readonly via: readonly string[];
}

/** Thrown for what the user can put right: the message is told, and the exit code is that of wrong use. */
class UsageError extends Error {}

/** Runs the command. */
export async function simulate(line: CommandLine, output: Output): Promise<ExitCode> {
  const problem = (message: string, code: ExitCode = exitCodes.usage): ExitCode => {
    output.stderr(`pinscope: ${message}\n`);
    return code;
  };
  try {
    const asked = readAsked(line);
    const opened = openTarget(asked.path, line, output);
    if (opened.kind === "problem")
      return problem(opened.message, opened.unreadable ? exitCodes.internal : exitCodes.usage);
    return await run(line, output, asked, opened);
  } catch (error) {
    if (error instanceof UsageError) return problem(error.message);
    throw error;
  }
}

function readAsked({ paths, options }: CommandLine): Asked {
  const [target = "", ...further] = paths;
  const withFunction = /^(.+):([A-Za-z_]\w*)$/.exec(target);
  const byFinding = options.has("path");
  if (target === "" || (withFunction === null && !byFinding))
    throw new UsageError("simulate: say which function: FILE:FUNCTION, or FILE --path ID");
  const told = options.get("format")?.[0] ?? "text";
  const format = formats.find((one) => one === told);
  if (format === undefined)
    throw new UsageError(`--format: expected one of ${formats.join(", ")}, got "${told}"`);
  const read = readScenario(options.get("scenario")?.flatMap((text) => text.split(/;\s*/)) ?? []);
  if (read.kind === "problem") throw new UsageError(read.message);
  for (const [one, other] of excluding)
    if (options.has(one) && options.has(other))
      throw new UsageError(`--${one} and --${other} do not go together`);
  const via = (options.get("via") ?? []).flatMap((text) => text.split(",")).map((name) => name.trim());
  const wrong = via.find((name) => !/^[A-Za-z_]\w*$/.test(name));
  if (wrong !== undefined) throw new UsageError(`--via: expected names of functions, got "${wrong}"`);
  if (options.has("explore") && format !== "text") throw new UsageError("--explore prints text only");
  if (options.has("against") && format === "html") throw new UsageError("--against prints text or json");
  return {
    path: withFunction?.[1] ?? target,
    function: withFunction?.[2] ?? null,
    further,
    format,
    scenario: read.scenario,
    via,
  };
}

const excluding: readonly (readonly [string, string])[] = [
  ["lines", "via"],
  ["lines", "path"],
  ["via", "path"],
  ["explore", "against"],
  ["explore", "lines"],
  ["explore", "via"],
  ["explore", "path"],
];

async function run(line: CommandLine, output: Output, asked: Asked, target: TargetFile): Promise<ExitCode> {
  const { kernel, settings, source, eras: own } = target;
  const era = eraNamed(
    "era",
    line.options.get("era")?.[0] ?? asked.scenario.era ?? `${kernel.version.slice(1)}.${kernel.patch}`,
    own,
  );
  const other = line.options.get("against")?.[0];
  const against = other === undefined ? null : eraNamed("against", other, own);
  const parser = await loadParser();
  const finding = line.options.get("path")?.[0];
  if (finding !== undefined) {
    const found = simulateFinding(
      finding,
      target,
      parser,
      asked.scenario,
      against === null ? [era] : [era, against],
    );
    if (typeof found === "string") throw new UsageError(found);
    return write(found.simulations, found.sourceOf, asked.format, output);
  }
  const name = asked.function ?? "";
  const open = (path: string, text: string): OpenFile => openFile(path, text, kernel, settings, parser);
  const file = open(asked.path, source);
  let workspace: Workspace | null = null;
  try {
    if (file.lookup(name) === null) throw new UsageError(noFunction(file, name));
    const goal = goalOf(line, asked, file, name);
    workspace = openWorkspace(file, kernel.version, asked.further, open);
    const around = workspace;
    const sourceOf: SourceOf = (one) => around.sourceOf(one);
    const under = (one: Era): Omit<SimulationInput, "program"> => ({
      function: name,
      profile: { era: one, machine: DEFAULT_MACHINE },
      scenario: asked.scenario,
      ...(goal === null ? {} : { goal }),
    });
    const eras = against === null ? [era] : [era, against];
    const simulated = eras.map((one) => simulateAround(around, under(one)));
    if (simulated.some(({ sight }) => sight !== "files"))
      output.stderr("pinscope: bodies of other files are left out: the run gets further without them\n");
    const [first] = simulated;
    if (line.options.has("explore") && first !== undefined) {
      const exploration = explore({ ...under(era), program: first.program });
      output.stdout(renderExploration(exploration, sourceOf));
      return exploration.imbalances.length > 0 ? exitCodes.findings : exitCodes.clean;
    }
    const simulations = simulated.map(({ simulation }) => simulation);
    return write(simulations, sourceOf, asked.format, output);
  } finally {
    workspace?.close();
    file.close();
  }
}

/** Writes one simulation, or two beside each other. The exit code is that of the worst. */
function write(
  simulations: readonly Simulation[],
  sourceOf: SourceOf,
  format: Format,
  output: Output,
): ExitCode {
  const [first, second] = simulations;
  if (first === undefined) throw new Error("nothing was simulated");
  const paint = paintFor(output);
  if (second !== undefined)
    output.stdout(
      format === "json"
        ? comparisonToJson(first, second, sourceOf)
        : renderComparison(first, second, sourceOf, paint),
    );
  else {
    const render = {
      text: () => renderSimulation(first, sourceOf, paint),
      json: () => simulationToJson(first, sourceOf),
      html: () => renderSimulationHtml(first, sourceOf),
    };
    output.stdout(render[format]());
  }
  const codes = simulations.map(exitCodeOf);
  return codes.find((code) => code === exitCodes.notExecutable) ?? codes.find((code) => code !== 0) ?? 0;
}

function paintFor(output: Output): Paint {
  const { bold, cyan, dim, green, red } = picocolors.createColors(wantsColors(output));
  return { strong: bold, changed: cyan, faint: dim, right: green, wrong: red };
}

/** The era of a name: one of the configuration's own, or one that comes with Pinscope. */
function eraNamed(option: string, name: string, eras: TargetFile["eras"]): Era {
  const own = eras.get(name);
  try {
    if (own === undefined) return findEra(name);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const names = [...eras.keys(), ...[...ERAS, ...PROPOSALS].map((one) => one.name)].join(", ");
    throw new UsageError(`--${option}: ${error.message}; eras: ${names}`);
  }
  const read = readEra(name, own);
  if (read.kind === "problem") throw new UsageError(`configuration, key "eras": ${read.message}`);
  return read.era;
}

function exitCodeOf({ exit, imbalances }: Simulation): ExitCode {
  if (exit.kind === "stuck" || exit.kind === "diverged") return exitCodes.notExecutable;
  return imbalances.length > 0 ? exitCodes.findings : exitCodes.clean;
}

/** What the run is to pass through; null where nothing is asked for. */
function goalOf({ options }: CommandLine, { via }: Asked, file: OpenFile, name: string): Goal | null {
  const lines = options.get("lines")?.[0];
  if (lines !== undefined) {
    const goal = goalOfLines(lines, file, name);
    if (typeof goal === "string") throw new UsageError(goal);
    return goal;
  }
  // The chain may be given whole.
  const functions = via[0] === name ? via.slice(1) : via;
  return functions.length === 0 ? null : { kind: "calls", functions };
}
