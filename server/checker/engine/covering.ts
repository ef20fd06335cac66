/**
 * Whether the releasing code in sight reaches pages that a failing function leaves in a record: each function of the
 * file that names the array's field is walked from the state at the exit, with the record that it would be given.
 * Knows no APIs and words no messages.
 */
import { type FunctionIr, type Place, visitOperations } from "@pinscope/grammars/ir";
import { takesPages } from "./acquiring.ts";
import { type Address, addressOf, pointerTo } from "./addresses.ts";
import { Context, type Exit } from "./context.ts";
import { claimLeak } from "./exits.ts";
import { walkFunction } from "./explore.ts";
import { certainlySome } from "./intervals.ts";
import { zero } from "./linear.ts";
import { cellKey, type Holding, objectOfCell, type Route, type State, withCell } from "./state.ts";
import { boundsOf, numberValue, type ObjectId, type Tables, type Value } from "./values.ts";

/** How many functions that name the field are walked; where there are more, nothing is claimed. */
const releaserBudget = 4;
/** How far the records that lead to an array are followed back. */
const chainBudget = 3;

/** Where an array is kept: `record` plus `path`, which ends with the name of the field. */
interface Kept {
  readonly object: ObjectId;
  readonly path: string;
  readonly field: string;
}

/**
 * Claims pages in records that outlive a failing function, where what lets go of the records' pages misses them.
 * @param exit a way out of the root function, without what is lost anyway
 */
export function judgeMissed(exit: Exit, context: Context): void {
  if (context.program.assumesUnreleased || !reportsFailure(exit, context.root)) return;
  for (const holding of exit.state.holdings) {
    if (!holding.acquisition.claimable || holding.weakened !== null) continue;
    const missed = certainlySome(holding.holder, exit.state) ? missedBy(holding, exit, context) : null;
    if (missed === null) continue;
    claimLeak(holding, exit.state, exit.location, exit.location, 0, context, missed);
  }
}

/**
 * The functions that would let go of what a record holds, where none of them reaches these pages; null where one may,
 * or where nothing in sight tells.
 */
function missedBy(holding: Holding, exit: Exit, context: Context): readonly string[] | null {
  const { acquisition, holder, records } = holding;
  if (holder.kind !== "slots" || records.length > 0) return null;
  const { state } = exit;
  if (state.escaped.has(holder.object)) return null;
  const kept = keptIn(holding, state, context.tables);
  const [first] = kept;
  if (first === undefined || kept.some(({ field }) => field !== first.field)) return null;
  // Helpers that know the field have an exit of their own.
  const naming = context.program.naming(first.field);
  if (acquisition.nesting > 0 && (acquisition.nesting > 1 || naming.includes(acquisition.functionName)))
    return null;
  const others = naming.filter((name) => name !== context.root.name);
  if (others.length > releaserBudget) return null;
  const releasers = others.filter((name) => onlyReleases(name, context));
  if (releasers.length === 0) return null;
  return others.every((name) => misses(name, holding, kept, exit, context)) ? releasers : null;
}

/** Whether a function calls what lets go of pages, and nothing that takes any. */
function onlyReleases(name: string, { program }: Context): boolean {
  let releases = false;
  for (const { operations } of program.lookup(name)?.blocks ?? []) {
    for (const operation of operations) {
      if (operation.kind !== "call" || operation.callee.kind !== "direct") continue;
      const callee = operation.callee.name;
      if (program.defines(callee)) {
        releases ||= program.movesPages(callee);
        continue;
      }
      const bound = program.bind(callee, operation.arguments.length);
      if (bound === null) continue;
      if (takesPages(bound, program)) return false;
      releases ||= bound.outcomes.some(({ effects }) => effects.some(({ kind }) => kind === "release"));
    }
  }
  return releases;
}

/** A negative number, or no pointer. */
function reportsFailure({ value, state }: Exit, { returns }: FunctionIr): boolean {
  if (value?.kind !== "number") return false;
  if (state.constraints.negative(value.value)) return true;
  return returns.kind === "pointer" && state.constraints.isZero(value.value);
}

const lastField = /\.([A-Za-z_]\w*)$/;

/** The fields that hold the array or the only pointers to it. */
function keptIn({ holder }: Holding, state: State, tables: Tables): readonly Kept[] {
  if (holder.kind !== "slots") return [];
  const at = (object: ObjectId, path: string): Kept[] => {
    const field = lastField.exec(path)?.[1];
    const info = tables.object(object);
    // A record of the function's own ends with it.
    return field === undefined || info?.kind === "variable" ? [] : [{ object, path, field }];
  };
  if (holder.path !== "") return at(holder.object, holder.path);
  const slot = slotOf(holder.object, tables);
  if (slot !== null) return at(slot.object, slot.path);
  return [...state.memory].flatMap(([key, value]) =>
    value.kind === "pointer" && value.object === holder.object && value.path === ""
      ? at(objectOfCell(key), key.slice(key.indexOf("|") + 1))
      : [],
  );
}

