/**
 * Reads one file into what the operators work on: per function the tree, the graph, and the calls that take user
 * pages or let them go. Does no I/O and knows no operator.
 */
import { defaultTables, passText } from "@pinscope/grammars/dialect";
import { closeUnit, listFunctions, lowerFunction, openUnit } from "@pinscope/grammars/ir";
import { collectProgram } from "@pinscope/grammars/program";
import type { SyntaxNode, SyntaxParser } from "@pinscope/grammars/syntax";
import { acquireFacts, bind, isHarmless, isReleaseOf, releaseFacts } from "./apis.ts";
import {
  ancestry,
  bare,
  baseName,
  field,
  identifiers,
  isLoop,
  loopsAround,
  named,
  parentsOf,
  walk,
} from "./tree.ts";
import type { Acquisition, CallSite, FileModel, FunctionModel, Release } from "./types.ts";

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

/** The variable that a page argument starts from, through calls such as `sg_page(sg)` too. */
function baseOf(node: SyntaxNode, text: string): string | null {
  const base = baseName(node, text);
  if (base !== null) return base;
  const [first] = identifiers(node, text);
  return first === undefined ? null : ([...identifiers(node, text)][1] ?? first);
}

function parameterNames(node: SyntaxNode, text: string): string[] {
  const list = [...walk(node)].find(({ type }) => type === "parameter_list");
  return list === undefined ? [] : [...identifiers(list, text)];
}

/** Variables that hold user pages, or what was made of them by assignments, beginning with `seeds`. */
function pageNames(body: SyntaxNode, text: string, seeds: ReadonlySet<string | null>): ReadonlySet<string> {
  const names = new Set([...seeds].filter((name) => name !== null));
  const writes = [...walk(body)].flatMap((node) => {
    const declares = node.type === "init_declarator";
    if (!declares && node.type !== "assignment_expression") return [];
    const target = field(node, declares ? "declarator" : "left");
    const value = field(node, declares ? "value" : "right");
    return target === null || value === null ? [] : [{ target, value }];
  });
  for (let size = -1; size !== names.size; ) {
    size = names.size;
    for (const { target, value } of writes) {
      const base = baseOf(target, text);
      if (base !== null && [...identifiers(value, text)].some((name) => names.has(name))) names.add(base);
    }
  }
  return names;
}

function lets({ bound }: CallSite): boolean {
  return bound !== null && releaseFacts(bound) !== null;
}

function takes({ bound }: CallSite): boolean {
  return bound !== null && acquireFacts(bound) !== null;
}

function callsIn(body: SyntaxNode, text: string): CallSite[] {
  const calls: CallSite[] = [];
  for (const node of walk(body)) {
    if (node.type !== "call_expression") continue;
    const callee = field(node, "function");
    const list = field(node, "arguments");
    if (callee?.type !== "identifier" || list === null) continue;
    const name = text.slice(callee.start, callee.end);
    const values = named(list);
    calls.push({ name, node, arguments: values, bound: bind(name, values.length) });
  }
  return calls;
}

function acquisition(
  call: CallSite,
  parents: ReadonlyMap<SyntaxNode, SyntaxNode>,
  text: string,
): Acquisition[] {
  const facts = call.bound === null ? null : acquireFacts(call.bound);
  if (facts === null) return [];
  return [
    {
      ...call,
      family: facts.family,
      result: resultOf(call.node, parents, text),
      requested: call.arguments[facts.requested] ?? null,
      into: call.arguments[facts.into] ?? null,
    },
  ];
}

function resultOf(
  call: SyntaxNode,
  parents: ReadonlyMap<SyntaxNode, SyntaxNode>,
  text: string,
): string | null {
  for (const node of ancestry(call, parents)) {
    const target = node.type === "assignment_expression" ? field(node, "left") : null;
    if (target !== null) return text.slice(target.start, target.end);
    if (node.type === "init_declarator") {
      const declared = [...walk(node)].find((one) => one.type === "identifier");
      return declared === undefined ? null : text.slice(declared.start, declared.end);
    }
    if (node.type.endsWith("_statement") || bare(node, text).start !== call.start) return null;
  }
  return null;
}

function release(
  call: CallSite,
  taken: readonly string[],
  pages: ReadonlySet<string>,
  parents: ReadonlyMap<SyntaxNode, SyntaxNode>,
  text: string,
): Release[] {
  const facts = call.bound === null ? null : releaseFacts(call.bound);
  if (facts === null) return [];
  const from = call.arguments[facts.from] ?? null;
  if (!facts.trigger) {
    // A page may come from anywhere: only those that stem from user pages are of interest.
    const name = from === null ? null : baseOf(from, text);
    if (name === null || !pages.has(name) || !taken.some((one) => isReleaseOf(call.name, one))) return [];
  }
  const own = parents.get(call.node);
  if (own?.type !== "expression_statement") return [];
  return [
    {
      ...call,
      family: facts.family,
      count: call.arguments[facts.count] ?? null,
      from,
      statement: wholeLoop(own, parents, text),
      inLoop: loopsAround(call.node, parents).length > 0,
    },
  ];
}

/** The outermost loop around a release that does nothing but release, else the statement itself. */
function wholeLoop(own: SyntaxNode, parents: ReadonlyMap<SyntaxNode, SyntaxNode>, text: string): SyntaxNode {
  let best = own;
  for (const node of ancestry(own, parents)) {
    if (!node.type.endsWith("_statement") || !onlyReleases(node, text)) break;
    if (isLoop(node)) best = node;
  }
  return best;
}

const changesNothingElse: ReadonlySet<string> = new Set(["assignment_expression", "update_expression"]);

/** Whether a statement lets pages go, counts, and does nothing else: no other calls that matter, no jumps. */
function onlyReleases(node: SyntaxNode, text: string): boolean {
  for (const one of walk(node)) {
    if (/^(return|goto|labeled|switch)_statement$/.test(one.type)) return false;
    if (one.type !== "expression_statement") continue;
    const [inner] = named(one);
    if (inner !== undefined && inner.type !== "call_expression" && !changesNothingElse.has(inner.type))
      return false;
  }
  return callsIn(node, text).every(
    ({ name, bound }) => (bound !== null && releaseFacts(bound) !== null) || isHarmless(name),
  );
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
