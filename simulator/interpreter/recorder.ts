/** Writes the trace of a run: steps, what they changed in the counters of pages, what they rest on. */
import type { EdgeId, Location } from "@pinscope/grammars/ir";
import { type Choice, presetText } from "./choices.ts";
import type { Assumption, PageChange, PageState, TraceStep } from "./types.ts";
import { stateOf, type World } from "./world.ts";

/** Steps kept of one run; what comes behind is executed, not told. */
const TRACE_STEP_BUDGET = 5_000;

interface Draft {
  readonly location: Location;
  readonly stack: readonly string[];
  readonly text: string;
  readonly notes: string[];
  readonly choices: Choice[];
}

export class Recorder {
  readonly records: boolean;
  readonly steps: TraceStep[] = [];
  /** The state in which each page came into play. */
  readonly starts: PageState[] = [];
  truncated = false;
  private readonly world: World;
  private readonly last: PageState[] = [];
  private events = 0;
  private draft: Draft | null = null;
  private pendingChoices: Choice[] = [];

  constructor(world: World, records: boolean) {
    this.world = world;
    this.records = records;
  }

  /** A call begins: what is noted until `end` is its own. */
  begin(location: Location, stack: readonly string[], text: string): void {
    this.draft = { location, stack, text, notes: [], choices: [] };
  }

  note(text: string): void {
    this.draft?.notes.push(text);
  }

  choice(choice: Choice): void {
    if (this.draft === null) this.pendingChoices.push(choice);
    else this.draft.choices.push(choice);
  }

  /** A page as the code meets it, before anything is done to it. */
  meet(): void {
    for (let index = this.last.length; index < this.world.pages.length; index++) {
      const page = this.world.pages[index];
      if (page === undefined) continue;
      const state = stateOf(page);
      this.starts.push(state);
      this.last.push(state);
    }
  }

  end(): void {
    const { draft } = this;
    this.draft = null;
    if (draft === null) return;
    this.push("call", draft.location, draft.stack, draft.text, draft.notes, draft.choices);
  }

  step(kind: "assign" | "return", location: Location, stack: readonly string[], text: string): void {
    if (this.records) this.push(kind, location, stack, text, [], this.pendingChoices.splice(0));
  }

  branch(
    location: Location,
    stack: readonly string[],
    text: string,
    edge: EdgeId,
    choices: readonly Choice[],
    holds: boolean | null,
  ): void {
    if (this.records) this.push("branch", location, stack, text, [], choices, { edge, holds });
  }

  private push(
    kind: TraceStep["kind"],
    location: Location,
    stack: readonly string[],
    text: string,
    notes: readonly string[],
    choices: readonly Choice[],
    branch?: { readonly edge: EdgeId; readonly holds: boolean | null },
  ): void {
    const changes = this.changes();
    const warnings = this.world.events
      .slice(this.events)
      .map(({ kind: what, where, text: said }) => `${what}: ${where}: ${said}`);
    this.events = this.world.events.length;
    if (this.steps.length >= TRACE_STEP_BUDGET) {
      this.truncated = true;
      return;
    }
    const assumptions = choices.map(assumptionOf);
    this.steps.push({
      kind,
      location,
      stack,
      text,
      changes,
      warnings,
      notes,
      assumptions,
      ...(branch === undefined ? {} : { edge: branch.edge }),
      ...(branch?.holds == null ? {} : { holds: branch.holds }),
    });
  }

  private changes(): PageChange[] {
    const found: PageChange[] = [];
    this.world.pages.forEach((page, index) => {
      const before = this.last[index] ?? null;
      const after = stateOf(page);
      if (before === null) {
        // Met by this very step: what it was before is what the call found.
        const start = this.world.startOf(page) ?? after;
        this.starts[index] = start;
        this.last[index] = after;
        found.push({ page: index, before: start === after ? null : start, after });
      } else if (!same(before, after)) {
        this.last[index] = after;
        found.push({ page: index, before, after });
      }
    });
    return found;
  }
}

function same(one: PageState, other: PageState): boolean {
  return (
    one.refcount === other.refcount &&
    one.pincount === other.pincount &&
    one.mapcount === other.mapcount &&
    one.dirty === other.dirty &&
    one.freed === other.freed
  );
}

export function assumptionOf(choice: Choice): Assumption {
  return {
    text: `${choice.what} = ${textOf(choice)}`,
    location: choice.location,
    reason: choice.reason,
    entitled: choice.entitled,
    given: choice.given,
    loopIn: /^opaque (\w+):\d+:loop turn/.exec(choice.key)?.[1] ?? null,
  };
}

/** Below it lie the addresses of the machine's memory, whatever type the code has for them. */
const LOWEST_NUMBER = -(1n << 62n);

function textOf({ preset, type, value }: Choice): string {
  if (preset.kind !== "number") return presetText(preset);
  if (type.kind === "bool") return value === 0n ? "false" : "true";
  // Models choose between an object, which they write as 1, and NULL.
  if (type.kind === "pointer" && value === 0n) return "NULL";
  const isObject = type.kind === "pointer" && value === 1n;
  if (isObject || BigInt.asIntN(64, value) < LOWEST_NUMBER) return "a valid pointer";
  return presetText({ kind: "number", value: BigInt.asIntN(64, value) });
}
