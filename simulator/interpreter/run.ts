/**
 * One run of a function: the machine of `grammars/ir` stepped operation by operation, with the terms of values that
 * rest on choices beside it. Where a branch on such a value goes against what the run is for, the run ends with a
 * request to start again with other choices (`Restart`). Knows no API: calls are answered in `calls.ts`.
 */
import {
  addressIn,
  type CType,
  createMachine,
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
import { type Choice, type Constraint, type Preset, type Reason, solve, valueOfPreset } from "./choices.ts";
import { Decisions } from "./decisions.ts";
import { describeOperation, describeReturn } from "./describe.ts";
import { Recorder } from "./recorder.ts";
import { kernelRecords } from "./records.ts";
import { Halt, Restart, RUN_TIME_BUDGET, type RunInput, withReason } from "./run-input.ts";
import { Shadows } from "./shadows.ts";
import { choicesIn, choiceTerm, compareTerm, type Term, valueOfTerm } from "./terms.ts";
import type { Contradiction, Imbalance, PathEdge } from "./types.ts";
import { expressionsOf, functionOf, pointersIn, Unknowns } from "./unknowns.ts";
import { typeOfVariableUses } from "./usage.ts";
import { createWorld, type World } from "./world.ts";

/** How often values are looked for at one place of the code in one run. */
const SOLVE_BUDGET = 6;

/** What a call fails with where nothing else is said. */
const DEFAULT_ERRNO = -12;

const INT: CType = { kind: "integer", bits: 32, signed: true };

interface OpenBranch {
  readonly wish: string;
  readonly term: Term;
  readonly truth: boolean;
  readonly constraintsBefore: number;
  readonly location: Location;
}

interface ChoiceRequest {
  /** Part of the key: what asks, without what differs from run to run. */
  readonly key: string;
  readonly type: CType;
  readonly what: string;
  readonly preset: Preset;
  readonly allowed?: readonly Preset[];
  readonly entitled?: boolean;
  /** Whether the callee is known to give a value: then it is entitled too. */
  readonly isKnown?: (value: bigint) => boolean;
  /** A parameter of the function that was started. */
  readonly given?: boolean;
  /** The scenario sets it: nothing else may. */
  readonly fixed?: Preset;
}

export class Run {
  readonly input: RunInput;
  readonly machine: Machine;
  readonly world: World;
  readonly recorder: Recorder;
  readonly shadows: Shadows;
  readonly unknowns: Unknowns;
  private readonly decisions: Decisions;
  readonly choices = new Map<string, Choice>();
  readonly constraints: Constraint[] = [];
  /** Choices that something depended on. */
  readonly counted = new Set<string>();
  readonly openBranches: OpenBranch[] = [];
  readonly contradictions: Contradiction[] = [];
  /** Addresses that were handed to calls whose bodies are not in sight, with the call. */
  readonly escapes: { readonly address: bigint; readonly to: string }[] = [];
  /** What code called the place in which a pointer was last put, by the place's address. */
  readonly storedAs = new Map<bigint, string>();
  /** What went wrong while it ran, beside the ledger and the kernel's own words. */
  readonly imbalances: Imbalance[] = [];
  /** Calls by name, for `fail: kmalloc#2`. */
  readonly callCounts = new Map<string, number>();
  /** Calls whose way to end was chosen: they can be made to fail. */
  readonly fallible: { readonly call: string; readonly nth: number }[] = [];
  location: Location;
  pathAt = 0;
  /** An edge of the path in a call that was answered without it. */
  passedOver: PathEdge | null = null;
  private readonly occurrences = new Map<string, number>();
  private readonly callsTo = new WeakMap<Frame, readonly number[]>();
  private pendingResult: Term | null = null;
  private argumentTerms: readonly (Term | null)[] = [];
  /** Counts what `advance` runs: an opaque expression has one value in it, however often it is looked at. */
  tick = 0;
  operation: Operation | null = null;
  condition: Expression | null = null;
  private readonly solved = new Map<string, number>();
  private objectAddress: bigint | null = null;
  private readonly deadline = performance.now() + RUN_TIME_BUDGET;

  constructor(input: RunInput) {
    this.input = input;
    this.location = input.function.location;
    this.machine = createMachine({
      records: kernelRecords(input.program.records, input.openRecords),
      host: {
        call: (event) => input.answer(this, event),
        indeterminate: (read) => this.unknowns.readUnknown(read),
        opaque: (reason, name, type) => this.unknowns.opaqueValue(reason, name, type),
        opaqueOperation: (operation) => this.unknowns.opaqueOperation(operation),
        globalFill: () => "indeterminate",
      },
    });
    this.world = createWorld(this.machine, input.profile, input.scenario);
    this.recorder = new Recorder(this.world, input.record);
    this.unknowns = new Unknowns(this);
    this.decisions = new Decisions(this);
    this.shadows = new Shadows(this.machine, (reason, type) =>
      choiceTerm(this.unknowns.opaqueChoice(reason, type).key, type),
    );
  }

  /** Runs to the end. Throws `Restart`; everything else is an outcome or a `Halt`. */
  execute(): Outcome {
    enterFunction(this.machine, this.input.function, []);
    for (;;) {
      if (this.machine.steps >= this.input.steps) return { kind: "budget", steps: this.machine.steps };
      if ((this.machine.steps & 255) === 255 && performance.now() > this.deadline)
        throw new Halt("stuck", `more than ${RUN_TIME_BUDGET} ms for one run`);
      const outcome = this.advance();
      if (outcome !== null) return outcome;
    }
  }

  private advance(): Outcome | null {
    const frame = this.machine.frames.at(-1);
    if (frame === undefined) return { kind: "returned", value: null, steps: this.machine.steps };
    const operation = frame.block.operations[frame.next];
    this.tick += 1;
    this.operation = operation ?? null;
    this.condition = null;
    if (operation === undefined) return this.terminate();
    this.location = operation.location;
    switch (operation.kind) {
      case "assign":
        return this.assign(operation);
      case "call":
        return this.call(operation);
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

  private call(operation: Extract<Operation, { kind: "call" }>): Outcome | null {
    const frame = this.machine.frames.at(-1);
    const depth = this.machine.frames.length;
    const text = this.recorder.records ? describeOperation(this.top(), operation) : "";
    const terms = operation.arguments.map((argument) => this.shadows.termOf(argument));
    this.argumentTerms = terms;
    this.noteHanded(operation);
    this.pendingResult = null;
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
    else if (operation.result !== undefined)
      this.setResult(frame.function, operation.result, this.pendingResult);
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
    if ("location" in terminator) this.location = terminator.location;
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
      default:
        return step(this.machine);
    }
  }

  // --- choices

  /** Makes a choice, the same as in the run before where the code ran the same way. */
  choose(request: ChoiceRequest): Choice {
    const nth = (this.occurrences.get(request.key) ?? 0) + 1;
    this.occurrences.set(request.key, nth);
    const key = `${request.key}#${nth}`;
    const chosen = this.input.presets.get(key);
    const fixed = request.fixed ?? this.input.scenario.set.find(({ what }) => what === request.what)?.preset;
    const preset = fixed ?? chosen?.preset ?? request.preset;
    const reason: Reason = fixed !== undefined ? "scenario" : (chosen?.reason ?? "default");
    const value = this.valueOf(preset, request);
    const choice: Choice = {
      key,
      order: this.choices.size,
      type: request.type,
      what: request.what,
      location: this.location,
      value,
      preset,
      reason,
      entitled: (request.entitled ?? false) || request.isKnown?.(value) === true,
      given: request.given ?? false,
      ...(request.allowed === undefined ? {} : { allowed: request.allowed }),
      ...(request.isKnown === undefined ? {} : { isKnown: request.isKnown }),
    };
    this.choices.set(key, choice);
    if (request.entitled === true || choice.reason === "scenario") this.counted.add(key);
    return choice;
  }

  private valueOf(preset: Preset, request: ChoiceRequest): bigint {
    if (preset.kind === "same") return this.choices.get(preset.as)?.value ?? 0n;
    return valueOfPreset(preset, preset.kind === "object" ? this.makeObject(request.type, request.what) : 0n);
  }

  /** What the next choice of a key is given as, where nothing may change it. */
  fixedNumber(key: string): bigint | null {
    const nth = (this.occurrences.get(key) ?? 0) + 1;
    const chosen = this.input.presets.get(`${key}#${nth}`);
    return chosen?.reason === "scenario" && chosen.preset.kind === "number" ? chosen.preset.value : null;
  }

  /** As `choose`, for the result of the call that runs now. */
  chooseResult(request: ChoiceRequest): bigint {
    const choice = this.choose(request);
    this.pendingResult = choiceTerm(choice.key, choice.type);
    return choice.value;
  }

  /** Makes a value that a choice gave the result of the call that runs now. */
  resultIs(term: Term | null): void {
    this.pendingResult = term;
  }

  /** What the call that runs now was chosen to give is this object: another run may still choose NULL instead. */
  resultBecame(value: bigint): void {
    const [key] = this.pendingResult === null ? [] : choicesIn(this.pendingResult);
    const choice = key === undefined ? undefined : this.choices.get(key);
    if (choice !== undefined) this.choices.set(choice.key, { ...choice, value });
  }

  /** Whether an address lies in memory that this path made and that nobody else had a hand in. */
  isUnfilled(address: bigint): boolean {
    const object = this.machine.memory.locate(address)?.object;
    if (object === undefined || !(object.kind === "local" || this.world.heap.has(object.base))) return false;
    return !this.escapes.some((one) => this.machine.memory.locate(one.address)?.object === object);
  }

  /** An object that a pointer of this type may point to, and its address. */
  makeObject(type: CType, label: string): bigint {
    const to = type.kind === "pointer" ? type.to : type;
    if (to.kind === "record" && (to.tag === "page" || to.tag === "folio"))
      return this.world.addressOfPage(this.world.givenPage());
    const size = to.kind === "integer" || to.kind === "bool" ? null : null;
    return this.machine.memory.allocate({ label, kind: "host", size, fill: "indeterminate" }).base;
  }

  private fixedChoice = (choice: Choice): boolean => choice.reason === "scenario";

  /** Values of choices under which a term has a truth; null where none is found. */
  solveFor(
    term: Term,
    truth: boolean,
    before = this.constraints.length,
    location = this.location,
    first: readonly bigint[] = [],
  ): ReadonlyMap<string, Preset> | null {
    const place = `${location.start}${truth}`;
    const tried = (this.solved.get(place) ?? 0) + 1;
    this.solved.set(place, tried);
    if (tried > SOLVE_BUDGET) return null;
    this.objectAddress ??= this.machine.memory.allocate({
      label: "some object",
      kind: "host",
      size: null,
      fill: "indeterminate",
    }).base;
    return solve({
      term,
      truth,
      constraints: this.constraints.slice(0, before),
      choiceOf: (key) => this.choices.get(key),
      fixed: this.fixedChoice,
      layouts: this.machine.layouts,
      objectAddress: this.objectAddress,
      pages: BigInt(this.input.scenario.pages),
      first,
    });
  }

  /** Lets values be looked for anew at places where that was given up. */
  forgetSolved(): void {
    this.solved.clear();
  }

  /** Starts again where choices can make a term true; goes on where not, or where it was tried before. */
  demand(term: Term | null, truth: boolean, wish: string, reason: Reason = "success path"): boolean {
    if (term === null) return false;
    const value = valueOfTerm(term, this.machine.layouts, (key) => this.choices.get(key)?.value);
    if (value !== null && (value !== 0n) === truth) {
      this.constrain(term, truth);
      return true;
    }
    if (!this.input.mayRestart || this.input.wishes.has(wish)) return false;
    const presets = this.solveFor(term, truth);
    if (presets === null || presets.size === 0) return false;
    throw new Restart(wish, withReason(presets, reason));
  }

  /** As `demand`, for what is only usual: later branches may ask for something else. */
  prefer(term: Term, wish: string): void {
    const value = valueOfTerm(term, this.machine.layouts, (key) => this.choices.get(key)?.value);
    if (value === null || value !== 0n) return;
    this.demand(term, true, wish);
  }

  /** Whether a choice in the term may still be changed. */
  hasFree(term: Term): boolean {
    return choicesIn(term).some((key) => {
      const reason = this.choices.get(key)?.reason;
      return reason === "default" || reason === "success path";
    });
  }

  /** The errno with which the scenario makes this call fail, -1 for the call's usual one; null: it does not. */
  failureOf(name: string): number | null {
    const nth = this.callCounts.get(name) ?? 1;
    const failure = this.input.scenario.fail.find(
      (one) => one.call === name && (one.nth === null || one.nth === nth),
    );
    return failure === undefined ? null : (failure.errno ?? DEFAULT_ERRNO);
  }

  /** The function that a pointer points to; null for none. */
  functionAt(address: bigint): string | null {
    const object = this.machine.memory.locate(address)?.object;
    return object?.kind === "function" ? object.label : null;
  }

  /** Where the result of the call that runs now goes; null where nothing reads it. */
  resultVariable(): VariableId | null {
    return this.operation?.kind === "call" ? (this.operation.result ?? null) : null;
  }

  /** What the result of the call that runs now is used as, where no declaration says its type. */
  typeOfResult(): CType | null {
    const { operation } = this;
    if (operation?.kind !== "call" || operation.result === undefined) return null;
    return typeOfVariableUses(this.top(), operation.result);
  }

  /** A call that nobody sees may have written a number here; where nothing asks for another one, it stays. */
  mayBeWritten(address: bigint, pointer: CType): void {
    const type: CType = pointer.kind === "pointer" ? pointer.to : { kind: "unknown" };
    if (type.kind !== "integer" && type.kind !== "bool") return;
    const value = this.machine.memory.read(address, this.machine.layouts.sizeOf(type));
    if (value === null) return;
    const choice = this.choose({
      key: `written ${functionOf(this.machine)}:${this.location.start}:${this.machine.memory.locate(address)?.object.label}`,
      type,
      what: `${this.machine.memory.locate(address)?.object.label ?? "memory"} after the call`,
      preset: { kind: "number", value },
    });
    this.machine.memory.write(address, this.machine.layouts.sizeOf(type), choice.value);
    this.shadows.setTerm(address, choiceTerm(choice.key, type), type);
  }

  /** Heap memory; `size` null has no bounds. Gives its address. */
  allocate(size: number | null, by: string, zeroed: boolean): bigint {
    const object = this.machine.memory.allocate({
      label: by,
      kind: "host",
      size,
      fill: zeroed ? "zero" : "indeterminate",
    });
    this.world.heap.set(object.base, { object, by });
    return object.base;
  }

  /** The value of a named constant. */
  constant(name: string): bigint {
    return this.unknowns.opaqueValue("constant", name, INT);
  }

  argumentTerm(position: number): Term | null {
    return this.argumentTerms[position] ?? null;
  }

  /** Eight bytes; where nothing wrote them, a pointer to an object of its own. */
  readWord(address: bigint): bigint {
    const { memory } = this.machine;
    const known = memory.read(address, 8);
    if (known !== null) return known;
    const choice = this.choose({
      key: `word ${memory.locate(address)?.object.label}:${this.location.start}`,
      type: { kind: "pointer", to: { kind: "unknown" } },
      what: memory.locate(address)?.object.label ?? "memory",
      preset: { kind: "object" },
    });
    memory.write(address, 8, choice.value);
    return choice.value;
  }

  constrain(term: Term, truth: boolean): void {
    this.constraints.push({ term, truth, location: this.location });
    for (const key of choicesIn(term)) this.counted.add(key);
  }

  wishKey(what: string): string {
    const nth = (this.occurrences.get(`wish ${what}`) ?? 0) + 1;
    this.occurrences.set(`wish ${what}`, nth);
    return `${this.location.file}:${this.location.start}:${what}#${nth}`;
  }

  // --- steps

  /** Steps the machine; where that is stuck on a choice, asks for another one. */
  private stepOrFlip(): Outcome | null {
    const outcome = step(this.machine);
    if (outcome?.kind !== "stuck") return outcome;
    if (["null-pointer", "wild-pointer", "undefined-arithmetic", "out-of-bounds"].includes(outcome.cause))
      this.flipFor(outcome.cause);
    return outcome;
  }

  /** Another value for a choice that the operation computes an address or a divisor with. */
  private flipFor(cause: string): void {
    const wish = `${this.location.file}:${this.location.start}:${cause} ${this.machine.steps}`;
    if (!this.input.mayRestart || this.input.wishes.has(wish)) return;
    const expressions = this.operation === null ? [this.condition] : expressionsOf(this.operation);
    for (const expression of expressions) {
      if (expression === null) continue;
      const whole = this.operation?.kind === "call" ? [expression] : [];
      for (const pointer of [...whole, ...pointersIn(expression)]) {
        const term = this.shadows.termOf(pointer);
        const presets = term === null ? null : this.otherValue(cause, term);
        if (presets !== null) throw new Restart(wish, withReason(presets, "success path"));
      }
    }
  }

  private otherValue(cause: string, term: Term): ReadonlyMap<string, Preset> | null {
    if (cause === "undefined-arithmetic") return this.solveFor(compareTerm("==", term, 1n), true);
    if (cause === "out-of-bounds" && term.type.kind === "integer")
      return this.solveFor(compareTerm("==", term, 0n), true);
    for (const key of choicesIn(term).toReversed()) {
      const choice = this.choices.get(key);
      if (choice === undefined || choice.reason === "scenario" || choice.allowed !== undefined) continue;
      if (choice.preset.kind !== "object") return new Map([[key, { kind: "object" }]]);
    }
    return null;
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
