/**
 * The grammar knows no types: `(size) & mask` may come as a cast and `(u8) -x` as a subtraction. Where names say
 * otherwise the text is parsed once more with marks of the same length: blanks for the parentheses of what is no
 * cast, `~` for an operator that is unary. Must not know what is lowered from the trees.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { BUILT_IN_TYPES } from "./c-types.ts";
import type { FunctionContext } from "./context.ts";
import { lookup } from "./context.ts";
import { childByField, operands, operatorOf } from "./syntax-nodes.ts";

/** Marks to put into a text, and the unary operators that marks stand for. */
export interface CastRepair {
  readonly text: string;
  /** Offset of a mark → the operator written there. */
  readonly unary: ReadonlyMap<number, string>;
}

/** An operator behind a closing parenthesis: nothing else can be misread. */
const SUSPICIOUS = /\)(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\n]*)*[-+*&]/;

/** What the names of a text mean to this question. */
type Meaning = "type" | "value" | "unknown";

/**
 * The text to parse instead of `text`, whose tree is `root`; null when the tree is right as it is.
 * Offsets of the tree count from `start` of the text given.
 */
export function repairCasts(
  context: FunctionContext,
  root: readonly SyntaxNode[],
  text: string,
  start: number,
): CastRepair | null {
  if (!SUSPICIOUS.test(text)) return null;
  const candidates: SyntaxNode[] = [];
  const declared = new Map<string, Meaning>();
  const pending: SyntaxNode[] = [...root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.type === "cast_expression" || node.type === "binary_expression") candidates.push(node);
    else if (node.field === "declarator" && node.type === "identifier") {
      declared.set(text.slice(node.start - start, node.end - start), "value");
    } else if (node.field === "declarator" && node.type === "type_identifier") {
      declared.set(text.slice(node.start - start, node.end - start), "type");
    }
    const { children } = node;
    for (let index = 0; index < children.length; index++) pending.push(children[index] as SyntaxNode);
  }
  const blanks: number[] = [];
  const unary = new Map<number, string>();
  for (const node of candidates) {
    if (node.type === "cast_expression") markFalseCast(context, node, text, start, declared, blanks);
    else markUnary(context, node, text, start, declared, unary);
  }
  if (blanks.length === 0 && unary.size === 0) return null;
  const characters = text.split("");
  for (const offset of blanks) characters[offset - start] = " ";
  for (const offset of unary.keys()) characters[offset - start] = "~";
  return { text: characters.join(""), unary };
}

function meaningOf(context: FunctionContext, name: string, declared: ReadonlyMap<string, Meaning>): Meaning {
  const local = declared.get(name);
  if (local !== undefined) return local;
  const binding = lookup(context, name);
  if (binding !== null) return binding.kind === "typedef" ? "type" : "value";
  const { program } = context;
  if (program.isTypeName(name) || program.typedef(name) !== undefined || BUILT_IN_TYPES.has(name))
    return "type";
  if (program.macro(name) !== undefined || program.enumerator(name) !== undefined) return "value";
  if (program.global(name) !== undefined || program.signature(name) !== undefined) return "value";
  if (name.endsWith("_t")) return "type";
  return /^[A-Z][A-Z0-9_]*$/.test(name) ? "value" : "unknown";
}

/** Whether an operand begins with an operator that can stand between two operands too. */
function mayBeBinary(value: SyntaxNode, text: string, start: number): boolean {
  if (value.type === "pointer_expression") return true;
  if (value.type !== "unary_expression" && value.type !== "number_literal") return false;
  return "+-".includes(text.charAt(value.start - start));
}

/** A cast to what is no type, of `&x`, `*x` or `-x`: the parentheses go, so that the operator reads as binary. */
function markFalseCast(
  context: FunctionContext,
  node: SyntaxNode,
  text: string,
  start: number,
  declared: ReadonlyMap<string, Meaning>,
  blanks: number[],
): void {
  const descriptor = childByField(node, "type");
  const value = childByField(node, "value");
  if (descriptor === null || value === null || !mayBeBinary(value, text, start)) return;
  const [specifier, declarator] = operands(descriptor);
  if (specifier === undefined) return;
  if (specifier.type !== "type_identifier" && specifier.type !== "macro_type_specifier") return;
  const nameNode = specifier.type === "type_identifier" ? specifier : childByField(specifier, "name");
  const name = nameNode === null ? "" : text.slice(nameNode.start - start, nameNode.end - start);
  const meaning = meaningOf(context, name, declared);
  // `(name[2])`, `(name(x))` and `(name * (x))` look like types of arrays, functions and pointers to functions.
  const pointer = declarator?.type === "abstract_pointer_declarator";
  const doubtful =
    meaning === "unknown" && (pointer || (declarator === undefined && operatorOf(value) === "*"));
  if (meaning === "type" || doubtful || /^(?:__)?typeof/.test(name)) return;
  for (const child of node.children) if (child.type === "(" || child.type === ")") blanks.push(child.start);
}

/** `(type) - x` read as a subtraction: the operator is unary. */
function markUnary(
  context: FunctionContext,
  node: SyntaxNode,
  text: string,
  start: number,
  declared: ReadonlyMap<string, Meaning>,
  unary: Map<number, string>,
): void {
  const operator = childByField(node, "operator");
  const left = childByField(node, "left");
  if (operator === null || left?.type !== "parenthesized_expression") return;
  if (!["-", "+", "*", "&"].includes(operator.type)) return;
  const [inner, ...more] = operands(left);
  if (inner?.type !== "identifier" || more.length > 0) return;
  const name = text.slice(inner.start - start, inner.end - start);
  if (meaningOf(context, name, declared) === "type") unary.set(operator.start, operator.type);
}

/** A copy of a tree whose offsets are moved by `distance`. */
export function movedTree(root: SyntaxNode, distance: number): SyntaxNode {
  if (distance === 0) return root;
  const copy = (node: SyntaxNode): MovedNode => ({
    ...node,
    start: node.start + distance,
    end: node.end + distance,
    children: [],
  });
  const result = copy(root);
  const pending: [SyntaxNode, MovedNode][] = [[root, result]];
  for (let pair = pending.pop(); pair !== undefined; pair = pending.pop()) {
    const [from, to] = pair;
    for (const child of from.children) {
      const moved = copy(child);
      to.children.push(moved);
      pending.push([child, moved]);
    }
  }
  return result;
}

interface MovedNode extends SyntaxNode {
  readonly children: SyntaxNode[];
}
