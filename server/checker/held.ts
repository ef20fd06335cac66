/**
 * What a variable or field holds at a place: asked of the engine's own walk, for people who point at it.
 * Knows no editor.
 */
import type { FunctionIr, Location, Operation } from "@pinscope/grammars/ir";
import type { Family } from "@pinscope/simulator/catalogue";
import { type Address, addressOf, type Environment, loadCell } from "./engine/addresses.ts";
import { analyzeFunction } from "./engine/analyze.ts";
import type { ProgramView } from "./engine/context.ts";
import { isConstant, subtract, zero } from "./engine/linear.ts";
import type { Holding, State } from "./engine/state.ts";
import type { ObjectId } from "./engine/values.ts";

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

/** The name at an offset of a text with what leads to it (`request->pages`); null where none stands. */
export function expressionAt(source: string, offset: number): string | null {
  const tail = /^\w*/.exec(source.slice(offset))?.[0] ?? "";
  const before = source.slice(Math.max(0, offset - 400), offset) + tail;
  const found = chain.exec(before);
  // What an index or a call leads to is not followed.
  if (found === null || /(?:->|\.)\s*$/.test(before.slice(0, found.index))) return null;
  return found[0].replace(/\s+/g, "");
}

/** States that come to an operation on the paths of a walk. */
type Seen = readonly { readonly state: State; readonly environment: Environment }[];

/** One walk of a function, for questions about any of its places. */
export interface Walk {
  readonly ir: FunctionIr;
  readonly seen: ReadonlyMap<Operation, Seen>;
  /** How many states it holds. */
  readonly states: number;
}

/** States of a walk that are kept for further questions. */
const keptStates = 50_000;

/** Keeps the last walk, until somebody has it forget. */
export class KeptWalk {
  private kept: Walk | null = null;

  /** @param mayKeep whether the surroundings are as they will stay */
  walk(ir: FunctionIr, view: ProgramView, mayKeep: boolean): Walk {
    if (this.kept?.ir === ir) return this.kept;
    const walk = walkForQuestions(ir, view);
    this.kept = mayKeep && walk.states <= keptStates ? walk : null;
    return walk;
  }

  forget(): void {
    this.kept = null;
  }
}

/** Walks a function and keeps every state. */
function walkForQuestions(ir: FunctionIr, view: ProgramView): Walk {
  const seen = new Map<Operation, { readonly state: State; readonly environment: Environment }[]>();
  let states = 0;
  analyzeFunction(ir, view, (operation, state, environment) => {
    states += 1;
    const known = seen.get(operation);
    if (known === undefined) seen.set(operation, [{ state, environment }]);
    else known.push({ state, environment });
  });
  return { ir, seen, states };
}

/** Where the question is asked. */
interface Asked {
  readonly source: string;
  walk(ir: FunctionIr): Walk;
  /** The function around an offset; `shift` leads from the text to its graph. */
  at(offset: number): { readonly ir: FunctionIr; readonly shift: number } | null;
  place(location: Location): Location;
}

/**
 * What the variable or field whose name stands at `offset` holds there, before the statement at `offset` runs.
 * Null where no name stands, or no function; empty where it holds nothing.
 */
export function heldAt({ source, walk, at, place }: Asked, offset: number): readonly Held[] | null {
  const expression = expressionAt(source, offset);
  const around = at(offset);
  if (expression === null || around === null) return null;
  const { ir, shift } = around;
  const [variable = "", ...rest] = expression.split(/(->|\.)/);
  const fields: Field[] = [];
  for (let index = 0; index + 1 < rest.length; index += 2)
    fields.push({ throughPointer: rest[index] === "->", name: rest[index + 1] ?? "" });
  const target = operationAt(ir, offset + shift);
  if (target === null) return null;
  const seen = walk(ir).seen.get(target) ?? [];
  const found = merge(seen.map(({ state, environment }) => heldBy(variable, fields, ir, state, environment)));
  return found
    .map(({ location, ...held }) => {
      const { file, start } = place(location);
      return { ...held, file, offset: start };
    })
    .sort((left, right) => left.offset - right.offset);
}

/** One step of an expression: `->name` or `.name`. */
interface Field {
  readonly throughPointer: boolean;
  readonly name: string;
}

/** The operation that the place belongs to: the smallest around it, else the next one behind it. */
function operationAt(ir: FunctionIr, offset: number): Operation | null {
  let around: Operation | null = null;
  let behind: Operation | null = null;
  for (const { operations } of ir.blocks) {
    for (const operation of operations) {
      const { start, end, file: where } = operation.location;
      if (where !== ir.file) continue;
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

interface HeldThere extends Omit<Held, "file" | "offset"> {
  readonly location: Location;
}

function merge(states: readonly (readonly Holding[])[]): readonly HeldThere[] {
  const byKey = new Map<string, { readonly held: Omit<HeldThere, "always">; readonly states: Set<number> }>();
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
          location,
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
  return [...byKey.values()].map(({ held, states: where }) => ({
    ...held,
    always: where.size === states.length,
  }));
}

function countOf({ holder, acquisition }: Holding): string | null {
  const count = holder.kind === "slots" ? subtract(holder.end, holder.low) : holder.count;
  if (isConstant(count)) return String(count.constant);
  const [term] = count.terms;
  const isPlain = count.terms.length === 1 && term?.[1] === 1 && count.constant === 0;
  return isPlain && holder.kind === "slots" ? `what ${acquisition.api}() returned` : null;
}
