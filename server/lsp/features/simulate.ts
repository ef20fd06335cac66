/**
 * The commands that run a function, selected lines of one, or the path of a finding on the kernel model, and answer
 * with a report.
 */
import { type FindingPath, type FunctionAt, withBuffersOf } from "@pinscope/server/checker";
import {
  DEFAULT_SCENARIO,
  type Goal,
  linesGoal,
  readScenario,
  type Scenario,
  type Simulated,
  type Simulation,
} from "@pinscope/simulator/interpreter";
import { renderSimulation, renderSimulationHtml } from "@pinscope/simulator/report";
import { type CancellationToken, LSPErrorCodes, Range, ResponseError } from "vscode-languageserver";
import type { OpenDocumentFunctions } from "../core/analyzer.ts";
import type { Checked } from "../core/checked.ts";
import { pathOf, uriBeside } from "../core/documents.ts";
import { placedSimulation } from "../core/placed-simulation.ts";
import { positionsOf } from "../core/positions.ts";
import { type ScenarioOffer, scenarioOffers } from "../core/scenario-offers.ts";
import type { ServerContext } from "../core/server-context.ts";
import { type FindingReference, readReference, type SimulationTarget } from "./finding-reference.ts";
import { showText } from "./show-text.ts";

/** What `pinscope.server.simulate` answers with. */
export interface SimulationAnswer {
  readonly function: string;
  readonly title: string;
  readonly scenario: readonly string[];
  readonly exit: Simulation["exit"]["kind"];
  /** How many imbalances the run leaves. */
  readonly imbalances: number;
  readonly text: string;
  /** Where it was asked for: the report as a page. */
  readonly html: string | null;
  /** URIs of the files that the page's lines lie in. */
  readonly documents: Readonly<Record<string, string>>;
}

/** Runs what is asked for and renders it; null where it was cancelled or the document changed meanwhile. */
export async function simulate(
  context: ServerContext,
  argument: unknown,
  token: CancellationToken,
): Promise<SimulationAnswer | null> {
  const request = readRequest(argument);
  const opened = await open(context, request.target.uri);
  const { checked, open: around } = opened;
  const what = whatOf(request, opened);
  const simulated = await run(what, request.scenario, true, opened, token);
  if (simulated === null) return null;
  const { uri, path, text: source } = checked.document;
  // Files are told as they lie in the folder that is open.
  const folder = `${pathOf(context.folderOf(uri) ?? uri.replace(/\/[^/]*$/, ""))}/`;
  const full = new Map<string, string>();
  const shown = (file: string): string => {
    const name = file.startsWith(folder) ? file.slice(folder.length) : file;
    full.set(name, file);
    return name;
  };
  const simulation = placedSimulation(simulated.simulation, around.functions.place, shown);
  const sourceOf = (file: string): string | null => {
    const at = full.get(file) ?? file;
    return at === path ? source : (checked.texts.get(at) ?? null);
  };
  const documents: Record<string, string> = {};
  const linkTo = (file: string, line: number): string => {
    const target = uriBeside(uri, full.get(file) ?? file);
    documents[file] = target;
    return `${target}#L${line}`;
  };
  const { exit, imbalances } = simulation;
  const text = renderSimulation(simulation, sourceOf);
  if (!context.client.showsResults) await showText(text, context);
  return {
    function: what.function.name,
    title: titleOf(what, request.texts),
    scenario: request.texts,
    exit: exit.kind,
    imbalances: imbalances.length,
    text,
    html:
      request.nonce === null
        ? null
        : renderSimulationHtml(simulation, sourceOf, { nonce: request.nonce, linkTo }),
    documents,
  };
}

/** The scenarios to choose from for a function; null where that was cancelled. */
export async function offerScenarios(
  context: ServerContext,
  argument: unknown,
  token: CancellationToken,
): Promise<{ readonly function: string; readonly offers: readonly ScenarioOffer[] } | null> {
  const request = readRequest(argument);
  const opened = await open(context, request.target.uri);
  const what = whatOf(request, opened);
  const simulated = await run(what, DEFAULT_SCENARIO, false, opened, token);
  if (simulated === null) return null;
  const { checked, open: around } = opened;
  const positions = positionsOf(checked);
  const offers = scenarioOffers(simulated.simulation, (location) => {
    const { file, start } = around.functions.place(location);
    return file === checked.document.path ? positions.range(start, start).start.line + 1 : null;
  });
  return { function: what.function.name, offers };
}

interface Request {
  readonly target: SimulationTarget | FindingReference;
  readonly texts: readonly string[];
  readonly scenario: Scenario;
  readonly nonce: string | null;
}

