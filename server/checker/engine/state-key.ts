/**
 * Numbers that stand for states: 52 bits that are equal for states which no later step can tell apart. Symbols are
 * renamed in order of appearance. Knows no steps.
 */
import type { Linear } from "./linear.ts";
import { SymbolMarks } from "./marks.ts";
import { type Cell, type Memory, textHash } from "./memory.ts";
import { type Holder, type Holding, isClaimed, type State } from "./state.ts";
import type { ObjectId, Tables, Value } from "./values.ts";

/** Two independent lanes of 32 bits. */
let first = 0;
let second = 0;

const names = new SymbolMarks();

function mix(value: number): void {
  first = Math.imul(first ^ value, 0x85ebca6b);
  first ^= first >>> 13;
  second = Math.imul(second + value, 0xc2b2ae35) ^ (second >>> 15);
}

function mixNumber(value: number): void {
  mix(value | 0);
  if (value !== (value | 0)) mix(Math.floor(value / 0x100000000) | 0);
}

const texts = new Map<string, number>();

function mixText(text: string): void {
  let hash = texts.get(text);
  if (hash === undefined) {
    if (texts.size > 10_000) texts.clear();
    hash = textHash(text);
    texts.set(text, hash);
  }
  mix(hash);
  mix(text.length);
}

/** Terms are summed: renaming changes their order. */
function mixLinear(value: Linear): void {
  const { terms } = value;
  mixNumber(value.constant);
  if (terms.length === 1) {
    const term = terms[0];
    if (term === undefined) return;
    mix(names.name(term[0]) + 1);
    mixNumber(term[1]);
    return;
  }
  let sum = 0;
  let other = 0;
  for (let index = 0; index < terms.length; index++) {
    const term = terms[index];
    if (term === undefined) continue;
    const name = names.name(term[0]) + 1;
    sum = (sum + Math.imul(Math.imul(name, 0x9e3779b1) ^ term[1], 0x85ebca6b)) | 0;
    other = (other + Math.imul(Math.imul(name, 0xc2b2ae35) + term[1], 0x27d4eb2f)) | 0;
  }
  mix(sum);
  mix(other);
}

function mixObject(object: ObjectId, tables: Tables): void {
  const info = tables.object(object);
  if (info?.kind === "pointee") mix(-1 - names.name(info.symbol));
  else mix(object);
}

function mixValue(value: Value, tables: Tables): void {
  switch (value.kind) {
    case "number":
      mixLinear(value.value);
      return;
    case "pointer":
      mix(0x5bd1e995);
      mixObject(value.object, tables);
      mixText(value.path);
      mixLinear(value.index);
      return;
    case "flags":
      mix(value.exact ? 0x7f4a7c15 : 0x7f4a7c16);
      for (const name of value.names) mixText(name);
      return;
    case "function":
      mix(0x165667b1);
      mixText(value.name);
  }
}

function mixHolder(holder: Holder, tables: Tables): void {
  mixObject(holder.object, tables);
  if (holder.kind === "slots") {
    mixText(holder.path);
    mixLinear(holder.low);
    mixLinear(holder.end);
  } else {
    mix(0x2545f491);
    mixLinear(holder.count);
  }
}

function mixHolding(holding: Holding, tables: Tables): void {
  const { acquisition } = holding;
  mix(acquisition.location.start);
  mixText(acquisition.outcome);
  mixText(holding.weakened ?? "");
  mixHolder(holding.holder, tables);
}

/** Of pages whose claims ended: where they were. Their bounds and causes decide nothing that is reported. */
function mixEnded(holding: Holding, tables: Tables): void {
  if (isClaimed(holding)) return;
  mixObject(holding.holder.object, tables);
  mixText(holding.holder.kind === "slots" ? holding.holder.path : "*");
}

let sorted: Cell[] = [];
let sortedValues: Value[] = [];

/** Memory in an order that does not depend on the path. Nearly sorted already: insertion is quickest. */
function sortMemory(memory: Memory): number {
  const { cells, contents } = memory;
  let count = 0;
  for (let index = 0; index < cells.length; index++) {
    const cell = cells[index];
    const value = contents[index];
    if (cell === undefined || value === undefined) continue;
    let at = count++;
    for (; at > 0; at--) {
      const before = sorted[at - 1];
      const beforeValue = sortedValues[at - 1];
      if (before === undefined || beforeValue === undefined || before.order <= cell.order) break;
      sorted[at] = before;
      sortedValues[at] = beforeValue;
    }
    sorted[at] = cell;
    sortedValues[at] = value;
  }
  return count;
}

/** Mixes in a collection whose order means nothing. */
function mixUnordered<Item>(items: readonly Item[] | ReadonlySet<Item>, mixItem: (item: Item) => void): void {
  const outerFirst = first;
  const outerSecond = second;
  let sum = 0;
  let other = 0;
  items.forEach((item: Item) => {
    first = 0x1b873593;
    second = 0x38b34ae5;
    mixItem(item);
    sum = (sum + first) | 0;
    other = (other + second) | 0;
  });
  first = outerFirst;
  second = outerSecond;
  mix(sum);
  mix(other);
}

/** A number equal for states that no later step can tell apart, `result` included where one is given. */
export function stateKey(state: State, tables: Tables): number {
  first = 0x2c1b3c6d;
  second = 0x297a2d39;
  names.clear();
  const count = sortMemory(state.memory);
  for (let index = 0; index < count; index++) {
    const cell = sorted[index];
    const value = sortedValues[index];
    if (cell === undefined || value === undefined) continue;
    mixObject(cell.object, tables);
    mix(cell.pathHash);
    mixValue(value, tables);
  }
  if (sorted.length > 4096) {
    sorted = [];
    sortedValues = [];
  }
  mix(0x11);
  for (const holding of state.holdings) if (isClaimed(holding)) mixHolding(holding, tables);
  mixUnordered(state.holdings, (holding) => mixEnded(holding, tables));
  mix(0x12);
  for (const record of state.released) {
    mix(record.acquisition.location.start);
    mixHolder(record.holder, tables);
  }
  mix(0x13);
  for (const attempt of state.failed) {
    mix(attempt.acquisition.location.start);
    mixObject(attempt.object, tables);
    mixText(attempt.path);
  }
  for (const { family, holder } of state.givenBack) {
    mixText(family);
    mixHolder(holder, tables);
  }
  mix(0x14);
  mixUnordered(state.freed, (object) => mixObject(object, tables));
  mixUnordered(state.escaped, (object) => mixObject(object, tables));
  mixUnordered(state.constraints.inequalities, mixLinear);
  mixUnordered(state.constraints.disequalities, mixLinear);
  return (first >>> 0) * 0x100000 + (second & 0xfffff);
}
