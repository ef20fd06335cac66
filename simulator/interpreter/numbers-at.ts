/**
 * The numbers that a call or a condition at a place of the code is computed with: whether an errno stands there for a
 * count. Looks on while a simulation is run once more; changes nothing in it.
 */
import {
  type Block,
  type Context,
  type Expression,
  evaluateScalar,
  type Frame,
  type FunctionIr,
  type Location,
  type Operation,
  Stuck,
} from "@pinscope/grammars/ir";
import type { Run } from "./run.ts";
import type { Simulated } from "./simulate.ts";

/** Lowest errno, as the kernel counts them: MAX_ERRNO. */
const LOWEST_ERRNO = -4095n;

export interface NumbersAt {
  /** How often control came to the place. */
  readonly visits: number;
  /** An errno that the call there, the condition there or the test of a loop around it takes for a count; null: none. */
  readonly misread: bigint | null;
  /** Arguments of the call there when control last came to it; null for what is no number. */
  readonly arguments: readonly (bigint | null)[];
}

type Part = Operation | Block["terminator"];

/** What is at the place, and what says how often it is come to. */
interface Parts {
  readonly here: ReadonlySet<Part>;
  readonly tests: ReadonlySet<Part>;
}

/** The numbers at a place on the path of a simulation. Runs it once more. */
export function numbersAt({ again }: Simulated, at: Location): NumbersAt {
  const partsIn = new WeakMap<FunctionIr, Parts>();
  let visits = 0;
  let misread: bigint | null = null;
  let last: NumbersAt["arguments"] = [];
  again((run) => {
    const frame = run.machine.frames.at(-1);
    if (frame === undefined) return;
    const parts = partsIn.get(frame.function) ?? partsAt(frame.function, at);
    partsIn.set(frame.function, parts);
    const part = frame.block.operations[frame.next] ?? frame.block.terminator;
    const isHere = parts.here.has(part);
    if (!isHere && !parts.tests.has(part)) return;
    const numbers = new Numbers(run, frame);
    if (isHere) {
      visits += 1;
      if (part.kind === "call") last = part.arguments.map((argument) => numbers.valueOf(argument));
    }
    for (const expression of expressionsOf(part))
      misread ??= numbers.errnoIn(expression, part.kind === "call");
  });
  return { visits, misread, arguments: last };
}

function partsAt(ir: FunctionIr, at: Location): Parts {
  const isAt = (part: Part): boolean =>
    "location" in part && part.location.file === at.file && part.location.start === at.start;
  const blocks = ir.blocks.filter(({ operations, terminator }) => [...operations, terminator].some(isAt));
  const here = blocks.flatMap(({ operations, terminator }) => [...operations, terminator].filter(isAt));
  const heads = ir.loops
    .filter((loop) => blocks.some(({ id }) => loop.blocks.includes(id)))
    .map(({ head }) => head);
  const tests = ir.blocks.filter(({ id }) => heads.includes(id)).map(({ terminator }) => terminator);
  return { here: new Set(here), tests: new Set(tests) };
}

function expressionsOf(part: Part): readonly Expression[] {
  if (part.kind === "call") return part.arguments;
  return part.kind === "branch" ? [part.condition] : [];
}

/** Evaluates expressions in a frame, as far as nothing has to be chosen for it. */
class Numbers {
  private readonly context: Context;

  constructor({ machine }: Run, frame: Frame) {
    this.context = {
      memory: machine.memory,
      layouts: machine.layouts,
      addressOfVariable: (id) => machine.objectOf(frame, id).base,
      addressOfGlobal: machine.addressOfGlobal,
      addressOfFunction: machine.addressOfFunction,
      addressOfString: machine.addressOfString,
      nameOfVariable: () => "",
      indeterminate: () => undefined,
      opaque: () => undefined,
    };
  }

  valueOf(expression: Expression): bigint | null {
    try {
      return evaluateScalar(expression, this.context);
    } catch (error) {
      if (error instanceof Stuck) return null;
      throw error;
    }
  }

  /** An errno in an expression, as the number it was: in what is unsigned, or in anything that a call is given. */
  errnoIn(expression: Expression, isGiven: boolean): bigint | null {
    if (expression.kind === "unary" || expression.kind === "cast") {
      const inside = this.errnoIn(expression.operand, isGiven);
      if (inside !== null) return inside;
    }
    if (expression.kind === "binary")
      return this.errnoIn(expression.left, isGiven) ?? this.errnoIn(expression.right, isGiven);
    const { type } = expression;
    if (type.kind !== "integer" || (type.signed && !isGiven)) return null;
    const value = this.valueOf(expression);
    if (value === null) return null;
    const signed = BigInt.asIntN(type.bits, value);
    return signed < 0n && signed >= LOWEST_ERRNO ? signed : null;
  }
}
