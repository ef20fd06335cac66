/**
 * Which way a branch on an unknown value is to go: the path to follow, else the scenario, else the success path. What
 * is computed is never overridden: a branch that goes against the wish asks for a run with other choices.
 */
import {
  type EdgeId,
  type Expression,
  evaluateIn,
  type Frame,
  type Location,
  type VariableId,
} from "@pinscope/grammars/ir";
import type { Preset, Reason } from "./choices.ts";
import { describeReturn } from "./describe.ts";
import { edgeToGoal, fixedBy, obstruct } from "./guidance.ts";
import type { Run } from "./run.ts";
import { Halt, OPEN_LOOP_BUDGET, Restart, withReason } from "./run-input.ts";
import { type Reachable, type Status, statusOfNumber, successMap } from "./success.ts";
import { caseOf, caseTerm, defaultTerm } from "./switch-cases.ts";
import { choicesIn, type Term } from "./terms.ts";

/** Decisions in one block of one frame before the shorter of two good ways is taken. */
const VISITS_BEFORE_SHORTCUT = 1;

export class Decisions {
  private readonly run: Run;
  private readonly passes = new WeakMap<object, Map<number, number>>();
  private readonly visits = new WeakMap<object, Map<number, number>>();
  private hasAcquired = false;
  private acquisitionsSeen = 0;

  constructor(run: Run) {
    this.run = run;
  }

  decideBranch(terminator: {
    readonly condition: Expression;
    readonly whenTrue: EdgeId;
    readonly whenFalse: EdgeId;
  }): void {
    const frame = this.run.machine.frames.at(-1);
    if (frame === undefined) return;
    const value = evaluateIn(this.run.machine, terminator.condition);
    const term = this.run.shadows.termOf(terminator.condition);
    let computed = typeof value === "bigint" ? value !== 0n : null;
    this.run.amendments.evaluates(terminator.condition, term !== null);
    const edge = (truth: boolean): EdgeId => (truth ? terminator.whenTrue : terminator.whenFalse);
    const asked = this.pathEdge([terminator.whenTrue, terminator.whenFalse]);
    if (computed === null) return;
    const toward = asked === null ? edgeToGoal(this.run, [terminator.whenTrue, terminator.whenFalse]) : null;
    if (term === null) {
      if (asked !== null && asked !== edge(computed)) this.diverge(asked);
      if (toward !== null && toward !== edge(computed))
        obstruct(this.run, "the condition is computed otherwise");
      this.run.passEdge(frame.function, edge(computed));
      this.leaveLoop(edge(computed));
      this.note(terminator, edge(computed));
      return;
    }
    const wish = this.run.choices.wishKey(`branch ${frame.function.name} ${this.run.machine.frames.length}`);
    const demanded = asked ?? toward;
    const preferred =
      demanded === null ? this.preferredTruth(terminator, term) : demanded === terminator.whenTrue;
    const wanted = preferred ?? computed;
    if (wanted !== computed) {
      const reason: Reason = demanded === null ? "success path" : "path";
      if (this.turn(term, wanted, `${wish} to ${wanted}`, reason, asked)) computed = wanted;
    }
    this.run.choices.openBranches.push({
      wish: `${wish} flipped to ${!computed}`,
      term,
      truth: computed,
      constraintsBefore: this.run.choices.constraints.length,
      isFree: asked === null,
      location: this.run.location,
    });
    this.run.choices.constrain(term, computed, preferred === null);
    this.run.passEdge(frame.function, edge(computed));
    this.leaveLoop(edge(computed));
    this.note(terminator, edge(computed), term);
  }

  private note(
    terminator: { readonly condition: Expression; readonly whenTrue?: EdgeId },
    edge: EdgeId,
    term?: Term,
  ): void {
    if (!this.run.recorder.records) return;
    const depth = this.run.machine.frames.length;
    const text = describeReturn(this.run.top(), terminator.condition).replace(/^return /, "if ");
    const keys = term === undefined ? [] : choicesIn(term);
    const choices = keys.map((key) => this.run.choices.all.get(key)).filter((one) => one !== undefined);
    const holds = terminator.whenTrue === undefined ? null : terminator.whenTrue === edge;
    this.run.recorder.branch(this.run.location, this.run.stack(depth), text, edge, choices, holds);
  }

