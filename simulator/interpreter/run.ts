/**
 * One run of a function: the machine of `grammars/ir` stepped operation by operation, with the terms of values that
 * rest on choices beside it. Choices are made in `run-choices.ts`; calls are answered in `calls.ts`. Knows no API.
 */
import {
  addressIn,
  type BlockId,
  type CType,
  createMachine,
  type EdgeId,
  type Expression,
  enterFunction,
  type Frame,
  type FunctionIr,
  type Location,
  type Machine,
  type Operation,
  type Outcome,
  placeText,
  step,
  type VariableId,
} from "@pinscope/grammars/ir";
import type { Page } from "@pinscope/simulator/kernel";
import { Afterwards } from "./afterwards.ts";
import { Amendments } from "./amendments.ts";
import { Completions } from "./completions.ts";
import { CurrentCall } from "./current-call.ts";
import { Decisions } from "./decisions.ts";
import { describeOperation, describeReturn } from "./describe.ts";
import { Progress } from "./goal.ts";
import { Recorder } from "./recorder.ts";
import { kernelRecords } from "./records.ts";
import { RunChoices } from "./run-choices.ts";
import { Halt, type RunInput } from "./run-input.ts";
import { RunMemory } from "./run-memory.ts";
import { Shadows } from "./shadows.ts";
import { askForTaking, type Handed } from "./takings.ts";
import type { Term } from "./terms.ts";
import type { Imbalance, PathEdge } from "./types.ts";
import { Unknowns } from "./unknowns.ts";
import { Walks } from "./walks.ts";
import { createWorld, type World } from "./world.ts";

const INT: CType = { kind: "integer", bits: 32, signed: true };

export class Run {
  readonly input: RunInput;
  readonly machine: Machine;
  readonly world: World;
  readonly recorder: Recorder;
  readonly shadows: Shadows;
  readonly unknowns: Unknowns;
  readonly amendments: Amendments;
  private readonly decisions: Decisions;
  readonly choices = new RunChoices(this);
  readonly memory = new RunMemory(this);
  readonly call = new CurrentCall(this);
  readonly walks = new Walks(this);
  readonly completions = new Completions(this);
  readonly afterwards = new Afterwards(this);
  /** Where the function returned; null while it has not. */
  returnedAt: Location | null = null;
  /** Addresses that were handed to calls whose bodies are not in sight, with the call. */
  readonly escapes: { readonly address: bigint; readonly to: string }[] = [];
  /** Calls out of sight, with what they were given. */
  readonly handed: Handed[] = [];
  /** Pages that a call out of sight may have let go of, going by its name. */
  readonly maybeReleased = new Map<Page, string>();
  /** What code called the place in which a pointer was last put, by the place's address. */
  readonly storedAs = new Map<bigint, string>();
  /** What went wrong while it ran, beside the ledger and the kernel's own words. */
  readonly imbalances: Imbalance[] = [];
  location: Location;
  /** How far it has come with what it is to pass through; null where that is nothing. */
  readonly progress: Progress | null;
  pathAt = 0;
  /** An edge of the path in a call that was answered without it. */
  passedOver: PathEdge | null = null;
  private readonly callsTo = new WeakMap<Frame, readonly number[]>();
  private readonly blocksBefore = new WeakMap<Frame, BlockId>();
  /** Counts what `advance` runs: an opaque expression has one value in it, however often it is looked at. */
  tick = 0;
  operation: Operation | null = null;
  condition: Expression | null = null;

  constructor(input: RunInput) {
    this.input = input;
    this.location = input.function.location;
    this.progress = input.ways === null ? null : new Progress(input.ways);
    this.machine = createMachine({
      records: kernelRecords(input.program.records, input.openRecords),
      host: {
        call: (event) => {
          this.call.answering(event);
          return this.amendments.answers(() => input.answer(this, event));
        },
        indeterminate: (read) => this.unknowns.readUnknown(read),
        opaque: (reason, name, type) => this.unknowns.opaqueValue(reason, name, type),
        opaqueOperation: (operation) => this.unknowns.opaqueOperation(operation),
        globalFill: () => "indeterminate",
      },
    });
    this.world = createWorld(this.machine, input.profile, input.scenario, (page, family) =>
      askForTaking(this, page, family),
    );
    this.recorder = new Recorder(this.world, input.record);
    this.unknowns = new Unknowns(this);
    this.decisions = new Decisions(this);
    this.amendments = new Amendments(this);
    this.shadows = new Shadows(this.machine, (reason, name, type) =>
      name === undefined ? this.unknowns.opaqueTerm(reason, type) : this.unknowns.namedTerm(name),
    );
  }

