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

export const zero: Linear = { constant: 0, terms: [] };
export const one: Linear = { constant: 1, terms: [] };

export function constantOf(value: number): Linear {
  return value === 0 ? zero : { constant: value, terms: [] };
}

export function symbolOf(symbol: SymbolId): Linear {
  return { constant: 0, terms: [[symbol, 1]] };
}

/** `left + factor · right`. */
export function combine(left: Linear, right: Linear, factor: number): Linear {
  if (factor === 0) return left;
  if (right.terms.length === 0) {
    return right.constant === 0
      ? left
      : { constant: left.constant + factor * right.constant, terms: left.terms };
  }
  const terms: [SymbolId, number][] = [];
  let i = 0;
  let j = 0;
  while (i < left.terms.length || j < right.terms.length) {
    const a = left.terms[i];
    const b = right.terms[j];
    if (a !== undefined && (b === undefined || a[0] < b[0])) {
      terms.push([a[0], a[1]]);
      i++;
    } else if (b !== undefined && (a === undefined || b[0] < a[0])) {
      terms.push([b[0], factor * b[1]]);
      j++;
    } else if (a !== undefined && b !== undefined) {
      const coefficient = a[1] + factor * b[1];
      if (coefficient !== 0) terms.push([a[0], coefficient]);
      i++;
      j++;
    }
  }
  return { constant: left.constant + factor * right.constant, terms };
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
  for (const [symbol, coefficient] of value.terms) key += `${coefficient}s${symbol}+`;
  return key + value.constant;
}
