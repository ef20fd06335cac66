/**
 * Compares states of the model with expected ones as the trace format asks: up to the names of frames, without what
 * depends on the machine. Knows no kernel model.
 */
import type { Step, WatchState } from "./types.ts";

export interface Difference {
  /** Where: `ret`, `pin_acquired`, `A+1p.refcount`, `slot0[2].dirty`. */
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Fields that are not to be compared: they depend on timing, memory size or the recorder. */
const uncompared = new Set(["pte_young", "lru", "zone", "bi_max_vecs", "parts"]);

/** How strictly states are compared, and what earlier steps taught; one per scenario. */
export interface Comparison {
  /** States written by hand name only the fields that matter. */
  readonly partial: boolean;
  /** Whether the dirty flags of the zero pages stay from earlier scenarios, and mean nothing. */
  readonly ignoresZeroDirty: boolean;
  /** Zones are compared, too: the machine's memory is known. */
  readonly zones: boolean;
  /** Recordings of schema 1 may give a reused frame the name that it had before. */
  readonly reusesNames: boolean;
  /** Whether the model's folio with this name is gone, and its frame may have the same name for its next user. */
  readonly mayBeReused: (name: string) => boolean;
  /** Fields that are left out beside those that no comparison has. */
  readonly leftOut: ReadonlySet<string>;
  readonly names: Map<string, string>;
  readonly namesBack: Map<string, string>;
  /** Frames and watches that misuse has damaged: freed while still mapped. */
  readonly damaged: Set<string>;
}

export function openComparison(
  options: Pick<
    Comparison,
    "partial" | "ignoresZeroDirty" | "reusesNames" | "zones" | "mayBeReused" | "leftOut"
  >,
): Comparison {
  return { ...options, names: new Map(), namesBack: new Map(), damaged: new Set() };
}

/**
 * All that differs between two steps: results, pins counted, and the states of the watches that `expected` has. A field
 * that `expected` does not have is not compared, save the signal of an access.
 */
export function compareStates(comparison: Comparison, expected: Step, actual: Step): Difference[] {
  const found: Difference[] = [];
  for (const key of ["ret", "pin_acquired", "pin_released"] as const) {
    if (expected[key] !== undefined && expected[key] !== actual[key]) {
      found.push({ path: key, expected: expected[key], actual: actual[key] });
    }
  }
  if (expected.note !== actual.note) {
    found.push({
      path: "note",
      expected: expected.note ?? "no signal",
      actual: actual.note ?? "no signal",
    });
  }
  for (const [watch, state] of Object.entries(expected.pages ?? {})) {
    found.push(...compareWatch(comparison, watch, state, actual.pages?.[watch]));
  }
  return found;
}

/** All that differs between what a watch shows and what it should. */
function compareWatch(
  comparison: Comparison,
  watch: string,
  expected: WatchState,
  actual: WatchState | undefined,
): Difference[] {
  if (actual === undefined) return [{ path: watch, expected, actual: "nothing known by this name" }];
  noteDamage(comparison, watch, expected);
  const found: Difference[] = [];
  const split = splitParts(expected);
  const own = comparison.reusesNames ? joinAs(split, actual) : splitParts(actual);
  walk(comparison, watch, split, own, comparison.damaged.has(watch), found);
  return found;
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A frame that was freed while mapped: from now on only its refcount says something. */
function noteDamage(comparison: Comparison, watch: string, expected: WatchState): void {
  if (!isFields(expected)) return;
  const { refcount, mapcount, zero_page, frame } = expected as Fields;
  if (refcount === 0 && typeof mapcount === "number" && mapcount > 0 && zero_page !== true) {
    if (typeof frame === "string") comparison.damaged.add(baseName(frame));
    if (watch.startsWith("P")) comparison.damaged.add(watch);
  }
}

function baseName(frame: string): string {
  return frame.split("+")[0]!;
}

function walk(
  comparison: Comparison,
  path: string,
  expected: unknown,
  actual: unknown,
  damaged: boolean,
  found: Difference[],
): void {
  if (isFields(expected) && isFields(actual)) {
    const onlyCount =
      expected["refcount"] === 0 ||
      damaged ||
      (typeof expected["frame"] === "string" && comparison.damaged.has(baseName(expected["frame"])));
    if (onlyCount && "refcount" in expected) {
      if (expected["refcount"] !== actual["refcount"]) {
        found.push({
          path: `${path}.refcount`,
          expected: expected["refcount"],
          actual: actual["refcount"] ?? "nothing mapped",
        });
      }
      return;
    }
    const zero = expected["zero_page"] === true || expected["huge_zero"] === true;
    const keys = comparison.partial
      ? Object.keys(expected)
      : [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
    for (const key of keys) {
      const withZone = key === "zone" && comparison.zones;
      if ((uncompared.has(key) && !withZone) || comparison.leftOut.has(key)) continue;
      // What the bits of an entry mean that names a place in swap is the swap device's business.
      if (expected["mapped"] === "pte-nonpresent" && key.startsWith("pte_")) continue;
      if (key === "dirty" && zero && comparison.ignoresZeroDirty) continue;
      if (key === "frame") compareFrames(comparison, path, expected[key], actual[key], found);
      else walk(comparison, `${path}.${key}`, expected[key], actual[key], false, found);
    }
    return;
  }
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    expected.forEach((one, index) => {
      walk(comparison, `${path}[${index}]`, one, actual[index], damaged, found);
    });
    return;
  }
  if (expected !== actual) {
    const brief = (value: unknown): unknown => (Array.isArray(value) ? `${value.length} items` : value);
    found.push({ path, expected: brief(expected), actual: brief(actual) });
  }
}

/** The same name must mean the same folio throughout, in both directions; the page's index in it must agree. */
function compareFrames(
  comparison: Comparison,
  path: string,
  expected: unknown,
  actual: unknown,
  found: Difference[],
): void {
  if (typeof expected !== "string" || typeof actual !== "string") {
    if (expected !== actual) found.push({ path: `${path}.frame`, expected, actual });
    return;
  }
  const { names, namesBack } = comparison;
  const [left = "", leftIndex = "0"] = expected.split("+");
  const [right = "", rightIndex = "0"] = actual.split("+");
  const before = names.get(left);
  if (before !== undefined && before !== right && comparison.mayBeReused(before)) {
    names.delete(left);
    namesBack.delete(before);
  }
  const meant = names.get(left) ?? right;
  const back = namesBack.get(right) ?? left;
  if (meant !== right || back !== left) {
    found.push({ path: `${path}.frame`, expected, actual: `${actual}, another folio` });
    return;
  }
  if (leftIndex !== rightIndex) found.push({ path: `${path}.frame`, expected, actual });
  names.set(left, right);
  namesBack.set(right, left);
}

/** A bio with every bvec that spans folios replaced by its parts. */
function splitParts(state: WatchState): unknown {
  if (Array.isArray(state)) return state.map((one) => splitParts(one));
  if (!isFields(state) || !Array.isArray(state["bvecs"])) return state;
  const bvecs = state["bvecs"].flatMap((one: unknown) =>
    isFields(one) && Array.isArray(one["parts"]) ? (one["parts"] as unknown[]) : [one],
  );
  return { ...state, bvecs, bi_vcnt: bvecs.length };
}

/**
 * A bio, or the bios of the disk, with bvecs joined where those of `like` are longer: recordings of schema 1 do not
 * split a bvec that spans folios whose frames happened to be adjacent.
 */
function joinAs(like: unknown, state: unknown): unknown {
  if (Array.isArray(like) && Array.isArray(state)) return state.map((one, index) => joinAs(like[index], one));
  if (!isFields(like) || !isFields(state)) return state;
  const { bvecs: wanted } = like;
  const { bvecs: own } = state;
  if (!Array.isArray(wanted) || !Array.isArray(own)) return state;
  const rest = [...own] as Fields[];
  const bvecs = (wanted as Fields[]).flatMap((one) => {
    const first = rest.shift();
    if (first === undefined) return [];
    let length = Number(first["bv_len"]);
    while (rest.length > 0 && length < Number(one["bv_len"])) length += Number(rest.shift()?.["bv_len"]);
    return [{ ...first, bv_len: length }];
  });
  return { ...state, bvecs: [...bvecs, ...rest], bi_vcnt: bvecs.length + rest.length };
}