  /** Gives whether the condition is as wanted now; else the run goes on, or starts again with other choices. */
  private turn(term: Term, wanted: boolean, wish: string, reason: Reason, asked: EdgeId | null): boolean {
    if (this.run.input.mayRestart && !this.run.input.wishes.has(wish)) {
      // A loop whose bound is open has as many turns as the buffer has pages.
      const first = this.isLoopHead() ? [BigInt(this.run.input.scenario.pages)] : [];
      const toGoal = asked === null && reason === "path";
      const presets = this.run.choices.solveFor(term, wanted, undefined, undefined, first, toGoal);
      // That a number which nobody computed equals an errno is no way to success.
      const hasFailure = this.run.input.scenario.fail.length > 0 && reason === "success path";
      const isErrno = hasFailure && [...(presets ?? [])].some(makesErrno);
      if (presets !== null && presets.size > 0 && !isErrno) {
        if (this.run.amendments.make(presets, reason)) return true;
        throw new Restart(wish, withReason(presets, reason));
      }
    }
    this.goBack(term, wanted, wish, reason, asked !== null);
    if (asked === null && reason === "path") {
      obstruct(this.run, `the condition would have to be ${wanted}`, term, wanted);
      return false;
    }
    const told = this.run.choices.contradictions.some(
      ({ location }) => location.start === this.run.location.start,
    );
    if (told && asked === null) return false;
    this.run.choices.contradictions.push({
      text: `${asked === null ? "the success path" : "the path"} wants the condition ${wanted}`,
      location: this.run.location,
      with: fixedBy(this.run, term, wanted),
      sharing: this.sharing(term),
    });
    if (asked !== null) this.diverge(asked);
    return false;
  }

  /** Where earlier branches rest on the same choices, the last first. */
  private sharing(term: Term): readonly Location[] {
    const keys = choicesIn(term);
    return this.run.choices.constraints
      .filter((one) => choicesIn(one.term).some((key) => keys.includes(key)))
      .map(({ location }) => location)
      .toReversed();
  }

  /**
   * Where an earlier branch forbids what is wanted and nothing speaks against its going the other way: starts again
   * with that.
   */
  private goBack(term: Term, wanted: boolean, wish: string, reason: Reason, must: boolean): void {
    const { choices, input } = this.run;
    if (!input.mayRestart || !(input.mayGoBack || must) || input.wishes.has(`${wish} back`)) return;
    if (choices.isGivenUp(wanted)) return;
    const keys = choicesIn(term);
    const at = choices.constraints.findLastIndex(
      (one) => one.indifferent === true && choicesIn(one.term).some((key) => keys.includes(key)),
    );
    if (at < 0) return;
    const presets = choices.solveFor(term, wanted, at);
    if (presets !== null && presets.size > 0) throw new Restart(`${wish} back`, withReason(presets, reason));
  }

  private isLoopHead(): boolean {
    const frame = this.run.machine.frames.at(-1);
    return frame?.function.loops.some(({ head }) => head === frame.block.id) ?? false;
  }

  private diverge(asked: EdgeId): never {
    const rest = this.run.choices.constraints.at(-1);
    const because = rest === undefined ? "" : ` (earlier choice at offset ${rest.location.start})`;
    throw new Halt(
      "diverged",
      `edge ${asked} cannot be taken: its condition is computed otherwise${because}`,
    );
  }

  /** The next edge of the path, where it leaves this block; null where the path says nothing of it. */
  private pathEdge(edges: readonly EdgeId[]): EdgeId | null {
    const { path } = this.run.input;
    if (path === null) return null;
    const frame = this.run.machine.frames.at(-1);
    if (frame === undefined) return null;
    const calls = this.run.callsOf(frame);
    for (let at = this.run.pathAt; at < path.length; at++) {
      const next = path[at];
      if (next === undefined) return null;
      if (next.calls !== undefined && isInside(next.calls, calls)) {
        this.run.passedOver ??= next;
        continue;
      }
      if (next.function !== frame.function.name || (next.calls !== undefined && !isSame(next.calls, calls)))
        return null;
      this.run.pathAt = at;
      if (next.afterLoop === true) return null;
      if (edges.includes(next.edge)) {
        this.run.pathAt = at + 1;
        return next.edge;
      }
      if (!this.isGoto(next.edge))
        throw new Halt("diverged", `the path has edge ${next.edge}, which is not here`);
    }
    return null;
  }

  /** Notes that a loop which the path leaves to itself was left. */
  private leaveLoop(taken: EdgeId): void {
    const next = this.run.input.path?.[this.run.pathAt];
    const frame = this.run.machine.frames.at(-1);
    if (next?.afterLoop !== true || next.edge !== taken || next.function !== frame?.function.name) return;
    if (next.calls === undefined || isSame(next.calls, this.run.callsOf(frame))) this.run.pathAt += 1;
  }

