/**
 * Linear expressions over symbols: `constant + Σ coefficient · symbol`, mathematical integers.
 * Knows nothing of C types (see `evaluate`) nor of what a symbol stands for.
 */

export type SymbolId = number;

/** Terms are sorted by symbol and have no zero coefficients, so that equal expressions have equal keys. */
export interface Linear {
  readonly constant: number;
  readonly terms: readonly (readonly [SymbolId, number])[];
}

const none: Linear["terms"] = [];

export const zero: Linear = { constant: 0, terms: none };
export const one: Linear = { constant: 1, terms: [] };

export function constantOf(value: number): Linear {
  return value === 0 ? zero : { constant: value, terms: [] };
}

export function symbolOf(symbol: SymbolId): Linear {
  return { constant: 0, terms: [[symbol, 1]] };
}

/** Terms of the expression being made: cut to size at the end, since an array that grows keeps room for many. */
const made: (readonly [SymbolId, number])[] = [];

/** `leftFactor · left + rightFactor · right`. */
export function weighted(left: Linear, leftFactor: number, right: Linear, rightFactor: number): Linear {
  const ours = left.terms;
  const theirs = right.terms;
  let count = 0;
  let i = 0;
  let j = 0;
  for (;;) {
    const a = ours[i];
    const b = theirs[j];
    if (a !== undefined && (b === undefined || a[0] < b[0])) {
      made[count++] = leftFactor === 1 ? a : [a[0], leftFactor * a[1]];
      i++;
    } else if (b !== undefined && (a === undefined || b[0] < a[0])) {
      made[count++] = rightFactor === 1 ? b : [b[0], rightFactor * b[1]];
      j++;
    } else if (a !== undefined && b !== undefined) {
      const coefficient = leftFactor * a[1] + rightFactor * b[1];
      if (coefficient !== 0) made[count++] = [a[0], coefficient];
      i++;
      j++;
    } else break;
  }
  return {
    constant: leftFactor * left.constant + rightFactor * right.constant,
    terms: count === 0 ? none : made.slice(0, count),
  };
}

/** `left + factor · right`. */
export function combine(left: Linear, right: Linear, factor: number): Linear {
  if (factor === 0) return left;
  if (right.terms.length === 0) {
    return right.constant === 0
      ? left
      : { constant: left.constant + factor * right.constant, terms: left.terms };
  }
  return weighted(left, 1, right, factor);
}

export function add(left: Linear, right: Linear): Linear {
  return combine(left, right, 1);
}

export function subtract(left: Linear, right: Linear): Linear {
  return combine(left, right, -1);
}

export function scale(value: Linear, factor: number): Linear {
  return combine(zero, value, factor);
}

export function addConstant(value: Linear, amount: number): Linear {
  return amount === 0 ? value : { constant: value.constant + amount, terms: value.terms };
}

/** Whether every symbol of the expression passes. Written out: a walk asks it all the time, long before it is compiled. */
export function everySymbol({ terms }: Linear, passes: (symbol: SymbolId) => boolean): boolean {
  for (let index = 0; index < terms.length; index++) if (!passes(terms[index]?.[0] ?? 0)) return false;
  return true;
}

/** Whether some symbol of the expression passes. */
export function someSymbol({ terms }: Linear, passes: (symbol: SymbolId) => boolean): boolean {
  for (let index = 0; index < terms.length; index++) if (passes(terms[index]?.[0] ?? 0)) return true;
  return false;
}

export function isConstant(value: Linear): boolean {
  return value.terms.length === 0;
}

export function sameLinear(left: Linear, right: Linear): boolean {
  if (left.constant !== right.constant || left.terms.length !== right.terms.length) return false;
  return left.terms.every((term, index) => {
    const other = right.terms[index];
    return other !== undefined && term[0] === other[0] && term[1] === other[1];
  });
}

/** A key equal for equal expressions. */
export function linearKey(value: Linear): string {
  let key = "";
  const { terms } = value;
  for (let index = 0; index < terms.length; index++) {
    const term = terms[index];
    if (term !== undefined) key += `${term[1]}s${term[0]}+`;
  }
  return key + value.constant;
}
