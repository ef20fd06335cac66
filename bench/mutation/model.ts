/**
 * Reads one file into what the operators work on: per function the tree, the graph, and the calls that take user
 * pages or let them go. Does no I/O and knows no operator.
 */
import { defaultTables, passText } from "@pinscope/grammars/dialect";
import { closeUnit, listFunctions, lowerFunction, openUnit } from "@pinscope/grammars/ir";
import { collectProgram } from "@pinscope/grammars/program";
import type { SyntaxParser } from "@pinscope/grammars/syntax";
import { acquisition, callsIn, lets, release, resultOf, takes } from "./calls.ts";
import { baseOf, pageNames, parameterNames } from "./pages.ts";
import { field, parentsOf } from "./tree.ts";
import type { CallSite, FileModel, FunctionModel } from "./types.ts";

/** How many calls in the same file are followed, up and down. */
const callDepth = 3;

export interface FileInput {
  readonly path: string;
  readonly source: string;
  /** Texts that `path` may include; null for one that does not exist. */
  readonly files: ReadonlyMap<string, string | null>;
  readonly parser: SyntaxParser;
}

/** Paths that reading the file still needs, as in the checker's own input. */
export function missingFiles(input: FileInput): readonly string[] {
  return collectProgram(input.path, input.files).missing.filter((path) => !input.files.has(path));
}

/** Reads every function without syntax errors. */
export function readFile(input: FileInput): FileModel {
  const { path, source, files, parser } = input;
  const passed = passText(source, defaultTables, {
    version: [6, 12, 0],
    defines: new Map(),
    assumptions: new Map(),
  });
  const { program } = collectProgram(path, files);
  const unit = openUnit({ path, source, passed, program, parser });
  const { text } = passed;
  const outlines = listFunctions(unit);
  const read = outlines.flatMap((outline) => {
    if (outline.hasError) return [];
    const node = outline.item.materialize();
    const body = field(node, "body");
    return body === null ? [] : [{ outline, node, body, calls: callsIn(body, text) }];
  });
  const graph = callGraph(read.map(({ outline, calls }) => ({ name: outline.name, calls })));
  const direct = (wanted: (call: CallSite) => boolean): ReadonlySet<string> =>
    new Set(read.filter(({ calls }) => calls.some(wanted)).map(({ outline }) => outline.name));
  const withCallers = (names: ReadonlySet<string>): ReadonlySet<string> =>
    new Set([...names].flatMap((name) => [name, ...graph.callers(name)]));
  const directlyAcquiring = direct(takes);
  const directlyReleasing = direct(lets);
  const acquiring = withCallers(directlyAcquiring);
  const functions = read.flatMap(({ outline, node, body, calls }): FunctionModel[] => {
    const parents = parentsOf(node);
    const acquisitions = calls.flatMap((call) => acquisition(call, parents, text));
    const near = new Set([outline.name, ...graph.callers(outline.name), ...graph.callees(outline.name)]);
    const taken = read
      .filter((other) => near.has(other.outline.name))
      .flatMap((other) => other.calls.filter(takes).map(({ name }) => name));
    const handedIn = [...graph.callers(outline.name)].some((name) => directlyAcquiring.has(name));
    const helpers = calls.filter(({ name }) => acquiring.has(name));
    const seeds = new Set([
      ...acquisitions.map(({ result, into }) => (into === null ? result : baseOf(into, text))),
      ...helpers.flatMap((call) => [
        resultOf(call.node, parents, text),
        ...call.arguments.map((one) => baseOf(one, text)),
      ]),
      ...(handedIn ? parameterNames(node, text) : []),
    ]);
    const pages = pageNames(body, text, seeds);
    const releases = calls.flatMap((call) => release(call, taken, pages, parents, text));
    if (acquisitions.length === 0 && releases.length === 0) return [];
    const { name, start, end } = outline;
    const ir = lowerFunction(unit, outline);
    return [{ name, start, end, node, body, parents, ir, calls, acquisitions, releases }];
  });
  closeUnit(unit);
  return {
    path,
    source,
    text,
    functions,
    directlyAcquiring,
    directlyReleasing,
    acquiring,
    releasing: withCallers(directlyReleasing),
    spans: outlines.flatMap(({ name, start, end }) => {
      const body = text.indexOf("{", start);
      return body > start && body < end ? [{ name, start, body, end }] : [];
    }),
    callers: graph.callers,
    callees: graph.callees,
  };
}

interface NamedCalls {
  readonly name: string;
  readonly calls: readonly CallSite[];
}

/** Who calls whom in the file, as sets of everything within `callDepth` calls. */
function callGraph(functions: readonly NamedCalls[]): Pick<FileModel, "callers" | "callees"> {
  const down = new Map<string, string[]>();
  const up = new Map<string, string[]>();
  const known = new Set(functions.map(({ name }) => name));
  for (const { name, calls } of functions)
    for (const call of calls) {
      if (!known.has(call.name) || call.name === name) continue;
      down.set(name, [...(down.get(name) ?? []), call.name]);
      up.set(call.name, [...(up.get(call.name) ?? []), name]);
    }
  const within = (edges: ReadonlyMap<string, readonly string[]>, start: string): ReadonlySet<string> => {
    const reached = new Set<string>();
    let front = [start];
    for (let depth = 0; depth < callDepth; depth++) {
      front = front.flatMap((name) => edges.get(name) ?? []).filter((name) => !reached.has(name));
      for (const name of front) reached.add(name);
    }
    reached.delete(start);
    return reached;
  };
  return { callers: (name) => within(up, name), callees: (name) => within(down, name) };
}
