/**
 * Runs scenarios on the kernel model: every call of every step, the state after it, and, where asked, the first
 * difference from what the scenario says.
 */
import {
  createKernel,
  InvalidArgumentError,
  type Kernel,
  type KernelEvent,
  MissingFunctionError,
  type Profile,
} from "@pinscope/simulator/kernel";
import type { Outcome } from "./calls/area.ts";
import { parseAddress } from "./calls/area.ts";
import { compareStates, type Difference, openComparison } from "./compare.ts";
import { type Expectation, expectations } from "./expected.ts";
import { announceRegion } from "./mapping.ts";
import { chooseFrame, isFrameWatch, watchState } from "./observe.ts";
import { parseCall } from "./parse-call.ts";
import { perform } from "./perform.ts";
import { type Script, type ScriptedCall, scriptOf } from "./scripts.ts";
import {
  forgetReleasedSlots,
  mmOf,
  NotModelled,
  openSession,
  ScenarioError,
  type Session,
} from "./session.ts";
import type { IteratorResult, Scenario, SegmentState, Step, Trace, WatchState } from "./types.ts";

export interface FirstDifference {
  /** Index of the step. */
  readonly step: number;
  readonly call: string;
  /** Set where the child makes the call. */
  readonly who?: "child";
  /** Never empty. */
  readonly differences: readonly Difference[];
}

/** Where a run ended before the last step: a call that the model does not have. */
export interface Stop {
  readonly step: number;
  readonly call: string;
  readonly reason: string;
}

export interface ScenarioRun {
  readonly scenario: string;
  readonly desc: string;
  /** What the model did, in the trace format, as far as it was run. */
  readonly steps: readonly Step[];
  /** Number of steps in the scenario. */
  readonly total: number;
  /** Steps that were compared and agree, from the first one on. */
  readonly agreed: number;
  readonly difference: FirstDifference | null;
  readonly stop: Stop | null;
  /** What the kernel said, in order: warnings, bugs, bad pages. */
  readonly events: readonly KernelEvent[];
}

export interface ReplayOptions {
  readonly profile: Profile;
  /** Compare with the states that the scenario holds, and end at the first difference. */
  readonly compare: boolean;
  /** The trace was recorded (and holds complete states), by this version of the format. */
  readonly recorded: 1 | 2 | null;
  /** Zones are compared, too: only where the profile's machine has the memory of the recorded one. */
  readonly zones?: boolean;
}

/** How a trace's states are to be taken. */
export function recordedSchema(trace: Trace): 1 | 2 | null {
  if (trace.kernel === undefined || trace.kernel === null) return null;
  return trace.schema_version === 1 ? 1 : 2;
}

/**
 * Runs one scenario on a kernel of its own.
 * @throws {ScenarioError} with the scenario, the step and its call, where a step asks for what is not there.
 */
export function replayScenario(scenario: Scenario, options: ReplayOptions): ScenarioRun {
  const script = scriptOf(scenario.scenario, options.recorded);
  const kernel = createKernel(profileFor(options.profile, script));
  const session = openSession(kernel, {
    places: places(script),
    slotPolicy: options.recorded === null ? "keep" : scenario.delta === true ? "at-once" : "after-step",
    framesByNumber: script.framesByNumber === true,
    framesBehind: script.framesBehind?.[options.profile.era.name] ?? [],
  });
  for (const [path, pages] of Object.entries(script.files ?? {}))
    performText(session, "parent", `creat(${path}, ${pages} pages)`);
  // Pages of the hugetlb pool are named anew only by what frees pages, which the pool does not.
  const mayBeReused = (name: string): boolean =>
    [...session.folioNames].some(
      ([folio, one]) => one === name && folio.freed && (options.recorded === 1 || folio.hugetlb),
    );
  const comparison = openComparison({
    partial: options.recorded === null,
    ignoresZeroDirty: scenario.delta !== true,
    reusesNames: options.recorded === 1,
    leftOut: new Set(),
    mayBeReused,
    zones: options.zones === true,
  });
  const start = { ...kernel.vmstat };
  const steps: Step[] = [];
  let difference: FirstDifference | null = null;
  let stop: Stop | null = null;
  let index = 0;
  for (const expected of expectations(scenario)) {
    const { call } = expected.step;
    try {
      const step = runStep(session, script, scenario, expected, index, start);
      steps.push(step);
      const differences = options.compare ? compareStates(comparison, stated(expected, session), step) : [];
      if (differences.length > 0) {
        difference = { step: index, call, differences };
        break;
      }
      if (script.releasesAtOnce === true) releaseAtOnce(session, call);
      forgetReleasedSlots(session);
    } catch (error) {
      if (error instanceof NotModelled || error instanceof MissingFunctionError) {
        stop = { step: index, call, reason: error.message };
        break;
      }
      if (error instanceof ScenarioError || error instanceof InvalidArgumentError) {
        throw new ScenarioError(`scenario ${scenario.scenario}, step ${index}, ${call}: ${error.message}`);
      }
      if (!options.compare) throw error;
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      difference = {
        step: index,
        call,
        differences: [{ path: "model", expected: "no defect", actual: text }],
      };
      break;
    }
    index++;
  }
  return {
    scenario: scenario.scenario,
    desc: scenario.desc ?? "",
    steps,
    total: scenario.steps.length,
    agreed: index,
    difference,
    stop,
    events: kernel.events,
  };
}

