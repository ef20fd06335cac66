/**
 * What a path set going and what completes later: the end of I/O, work items, timers, callbacks after a grace period.
 * Where the scenario says so, they run when the path has returned. Names no API.
 */
import { type CType, enterFunction, type FunctionIr } from "@pinscope/grammars/ir";
import type { Run } from "./run.ts";

const POINTER: CType = { kind: "pointer", to: { kind: "unknown" } };
/** Callbacks run for one path: what sets itself going anew does not do so for ever. */
const COMPLETION_BUDGET = 16;

/** Something that completes: its callback stands in a field of it when the time comes, or was told. */
export interface Pending {
  readonly what: string;
  readonly address: bigint;
  /** Fields that lead from the object to its callback, the last a pointer; the address of a function where it was told. */
  readonly callback: readonly { readonly tag: string; readonly field: string }[] | bigint;
}

export class Completions {
  private readonly run: Run;
  private readonly pending: Pending[] = [];
  /** Callbacks with a body in sight that were registered. */
  registered = 0;
  private started = 0;

  constructor(run: Run) {
    this.run = run;
  }

  add(pending: Pending): void {
    // What is waiting already is not set going twice.
    if (this.pending.some(({ address, what }) => address === pending.address && what === pending.what))
      return;
    this.pending.push(pending);
    if (this.callbackOf(pending) !== null) this.registered += 1;
  }

  /** The callback's body; null where nobody set it or sees it. */
  callbackOf({ address, callback }: Pending): FunctionIr | null {
    const { memory, layouts } = this.run.machine;
    let at = address;
    if (typeof callback === "bigint") at = callback;
    else {
      const [last] = callback.slice(-1);
      for (const { tag, field } of callback) {
        const type: CType =
          field === last?.field ? POINTER : { kind: "record", tag: last?.tag ?? "", union: false };
        at += BigInt(layouts.offsetOf(tag, field, type));
      }
      if (memory.locate(at)?.object.alive !== true) return null;
      at = memory.read(at, 8) ?? 0n;
    }
    const name = this.run.functionAt(at);
    return name === null ? null : this.run.input.program.lookup(name);
  }

  /** Starts the next callback; false where none is left, or none is wanted. */
  startNext(): boolean {
    if (!this.run.input.scenario.complete) return false;
    for (;;) {
      const next = this.pending.shift();
      if (next === undefined || this.started >= COMPLETION_BUDGET) return false;
      const body = this.callbackOf(next);
      if (body === null) continue;
      this.started += 1;
      this.letGo(next.address);
      enterFunction(this.run.machine, body, [next.address]);
      return true;
    }
  }

  /** Whoever was to complete it has no hold on it any more. */
  private letGo(address: bigint): void {
    const { escapes } = this.run;
    for (let index = escapes.length - 1; index >= 0; index--)
      if (escapes[index]?.address === address) escapes.splice(index, 1);
  }
}
