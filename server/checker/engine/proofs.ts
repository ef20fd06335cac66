/**
 * Answers of eliminations, shared by all paths of one analysis: paths differ in few facts, and ask the same questions
 * of the others again and again. Knows no paths.
 */
import { type Elimination, infeasible } from "./elimination.ts";
import { addConstant, type Linear, linearKey, scale } from "./linear.ts";

/** Sets of facts that are remembered as enough for one conclusion. */
const proofBudget = 6;

/** Whether `value ≥ 0` follows from a set of facts; if not, steps from which a counterexample can be read. */
export type Decision = readonly Elimination[] | "follows";

export class Proofs {
  private readonly facts = new Map<string, Linear>();
  private readonly sufficient = new Map<string, (readonly Linear[])[]>();
  private readonly decisions = new Map<string, Decision>();
  private readonly numbers = new Map<Linear, number>();

  /** One object for equal facts. */
  intern(fact: Linear): Linear {
    const key = linearKey(fact);
    const known = this.facts.get(key);
    if (known !== undefined) return known;
    this.facts.set(key, fact);
    this.numbers.set(fact, this.numbers.size);
    return fact;
  }

  /** Whether facts among `known` (interned) were found enough for `value ≥ 0` before. */
  isProved(key: string, known: readonly Linear[]): boolean {
    const proofs = this.sufficient.get(key);
    if (proofs === undefined) return false;
    return proofs.some((proof) => proof.every((fact) => known.includes(fact)));
  }

  /** Decides by elimination; `facts` are interned, `definitions` belong to the symbols that these and `value` reach. */
  decide(value: Linear, key: string, facts: readonly Linear[], definitions: readonly Linear[]): Decision {
    let name = key;
    for (const fact of facts) name += `,${this.numbers.get(fact) ?? "?"}`;
    const known = this.decisions.get(name);
    if (known !== undefined) return known;
    const steps: Elimination[] = [];
    const opposite = addConstant(scale(value, -1), -1);
    const decision = infeasible([opposite, ...facts, ...definitions], steps) ? "follows" : steps;
    this.decisions.set(name, decision);
    if (decision === "follows") {
      const proofs = this.sufficient.get(key);
      if (proofs === undefined) this.sufficient.set(key, [facts]);
      else if (proofs.length < proofBudget) proofs.push(facts);
    }
    return decision;
  }
}
