/**
 * Walks of helpers, kept for the calls they were made for: a further call from a state that an earlier one covers takes
 * the earlier walk's ways out over, said of its own numbers. Knows no operations.
 */
import type { Exit } from "./context.ts";
import type { FunctionFacts } from "./function-facts.ts";
import { join, type Pair } from "./joining.ts";
import { type Linear, type SymbolId, sameLinear } from "./linear.ts";
import { prunedFacts } from "./meeting.ts";
import { shapeText } from "./shape.ts";
import { type Holding, objectOfCell, type Route, type State, type Trail } from "./state.ts";
import { stateKey } from "./state-key.ts";
import { Substitution } from "./substitution.ts";
import { type ObjectId, type Tables, type Value, valueKey } from "./values.ts";

/** How often the entry of one summary may be widened. */
const wideningBudget = 6;

/** A helper's walk from one state. */
interface Summary {
  entry: State;
  key: number;
  exits: readonly Exit[];
  widenings: number;
}

/** The summaries of one root function's walk, by call and by what is held at it. */
export class Summaries {
  private readonly known = new Map<string, Summary>();
  private readonly tables: Tables;

  constructor(tables: Tables) {
    this.tables = tables;
  }

  /**
   * The ways out of a call whose frame is `frame`, from `entered` with the parameters set; `facts` and `walk`
   * are the helper's: `walk` walks the helper.
   * Null where no summary serves: the call is then to be walked by itself.
   */
  apply(
    frame: number,
    facts: FunctionFacts,
    entered: State,
    walk: (entry: State) => readonly Exit[],
  ): Exit[] | null {
    const own = project(entered, frame, facts, this.tables);
    const name = `${frame}|${shapeText(own, this.tables)}`;
    const summary = this.known.get(name);
    if (summary === undefined) {
      const exits = walk(own);
      this.known.set(name, { entry: own, key: stateKey(own, this.tables), exits, widenings: 0 });
      return this.transfer(exits, own, entered, new Map());
    }
    const joined = join(summary.entry, own, this.tables);
    if (joined === null || joined.losesAddresses) return null;
    const wider = prunedFacts(joined.state, this.tables, facts);
    const key = stateKey(wider, this.tables);
    if (key === summary.key) {
      const map = mapping(joined.pairs, "left");
      return map === null ? null : this.transfer(summary.exits, summary.entry, entered, map);
    }
    if (summary.widenings >= wideningBudget) return null;
    const map = mapping(joined.pairs, "now");
    if (map === null) return null;
    summary.widenings++;
    summary.entry = wider;
    summary.key = key;
    summary.exits = walk(wider);
    return this.transfer(summary.exits, wider, entered, map);
  }

  private transfer(
    exits: readonly Exit[],
    entry: State,
    current: State,
    map: ReadonlyMap<SymbolId, Linear>,
  ): Exit[] {
    const substitution = new Substitution(map, this.tables);
    return exits.flatMap((exit) => {
      const state = transferState(exit.state, entry, current, substitution);
      if (state === null) return [];
      return [{ ...exit, state, value: exit.value === null ? null : substitution.value(exit.value) }];
    });
  }
}

/** What stands in a walk for the numbers of this call; null when a number stands for no symbol of its own. */
function mapping(pairs: readonly Pair[], side: "left" | "now"): Map<SymbolId, Linear> | null {
  const map = new Map<SymbolId, Linear>();
  for (const pair of pairs) {
    const { constant, terms } = pair[side];
    const [term] = terms;
    if (constant !== 0 || terms.length !== 1 || term?.[1] !== 1) return null;
    map.set(term[0], pair.right);
  }
  return map;
}

