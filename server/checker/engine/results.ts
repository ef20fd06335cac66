/**
 * The value a catalogue call returns: fresh memory, an alias of an argument, an answer, or a new symbol.
 * Knows no holdings.
 */

import type { BoundCall, Outcome } from "@pinscope/simulator/catalogue";
import type { Environment } from "./addresses.ts";
import type { CallSite } from "./call-site.ts";
import { addConstant, one, subtract, zero } from "./linear.ts";
import { objectOfCell, type State } from "./state.ts";
import { argumentValue, predicateTerm } from "./terms.ts";
import { boundsOf, numberValue, type ObjectId, type Tables, type Value, valueKey } from "./values.ts";

/** The value a call returns: fresh memory, an alias of an argument, or a new symbol. */
export function resultValue(
  bound: BoundCall,
  outcome: Outcome,
  site: CallSite,
  state: State,
  env: Environment,
): Value {
  const { tables } = env;
  const alias = aliasedValue(bound, site, tables);
  if (alias !== null) return alias;
  const answer = answeredValue(bound, site, tables);
  if (answer !== null) return answer;
  for (const effect of outcome.effects) {
    const fresh =
      (effect.kind === "allocate" && effect.into.kind === "result") ||
      (effect.kind === "acquire" &&
        effect.family === "allocation" &&
        effect.target.kind === "value" &&
        effect.target.value.kind === "result");
    if (!fresh) continue;
    const zeroed = effect.kind === "allocate" && effect.zeroed;
    return freshMemory(site, zeroed, state, tables);
  }
  const bounds =
    outcome.name === "success" && bound.entry.resultUnit === "pointer" ? () => [] : boundsOf(site.type);
  return numberValue(
    tables.fresh("result", bounds, {
      call: { api: bound.entry.name, location: site.location, functionName: site.functionName },
    }),
  );
}

/** The page an identity names, or the address that stands for it. */
export function aliasedValue(bound: BoundCall, site: CallSite, tables: Tables): Value | null {
  const { aliases } = bound.entry;
  if (aliases === undefined) return null;
  const value = argumentValue({ bound, arguments: site.arguments, result: null }, aliases.result);
  if (value === null) return null;
  if (aliases.how === "same") return value;
  if (aliases.how !== "address") return null;
  const [term] = value.kind === "number" ? value.value.terms : [];
  const page = term === undefined ? undefined : tables.symbol(term[0])?.addressOf;
  if (page !== undefined) return page;
  const key = `address(${valueKey(value)})`;
  return numberValue(tables.term(key, (self) => [addConstant(self, -1)], { addressOf: value }));
}

/** The truth value of the question that a call asks, the same each time it is asked of one object. */
function answeredValue(bound: BoundCall, site: CallSite, tables: Tables): Value | null {
  const { answers } = bound.entry;
  const question = answers?.kind === "not" ? answers.operand : answers;
  if (question?.kind !== "predicate") return null;
  const value = argumentValue({ bound, arguments: site.arguments, result: null }, question.argument);
  if (value === null) return null;
  const truth = predicateTerm(question.name, value, tables);
  return numberValue(question === answers ? truth : subtract(one, truth));
}

/** How many allocations of one call are told apart on one path. */
const generationBudget = 3;

/** A pointer to memory allocated here; memory of an earlier turn that is still referred to keeps its own object. */
export function freshMemory(site: CallSite, zeroed: boolean, state: State, tables: Tables): Value {
  for (let generation = 0; ; generation++) {
    const object = tables.heap(
      `${site.nesting}.${site.functionName}.${site.location.start}`,
      generation,
      zeroed,
    );
    if (isReferred(object, state)) {
      if (generation < generationBudget) continue;
      return numberValue(tables.fresh("call", (self) => [addConstant(self, -1)]));
    }
    return { kind: "pointer", object, path: "", index: zero };
  }
}

function isReferred(object: ObjectId, state: State): boolean {
  if (state.holdings.some((holding) => holding.holder.object === object || holding.records.includes(object)))
    return true;
  for (const [key, value] of state.memory) {
    if (value.kind === "pointer" && value.object === object) return true;
    if (objectOfCell(key) === object) return true;
  }
  return state.freed.has(object) || state.escaped.has(object);
}
