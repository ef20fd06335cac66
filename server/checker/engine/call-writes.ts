/**
 * What a catalogue call may have written to memory besides what its effects say: numbers it gives back, arrays it was
 * given. Knows no holdings beyond which arrays have some.
 */
import { type BoundCall, type Outcome, plainAllocationFlags } from "@pinscope/simulator/catalogue";
import { addressOf, cellPath, type Environment } from "./addresses.ts";
import type { CallSite } from "./call-site.ts";
import { sameLinear } from "./linear.ts";
import { constantValue } from "./numbers.ts";
import { cellKey, type State } from "./state.ts";
import { type AppliedCall, pointerTerm } from "./terms.ts";
import { forgetWritten } from "./unknown-calls.ts";
import { forgetUnwritten } from "./unwritten.ts";
import type { ObjectId } from "./values.ts";

/** A parameter by which a call gives back a number or an answer of its own. */
const numberOutput =
  /^(?:unsigned |signed )?(?:bool|int|long|short|char|s?size_t|loff_t|pgoff_t|[us]\d+)\s*\*$/;

/** What a call writes through its pointers to locals (`copy_from_user`, `bool *same_page`) is not known afterwards. */
export function forgetOutputs(bound: BoundCall, site: CallSite, state: State, env: Environment): State {
  let current = state;
  const outputs = bound.signature.parameters.flatMap(({ type }, position) =>
    numberOutput.test(type) ? [position] : [],
  );
  for (const position of [...(bound.entry.writes ?? []), ...outputs]) {
    const value = site.arguments[position];
    const address = value === undefined ? null : addressOf(value, env.tables);
    if (address === null || env.tables.object(address.object)?.kind !== "variable") continue;
    current = forgetWritten(current, address, env.tables);
  }
  return current;
}

/** Whether memory comes as it was left: what allocates it is told nothing that may ask for zeroes. */
export function comesAsLeft({ bound, arguments: values }: AppliedCall, env: Environment): boolean {
  const position = bound.signature.parameters.findIndex(({ type }) => type === "gfp_t");
  const flags = values[position];
  return (
    flags?.kind === "number" &&
    plainAllocationFlags.some((name) => sameLinear(flags.value, constantValue(name, env.tables)))
  );
}

/** Arrays that a call was given, directly or through a pointer to the pointer, may be filled now, if not as followed. */
export function forgetWrittenArrays(
  state: State,
  outcome: Outcome,
  call: AppliedCall,
  site: CallSite,
  env: Environment,
): State {
  const { tables } = env;
  const followed = new Set<ObjectId>();
  for (const { effects } of call.bound.outcomes) {
    for (const effect of effects) {
      if (effect.kind !== "acquire" || effect.target.kind !== "slots") continue;
      const array = pointerTerm(effect.target.array, call, state, tables);
      const object = array === null ? undefined : addressOf(array, tables)?.object;
      if (object === undefined) continue;
      const isHeld = state.holdings.some(
        ({ holder, acquisition }) =>
          holder.kind === "slots" &&
          holder.object === object &&
          acquisition.location.start === site.location.start,
      );
      if (isHeld || outcome.name === "zero") followed.add(object);
    }
  }
  let current = state;
  for (const value of call.arguments) {
    const address = addressOf(value, tables);
    if (address === null) continue;
    const inner = state.memory.get(cellKey(address.object, cellPath(address)));
    const objects = [address.object, inner?.kind === "pointer" ? inner.object : address.object];
    for (const object of objects) if (!followed.has(object)) current = forgetUnwritten(current, object);
  }
  return current;
}
