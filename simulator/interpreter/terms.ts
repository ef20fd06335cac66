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
  type Memory,
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

const NO_CHOICES: readonly string[] = [];

/** Keys of the choices in a term, in order, each once. */
export function choicesIn(term: Term): readonly string[] {
  switch (term.kind) {
    case "opaque":
      return term.name === undefined ? NO_CHOICES : [term.name];
    case "unary":
    case "cast":
      return choicesIn(term.operand);
    case "binary": {
      const left = choicesIn(term.left);
      const right = choicesIn(term.right);
      if (right.length === 0) return left;
      return left.length === 0 ? right : [...new Set([...left, ...right])];
    }
    default:
      return NO_CHOICES;
  }
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

function refuse(): never {
  throw new Stuck("unsupported", "a term without memory");
}

const NO_MEMORY = { read: refuse } as unknown as Memory;

/** What the evaluator is given for a term: the numbers of choices, and nothing else. */
class TermContext implements Context {
  readonly memory = NO_MEMORY;
  readonly layouts: Layouts;
  private readonly choiceValue: (key: string) => bigint | undefined;

  constructor(layouts: Layouts, choiceValue: (key: string) => bigint | undefined) {
    this.layouts = layouts;
    this.choiceValue = choiceValue;
  }

  opaque(_reason: string, name: string | undefined): bigint | undefined {
    return name === undefined ? undefined : this.choiceValue(name);
  }

  addressOfVariable(): never {
    return refuse();
  }

  addressOfGlobal(): never {
    return refuse();
  }

  addressOfFunction(): never {
    return refuse();
  }

  addressOfString(): never {
    return refuse();
  }

  nameOfVariable(): never {
    return refuse();
  }

  indeterminate(): never {
    return refuse();
  }
}

/** The value of a term under some choices; null where C gives it none. */
export function valueOfTerm(
  term: Term,
  layouts: Layouts,
  choiceValue: (key: string) => bigint | undefined,
): bigint | null {
  try {
    return evaluateScalar(term, new TermContext(layouts, choiceValue));
  } catch (error) {
    if (error instanceof Stuck) return null;
    throw error;
  }
}
