/**
 * What a variable or field holds at a place: asked of the engine's own walk, for people who point at it.
 * Knows no editor.
 */
import type { FunctionIr, Operation } from "@pinscope/grammars/ir";
import type { Family } from "@pinscope/simulator/catalogue";
import { askFunctions } from "./check-file.ts";
import { type Address, addressOf, type Environment, loadCell } from "./engine/addresses.ts";
import { analyzeFunction } from "./engine/analyze.ts";
import { isConstant, subtract, zero } from "./engine/linear.ts";
import type { Holding, State } from "./engine/state.ts";
import type { ObjectId } from "./engine/values.ts";
import type { CheckInput } from "./types.ts";

/** Pages that something holds at a place. */
export interface Held {
  readonly family: Family;
  /** The call that acquired them, and its UTF-16 offset in `file`. */
  readonly api: string;
  readonly file: string;
  readonly offset: number;
  /** How many, in words: `1`, `what pin_user_pages_fast() returned`; null where that cannot be said. */
  readonly count: string | null;
  /** Who else may let them go; null while only this function does. */
  readonly handedTo: string | null;
  /** Whether every path that comes here holds them. */
  readonly always: boolean;
  readonly releaseWith: readonly string[];
}

/** `variable`, `record->field`, `record.field`, and so on, as written. */
const chain = /[A-Za-z_]\w*(?:\s*(?:->|\.)\s*[A-Za-z_]\w*)*$/;

/**
 * What the variable or field whose name stands at `offset` holds there, before the statement at `offset` runs.
 * Null where no name stands, or the function is not walked; empty where it holds nothing.
 */
export function heldAt(input: CheckInput, offset: number): readonly Held[] | null {
  const { source } = input;
  const tail = /^\w*/.exec(source.slice(offset))?.[0] ?? "";
  const expression = chain.exec(source.slice(Math.max(0, offset - 400), offset) + tail)?.[0];
  if (expression === undefined || !/[A-Za-z_]\w*$/.test(expression)) return null;
  const [variable = "", ...rest] = expression.split(/\s*(->|\.)\s*/);
  const fields: Field[] = [];
  for (let at = 0; at + 1 < rest.length; at += 2)
    fields.push({ throughPointer: rest[at] === "->", name: rest[at + 1] ?? "" });
  return askFunctions(input, ({ outlines, program }) => {
    const outline = outlines.find(({ start, end }) => offset >= start && offset < end);
    const ir = outline === undefined ? null : program.lookup(outline.name);
    if (outline === undefined || ir === null || ir.location.start !== outline.start) return null;
    const target = operationAt(ir, offset, input.path);
    if (target === null) return null;
    const seen: { readonly state: State; readonly environment: Environment }[] = [];
    analyzeFunction(ir, program, (operation, state, environment) => {
      if (operation === target) seen.push({ state, environment });
    });
    return merge(seen.map(({ state, environment }) => heldBy(variable, fields, ir, state, environment)));
  });
}

/** One step of an expression: `->name` or `.name`. */
interface Field {
  readonly throughPointer: boolean;
  readonly name: string;
}

/** The operation that the place belongs to: the smallest around it, else the next one behind it. */
function operationAt(ir: FunctionIr, offset: number, file: string): Operation | null {
  let around: Operation | null = null;
  let behind: Operation | null = null;
  for (const { operations } of ir.blocks) {
    for (const operation of operations) {
      const { start, end, file: where } = operation.location;
      if (where !== file) continue;
      if (start <= offset && offset <= end) {
        if (around === null || end - start < around.location.end - around.location.start) around = operation;
      } else if (start > offset && (behind === null || start < behind.location.start)) behind = operation;
    }
  }
  return around ?? behind;
}

/** Holdings of one state that the expression leads to, each with the acquisition's offset as key. */
function heldBy(
  name: string,
  fields: readonly Field[],
  ir: FunctionIr,
  state: State,
  environment: Environment,
): readonly Holding[] {
  const objects = new Set<ObjectId>();
  for (const [id, variable] of ir.variables.entries()) {
    if (variable.name !== name) continue;
    const { tables } = environment;
    let place: Address = {
      object: tables.variable(0, id, name),
      path: "",
      index: zero,
    };
    for (const field of fields) {
      const pointed: Address | null = field.throughPointer
        ? addressOf(loadCell(place, { kind: "unknown" }, state, tables), tables)
        : place;
      const record: Address = pointed ?? place;
      place = { ...record, path: `${record.path}.${field.name}` };
    }
    if (fields.length === 0) objects.add(place.object);
    const value = addressOf(loadCell(place, { kind: "unknown" }, state, tables), tables);
    if (value !== null) objects.add(value.object);
  }
  return state.holdings.filter(({ holder }) => objects.has(holder.object));
}

function merge(states: readonly (readonly Holding[])[]): readonly Held[] {
  const byKey = new Map<string, { readonly held: Omit<Held, "always">; readonly states: Set<number> }>();
  for (const [index, holdings] of states.entries()) {
    for (const holding of holdings) {
      const { acquisition, weakened } = holding;
      const { family, api, location, releaseWith } = acquisition;
      const key = `${location.start} ${weakened ?? ""}`;
      let known = byKey.get(key);
      if (known === undefined) {
        const held = {
          family,
          api,
          file: location.file,
          offset: location.start,
          count: countOf(holding),
          handedTo: weakened,
          releaseWith,
        };
        known = { held, states: new Set() };
        byKey.set(key, known);
      }
      known.states.add(index);
    }
  }
  return [...byKey.values()]
    .map(({ held, states: where }) => ({ ...held, always: where.size === states.length }))
    .sort((left, right) => left.offset - right.offset);
}

function countOf({ holder, acquisition }: Holding): string | null {
  const count = holder.kind === "slots" ? subtract(holder.end, holder.low) : holder.count;
  if (isConstant(count)) return String(count.constant);
  const [term] = count.terms;
  const isPlain = count.terms.length === 1 && term?.[1] === 1 && count.constant === 0;
  return isPlain && holder.kind === "slots" ? `what ${acquisition.api}() returned` : null;
}
