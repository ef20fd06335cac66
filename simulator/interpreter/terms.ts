/**
 * What a value that rests on choices is made of: the expression that computed it, with loads replaced by numbers and
 * by names of choices. So a condition can be computed again for another choice, by the same evaluator that runs the
 * code. Knows neither memory nor pages.
 */
import {
  type BinaryOperator,
  type Context,
  type CType,
  type Expression,
  evaluateScalar,
  type Layouts,
  Stuck,
} from "@pinscope/grammars/ir";

/** An expression whose leaves are constants and `opaque` nodes that name choices. */
export type Term = Expression;

/** Nodes of a term; what is larger counts as a number from then on. */
export const TERM_SIZE_BUDGET = 120;

const INT: CType = { kind: "integer", bits: 32, signed: true };

export function choiceTerm(key: string, type: CType): Term {
  return { kind: "opaque", reason: "choice", name: key, type };
}

export function constantTerm(value: bigint, type: CType): Term {
  return { kind: "constant", value, type };
}

export function compareTerm(operator: BinaryOperator, left: Term, right: bigint): Term {
  return { kind: "binary", operator, left, right: constantTerm(right, left.type), type: INT };
}

/** Keys of the choices in a term, in order, each once. */
export function choicesIn(term: Term): readonly string[] {
  const found = new Set<string>();
  const visit = (one: Term): void => {
    if (one.kind === "opaque" && one.name !== undefined) found.add(one.name);
    else if (one.kind === "unary" || one.kind === "cast") visit(one.operand);
    else if (one.kind === "binary") {
      visit(one.left);
      visit(one.right);
    }
  };
  visit(term);
  return [...found];
}

export function sizeOfTerm(term: Term): number {
  if (term.kind === "unary" || term.kind === "cast") return 1 + sizeOfTerm(term.operand);
  if (term.kind === "binary") return 1 + sizeOfTerm(term.left) + sizeOfTerm(term.right);
  return 1;
}

/** Constants of a term, as they stand there. */
export function constantsIn(term: Term): readonly bigint[] {
  if (term.kind === "constant") return [term.value];
  if (term.kind === "unary" || term.kind === "cast") return constantsIn(term.operand);
  if (term.kind === "binary") return [...constantsIn(term.left), ...constantsIn(term.right)];
  return [];
}

/** The value of a term under some choices; null where C gives it none. */
export function valueOfTerm(
  term: Term,
  layouts: Layouts,
  choiceValue: (key: string) => bigint | undefined,
): bigint | null {
  const refuse = (): never => {
    throw new Stuck("unsupported", "a term without memory");
  };
  const context = {
    layouts,
    opaque: (_reason: string, name: string | undefined) =>
      name === undefined ? undefined : choiceValue(name),
    memory: { read: refuse },
    addressOfVariable: refuse,
    addressOfGlobal: refuse,
    addressOfFunction: refuse,
    addressOfString: refuse,
    nameOfVariable: refuse,
    indeterminate: refuse,
  } as unknown as Context;
  try {
    return evaluateScalar(term, context);
  } catch (error) {
    if (error instanceof Stuck) return null;
    throw error;
  }
}