/** The cell that a pointer to this object was read from. */
function slotOf(object: ObjectId, tables: Tables): Address | null {
  const info = tables.object(object);
  return info?.kind === "pointee" ? (tables.symbol(info.symbol)?.slot ?? null) : null;
}

/** Whether a function, called with the record as it is at the exit, leaves some of the pages held whatever it does. */
function misses(
  name: string,
  { acquisition }: Holding,
  kept: readonly Kept[],
  exit: Exit,
  context: Context,
): boolean {
  const body = context.program.lookup(name);
  if (body === null) return false;
  const own = new Context(context.root, context.program, null, { of: context, guide: null });
  const frame = own.frame(0, body.location, name);
  const entered = enteredWith(body, frame, kept, exit.state, context);
  if (entered === null) return false;
  const exits = walkFunction(body, frame, entered, 1, [context.root.name], exit.location, own);
  if (own.overBudget || exits.length === 0) return false;
  const { start } = acquisition.location;
  // What frees the array with the pages in it, or fills it again, did not let go of them.
  const lost = own.claims.filter(
    ({ problem }) => "holding" in problem && problem.holding.acquisition.location.start === start,
  );
  return exits.every(
    ({ state }) =>
      lost.some((claim) => comesFrom(state.route, claim.state.route)) ||
      state.holdings.some(
        (left) =>
          left.acquisition.location.start === start &&
          left.weakened === null &&
          certainlySome(left.holder, state),
      ),
  );
}

function comesFrom(route: Route | null, earlier: Route | null): boolean {
  let node = route;
  while (node !== null && node !== earlier && node.length > (earlier?.length ?? 0)) node = node.before;
  return node === earlier;
}

/** The state in which a function begins that is given the record; null where it is not known which parameter it is. */
function enteredWith(
  body: FunctionIr,
  frame: number,
  kept: readonly Kept[],
  exit: State,
  context: Context,
): State | null {
  const { tables } = context;
  const leading = chainOf(kept, tables);
  let isBound = kept.every(({ object }) => tables.object(object)?.kind === "global");
  let state: State = { ...exit, arrivals: new Map(), givenBack: [] };
  for (const parameter of body.parameters) {
    const variable = body.variables[parameter];
    const type = variable?.type ?? { kind: "unknown" as const };
    const given = givenRecord(body, parameter, kept, leading, context);
    isBound ||= given !== null;
    const value = given ?? numberValue(tables.fresh("call", boundsOf(type)));
    state = withCell(state, cellKey(tables.variable(frame, parameter, variable?.name ?? ""), ""), value);
  }
  return isBound ? state : null;
}

/** What a parameter is given, where it leads to the array. */
function givenRecord(
  body: FunctionIr,
  parameter: number,
  kept: readonly Kept[],
  leading: ReadonlySet<ObjectId>,
  { root, tables, parameters }: Context,
): Value | null {
  const type = body.variables[parameter]?.type;
  if (type?.kind !== "pointer" || type.to.kind !== "record") return null;
  const { tag } = type.to;
  for (const [index, own] of root.parameters.entries()) {
    const ownType = root.variables[own]?.type;
    const value = parameters[index];
    if (ownType?.kind !== "pointer" || ownType.to.kind !== "record" || ownType.to.tag !== tag) continue;
    const object = value === undefined ? undefined : addressOf(value, tables)?.object;
    if (value !== undefined && object !== undefined && leading.has(object)) return value;
  }
  for (const { object, path, field } of kept) {
    const suffix = accessPath(body, parameter, field);
    if (suffix !== null && path.endsWith(suffix))
      return pointerTo({ object, path: path.slice(0, -suffix.length), index: zero }, tables);
  }
  return null;
}

/** The records that lead to an array, itself the first. */
function chainOf(kept: readonly Kept[], tables: Tables): ReadonlySet<ObjectId> {
  const chain = new Set<ObjectId>();
  for (const one of kept) {
    let object: ObjectId | undefined = one.object;
    for (let steps = 0; object !== undefined && steps < chainBudget; steps++) {
      chain.add(object);
      object = slotOf(object, tables)?.object;
    }
  }
  return chain;
}

/** How a function comes from a parameter, a pointer to a record, to the field: `.slots`; null where it does not. */
function accessPath(body: FunctionIr, parameter: number, field: string): string | null {
  let found: string | null = null;
  visitOperations(body, {
    place: (one) => {
      if (one.kind === "field" && one.field === field) found ??= pathFrom(one, parameter);
    },
  });
  return found;
}

function pathFrom(place: Place, parameter: number): string | null {
  if (place.kind === "field") {
    const before = pathFrom(place.base, parameter);
    return before === null ? null : `${before}.${place.field}`;
  }
  if (place.kind !== "deref" || place.pointer.kind !== "load") return null;
  const { place: from } = place.pointer;
  return from.kind === "variable" && from.id === parameter ? "" : null;
}