  /** Runs to the end. Throws `Restart`; everything else is an outcome or a `Halt`. */
  execute(): Outcome {
    enterFunction(this.machine, this.input.function, this.input.arguments ?? []);
    let ended: Outcome | null = null;
    for (;;) {
      if (this.machine.steps >= this.input.steps) return { kind: "budget", steps: this.machine.steps };
      this.tick += 1;
      if ((this.tick & 63) === 63 && performance.now() > this.input.deadline)
        throw new Halt("stuck", "more time than one run may take");
      const outcome = this.advance();
      if (outcome === null) continue;
      if (outcome.kind !== "returned") return outcome;
      ended ??= outcome;
      this.returnedAt ??= this.location;
      if (!this.completions.startNext() && !this.afterwards.start()) return ended;
    }
  }

  private advance(): Outcome | null {
    const frame = this.machine.frames.at(-1);
    if (frame === undefined) return { kind: "returned", value: null, steps: this.machine.steps };
    this.input.observe?.(this);
    const operation = frame.block.operations[frame.next];
    this.operation = operation ?? null;
    this.condition = null;
    if (operation === undefined) {
      const from = frame.block.id;
      const outcome = this.terminate();
      this.blocksBefore.set(frame, from);
      return outcome;
    }
    this.location = operation.location;
    if (this.machine.frames.length === 1) this.progress?.pass(operation.location);
    switch (operation.kind) {
      case "assign":
        return this.assign(operation);
      case "call":
        return this.runCall(operation);
      default:
        return this.stepOrFlip();
    }
  }

  private assign(operation: Extract<Operation, { kind: "assign" }>): Outcome | null {
    const depth = this.machine.frames.length;
    const text = this.recorder.records ? describeOperation(this.top(), operation) : "";
    const term = this.shadows.termOf(operation.value);
    const target = addressIn(this.machine, operation.target);
    const source =
      operation.value.kind === "load" && operation.value.type.kind === "record"
        ? addressIn(this.machine, operation.value.place)
        : null;
    this.amendments.evaluates(operation.value, term !== null);
    this.amendments.locates(operation.target);
    const outcome = this.stepOrFlip();
    if (outcome !== null) return outcome;
    const copied = source === null ? undefined : this.world.iters.get(source);
    if (copied !== undefined && target !== null) this.world.iters.set(target, { ...copied });
    if (target !== null) {
      this.shadows.setTerm(target, term, operation.target.type);
      this.noteStored(target, operation);
    }
    this.recorder.step("assign", operation.location, this.stack(depth), text);
    return null;
  }

  /** Keeps what the code calls a place that pointers are put in: by assignment, or by a call that it is handed to. */
  private noteStored(target: bigint, operation: Extract<Operation, { kind: "assign" }>): void {
    const { target: place, value } = operation;
    if (place.kind !== "variable" && (value.type.kind === "pointer" || place.type.kind === "pointer"))
      this.storedAs.set(target, placeText(this.top(), place));
  }

  private noteHanded(operation: Extract<Operation, { kind: "call" }>): void {
    for (const argument of operation.arguments) {
      const plain = argument.kind === "cast" ? argument.operand : argument;
      if (plain.kind !== "address" || plain.place.kind === "variable") continue;
      const address = addressIn(this.machine, plain.place);
      if (address !== null) this.storedAs.set(address, placeText(this.top(), plain.place));
    }
  }

  private runCall(operation: Extract<Operation, { kind: "call" }>): Outcome | null {
    const frame = this.machine.frames.at(-1);
    const depth = this.machine.frames.length;
    const text = this.recorder.records ? describeOperation(this.top(), operation) : "";
    const terms = operation.arguments.map((argument) => this.shadows.termOf(argument));
    this.noteHanded(operation);
    this.call.begin(terms);
    operation.arguments.forEach((argument, position) => {
      this.amendments.evaluates(argument, terms[position] !== null);
    });
    if (operation.callee.kind === "indirect") this.amendments.evaluates(operation.callee.pointer, false);
    if (this.recorder.records) this.recorder.begin(operation.location, this.stack(depth), text);
    const outcome = this.stepOrFlip();
    if (this.recorder.records) this.recorder.end();
    if (outcome !== null || frame === undefined) return outcome;
    const entered = this.machine.frames.length > depth ? this.machine.frames.at(-1) : undefined;
    if (entered !== undefined) this.callsTo.set(entered, [...this.callsOf(frame), operation.location.start]);
    if (entered !== undefined && operation.arguments.length === entered.function.parameters.length)
      entered.function.parameters.forEach((id, position) => {
        const term = terms[position];
        const variable = entered.function.variables.find((one) => one.id === id);
        if (term != null && variable !== undefined)
          this.shadows.setTerm(this.machine.objectOf(entered, id).base, term, variable.type);
      });
    else this.amendments.gives(terms);
    if (entered === undefined && operation.result !== undefined)
      this.setResult(frame.function, operation.result, this.call.resultTerm);
    return null;
  }