/** Only what the helper can see, and what names pages or records: other locals of its callers are left out. */
function project(state: State, frame: number, facts: FunctionFacts, tables: Tables): State {
  const seen = new Set<ObjectId>();
  const isLocal = (object: ObjectId): boolean => {
    const info = tables.object(object);
    return info?.kind === "variable" && info.frame !== frame;
  };
  for (const { holder, records } of state.holdings)
    for (const object of [holder.object, ...records]) seen.add(object);
  const { cells, contents } = state.memory;
  for (let grew = true; grew; ) {
    grew = false;
    for (let index = 0; index < cells.length; index++) {
      const cell = cells[index];
      const value = contents[index];
      if (cell === undefined || value?.kind !== "pointer" || seen.has(value.object)) continue;
      if (isLocal(cell.object) && !seen.has(cell.object)) continue;
      seen.add(value.object);
      grew = true;
    }
  }
  const held = new Set<SymbolId>();
  for (const { holder } of state.holdings) {
    const info = tables.object(holder.object);
    if (info?.kind === "pointee") held.add(info.symbol);
  }
  const keepsAlive = (value: Value | undefined): boolean => {
    if (value?.kind === "pointer") return tables.object(value.object)?.kind === "heap";
    return value?.kind === "number" && value.value.terms.some(([symbol]) => held.has(symbol));
  };
  const memory = state.memory.filter(
    (cell) => !isLocal(cell.object) || seen.has(cell.object) || keepsAlive(state.memory.get(cell.key)),
  );
  return prunedFacts({ ...state, memory, givenBack: [] }, tables, facts);
}

/** The state after a call: the caller's, changed as the walk changed its entry. */
function transferState(exit: State, entry: State, current: State, substitution: Substitution): State | null {
  let { memory } = current;
  for (const key of entry.memory.keys())
    if (!exit.memory.has(key)) memory = memory.without(renamed(key, substitution));
  for (const [key, value] of exit.memory) {
    const before = entry.memory.get(key);
    if (before !== undefined && sameValue(before, value)) continue;
    memory = memory.with(renamed(key, substitution), substitution.value(value));
  }
  let { constraints } = current;
  for (const fact of exit.constraints.inequalities) {
    if (entry.constraints.inequalities.includes(fact)) continue;
    const next = constraints.assumeNonNegative(substitution.number(fact));
    if (next === null) return null;
    constraints = next;
  }
  for (const fact of exit.constraints.disequalities) {
    if (entry.constraints.disequalities.includes(fact)) continue;
    const next = constraints.assumeNonZero(substitution.number(fact));
    if (next === null) return null;
    constraints = next;
  }
  const objects = (own: ReadonlySet<ObjectId>, after: ReadonlySet<ObjectId>): ReadonlySet<ObjectId> =>
    after.size === 0 ? own : new Set([...own, ...[...after].map((object) => substitution.object(object))]);
  return {
    memory,
    constraints,
    holdings: exit.holdings.map((holding): Holding => {
      const records = holding.records.map((object) => substitution.object(object));
      return { ...holding, holder: substitution.holder(holding.holder), records };
    }),
    released: exit.released.map((record) => ({ ...record, holder: substitution.holder(record.holder) })),
    givenBack: [],
    failed: exit.failed.map((attempt) => ({ ...attempt, object: substitution.object(attempt.object) })),
    slotOf: new Map([
      ...current.slotOf,
      ...[...exit.slotOf].map(
        ([object, slot]) =>
          [
            substitution.object(object),
            { ...slot, object: substitution.object(slot.object), index: substitution.number(slot.index) },
          ] as const,
      ),
    ]),
    freed: objects(current.freed, exit.freed),
    escaped: objects(current.escaped, exit.escaped),
    trail: continued(current.trail, exit.trail, entry.trail),
    route: continuedRoute(current.route, exit.route, entry.route),
    isJoined: current.isJoined || exit.isJoined,
    arrivals: current.arrivals,
  };
}

function sameValue(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (left.kind === "number" && right.kind === "number") return sameLinear(left.value, right.value);
  return left.kind === right.kind && valueKey(left) === valueKey(right);
}

/** The key of a cell of what a replaced symbol points to. */
function renamed(key: string, substitution: Substitution): string {
  const object = objectOfCell(key);
  const instead = substitution.object(object);
  return instead === object ? key : instead + key.slice(key.indexOf("|"));
}

/** The caller's steps, then those of the walk. */
function continued(own: Trail | null, after: Trail | null, from: Trail | null): Trail | null {
  if (own === from) return after;
  const steps: Trail["step"][] = [];
  for (let node = after; node !== null && node !== from; node = node.before) steps.push(node.step);
  let trail = own;
  for (const step of steps.reverse()) trail = { step, before: trail, length: (trail?.length ?? 0) + 1 };
  return trail;
}

function continuedRoute(own: Route | null, after: Route | null, from: Route | null): Route | null {
  if (own === from) return after;
  const edges: Route[] = [];
  for (let node = after; node !== null && node !== from; node = node.before) edges.push(node);
  let route = own;
  for (const edge of edges.reverse()) route = { ...edge, before: route, length: (route?.length ?? 0) + 1 };
  return route;
}
