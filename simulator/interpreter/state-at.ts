/**
 * What an expression names when a run comes to a place of the code, and when it leaves it. Looks on while a simulation
 * is run once more; changes nothing in it.
 */
import type { Frame, FunctionIr, Operation, Place } from "@pinscope/grammars/ir";
import { mayNamePages, type Named, namedBy } from "./named-pages.ts";
import { placeWritten } from "./places.ts";
import type { Run } from "./run.ts";
import type { Simulated } from "./simulate.ts";
import type { SimulatedProgram } from "./types.ts";

/** A place that somebody points at. Offsets are those of the function's graph. */
export interface Watch {
  readonly function: FunctionIr;
  /** The line, or whatever stretch of text is meant: what begins in it belongs to the place. */
  readonly start: number;
  readonly end: number;
  /** The name that is pointed at, in the stretch. */
  readonly offset: number;
  /** As written: `page`, `request->pages`. */
  readonly expression: string;
}

export interface StateAt {
  /** How often control came to the place. */
  readonly visits: number;
  /** When it came there first. */
  readonly before: readonly Named[];
  /** When it last left it; as before where the function ended there. */
  readonly after: readonly Named[];
  /** Of the calls that can be made to fail, how many had run when control came there first. */
  readonly callsBefore: number;
}

type Terminator = FunctionIr["blocks"][number]["terminator"];

/** Whether an expression of a function can name pages: what is worth simulating for. */
export function isWorthWatching(ir: FunctionIr, expression: string, { records }: SimulatedProgram): boolean {
  const place = placeWritten(ir, expression);
  return place !== null && mayNamePages(place.type, records);
}

/** The state at a place on the path of a simulation. Runs it once more. */
export function stateAt({ again }: Simulated, watch: Watch): StateAt {
  const place = placeWritten(watch.function, watch.expression);
  if (place === null) return { visits: 0, before: [], after: [], callsBefore: 0 };
  const watcher = new Watcher(watch, place);
  again((run) => watcher.look(run));
  return watcher.found();
}

class Watcher {
  private readonly watch: Watch;
  private readonly place: Place;
  private readonly here: ReadonlySet<Operation | Terminator>;
  private frame: Frame | null = null;
  private visits = 0;
  private before: readonly Named[] = [];
  private after: readonly Named[] | null = null;
  private callsBefore = 0;

  constructor(watch: Watch, place: Place) {
    this.watch = watch;
    this.place = place;
    this.here = partsAt(watch);
  }

  /** Called before each operation. */
  look(run: Run): void {
    const { frames } = run.machine;
    const top = frames.at(-1);
    if (top === undefined) return;
    const { frame } = this;
    if (frame !== null && frame !== top) {
      // In a call made from the place; or the function has ended there.
      if (!frames.includes(frame)) this.frame = null;
    }
    if (top.function !== this.watch.function) return;
    const isHere = this.here.has(top.block.operations[top.next] ?? top.block.terminator);
    if (isHere && this.frame === null) {
      this.frame = top;
      this.visits += 1;
      if (this.visits === 1) {
        this.before = this.named(run, top);
        this.callsBefore = run.call.fallible.length;
      }
    } else if (!isHere && this.frame === top) {
      this.frame = null;
      this.after = this.named(run, top);
    }
  }

  found(): StateAt {
    const { visits, before, after, callsBefore } = this;
    return { visits, before, after: after ?? before, callsBefore };
  }

  private named(run: Run, frame: Frame): readonly Named[] {
    return namedBy(run, frame, this.place, this.watch.expression);
  }
}

/** What runs at a place: what begins there, else what is written around it, else what comes next. */
function partsAt({ function: ir, start, end, offset }: Watch): ReadonlySet<Operation | Terminator> {
  const parts = ir.blocks.flatMap(({ operations, terminator }) => [...operations, terminator]);
  const located = parts.flatMap((part) => {
    if (!("location" in part) || part.location.file !== ir.file) return [];
    return [{ part, start: part.location.start, end: part.location.end }];
  });
  const within = located.filter((one) => one.start >= start && one.start <= end);
  const around = located
    .filter((one) => one.start <= offset && one.end >= offset)
    .sort((one, other) => one.end - one.start - (other.end - other.start));
  const behind = located.filter((one) => one.start > end).sort((one, other) => one.start - other.start);
  const [smallest] = around;
  const chosen = within.length > 0 ? within : smallest !== undefined ? [smallest] : behind.slice(0, 1);
  return new Set(chosen.map(({ part }) => part));
}
