/** The cases of a switch in the function that runs: which one a value takes, and as conditions. Decides nothing. */
import type { CType, EdgeId, Expression } from "@pinscope/grammars/ir";
import type { Run } from "./run.ts";
import { compareTerm, type Term } from "./terms.ts";

const INT: CType = { kind: "integer", bits: 32, signed: true };

/** Of two truth values, 0 or 1 each. */
function either(left: Term, right: Term): Term {
  return { kind: "binary", operator: "|", left, right, type: INT };
}

function both(left: Term, right: Term): Term {
  return { kind: "binary", operator: "&", left, right, type: INT };
}

function caseLimits(run: Run, id: EdgeId, type: CType): { low: bigint; high: bigint } | null {
  const condition = run.machine.frames.at(-1)?.function.edges.find((edge) => edge.id === id)?.condition;
  if (condition?.kind !== "case") return null;
  const low = condition.low ?? run.unknowns.opaqueValue("case label", condition.label, type);
  return { low, high: condition.high ?? low };
}

export function caseOf(
  run: Run,
  value: bigint,
  terminator: { readonly value: Expression; readonly edges: readonly EdgeId[] },
): EdgeId | null {
  let byDefault: EdgeId | null = null;
  for (const id of terminator.edges) {
    const limits = caseLimits(run, id, terminator.value.type);
    if (limits === null) byDefault = id;
    else if (value >= limits.low && value <= limits.high) return id;
  }
  return byDefault;
}

export function caseTerm(run: Run, id: EdgeId, term: Term, type: CType): Term | null {
  const limits = caseLimits(run, id, type);
  if (limits === null) return null;
  const { low, high } = limits;
  if (low === high) return compareTerm("==", term, low);
  return both(compareTerm(">=", term, low), compareTerm("<=", term, high));
}

/** That none of a switch's cases is taken. */
export function defaultTerm(run: Run, edges: readonly EdgeId[], term: Term, type: CType): Term | null {
  const conditions = edges.flatMap((id) => {
    const limits = caseLimits(run, id, type);
    if (limits === null) return [];
    return [either(compareTerm("<", term, limits.low), compareTerm(">", term, limits.high))];
  });
  const [first, ...rest] = conditions;
  return first === undefined ? null : rest.reduce(both, first);
}
