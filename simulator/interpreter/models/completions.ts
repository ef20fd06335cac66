/** Calls that register callbacks and set them going: bios, requests, work items, timers, RCU. */
import type { CType } from "@pinscope/grammars/ir";
import type { Answer, Call, Model } from "../call.ts";
import type { Pending } from "../completions.ts";

const POINTER: CType = { kind: "pointer", to: { kind: "unknown" } };
const WORK: CType = { kind: "record", tag: "work_struct", union: false };

type Path = Exclude<Pending["callback"], bigint>;

const WORK_CALLBACK: Path = [{ tag: "work_struct", field: "func" }];
const DELAYED_CALLBACK: Path = [{ tag: "delayed_work", field: "work" }, ...WORK_CALLBACK];
const TIMER_CALLBACK: Path = [{ tag: "timer_list", field: "function" }];
const BIO_CALLBACK: Path = [{ tag: "bio", field: "bi_end_io" }];
const REQUEST_CALLBACK: Path = [{ tag: "request", field: "end_io" }];

/** INIT_WORK(), timer_setup(): the second argument is the callback. */
const register =
  (path: Path): Model =>
  (call): Answer => {
    const { layouts } = call.world.machine;
    const address = path.reduce(
      (at, { tag, field }) => at + BigInt(layouts.offsetOf(tag, field, field === "work" ? WORK : POINTER)),
      call.at(0),
    );
    call.write(address, 8, call.at(1));
    return undefined;
  };

/** Sets going what an argument points to; the result says that it was not going before. */
const start =
  (what: string, position: number, path: Path, result?: bigint): Model =>
  (call): Answer => {
    setGoing(call, what, call.at(position), path);
    return result;
  };

function setGoing(call: Call, what: string, address: bigint, callback: Pending["callback"]): void {
  call.run.escapes.push({ address, to: `${call.name}()` });
  call.run.completions.add({ what, address, callback });
}

const callRcu: Model = (call): Answer => {
  setGoing(call, "grace period", call.at(0), call.at(1));
  return undefined;
};

/** bio_endio(): the callback runs at once. */
const endBio: Model = (call): Answer => {
  const pending: Pending = { what: "bio", address: call.at(0), callback: BIO_CALLBACK };
  const body = call.run.completions.callbackOf(pending);
  return body === null ? undefined : { kind: "enter", function: body, arguments: [call.at(0)] };
};

export const completionStubs: Readonly<Record<string, Model>> = {
  INIT_WORK: register(WORK_CALLBACK),
  INIT_DELAYED_WORK: register(DELAYED_CALLBACK),
  timer_setup: register(TIMER_CALLBACK),
  schedule_work: start("work item", 0, WORK_CALLBACK, 1n),
  queue_work: start("work item", 1, WORK_CALLBACK, 1n),
  queue_work_on: start("work item", 2, WORK_CALLBACK, 1n),
  schedule_delayed_work: start("work item", 0, DELAYED_CALLBACK, 1n),
  queue_delayed_work: start("work item", 1, DELAYED_CALLBACK, 1n),
  mod_timer: start("timer", 0, TIMER_CALLBACK, 0n),
  add_timer: start("timer", 0, TIMER_CALLBACK),
  call_rcu: callRcu,
  submit_bio: start("bio", 0, BIO_CALLBACK),
  submit_bio_noacct: start("bio", 0, BIO_CALLBACK),
  blk_execute_rq_nowait: start("request", 0, REQUEST_CALLBACK),
  bio_endio: endBio,
};