  private isGoto(id: EdgeId): boolean {
    const ir = this.run.machine.frames.at(-1)?.function;
    return ir?.edges.find((edge) => edge.id === id)?.condition.kind === "always";
  }

  /** Which way leads to what the run is for; null where both do as well. */
  private preferredTruth(
    terminator: { readonly whenTrue: EdgeId; readonly whenFalse: EdgeId },
    term: Term,
  ): boolean | null {
    if (this.run.input.asComputed === true) return null;
    const { reach: whenTrue, distance: farTrue } = this.reachOf(terminator.whenTrue);
    const { reach: whenFalse, distance: farFalse } = this.reachOf(terminator.whenFalse);
    const passes = this.visitsHere();
    // A loop that has come to nothing so often is not gone through once more for the sake of pages.
    const seeks = this.mayAcquire() && passes <= this.run.input.scenario.pages;
    const loop = this.loopWish(term, terminator);
    if (loop !== null && whenTrue > 0 && whenFalse > 0 && !(seeks && whenTrue !== whenFalse)) return loop;
    if (seeks ? whenTrue !== whenFalse : whenTrue > 0 !== whenFalse > 0) return whenTrue > whenFalse;
    // Both ways lead there. Who comes by again and again takes the shorter one.
    const again = passes > VISITS_BEFORE_SHORTCUT;
    if (whenTrue > 0 && again && farTrue !== farFalse && !this.restsOnOutcomes(term))
      return farTrue < farFalse;
    return null;
  }

  /** Whether what a call came to decides, which is not to be another way for the sake of a shorter path. */
  private restsOnOutcomes(term: Term): boolean {
    return choicesIn(term).some((key) => this.run.choices.all.get(key)?.allowed !== undefined);
  }

  /** How often this frame has come to a decision in this block. */
  private visitsHere(): number {
    const frame = this.run.machine.frames.at(-1);
    if (frame === undefined) return 0;
    const counts = this.passes.get(frame) ?? new Map<number, number>();
    this.passes.set(frame, counts);
    const times = (counts.get(frame.block.id) ?? 0) + 1;
    counts.set(frame.block.id, times);
    return times;
  }

  /** Whether this function has still to come to the calls that the run is for. */
  private mayAcquire(): boolean {
    const { acquisitions } = this.run.world;
    for (; !this.hasAcquired && this.acquisitionsSeen < acquisitions.length; this.acquisitionsSeen++) {
      const one = acquisitions[this.acquisitionsSeen];
      this.hasAcquired = one !== undefined && one.pages.length > 0 && this.run.input.acquires(one.callee);
    }
    return !this.hasAcquired;
  }

  private reachOf(id: EdgeId): Reachable {
    const frame = this.run.machine.frames.at(-1);
    const edge = frame?.function.edges.find((one) => one.id === id);
    if (frame === undefined || edge === undefined) return { reach: 0, distance: 0 };
    const map = successMap(frame.function, this.run.input.acquires);
    const statuses = new Map<VariableId, Status>();
    for (const variable of map.tracked) {
      const status = this.statusOf(frame, variable);
      if (status !== "fine") statuses.set(variable, status);
    }
    return map.from(edge.to, statuses);
  }

  private statusOf(frame: Frame, id: VariableId): Status {
    const variable = frame.function.variables.find((one) => one.id === id);
    if (variable === undefined) return "fine";
    const { base } = this.run.machine.objectOf(frame, id);
    const { type } = variable;
    if (type.kind === "record" || type.kind === "array") return "fine";
    const value = this.run.machine.memory.read(base, this.run.machine.layouts.sizeOf(type));
    return value === null ? "fine" : statusOfNumber(value, type.kind === "pointer");
  }