  private setResult(caller: FunctionIr, id: VariableId, term: Term | null): void {
    const frame = this.machine.frames.at(-1);
    const variable = caller.variables.find((one) => one.id === id);
    if (frame === undefined || variable === undefined || frame.function !== caller) return;
    this.shadows.setTerm(this.machine.objectOf(frame, id).base, term, variable.type);
  }

  private terminate(): Outcome | null {
    const frame = this.machine.frames.at(-1);
    if (frame === undefined) return null;
    const { terminator } = frame.block;
    if ("location" in terminator) {
      this.location = terminator.location;
      if (this.machine.frames.length === 1) this.progress?.pass(terminator.location);
    }
    switch (terminator.kind) {
      case "branch":
        this.condition = terminator.condition;
        this.decisions.decideBranch(terminator);
        return this.stepOrFlip();
      case "switch":
        this.condition = terminator.value;
        this.decisions.decideSwitch(terminator);
        return this.stepOrFlip();
      case "return": {
        this.condition = terminator.value;
        const term = terminator.value === null ? null : this.shadows.termOf(terminator.value);
        if (terminator.value !== null) this.amendments.evaluates(terminator.value, term !== null);
        const depth = this.machine.frames.length;
        const { result, function: callee } = frame;
        if (this.recorder.records)
          this.recorder.step(
            "return",
            terminator.location,
            this.stack(depth),
            describeReturn(callee, terminator.value),
          );
        const caller = this.machine.frames.at(-2)?.function;
        const outcome = this.stepOrFlip();
        if (outcome === null && result !== undefined && caller !== undefined)
          this.setResult(caller, result, term);
        return outcome;
      }
      case "goto":
        this.passEdge(frame.function, terminator.edge);
        return step(this.machine);
      default:
        return step(this.machine);
    }
  }

  /** An edge is taken: the jump statements that it stands for are passed. */
  passEdge(ir: FunctionIr, id: EdgeId): void {
    if (this.progress === null || this.machine.frames.length !== 1) return;
    for (const place of ir.edges.find((edge) => edge.id === id)?.jumps ?? []) this.progress.pass(place);
  }

  /** The function that a pointer points to; null for none. */
  functionAt(address: bigint): string | null {
    const object = this.machine.memory.locate(address)?.object;
    return object?.kind === "function" ? object.label : null;
  }

  /** The value of a named constant. */
  constant(name: string): bigint {
    return this.unknowns.opaqueValue("constant", name, INT);
  }

  /** Steps the machine; where that is stuck on a choice, asks for another one. */
  private stepOrFlip(): Outcome | null {
    const outcome = step(this.machine);
    if (outcome?.kind !== "stuck") return outcome;
    if (["null-pointer", "wild-pointer", "undefined-arithmetic", "out-of-bounds"].includes(outcome.cause))
      this.choices.flipFor(outcome.cause);
    if (outcome.cause === "null-pointer" || outcome.cause === "wild-pointer") {
      const told = this.choices.numberAsAddress();
      if (told !== null)
        throw new Halt("diverged", `${told} is used as an address: the scenario has a number`);
    }
    return outcome;
  }

  /** The block that a frame ran before the present one; null in its first. */
  cameFrom(frame: Frame): BlockId | null {
    return this.blocksBefore.get(frame) ?? null;
  }

  /** Source offsets of the calls that lead to a frame. */
  callsOf(frame: Frame): readonly number[] {
    return this.callsTo.get(frame) ?? [];
  }

  top(): FunctionIr {
    return this.machine.frames.at(-1)?.function ?? this.input.function;
  }

  stack(depth: number): string[] {
    return this.machine.frames.slice(0, depth).map((frame) => frame.function.name);
  }
}
