/** What decides on another turn of a loop, brought to one form. Knows counters and blocks; not what the loop does. */
import { constant } from "./conversions.ts";
import {
  type Counter,
  converted,
  invariant,
  type LoopShape,
  offsetFrom,
  order,
  type Point,
  runsEveryTurn,
} from "./loop-shape.ts";
import type { BlockId, Expression } from "./types.ts";

/** What decides on another turn, brought to the form `counter + offset <operator> bound`. */
export interface Test {
  readonly block: BlockId;
  readonly operator: "<" | "<=" | ">" | ">=" | "!=";
  readonly offset: bigint;
  readonly bound: Expression;
  /** The counter's own distance from the begin of the turn where the test stands. */
  readonly counterOffset: bigint;
}

const MIRRORED = { "<": ">", "<=": ">=", ">": "<", ">=": "<=", "!=": "!=", "==": "==" } as const;
const NEGATED = { "<": ">=", "<=": ">", ">": "<=", ">=": "<", "!=": "==", "==": "!=" } as const;

function isComparison(operator: string): operator is keyof typeof MIRRORED {
  return Object.hasOwn(MIRRORED, operator);
}

/** The branch that leaves the loop by the counter, on every turn. */
export function testOf(shape: LoopShape, counter: Counter): Test | null {
  for (const block of shape.blocks) {
    const { terminator } = block;
    if (terminator.kind !== "branch" || !runsEveryTurn(shape, block.id)) continue;
    const stays = (edge: number): boolean => shape.members.has(shape.graph.edges[edge]?.to ?? -1);
    const yes = stays(terminator.whenTrue);
    if (yes === stays(terminator.whenFalse)) continue;
    const point = { block: block.id, index: block.operations.length };
    const test = comparison(shape, counter, terminator.condition, yes, point);
    if (test !== null) return test;
  }
  return null;
}

function comparison(
  shape: LoopShape,
  counter: Counter,
  condition: Expression,
  staysWhen: boolean,
  point: Point,
): Test | null {
  const counterOffset = offsetOfCounter(shape, counter, point);
  if (counterOffset === null) return null;
  const make = (operator: string, value: Expression, bound: Expression): Test | null => {
    if (!isComparison(operator)) return null;
    const staying = staysWhen ? operator : NEGATED[operator];
    const offset = offsetFrom(shape, counter, value, point);
    if (offset === null || staying === "==" || !invariant(shape, bound)) return null;
    if (!fits(staying, counter.step, value, bound)) return null;
    return { block: point.block, operator: staying, offset, bound: converted(bound), counterOffset };
  };
  const value = converted(condition);
  if (value.kind === "unary" && value.operator === "!") {
    return comparison(shape, counter, value.operand, !staysWhen, point);
  }
  if (value.kind === "binary" && isComparison(value.operator)) {
    return (
      make(value.operator, value.left, value.right) ?? make(MIRRORED[value.operator], value.right, value.left)
    );
  }
  if (value.type.kind === "pointer") return null;
  return make("!=", value, constant(0n, value.type.kind === "integer" ? value.type : undefined));
}

/** Whether a counter that moves this way ends at such a test; `unsigned >= 0` never ends. */
function fits(operator: string, step: 1 | -1, value: Expression, bound: Expression): boolean {
  if (operator === "!=") return true;
  if (step === 1) return operator === "<" || operator === "<=";
  if (operator === ">") return true;
  const unsigned = value.type.kind === "integer" && !value.type.signed;
  return operator === ">=" && !(unsigned && bound.kind === "constant" && bound.value === 0n);
}

function offsetOfCounter(shape: LoopShape, counter: Counter, point: Point): bigint | null {
  const side = order(shape, counter.update, point);
  return side === "depends" ? null : side === "before" ? BigInt(counter.step) : 0n;
}