  /** Loops whose bound is open are entered first; after some turns they are left. */
  private loopWish(
    term: Term,
    terminator: { readonly whenTrue: EdgeId; readonly whenFalse: EdgeId },
  ): boolean | null {
    const frame = this.run.machine.frames.at(-1);
    if (frame === undefined) return null;
    const loop = frame.function.loops.find((one) => one.head === frame.block.id);
    if (loop === undefined) return null;
    const inside = (id: EdgeId): boolean => {
      const to = frame.function.edges.find((edge) => edge.id === id)?.to;
      return to !== undefined && loop.blocks.includes(to);
    };
    const whenTrue = inside(terminator.whenTrue);
    if (whenTrue === inside(terminator.whenFalse)) return null;
    const counts = this.visits.get(frame) ?? new Map<number, number>();
    this.visits.set(frame, counts);
    const turns = (counts.get(frame.block.id) ?? 0) + 1;
    counts.set(frame.block.id, turns);
    if (turns > OPEN_LOOP_BUDGET) return !whenTrue;
    const wanted = this.run.input.scenario.loop;
    if (wanted !== null) return turns <= wanted ? whenTrue : !whenTrue;
    if (turns > 1) return null;
    const first = choicesIn(term).some((key) => this.run.choices.all.get(key)?.reason === "default");
    return first && innermost(term) ? whenTrue : null;
  }

  decideSwitch(terminator: { readonly value: Expression; readonly edges: readonly EdgeId[] }): void {
    const frame = this.run.machine.frames.at(-1);
    if (frame === undefined) return;
    const value = evaluateIn(this.run.machine, terminator.value);
    const term = this.run.shadows.termOf(terminator.value);
    const asked = this.pathEdge(terminator.edges);
    if (typeof value !== "bigint") return;
    let computed = caseOf(this.run, value, terminator);
    const toward = asked === null ? edgeToGoal(this.run, terminator.edges) : null;
    this.run.amendments.evaluates(terminator.value, term !== null);
    if (term === null) {
      if (asked !== null && asked !== computed) this.diverge(asked);
      if (toward !== null && toward !== computed) obstruct(this.run, "the case is computed otherwise");
      if (computed !== null) this.run.passEdge(frame.function, computed);
      return;
    }
    const reach = (id: EdgeId): number => this.reachOf(id).reach;
    const demanded = asked ?? toward;
    let wanted = demanded ?? computed;
    if (demanded === null && computed !== null && this.run.input.asComputed !== true)
      for (const id of terminator.edges) {
        const better = this.mayAcquire()
          ? reach(id) > reach(wanted ?? id)
          : reach(wanted ?? id) === 0 && reach(id) > 0;
        if (better) wanted = id;
      }
    const wish = this.run.choices.wishKey(`switch ${frame.function.name} ${this.run.machine.frames.length}`);
    if (wanted !== null && wanted !== computed) {
      const equal =
        caseTerm(this.run, wanted, term, terminator.value.type) ??
        defaultTerm(this.run, terminator.edges, term, terminator.value.type);
      if (equal !== null) {
        const reason = demanded === null ? "success path" : "path";
        if (this.turn(equal, true, `${wish} to ${wanted}`, reason, asked)) computed = wanted;
      } else if (asked !== null) this.diverge(asked);
    }
    const outside = defaultTerm(this.run, terminator.edges, term, terminator.value.type);
    const taken =
      computed === null ? null : (caseTerm(this.run, computed, term, terminator.value.type) ?? outside);
    for (const id of terminator.edges) {
      const other =
        id === computed ? taken : (caseTerm(this.run, id, term, terminator.value.type) ?? outside);
      if (other !== null)
        this.run.choices.openBranches.push({
          wish: `${wish} away from ${computed} by ${id}`,
          term: other,
          truth: id === computed,
          constraintsBefore: this.run.choices.constraints.length,
          isFree: asked === null,
          location: this.run.location,
        });
    }
    if (taken !== null) this.run.choices.constrain(taken, true);
    if (computed !== null) this.run.passEdge(frame.function, computed);
    if (computed !== null) this.note({ condition: terminator.value }, computed, term);
  }
}

/** Whether a number that no call gave is made equal to what a failing one gives. */
function makesErrno([key, preset]: readonly [string, Preset]): boolean {
  return preset.kind === "number" && USUAL_ERRNOS.has(preset.value) && !key.startsWith("call ");
}

/** -EFAULT and -ENOMEM: what calls fail with that a scenario makes fail. */
const USUAL_ERRNOS: ReadonlySet<bigint> = new Set([-14n, -12n]);

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((call, index) => call === other[index]);
}

/** Whether a frame was reached through another frame. */
function isInside(inner: readonly number[], outer: readonly number[]): boolean {
  return inner.length > outer.length && outer.every((call, index) => call === inner[index]);
}

function innermost(term: Term): boolean {
  if (term.kind === "unary" || term.kind === "cast") return innermost(term.operand);
  return term.kind === "binary" && ["<", "<=", ">", ">=", "!="].includes(term.operator);
}
