/** Graphs as text and as DOT, for people and for tests. Locations are left out. */
import { typeText } from "./c-types.ts";
import type { Edge, Expression, FunctionIr, Operation, Place, Terminator } from "./types.ts";

/** Longest string literal shown whole. */
const STRING_LIMIT = 40;

/** An expression in C-like notation; `(int~)x` is a conversion nobody wrote, `?reason` something opaque. */
export function expressionText(ir: Pick<FunctionIr, "variables">, expression: Expression): string {
  switch (expression.kind) {
    case "constant":
      return constantText(expression);
    case "string":
      return JSON.stringify(
        expression.text.length > STRING_LIMIT
          ? `${expression.text.slice(0, STRING_LIMIT)}…`
          : expression.text,
      );
    case "load":
      return placeText(ir, expression.place);
    case "address":
      return `&${placeText(ir, expression.place)}`;
    case "function":
      return expression.name;
    case "unary":
      return `${expression.operator}${operandText(ir, expression.operand)}`;
    case "binary": {
      const { left, operator, right } = expression;
      return `${operandText(ir, left)} ${operator} ${operandText(ir, right)}`;
    }
    case "cast":
      return `(${typeText(expression.type)}${expression.implicit ? "~" : ""})${operandText(ir, expression.operand)}`;
    case "opaque":
      return expression.name ?? `?${expression.reason.replaceAll(" ", "-")}`;
  }
}

function constantText(expression: Extract<Expression, { kind: "constant" }>): string {
  const { type, value } = expression;
  if (type.kind === "pointer") return value === 0n ? "NULL" : `(${typeText(type)})${value}`;
  if (type.kind === "bool") return value === 0n ? "false" : "true";
  if (type.kind !== "integer") return `${value}`;
  const suffix = `${type.signed ? "" : "u"}${type.bits === 64 ? "l" : ""}`;
  return type.bits < 32 ? `(${typeText(type)})${value}` : `${value}${suffix}`;
}

function operandText(ir: Pick<FunctionIr, "variables">, expression: Expression): string {
  const text = expressionText(ir, expression);
  return expression.kind === "binary" ? `(${text})` : text;
}

export function placeText(ir: Pick<FunctionIr, "variables">, place: Place): string {
  switch (place.kind) {
    case "variable":
      return ir.variables[place.id]?.name ?? `v${place.id}`;
    case "global":
      return place.name;
    case "deref":
      return `*${operandText(ir, place.pointer)}`;
    case "element":
      return `${placeText(ir, place.base)}[${expressionText(ir, place.index)}]`;
    case "field":
      return place.base.kind === "deref"
        ? `${operandText(ir, place.base.pointer)}->${place.field}`
        : `${placeText(ir, place.base)}.${place.field}`;
  }
}

export function operationText(ir: Pick<FunctionIr, "variables">, operation: Operation): string {
  switch (operation.kind) {
    case "assign":
      return `${placeText(ir, operation.target)} = ${expressionText(ir, operation.value)}`;
    case "call": {
      const { callee } = operation;
      const name = callee.kind === "direct" ? callee.name : `(*${expressionText(ir, callee.pointer)})`;
      const list = operation.arguments.map((argument) => expressionText(ir, argument)).join(", ");
      const result =
        operation.result === undefined ? "" : `${ir.variables[operation.result]?.name ?? "?"} = `;
      return `${result}${name}(${list})${operation.cleanup === undefined ? "" : ` [cleanup ${operation.cleanup}]`}`;
    }
    case "declare":
      return `declare ${ir.variables[operation.variable]?.name ?? "?"}${operation.zeroed ? " = {0}" : ""}`;
    case "opaque": {
      const writes = operation.writes.map((place) => placeText(ir, place)).join(", ");
      return `opaque ${operation.reason}${writes === "" ? "" : ` writes ${writes}`}`;
    }
  }
}

function caseText(condition: Edge["condition"]): string {
  if (condition.kind !== "case") return condition.kind;
  const { low, high, label } = condition;
  if (low === null) return `case ${label}`;
  return low === high ? `case ${low}` : `case ${low}...${high}`;
}

function terminatorText(ir: FunctionIr, terminator: Terminator): string {
  const to = (edge: number): string => `b${ir.edges[edge]?.to} (e${edge})`;
  switch (terminator.kind) {
    case "goto":
      return `goto ${to(terminator.edge)}`;
    case "branch": {
      const condition = expressionText(ir, terminator.condition);
      return `if ${condition} then ${to(terminator.whenTrue)} else ${to(terminator.whenFalse)}`;
    }
    case "switch": {
      const targets = terminator.edges.map((id) => {
        const edge = ir.edges[id];
        return edge === undefined ? "" : `${caseText(edge.condition)}: ${to(id)}`;
      });
      return `switch ${expressionText(ir, terminator.value)} { ${targets.join("; ")} }`;
    }
    case "return":
      return terminator.value === null ? "return" : `return ${expressionText(ir, terminator.value)}`;
    case "unreachable":
      return "unreachable";
  }
}

/** The whole graph, one line per operation. Two functions of the same meaning and names give the same text. */
export function dumpCfgText(ir: FunctionIr): string {
  const parameters = ir.parameters.map((id) => {
    const variable = ir.variables[id];
    return variable === undefined ? "?" : `${variable.name}: ${typeText(variable.type)}`;
  });
  const lines = [`${ir.name}(${parameters.join(", ")}): ${typeText(ir.returns)}`];
  for (const block of ir.blocks) {
    lines.push(`b${block.id}:`);
    for (const operation of block.operations) lines.push(`  ${operationText(ir, operation)}`);
    lines.push(`  ${terminatorText(ir, block.terminator)}`);
  }
  for (const loop of ir.loops)
    lines.push(`loop b${loop.head}: ${loop.blocks.map((id) => `b${id}`).join(" ")}`);
  for (const note of ir.annotations) {
    const text = (expression: Expression): string => expressionText(ir, expression);
    const range = `[${text(note.low)}, ${text(note.end)})`;
    const flags = `${note.slotCondition === undefined ? "" : ` if ${note.slotCondition}`}${note.atLeastOnce ? ", at least once" : ""}${note.inequality ? ", by inequality" : ""}${note.earlyExits ? ", early exits" : ""}`;
    lines.push(
      `slots b${note.head}: ${note.callee}#${note.argument} ${text(note.array)}${range} from ${text(note.first)} step ${note.step}, ${ir.variables[note.index]?.name ?? "?"} after ${text(note.indexAfter)}${flags}`,
    );
  }
  for (const problem of ir.problems) lines.push(`problem: ${problem.message}`);
  return `${lines.join("\n")}\n`;
}

function quoted(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}

/** The graph in Graphviz' language. */
export function dumpCfgDot(ir: FunctionIr): string {
  const lines = [`digraph "${quoted(ir.name)}" {`, '  node [shape=box, fontname="monospace"];'];
  for (const block of ir.blocks) {
    const body = [`b${block.id}`, ...block.operations.map((operation) => operationText(ir, operation))];
    const { terminator } = block;
    if (terminator.kind === "branch") body.push(`if ${expressionText(ir, terminator.condition)}`);
    else if (terminator.kind !== "goto") body.push(terminatorText(ir, terminator));
    lines.push(`  b${block.id} [label="${body.map(quoted).join("\\l")}\\l"];`);
  }
  for (const edge of ir.edges) {
    const label = edge.condition.kind === "always" ? "" : ` [label="${quoted(caseText(edge.condition))}"]`;
    lines.push(`  b${edge.from} -> b${edge.to}${label};`);
  }
  return `${[...lines, "}"].join("\n")}\n`;
}
