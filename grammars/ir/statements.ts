/**
 * Statements: what each does to the graph. Loops and switches have files of their own. Never throws; what cannot be
 * read is an opaque operation and a problem.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { VOID } from "./c-types.ts";
import { runCleanupsFrom } from "./cleanups.ts";
import { lowerCondition } from "./conditions.ts";
import type { FunctionContext } from "./context.ts";
import {
  addProblem,
  addTemporary,
  assign,
  DEPTH_BUDGET,
  inScope,
  loadVariable,
  locationOf,
  newScope,
  OPERATION_BUDGET,
  opaque,
  sourceOf,
  textOf,
  variablePlace,
} from "./context.ts";
import { convert } from "./conversions.ts";
import { lowerDeclaration } from "./declarations.ts";
import { specifiedType } from "./declarators.ts";
import { lowerDiscard, lowerPlace, lowerValue } from "./expressions.ts";
import { beginBlock, emit, jump, newBlock } from "./graph-builder.ts";
import { isHole, statementIdentifier } from "./identifier-statements.ts";
import { defineLabel, jumpTo, jumpToLabel, leaveFunction } from "./jumps.ts";
import { lowerDo, lowerFor, lowerLoopMacro, lowerWhile } from "./loops.ts";
import { withTextAsExpression } from "./macros.ts";
import { lowerUnreadable, salvageErrors } from "./salvage.ts";
import { lowerScopedGuard } from "./scoped-guard.ts";
import { lowerCase, lowerSwitch } from "./switches.ts";
import { childByField, operands, unparenthesized } from "./syntax-nodes.ts";
import type { Expression } from "./types.ts";

/** Statements whose ERROR children are read where they stand. */
const READS_OWN_ERRORS: ReadonlySet<string> = new Set(["compound_statement", "ERROR", "goto_statement"]);

/** Lowers a list of statements in the scope that is current. */
export function lowerStatements(context: FunctionContext, statements: readonly SyntaxNode[]): void {
  for (const statement of statements) lowerStatement(context, statement);
}

export function lowerStatement(context: FunctionContext, node: SyntaxNode): void {
  if (context.depth >= DEPTH_BUDGET || context.graph.operations > OPERATION_BUDGET) {
    const message = context.depth >= DEPTH_BUDGET ? "nested too deeply" : "too many operations";
    const location = locationOf(context, node);
    addProblem(context, message, location);
    emit(context.graph, { kind: "opaque", reason: message, reads: [], writes: [], location });
    return;
  }
  context.depth++;
  if (node.hasError && !READS_OWN_ERRORS.has(node.type)) salvageErrors(context, node);
  statementInner(context, node);
  context.depth--;
}

function statementInner(context: FunctionContext, node: SyntaxNode): void {
  switch (node.type) {
    case "compound_statement":
      lowerCompound(context, node);
      return;
    case "declaration":
    case "type_definition":
      lowerDeclaration(context, node);
      return;
    case "expression_statement":
      expressionStatement(context, node);
      return;
    case "if_statement":
      ifStatement(context, node);
      return;
    case "while_statement":
      if (context.frame.notes.heads.has(node.start)) lowerLoopMacro(context, node);
      else lowerWhile(context, node);
      return;
    case "do_statement":
      lowerDo(context, node);
      return;
    case "for_statement":
      lowerFor(context, node);
      return;
    case "switch_statement":
      lowerSwitch(context, node);
      return;
    case "case_statement":
      lowerCase(context, node);
      return;
    case "break_statement":
      jumpTo(context, context.breakTarget, locationOf(context, node));
      return;
    case "continue_statement":
      jumpTo(context, context.continueTarget, locationOf(context, node));
      return;
    case "return_statement":
      returnStatement(context, node);
      return;
    case "goto_statement":
      gotoStatement(context, node);
      return;
    case "labeled_statement":
      labeledStatement(context, node);
      return;
    case "attributed_statement":
      for (const child of operands(node)) {
        if (child.type !== "attribute_declaration") lowerStatement(context, child);
      }
      return;
    case "struct_specifier":
    case "union_specifier":
    case "enum_specifier":
      specifiedType(context, { ...node, type: "declaration", children: [{ ...node, field: "type" }] });
      return;
    case "macro_type_specifier":
      if (!withTextAsExpression(context, node, (expression) => lowerDiscard(context, expression))) {
        lowerUnreadable(context, node);
      }
      return;
    case "primitive_type":
    case "sized_type_specifier":
    case "type_identifier":
    case "preproc_call":
    case "preproc_def":
    case "preproc_function_def":
    case "preproc_include":
    case "comment":
      return;
    case "preproc_if":
    case "preproc_ifdef":
    case "preproc_else":
    case "preproc_elif":
      preprocessorBlock(context, node);
      return;
    case "function_definition":
      addProblem(context, "function inside a function", locationOf(context, node));
      return;
    default:
      unreadableStatement(context, node);
  }
}

/** `{ … }` as a scope: what it has to clean up runs where control falls out of its end. */
export function lowerCompound(context: FunctionContext, node: SyntaxNode): void {
  inNewScope(context, () => lowerStatements(context, operands(node)));
}

/** Runs `body` in a new scope and its cleanups behind. */
export function inNewScope(context: FunctionContext, body: () => void): void {
  const scope = newScope(context.scope);
  inScope(context, scope, () => {
    body();
    runCleanupsFrom(context, scope.cleanups);
  });
}

