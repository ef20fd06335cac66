/** Statements that leave: jumps to labels, returns, and macros that hide them. */
import { expression, literal } from "./expressions.ts";
import {
  condition,
  expressionDepth,
  type Position,
  type StatementContext,
  type StatementMaker,
} from "./statements.ts";
import { leaf } from "./tree.ts";

export const jump: StatementMaker = (position, context) => {
  const { chooser } = context;
  const labels = position.regions.flatMap((region) => [
    ...[...region.placed].map((label) => ({ label, forward: false })),
    ...region.pending.map((label) => ({ label, forward: true })),
  ]);
  if (labels.length === 0) return null;
  const { label, forward } = chooser.pick(labels);
  // A label not placed yet lies ahead; but a loop around may bring control here again, which its own bound ends.
  const guard = forward ? condition(position, context) : "fuel-- > 0";
  return leaf(`if (${guard}) goto ${label};`);
};

export const leave: StatementMaker = (position, context) => {
  const { chooser } = context;
  const guard = chooser.chance(0.85) ? `if (${condition(position, context)}) ` : "";
  const choices = [
    ...(position.canBreak ? ["break;", "break;"] : []),
    ...(position.canContinue ? ["continue;", "continue;"] : []),
    ...(position.allowReturn ? [returnText(position, context)] : []),
  ];
  if (choices.length === 0) return null;
  return leaf(`${guard}${chooser.pick(choices)}`);
};

export function returnText(position: Position, context: StatementContext): string {
  if (context.returns === null) return "return;";
  return `return ${expression(position.scope, context, expressionDepth(context)).text};`;
}

export const macroJump: StatementMaker = (position, context) => {
  const { chooser } = context;
  const suffix = context.macros[0] ?? "";
  const forward = position.regions.flatMap(({ pending }) => pending);
  const operand = expression(position.scope, context, 1).text;
  switch (chooser.below(4)) {
    case 0:
      if (forward.length === 0) return null;
      return leaf(`CHECK_GOTO${suffix}(${operand}, ${chooser.below(9) - 4}, ${chooser.pick(forward)});`);
    case 1:
      if (!position.allowReturn || context.returns === null) return null;
      return leaf(`RETURN_IF${suffix}(${operand}, ${literal(context).text});`);
    case 2: {
      const writable = position.scope.scalars.filter((scalar) => scalar.writable);
      const first = writable[0];
      const second = writable.find((scalar) => scalar !== first && scalar.type.text === first?.type.text);
      if (first === undefined || second === undefined) return null;
      return leaf(`swap(${first.name}, ${second.name});`);
    }
    default:
      return leaf(`LOG_BOTH${suffix}(${operand}, ${literal(context).text});`);
  }
};
