/**
 * Reading a scenario file: JSON into `Trace`, or messages that name the scenario, the step, its call and what was
 * expected. Knows no file system and no kernel model.
 */
import * as v from "valibot";
import { parseCall } from "./parse-call.ts";
import { isDescribed } from "./scripts.ts";
import type { Trace } from "./types.ts";

const integer = v.pipe(v.number(), v.integer());
const text = v.string();

/** States are compared field by field as they stand, so only their outer form is checked. */
const watchState = v.union([v.null(), v.array(v.looseObject({})), v.looseObject({})]);

const region = v.looseObject({
  pages: v.pipe(integer, v.minValue(1)),
  mapped_pages: v.exactOptional(v.pipe(integer, v.minValue(1))),
  perms: v.exactOptional(v.pipe(text, v.regex(/^[r-][w-][x-][ps]$/, "permissions such as rw-p"))),
  backing: v.exactOptional(text),
  thp: v.exactOptional(v.picklist(["never", "madvised", "default"])),
});

const step = v.looseObject({
  n: v.exactOptional(integer),
  who: v.exactOptional(v.picklist(["parent", "child"])),
  call: text,
  ret: v.exactOptional(integer),
  ret_name: v.exactOptional(text),
  note: v.exactOptional(text),
  pin_acquired: v.exactOptional(integer),
  pin_released: v.exactOptional(integer),
  regions: v.exactOptional(v.record(text, region)),
  segs: v.exactOptional(v.array(v.looseObject({ at: text, len: integer }))),
  kmsg: v.exactOptional(v.array(text)),
  pages: v.exactOptional(v.record(text, watchState)),
});

const scenario = v.looseObject({
  scenario: text,
  desc: v.exactOptional(text),
  delta: v.exactOptional(v.boolean()),
  watch: v.exactOptional(v.array(text)),
  result: v.exactOptional(v.nullable(v.looseObject({}))),
  steps: v.array(step),
});

const trace = v.looseObject({
  schema_version: v.picklist([1, 2]),
  label: v.exactOptional(v.nullable(text)),
  kernel: v.exactOptional(v.nullable(v.looseObject({ kernel: text }))),
  era: v.exactOptional(text),
  machine: v.exactOptional(
    v.strictObject({
      fastGup: v.exactOptional(v.boolean()),
      transparentHugePages: v.exactOptional(v.boolean()),
      hugetlb: v.exactOptional(v.boolean()),
      debugVm: v.exactOptional(v.boolean()),
      memoryFailure: v.exactOptional(v.boolean()),
      migration: v.exactOptional(v.boolean()),
      movableZone: v.exactOptional(v.boolean()),
      userMemoryFromCma: v.exactOptional(v.boolean()),
      lowMemoryOnly: v.exactOptional(v.boolean()),
      anonymousFolioOrder: v.exactOptional(v.pipe(integer, v.minValue(0), v.maxValue(9))),
      debugPinReferences: v.exactOptional(v.boolean()),
      bits: v.exactOptional(v.picklist([32, 64])),
    }),
  ),
  scenarios: v.array(scenario),
});

export type ReadTrace =
  | { readonly kind: "trace"; readonly trace: Trace }
  | { readonly kind: "problems"; readonly messages: readonly string[] };

/** No more than this many messages about one file: the first ones tell. */
const messageLimit = 20;

/**
 * Reads the text of a scenario file and checks every call of it. Never throws.
 * @returns the trace, or at most 20 messages, each with its place.
 */
export function readTrace(source: string): ReadTrace {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    return { kind: "problems", messages: [`not JSON: ${error instanceof Error ? error.message : error}`] };
  }
  const parsed = v.safeParse(trace, value);
  if (!parsed.success) {
    const messages = parsed.issues.map((issue) => {
      const keys = (issue.path ?? []).map((one) => one.key as string | number);
      return `${place(value, keys)}: ${lowerFirst(issue.message)}`;
    });
    return { kind: "problems", messages: messages.slice(0, messageLimit) };
  }
  // The schema has checked what Trace declares, save the fields of states, which are compared as they stand.
  const read = value as Trace;
  const messages = callProblems(read);
  if (messages.length > 0) return { kind: "problems", messages: messages.slice(0, messageLimit) };
  return { kind: "trace", trace: read };
}

function callProblems(read: Trace): string[] {
  const recorded = read.kernel !== undefined && read.kernel !== null;
  return read.scenarios.flatMap((one) =>
    one.steps.flatMap((step, index) => {
      const call = parseCall(step.call);
      if (call.kind === "problem") {
        return [`${stepPlace(one.scenario, index, step.call)}: ${call.message}`];
      }
      if (call.kind === "described" && !(recorded && isDescribed(one.scenario, step.call))) {
        return [
          `${stepPlace(one.scenario, index, step.call)}: describes what happens without saying it; ` +
            "expected calls such as write *(A) = 1, one a step",
        ];
      }
      return [];
    }),
  );
}

/** `scenario thp, step 3 (fork())`. */
function stepPlace(scenarioName: string, index: number, call: string): string {
  return `scenario ${scenarioName}, step ${index}, ${call}`;
}

/** A path of keys as people say it, with the names found on the way. */
function place(root: unknown, keys: readonly (string | number)[]): string {
  const [first, index, second, stepIndex, ...rest] = keys;
  if (first !== "scenarios" || index === undefined) return keys.length === 0 ? "the file" : keys.join(".");
  const one = at(at(root, "scenarios"), index);
  const name = at(one, "scenario");
  const title = `scenario ${typeof name === "string" ? name : index}`;
  if (second !== "steps" || stepIndex === undefined) return [title, second].filter(Boolean).join(", ");
  const call = at(at(at(one, "steps"), stepIndex), "call");
  return [title, `step ${stepIndex}`, typeof call === "string" ? call : "", rest.join(".")]
    .filter(Boolean)
    .join(", ");
}

function at(value: unknown, key: string | number): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
