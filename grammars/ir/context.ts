/**
 * What lowering one function keeps while it walks the tree: the text being read, scopes, variables, jump targets and
 * problems. Must not know how any construct is lowered.
 */
import type { DialectNote } from "@pinscope/grammars/dialect";
import type { Program, RecordDefinition } from "@pinscope/grammars/program";
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { UNKNOWN } from "./c-types.ts";
import type { DraftBlock, GraphBuilder } from "./graph-builder.ts";
import { emit } from "./graph-builder.ts";
import { ownText } from "./own-text.ts";
import type { BlockId, CType, Expression, Location, Place, Variable, VariableId } from "./types.ts";
import type { TranslationUnit } from "./unit.ts";

/** Nesting of syntax nodes (and of macros in them) that is followed; what is deeper becomes opaque. */
export const DEPTH_BUDGET = 400;

/** Operations in one function; what comes behind becomes opaque. */
export const OPERATION_BUDGET = 200_000;

/** A text that is being lowered: the file itself or what a macro expanded to. */
export interface Frame {
  /** The text that the tree's offsets count in. */
  readonly text: string;
  /** The same text before the dialect pass. */
  readonly source: string;
  readonly notes: NoteIndex;
  /** Set in an expansion: the one place that everything in it is located at. */
  readonly use: Location | null;
  /** The text is a macro's expansion: nothing in it is a macro any more. */
  readonly expanded: boolean;
  /** Offsets where the tree has `~` for another unary operator (see `cast-repair`). */
  readonly unary: ReadonlyMap<number, string>;
  /** Lowers the statement that the macro's user wrote behind it, for macros that head a statement. */
  readonly hole: (() => void) | null;
}

/** Dialect notes by what they are looked up by. */
export interface NoteIndex {
  readonly heads: ReadonlyMap<number, Extract<DialectNote, { kind: "loop" | "scoped-guard" }>>;
  /** Arguments that are statements, by where they start. */
  readonly statements: ReadonlyMap<number, Extract<DialectNote, { kind: "statement-argument" }>>;
  /** In order of offsets. */
  readonly frees: readonly Extract<DialectNote, { kind: "free-attribute" }>[];
}

export type Binding =
  | { readonly kind: "variable"; readonly id: VariableId; readonly type: CType }
  | { readonly kind: "global"; readonly name: string; readonly type: CType }
  | { readonly kind: "enumerator"; readonly value: bigint }
  | { readonly kind: "typedef"; readonly type: CType };

/** A call that the compiler adds at every exit of a scope. */
export interface Cleanup {
  /** Name of the cleanup class as written: `mutex`, `kfree` …. */
  readonly name: string;
  readonly release: string;
  readonly argument: () => Expression | null;
  /** For which values the call is left out. */
  readonly skips: "nothing" | "null" | "error" | "null-or-error";
  readonly location: Location;
}

export interface Scope {
  readonly parent: Scope | null;
  readonly names: Map<string, Binding>;
  readonly records: Map<string, RecordDefinition>;
  readonly cleanups: Cleanup[];
}

/** Where `break` or `continue` goes, and the scope that stays alive there. */
export interface JumpTarget {
  readonly block: BlockId;
  readonly scope: Scope;
}

export interface SwitchCase {
  readonly block: BlockId;
  readonly low: bigint | null;
  readonly high: bigint | null;
  readonly label: string;
}

export interface SwitchContext {
  readonly type: CType;
  readonly cases: SwitchCase[];
  defaultBlock: BlockId | null;
  readonly scope: Scope;
}

/** A label: its block, and once it is seen how many cleanups each scope around it had there. */
export interface Label {
  readonly block: BlockId;
  alive: ReadonlyMap<Scope, number> | null;
}

/** A `goto` out of scopes with cleanups, finished once all labels are known. */
export interface PendingGoto {
  readonly block: DraftBlock;
  readonly label: string;
  readonly scope: Scope;
  /** How many cleanups each scope of the chain had at the jump. */
  readonly counts: ReadonlyMap<Scope, number>;
}

export interface FunctionContext {
  readonly unit: TranslationUnit;
  readonly program: Program;
  readonly file: string;
  /** Added to offsets of the file's text in every location. */
  readonly shift: number;
  frame: Frame;
  readonly graph: GraphBuilder;
  readonly variables: Variable[];
  readonly functionScope: Scope;
  scope: Scope;
  returns: CType;
  readonly functionName: string;
  readonly labels: Map<string, Label>;
  readonly pendingGotos: PendingGoto[];
  breakTarget: JumpTarget | null;
  continueTarget: JumpTarget | null;
  switchContext: SwitchContext | null;
  readonly problems: Map<string, { readonly message: string; readonly location: Location }>;
  /** ERROR nodes read already, by where they start. */
  readonly salvaged: Set<number>;
  depth: number;
  temporaries: number;
  literals: number;
  /** Above zero inside `sizeof` and `typeof`, where nothing runs. */
  unevaluated: number;
}