function profileFor(profile: Profile, script: Script): Profile {
  if (script.anonymousFolioOrder === undefined) return profile;
  return { ...profile, machine: { ...profile.machine, anonymousFolioOrder: script.anonymousFolioOrder } };
}

function places(script: Script): ReadonlyMap<string, NonNullable<ReturnType<typeof parseAddress>>> {
  return new Map(
    Object.entries(script.places ?? {}).flatMap(([name, text]) => {
      const at = parseAddress(text);
      return at === undefined ? [] : [[name, at] as const];
    }),
  );
}

/** Executes one step and reads the state after it. */
function runStep(
  session: Session,
  script: Script,
  scenario: Scenario,
  expected: Expectation,
  index: number,
  start: Kernel["vmstat"],
): Step {
  const { step, who } = expected;
  const saidBefore = session.kernel.events.length;
  const watches = scenario.watch ?? (expected.pages.size > 0 ? [...expected.pages.keys()] : null);
  announce(session, script, expected);
  const scripted = (script.calls ?? []).find((one) => one.call === step.call);
  for (const text of scripted?.before ?? []) performText(session, who, text);
  const waiting = (watches ?? []).filter(
    (watch) => isFrameWatch(session, watch) && !session.frames.has(watch),
  );
  const late = waiting.filter((watch) => !chooseFrame(session, watch));
  let outcome: Outcome = { ret: 0 };
  const segments = step.segs ?? segmentsOf(scripted, scenario, index);
  for (const text of scripted?.instead ?? [step.call]) outcome = performText(session, who, text, segments);
  if (!(script.undrained ?? []).includes(index)) session.kernel.lruAddDrainAll();
  for (const watch of late) chooseFrame(session, watch);
  // The recorder skipped these calls, and said why in `ret`.
  const skipped = step.call.startsWith("(skip");
  const { vmstat } = session.kernel;
  const kmsg = session.kernel.events
    .slice(saidBefore)
    .flatMap(({ where, text, printed }) => (printed ? [`${where}: ${text}`] : []));
  const pages: Record<string, WatchState> = {};
  for (const watch of watches ?? defaultWatches(session)) {
    const state = watchState(session, who, watch);
    if (state !== undefined) pages[watch] = state;
  }
  return {
    n: index,
    who,
    call: step.call,
    ret: skipped ? (step.ret ?? 0) : outcome.ret,
    ...(outcome.signal === undefined ? {} : { note: outcome.signal }),
    ...(outcome.result === undefined ? {} : { note: resultNote(outcome.result) }),
    pin_acquired: vmstat.nrFollPinAcquired - start.nrFollPinAcquired,
    pin_released: vmstat.nrFollPinReleased - start.nrFollPinReleased,
    ...(kmsg.length === 0 ? {} : { kmsg }),
    pages,
  };
}

