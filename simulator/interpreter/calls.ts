/**
 * Who answers a call: a model of the catalogue's API, a stub, the function's own body, the catalogue's effects, or an
 * assumed result, in this order.
 */
import type { CallAnswer, CallEvent, CType } from "@pinscope/grammars/ir";
import { bindCall, catalogue } from "@pinscope/simulator/catalogue";
import { MissingFunctionError } from "@pinscope/simulator/kernel";
import { type Answer, asAnswer, Call, type Model } from "./call.ts";
import { freeMemory, performEffects } from "./effects.ts";
import { forkAndWrite } from "./fork-event.ts";
import { bioModels } from "./models/bio.ts";
import { gupModels } from "./models/gup.ts";
import { iterModels } from "./models/iter.ts";
import { releaseModels } from "./models/release.ts";
import { stubs } from "./models/stubs.ts";
import { mayLetGo, pagesNamedFrom } from "./out-of-sight.ts";
import type { Run } from "./run.ts";
import { CALL_DEPTH_BUDGET, Halt } from "./run-input.ts";
import { handOver } from "./takings.ts";

const models: Readonly<Record<string, Model>> = {
  ...gupModels,
  ...releaseModels,
  ...iterModels,
  ...bioModels,
};

const LONG: CType = { kind: "integer", bits: 64, signed: true };

/** Whether a call takes pages that are worth a run: the catalogue's triggers. */
export function takesPages(name: string): boolean {
  return acquirers.has(name);
}

const acquirers: ReadonlySet<string> = new Set(
  [...catalogue.values()]
    .filter(
      ({ role, outcomes }) =>
        role === "trigger" &&
        outcomes.some(({ effects }) =>
          effects.some((effect) => effect.kind === "acquire" && ["pin", "reference"].includes(effect.family)),
        ),
    )
    .map(({ name }) => name),
);

export function answerCall(run: Run, event: CallEvent): CallAnswer {
  const { name } = event;
  if (name !== null) {
    run.call.counts.set(name, (run.call.counts.get(name) ?? 0) + 1);
    run.progress?.call(name, run.stack(run.machine.frames.length));
  }
  const bound =
    name === null ? undefined : bindCall(name, event.arguments.length, [], run.input.program.version);
  const call = new Call(run, event, bound ?? null);
  try {
    const answered = asAnswer(answer(call));
    if (name !== null && run.input.scenario.fork === name) forkAndWrite(run);
    return answered;
  } catch (error) {
    if (error instanceof MissingFunctionError) throw new Halt("stuck", error.message);
    if (error instanceof RangeError) throw new Halt("stuck", error.message);
    throw error;
  }
}

function own<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function answer(call: Call): Answer {
  const { name } = call.event;
  if (name === null) return assumed(call);
  const model = own(models, name);
  if (model !== undefined && call.bound !== null) return model(call);
  const stub = own(stubs, name);
  const body = call.run.input.program.lookup(name, call.event.caller.file);
  if (stub !== undefined && (body === null || call.bound !== null)) return stub(call);
  if (body !== null && !failsByScenario(call)) {
    if (call.event.depth >= CALL_DEPTH_BUDGET || isRecursion(call, name)) {
      call.note(`${name}() is not stepped into: the call depth of ${CALL_DEPTH_BUDGET} is reached`);
      return assumed(call);
    }
    return { kind: "enter", function: body };
  }
  if (/^(k|kv|v)free\b|^kfree_|^kvfree_/.test(name) && call.bound === null) {
    freeMemory(call, call.at(0));
    return undefined;
  }
  if (call.bound !== null && call.bound.entry.outcomes.length > 0)
    return performEffects(call) ?? assumed(call);
  return assumed(call);
}

function failsByScenario(call: Call): boolean {
  return call.run.call.failureOf(call.name) !== null;
}

function isRecursion(call: Call, name: string): boolean {
  return call.run.machine.frames.filter((frame) => frame.function.name === name).length > 1;
}

/** A call whose body nobody sees: a result that the code goes on with, and whatever it was given may be kept by it. */
function assumed(call: Call): Answer {
  const { event, run } = call;
  run.call.isAssumed = true;
  const { bound } = call;
  const isBorrow = bound?.entry.role === "borrow";
  event.arguments.forEach(({ value }, position) => {
    if (typeof value !== "bigint") return;
    if (mayLetGo(call.name) && run.world.holdings.length > 0)
      for (const page of pagesNamedFrom(run.world, value)) run.maybeReleased.set(page, `${call.name}()`);
    if (isBorrow) return;
    const place = run.machine.memory.locate(value);
    if (place === null && run.world.pageOfNumber(value) !== null)
      run.escapes.push({ address: value, to: `${call.name}()` });
    if (place === null || place.object.kind === "string" || place.object.kind === "function") return;
    run.escapes.push({ address: value, to: `${call.name}()` });
    const own = place.object.kind === "local" || run.world.heap.has(place.object.base);
    if (own) run.memory.mayBeWritten(value, call.typeAt(position));
  });
  if (!isBorrow) handOver(call);
  if (event.type.kind === "void") return undefined;
  if (event.type.kind === "record") {
    const size = run.machine.layouts.sizeOf(event.type);
    const value = { bytes: new Uint8Array(size), determinate: new Uint8Array(size) };
    return { kind: "value", value };
  }
  const type = event.type.kind === "unknown" ? (run.call.typeOfResult() ?? LONG) : event.type;
  const usual =
    type.kind === "pointer" ? ({ kind: "object" } as const) : ({ kind: "number", value: 0n } as const);
  return call.chosen(usual, { type });
}