export function newScope(parent: Scope | null): Scope {
  return { parent, names: new Map(), records: new Map(), cleanups: [] };
}

export function locationAt(context: FunctionContext, start: number, end: number): Location {
  const { frame, file, shift } = context;
  return frame.use ?? { file, start: start + shift, end: end + shift };
}

export function locationOf(context: FunctionContext, node: SyntaxNode): Location {
  return locationAt(context, node.start, node.end);
}

export function textOf(context: FunctionContext, node: SyntaxNode): string {
  return ownText(context.frame.text.slice(node.start, node.end));
}

/** The node's text as its author wrote it, before the dialect pass. */
export function sourceOf(context: FunctionContext, start: number, end: number): string {
  return ownText(context.frame.source.slice(start, end));
}

export function addProblem(context: FunctionContext, message: string, location: Location): void {
  if (context.unevaluated > 0) return;
  const key = `${message}@${location.start}`;
  if (!context.problems.has(key)) context.problems.set(key, { message, location });
}

export function addVariable(
  context: FunctionContext,
  name: string,
  type: CType,
  role: Variable["role"],
  location: Location,
): Variable {
  const variable: Variable = { id: context.variables.length, name, type, role, location };
  context.variables.push(variable);
  return variable;
}

export function addTemporary(context: FunctionContext, type: CType, location: Location): Variable {
  context.temporaries++;
  return addVariable(context, `%${context.temporaries}`, type, "temporary", location);
}

export function variablePlace(variable: Variable): Place {
  return { kind: "variable", id: variable.id, type: variable.type };
}

export function load(place: Place): Expression {
  return { kind: "load", place, type: place.type };
}

export function loadVariable(variable: Variable): Expression {
  return load(variablePlace(variable));
}

export function assign(context: FunctionContext, target: Place, value: Expression, location: Location): void {
  emit(context.graph, { kind: "assign", target, value, location });
}

/** Stores a value in a fresh temporary and gives what reads it. */
export function capture(context: FunctionContext, value: Expression, location: Location): Expression {
  const temporary = addTemporary(context, value.type, location);
  assign(context, variablePlace(temporary), value, location);
  return loadVariable(temporary);
}

/** A value that can be read twice: constants, addresses and locals as they are, everything else captured. */
export function stable(context: FunctionContext, value: Expression, location: Location): Expression {
  return isSimple(value) ? value : capture(context, value, location);
}

function isSimple(value: Expression): boolean {
  switch (value.kind) {
    case "constant":
    case "string":
    case "function":
      return true;
    case "opaque":
      return value.name !== undefined;
    case "load":
      return value.place.kind === "variable";
    case "address":
      return value.place.kind === "variable" || value.place.kind === "global";
    case "cast":
      return isSimple(value.operand);
    default:
      return false;
  }
}

export function opaque(reason: string, type: CType = UNKNOWN, name?: string): Expression {
  return name === undefined ? { kind: "opaque", reason, type } : { kind: "opaque", reason, name, type };
}

export function lookup(context: FunctionContext, name: string): Binding | null {
  for (let scope: Scope | null = context.scope; scope !== null; scope = scope.parent) {
    const binding = scope.names.get(name);
    if (binding !== undefined) return binding;
  }
  return null;
}

/** A record defined in this function or in the program. */
export function recordOf(context: FunctionContext, tag: string): RecordDefinition | undefined {
  for (let scope: Scope | null = context.scope; scope !== null; scope = scope.parent) {
    const record = scope.records.get(tag);
    if (record !== undefined) return record;
  }
  return context.program.record(tag);
}

/** Runs `body` in a scope of its own (without running its cleanups). */
export function inScope<T>(context: FunctionContext, scope: Scope, body: () => T): T {
  const outer = context.scope;
  context.scope = scope;
  const result = body();
  context.scope = outer;
  return result;
}

/** Runs `body` reading another text. */
export function inFrame<T>(context: FunctionContext, frame: Frame, body: () => T): T {
  const outer = context.frame;
  context.frame = frame;
  const result = body();
  context.frame = outer;
  return result;
}