/** @param segments of an iterator call whose text only counts them. */
function performText(
  session: Session,
  who: Expectation["who"],
  text: string,
  segments?: readonly SegmentState[],
): Outcome {
  const call = parseCall(text, segments);
  if (call.kind === "problem") throw new ScenarioError(call.message);
  return perform(session, who, call);
}

/** Segments of an iterator call in a recording of schema 1, which does not list them. */
function segmentsOf(
  scripted: ScriptedCall | undefined,
  scenario: Scenario,
  index: number,
): readonly SegmentState[] | undefined {
  if (scripted?.segments === undefined) return undefined;
  const before = scenario.steps.slice(0, index).filter((one) => one.call === scripted.call);
  return scripted.segments[before.length]?.map(([at, len]) => ({ at, len }));
}

/** Makes the mappings that the step, or what is known of the scenario, announces. */
function announce(session: Session, script: Script, { step, who, pages }: Expectation): void {
  const call = parseCall(step.call);
  const made = call.kind === "mmap" || call.kind === "reserve" ? call.name : null;
  for (const [name, state] of Object.entries(step.regions ?? {})) {
    if (name !== made) announceRegion(session, mmOf(session, who), name, state);
  }
  const words = new Set([step.call, ...pages.keys()].flatMap((text) => text.match(/[A-Za-z_]\w*/g) ?? []));
  for (const [name, text] of Object.entries(script.regions ?? {})) {
    const used = words.has(name) || [...words].some((word) => word.replace(/\d+$/, "") === name);
    if (session.regions.has(name) || name === made || !used) continue;
    // A recording that announces its regions does so in the step that first uses them.
    if (script.calls?.some((one) => one.call === step.call && one.instead?.includes(text))) continue;
    performText(session, who, text);
  }
}

/** Pages of each region and slots that are shown where a scenario does not say. */
function defaultWatches(session: Session): string[] {
  const pages = [...session.regions.values()].flatMap((region) =>
    Array.from({ length: Math.min(region.pages, 4) }, (_, page) =>
      page === 0 ? region.name : `${region.name}+${page}p`,
    ),
  );
  return [...pages, ...session.frames.keys(), ...[...session.slots.keys()].map((slot) => `slot${slot}`)];
}

function resultNote({ bytes, offset0, npages, left, will_pin }: IteratorResult): string {
  return `result=${JSON.stringify({ bytes, offset0, npages, left, will_pin })}`;
}

/** What a note says that is not prose: a signal, or what an iterator call gave; else undefined. */
function dataOfNote(note: string): string | undefined {
  const signal = /^SIG(?:SEGV|BUS)$/.exec(note)?.[0];
  const result = / result=(\{.*\})$/.exec(` ${note}`)?.[1];
  return result === undefined ? signal : resultNote(JSON.parse(result) as IteratorResult);
}

/** What the scenario states of a step, without the watches that have nothing to do with it. */
function stated({ step, pages }: Expectation, session: Session): Step {
  const note = dataOfNote(step.note ?? "");
  const { note: _prose, ...rest } = step;
  return {
    ...rest,
    ...(note === undefined ? {} : { note }),
    pages: Object.fromEntries([...pages].filter(([watch, state]) => isBelieved(session, watch, state))),
  };
}

/** A frame's watch says something of the scenario until the frame was seen free; then it may be another folio's. */
function isBelieved(session: Session, watch: string, state: WatchState): boolean {
  if (session.unrelated.has(watch)) return false;
  const frame = session.frames.get(watch);
  if (frame === undefined || state === null || !("refcount" in state)) return true;
  if (state.refcount === 0) session.goneFrames.set(watch, frame);
  return session.goneFrames.get(watch) !== frame || (state.refcount ?? 0) <= 0;
}

/** In `errors`, what a call acquired goes back as soon as its step was read. */
function releaseAtOnce(session: Session, text: string): void {
  const call = parseCall(text);
  if (call.kind !== "acquire" || !session.slots.has(call.slot)) return;
  const api = call.api.startsWith("pin") ? "unpin_user_pages" : "put_page";
  perform(session, "parent", {
    kind: "release",
    api,
    range: { slot: call.slot, first: 0, last: null },
    dirty: false,
  });
  session.slots.delete(call.slot);
}
