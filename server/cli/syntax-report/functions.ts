/**
 * The functions of one passed and parsed file: where they stand and whether the tree of each is whole.
 * Knows no report.
 */
import type { PassedText } from "@pinscope/grammars/dialect";
import type { SyntaxNode, SyntaxTree } from "@pinscope/grammars/syntax";

/** A function as the parser sees it. Offsets are UTF-16, `line` is 1-based and the line of its name. */
export interface ParsedFunction {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** The first ERROR or MISSING node inside. */
  readonly problem: Problem | undefined;
  /** Written by a definition macro (`SYSCALL_DEFINE3(…) {`). */
  readonly definer: string | undefined;
}

export interface Problem {
  /** `ERROR`, or `MISSING ;` with the token that recovery inserted. */
  readonly node: string;
  readonly line: number;
}

/** A piece of the file outside every function that the parser could not read. */
export interface BadStretch {
  readonly start: number;
  readonly end: number;
  readonly problem: Problem;
}

export interface FileFunctions {
  readonly functions: readonly ParsedFunction[];
  readonly stretches: readonly BadStretch[];
}

/** Line numbers by offset. */
export interface LineIndex {
  /** 1-based. */
  lineOf(offset: number): number;
}

export function indexLines(text: string): LineIndex {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return {
    lineOf: (offset) => {
      let low = 0;
      let high = starts.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((starts[middle] ?? 0) <= offset) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}

/** Collects the functions of a file and the stretches outside them that hold errors. */
export function collectFunctions(
  source: string,
  passed: PassedText,
  tree: SyntaxTree,
  lines: LineIndex,
): FileFunctions {
  const definers = new Map<number, string>();
  for (const note of passed.notes) {
    if (note.kind === "definition") definers.set(lines.lineOf(note.start), note.definer);
  }
  const functions: ParsedFunction[] = [];
  const stretches: BadStretch[] = [];
  const add = (node: SyntaxNode): void => {
    const name = declaredName(node);
    const at = name?.start ?? node.start;
    const line = lines.lineOf(at);
    functions.push({
      name: name === undefined ? "" : source.slice(name.start, name.end),
      start: node.start,
      end: node.end,
      line,
      problem: node.hasError ? firstProblem(node, lines) : undefined,
      definer: definers.get(line) ?? definers.get(lines.lineOf(node.start)),
    });
  };
  for (const item of tree.items()) {
    if (item.type === "function_definition") add(item.materialize());
    else if (item.hasError) {
      const node = item.materialize();
      const inner = definitionsIn(node);
      for (const definition of inner) add(definition);
      const problem = firstProblem(node, lines);
      if (problem !== undefined) stretches.push({ start: item.start, end: item.end, problem });
    }
  }
  return { functions, stretches };
}

/** Function definitions that error recovery left inside a broken item. */
function definitionsIn(root: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const child of node.children) {
      if (child.type === "function_definition") found.push(child);
      else waiting.push(child);
    }
  }
  return found;
}

/** The identifier that a definition declares. */
function declaredName(definition: SyntaxNode): SyntaxNode | undefined {
  let node = definition.children.find((child) => child.field === "declarator");
  while (node !== undefined && node.type !== "identifier") {
    const within: SyntaxNode = node;
    node =
      within.children.find((child) => child.field === "declarator") ??
      within.children.find((child) => child.named && child.type !== "comment");
  }
  return node;
}

/** The first ERROR or MISSING node in the order of the text. */
function firstProblem(root: SyntaxNode, lines: LineIndex): Problem | undefined {
  let node: SyntaxNode | undefined = root;
  while (node !== undefined) {
    if (node.missing) return { node: `MISSING ${node.type}`, line: lines.lineOf(node.start) };
    if (node.type === "ERROR") return { node: "ERROR", line: lines.lineOf(node.start) };
    node = node.children.find((child) => child.hasError);
  }
  return undefined;
}