function expressionStatement(context: FunctionContext, node: SyntaxNode): void {
  for (const child of operands(node)) {
    if (child.type === "ERROR") lowerUnreadable(context, child);
    else if (isHole(context, child)) {
      const { frame } = context;
      frame.hole?.();
    } else if (child.type !== "identifier" || !statementIdentifier(context, child)) {
      lowerDiscard(context, child);
    }
  }
}

/** An `else if` chain is walked, not recursed into: chains of hundreds exist. */
function ifStatement(context: FunctionContext, first: SyntaxNode): void {
  const { graph } = context;
  const join = newBlock(graph);
  let node: SyntaxNode | null = first;
  while (node !== null) {
    if (context.frame.notes.heads.has(node.start)) {
      lowerScopedGuard(context, node);
      break;
    }
    const condition = childByField(node, "condition");
    const consequence = childByField(node, "consequence");
    const otherwise: SyntaxNode | null = childByField(node, "alternative");
    const yes = newBlock(graph);
    const no = newBlock(graph);
    if (condition !== null) lowerCondition(context, condition, yes, no);
    beginBlock(graph, yes);
    if (consequence !== null) inNewScope(context, () => lowerStatement(context, consequence));
    jump(graph, join);
    beginBlock(graph, no);
    const alternative: SyntaxNode | null = otherwise === null ? null : (operands(otherwise)[0] ?? null);
    if (alternative?.type === "if_statement") {
      node = alternative;
      continue;
    }
    if (alternative !== null) inNewScope(context, () => lowerStatement(context, alternative));
    node = null;
  }
  jump(graph, join);
  beginBlock(graph, join);
}

function returnStatement(context: FunctionContext, node: SyntaxNode): void {
  const location = locationOf(context, node);
  let value: Expression | null = null;
  for (const child of operands(node)) {
    if (child.type === "ERROR") {
      lowerUnreadable(context, child);
    } else if (context.returns.kind === "void") {
      lowerDiscard(context, child);
    } else {
      value = convert(lowerValue(context, child), context.returns);
    }
  }
  leaveFunction(context, value, location);
}

function gotoStatement(context: FunctionContext, node: SyntaxNode): void {
  const location = locationOf(context, node);
  const label = childByField(node, "label");
  const computed = /^goto\s*\*/.test(sourceOf(context, node.start, node.end));
  if (label === null || label.missing || computed) {
    addProblem(context, "computed goto", location);
    emit(context.graph, { kind: "opaque", reason: "computed goto", reads: [], writes: [], location });
    context.graph.current.terminator ??= { kind: "unreachable", location };
    beginBlock(context.graph, newBlock(context.graph));
    return;
  }
  jumpToLabel(context, textOf(context, label), location);
}

function labeledStatement(context: FunctionContext, node: SyntaxNode): void {
  const label = childByField(node, "label");
  if (label !== null) defineLabel(context, textOf(context, label), locationOf(context, label));
  for (const child of operands(node)) if (child !== label) lowerStatement(context, child);
}

/** The branches of an `#if` that the pass has left in the tree: all that is there is read, in order. */
function preprocessorBlock(context: FunctionContext, node: SyntaxNode): void {
  for (const child of operands(node)) {
    if (child.field === "condition" || child.field === "name") continue;
    lowerStatement(context, child);
  }
}

function unreadableStatement(context: FunctionContext, node: SyntaxNode): void {
  if (node.type === "ERROR") {
    const parts = operands(node).filter((child) => /_statement$|^declaration$/.test(child.type));
    if (parts.length > 0) {
      addProblem(context, "syntax error", locationOf(context, node));
      for (const part of parts) lowerStatement(context, part);
      return;
    }
  }
  if (/_expression$|identifier$|_literal$/.test(node.type)) lowerDiscard(context, node);
  else lowerUnreadable(context, node);
}

/** `({ … })`: statements in a scope, worth what the last of them is. */
export function lowerStatementExpression(context: FunctionContext, node: SyntaxNode): Expression {
  if (context.depth >= DEPTH_BUDGET) return lowerUnreadable(context, node);
  const statements = operands(node);
  const last = statements.at(-1);
  const scope = newScope(context.scope);
  return inScope(context, scope, () => {
    lowerStatements(context, last?.type === "expression_statement" ? statements.slice(0, -1) : statements);
    const expression = last?.type === "expression_statement" ? operands(last)[0] : undefined;
    let value: Expression = opaque("void value", VOID);
    if (expression !== undefined && isHole(context, expression)) context.frame.hole?.();
    else if (expression !== undefined) value = keptValue(context, expression);
    runCleanupsFrom(context, scope.cleanups);
    return value;
  });
}

/** The value of the last statement, kept in a temporary where it reads what may change or go out of scope. */
function keptValue(context: FunctionContext, expression: SyntaxNode): Expression {
  const inner = unparenthesized(expression);
  if (inner.type === "compound_literal_expression") {
    const value = lowerPlace(context, inner);
    return { kind: "load", place: value, type: value.type };
  }
  const value = lowerValue(context, expression);
  if (value.kind !== "load" || context.scope.cleanups.length === 0) return value;
  const location = locationOf(context, expression);
  const kept = addTemporary(context, value.type, location);
  assign(context, variablePlace(kept), value, location);
  return loadVariable(kept);
}
