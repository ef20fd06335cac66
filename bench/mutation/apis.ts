/**
 * What the catalogue says about a call, reduced to what the operators ask: who takes user pages, who lets them go,
 * and which argument is which. Names no API itself.
 */
import {
  acquirersOf,
  type BoundCall,
  bindCall,
  type Condition,
  catalogue,
  type Effect,
  type IntegerTerm,
  type KernelVersion,
  type PointerTerm,
  type Target,
} from "@pinscope/simulator/catalogue";
import type { PageFamily } from "./types.ts";

export const kernel: KernelVersion = "v6.12";

export function bind(name: string, argumentCount: number): BoundCall | null {
  return catalogue.has(name) ? (bindCall(name, argumentCount, [], kernel) ?? null) : null;
}

function effects(bound: BoundCall): Effect[] {
  return bound.outcomes.flatMap((outcome) => outcome.effects);
}

function pageFamily(family: string): PageFamily | null {
  return family === "pin" || family === "reference" ? family : null;
}

function argumentName(term: IntegerTerm | PointerTerm): string | null {
  return term.kind === "argument" || term.kind === "pointee" ? term.name : null;
}

function container(target: Target): string | null {
  switch (target.kind) {
    case "slots":
      return argumentName(target.array);
    case "value":
      return argumentName(target.value);
    case "consecutive":
      return argumentName(target.first);
    case "contents":
      return argumentName(target.container);
  }
}

function counted(target: Target): string | null {
  if (target.kind === "slots") return argumentName(target.end);
  return target.kind === "contents" ? null : argumentName(target.count);
}

function comparedWithResult(condition: Condition | undefined): string | null {
  if (condition === undefined) return null;
  if (condition.kind === "and" || condition.kind === "or") {
    for (const operand of condition.operands) {
      const name = comparedWithResult(operand);
      if (name !== null) return name;
    }
    return null;
  }
  if (condition.kind !== "compare" || condition.left.kind !== "result") return null;
  return condition.right.kind === "argument" ? condition.right.name : null;
}

export interface AcquireFacts {
  readonly family: PageFamily;
  /** Positions of the arguments, -1 where there is none. */
  readonly into: number;
  readonly requested: number;
}

/** How a call takes user pages; null when it does not. Only triggers: a plain `get_page` is no user page yet. */
export function acquireFacts(bound: BoundCall): AcquireFacts | null {
  if (bound.entry.role !== "trigger") return null;
  for (const effect of effects(bound)) {
    if (effect.kind !== "acquire" || effect.holder !== undefined) continue;
    const family = pageFamily(effect.family);
    if (family === null) continue;
    const into = container(effect.target);
    const perPage = bound.entry.resultUnit === "page";
    const asked = perPage
      ? bound.outcomes.map(({ result }) => comparedWithResult(result)).find((name) => name !== null)
      : null;
    return {
      family,
      into: into === null ? -1 : (bound.position.get(into) ?? -1),
      requested: typeof asked === "string" ? (bound.position.get(asked) ?? -1) : -1,
    };
  }
  return null;
}

export interface ReleaseFacts {
  readonly family: PageFamily;
  readonly from: number;
  readonly count: number;
  /** Lets go nothing but what user-page calls take. */
  readonly trigger: boolean;
}

/** How a call lets pages go; null when it does not. */
export function releaseFacts(bound: BoundCall): ReleaseFacts | null {
  for (const effect of effects(bound)) {
    if (effect.kind !== "release" || effect.holder !== undefined) continue;
    const family = pageFamily(effect.family);
    if (family === null) continue;
    const from = container(effect.target);
    const count = counted(effect.target);
    return {
      family,
      from: from === null ? -1 : (bound.position.get(from) ?? -1),
      count: count === null ? -1 : (bound.position.get(count) ?? -1),
      trigger: bound.entry.role === "trigger",
    };
  }
  return null;
}

/** Whether `release` is a name that lets go what `acquire` takes. */
export function isReleaseOf(release: string, acquire: string): boolean {
  return acquirersOf(release).some(({ name }) => name === acquire);
}

/** Whether a call neither takes nor lets go anything: it may stand in a loop that only releases. */
export function isHarmless(name: string): boolean {
  const entry = catalogue.get(name);
  return (
    entry?.outcomes.every((outcome) =>
      outcome.effects.every(({ kind }) => kind === "dirty" || kind === "mark" || kind === "store"),
    ) ?? false
  );
}

/** Whether a release is given the address of the pointer and frees what it points to: it leaves NULL there. */
export function clearsPointer(bound: BoundCall): boolean {
  const kinds = effects(bound).flatMap((effect) => {
    if (effect.kind === "release" && effect.target.kind === "slots" && effect.target.array.kind === "pointee")
      return ["release"];
    return effect.kind === "free" && effect.value.kind === "pointee" ? ["free"] : [];
  });
  return kinds.includes("release") && kinds.includes("free");
}