function readRequest(argument: unknown): Request {
  const target = readReference(argument) ?? readTarget(argument);
  if (target === null)
    throw refused("the argument names nothing to simulate: {uri, function}, {uri, range}, or a finding");
  const { scenario = [], nonce } = argument as { readonly scenario?: unknown; readonly nonce?: unknown };
  if (!Array.isArray(scenario) || !scenario.every((one) => typeof one === "string"))
    throw refused("scenario: expected a list of key=value");
  const read = readScenario(scenario);
  if (read.kind === "problem") throw refused(read.message);
  return {
    target,
    texts: scenario,
    scenario: read.scenario,
    // It goes into the page's policy and its tags.
    nonce: typeof nonce === "string" && /^[\w-]{16,64}$/.test(nonce) ? nonce : null,
  };
}

function readTarget(value: unknown): SimulationTarget | null {
  if (typeof value !== "object" || value === null) return null;
  const { uri, function: name, range } = value as Readonly<Record<string, unknown>>;
  if (typeof uri !== "string") return null;
  if (Range.is(range)) return { uri, range };
  return typeof name === "string" ? { uri, function: name } : null;
}

function refused(message: string): ResponseError<void> {
  return new ResponseError(LSPErrorCodes.RequestFailed, message);
}

interface Opened {
  readonly checked: Checked;
  readonly open: OpenDocumentFunctions;
}

async function open({ analyzer }: ServerContext, uri: string): Promise<Opened> {
  const outcome = await analyzer.check(uri);
  const found = outcome.kind === "checked" ? await analyzer.functionsOf(outcome.checked) : null;
  if (outcome.kind !== "checked" || found === null)
    throw refused("nothing in this document takes pages, or it is not open");
  return { checked: outcome.checked, open: found };
}

/** What is to be run. */
interface What {
  readonly function: FunctionAt;
  /** The path of a finding. */
  readonly path: FindingPath | null;
  /** The lines to pass through. */
  readonly lines: { readonly goal: Goal; readonly text: string; readonly at: string } | null;
}

function whatOf({ target }: Request, { checked, open: { functions } }: Opened): What {
  if ("fingerprint" in target) {
    const path = functions.pathOf(target);
    if (path === null) throw refused("this finding is gone, or has no path that can be run");
    return { function: named(path.request.function, checked, functions), path, lines: null };
  }
  if ("function" in target)
    return { function: named(target.function, checked, functions), path: null, lines: null };
  return placed(target.range, checked, functions);
}

/** The function around a place, or lines of it where there are some. */
function placed(
  { start, end }: Range,
  { document: { document, text } }: Checked,
  functions: OpenDocumentFunctions["functions"],
): What {
  const first = document.offsetAt({ line: start.line, character: 0 });
  const inside = /\S/.exec(text.slice(first))?.index ?? 0;
  const around = functions.at(first + inside);
  if (around === null) throw refused("this place is not in a function");
  const what = { function: around, path: null, lines: null };
  if (start.line === end.line && start.character === end.character) return what;
  // A selection of whole lines ends at the beginning of the line behind them.
  const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
  const behind = document.offsetAt({ line: last + 1, character: 0 });
  const goal = linesGoal(around.ir, text.slice(first, behind), first + around.shift);
  const said = last === start.line ? `line ${last + 1}` : `lines ${start.line + 1} to ${last + 1}`;
  if (goal === null) throw refused(`nothing that is run begins in ${said} of ${around.name}()`);
  return { ...what, lines: { goal, text: said, at: `${first + around.shift}..${behind + around.shift}` } };
}

function named(
  name: string,
  { functions: known }: Checked,
  functions: OpenDocumentFunctions["functions"],
): FunctionAt {
  const start = known.find((one) => one.name === name)?.start;
  const found = start === undefined ? null : functions.at(start);
  if (found === null) throw refused(`no function "${name}" in this document`);
  return found;
}

function run(
  { function: { name }, path, lines }: What,
  scenario: Scenario,
  trace: boolean,
  { open: { functions, simulations, isOutdated, yieldToMessages } }: Opened,
  token: CancellationToken,
): Promise<Simulated | null> {
  const isCancelled = (): boolean => token.isCancellationRequested || isOutdated();
  const around = { functions, yieldToMessages, isCancelled };
  const key = JSON.stringify(scenario, (_, value: unknown) =>
    typeof value === "bigint" ? `${value}n` : value,
  );
  if (path !== null) {
    const { request, verdict } = path;
    return simulations.find(
      {
        function: name,
        scenario: withBuffersOf(verdict, scenario),
        key: `${key} path to ${request.expected} at ${request.at.start}`,
        trace,
        path: verdict?.path ?? request.path,
        ...(verdict !== null && { presets: verdict.presets }),
      },
      around,
    );
  }
  if (lines === null) return simulations.find({ function: name, scenario, key, trace }, around);
  const { goal, at } = lines;
  return simulations.find({ function: name, scenario, key: `${key} lines ${at}`, trace, goal }, around);
}

function titleOf({ function: { name }, path, lines }: What, scenario: readonly string[]): string {
  const what = path === null ? (lines?.text ?? null) : "path of a finding";
  const parts = [...(what === null ? [] : [what]), ...scenario];
  return `${name}()${parts.length === 0 ? "" : `: ${parts.join("; ")}`}`;
}
