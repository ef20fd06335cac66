/**
 * What is held in a state and who names it, as text: states that agree in it can be made one. Knows no steps.
 */
import { isConstant, type Linear, sameLinear } from "./linear.ts";
import type { Memory } from "./memory.ts";
import { type Holder, type Holding, isClaimed, isIdle, type State } from "./state.ts";
import type { ObjectId, Tables } from "./values.ts";

/** The cells that name a page: what it is known by whatever symbol stands for it. */
function namesOf(page: ObjectId, memory: Memory, tables: Tables): string {
  const info = tables.object(page);
  if (info?.kind !== "pointee") return `o${page}`;
  const names: string[] = [];
  const { cells, contents } = memory;
  for (let index = 0; index < cells.length; index++) {
    const value = contents[index];
    const cell = cells[index];
    if (value?.kind !== "number" || cell === undefined || value.value.constant !== 0) continue;
    const [term] = value.value.terms;
    if (value.value.terms.length === 1 && term?.[0] === info.symbol && term[1] === 1) names.push(cell.key);
  }
  return names.length === 0 ? `o${page}` : names.sort().join("&");
}

/** The locals that a bound keeps step with, and at which distance: what unwinding loops go by. */
function boundText(bound: Linear, { memory }: State, tables: Tables): string {
  if (isConstant(bound)) return "c";
  const names: string[] = [];
  const { cells, contents } = memory;
  for (let index = 0; index < cells.length; index++) {
    const cell = cells[index];
    const value = contents[index];
    if (cell === undefined || value?.kind !== "number" || cell.variable < 0) continue;
    const local = value.value;
    const distance = bound.constant - local.constant;
    if (Math.abs(distance) > 1 || !sameLinear({ ...local, constant: bound.constant }, bound)) continue;
    if (tables.object(cell.object)?.kind === "variable") names.push(`${cell.key}${distance}`);
  }
  return names.sort().join("&");
}

function holderText(holder: Holder, state: State, tables: Tables): string {
  const name = namesOf(holder.object, state.memory, tables);
  if (holder.kind === "slots") {
    const { low, end } = holder;
    return `${name}${holder.path}[${boundText(low, state, tables)},${boundText(end, state, tables)})`;
  }
  return `${name}*${isConstant(holder.count) ? holder.count.constant : ""}`;
}

/** Which cells lead to what is held, through records of this path's own too. */
function leads(claimed: readonly Holding[], state: State, tables: Tables): string {
  const targets = new Set<ObjectId>();
  for (const { holder, records } of claimed) {
    targets.add(holder.object);
    for (const record of records) targets.add(record);
  }
  const { cells, contents } = state.memory;
  const found = new Set<string>();
  for (let grew = true; grew; ) {
    grew = false;
    for (let index = 0; index < cells.length; index++) {
      const cell = cells[index];
      const value = contents[index];
      if (cell === undefined || value?.kind !== "pointer" || !targets.has(value.object)) continue;
      found.add(`${cell.key}>${value.object}`);
      if (targets.has(cell.object) || tables.object(cell.object)?.kind !== "heap") continue;
      targets.add(cell.object);
      grew = true;
    }
  }
  return [...found].sort().join(" ");
}

/**
 * Equal for states that hold the same pages of the same acquisitions in the same places. Of pages whose claims ended it
 * says only that there are some.
 */
export function shapeText(state: State, tables: Tables): string {
  const { failed, released } = state;
  if (isIdle(state)) return "";
  const holdings = state.holdings.filter(isClaimed);
  const ended = holdings.length < state.holdings.length ? "…" : "";
  const held = holdings.map(({ acquisition, weakened, records, holder }) => {
    const how = `${acquisition.location.start}:${acquisition.outcome}:${weakened ?? ""}`;
    return `${how}:${records.length > 0 ? "+" : ""}${holderText(holder, state, tables)}`;
  });
  // What was let go matters where it may be let go again: not while more of the same is held.
  const open = new Set(holdings.map(({ acquisition }) => acquisition.location.start));
  const gone = new Set(released.map(({ acquisition }) => acquisition.location.start));
  const before = [...gone].filter((start) => !open.has(start)).sort();
  const attempts = failed
    .map(({ acquisition }) => `${acquisition.location.start}:${acquisition.outcome}`)
    .sort();
  const names = holdings.length === 0 ? "" : leads(holdings, state, tables);
  return `${ended}${held.join(",")}|${before.join()}|${attempts.join()}|${names}`;
}
