/** One call as models and stubs see it: arguments by name or place, and what they may ask of the run. */
import type { CallAnswer, CallEvent, CType, Value } from "@pinscope/grammars/ir";
import type { BoundCall } from "@pinscope/simulator/catalogue";
import type { Page } from "@pinscope/simulator/kernel";
import type { Preset } from "./choices.ts";
import { isKnownResult } from "./entitled.ts";
import type { Run } from "./run.ts";
import { Halt } from "./run-input.ts";
import type { Term } from "./terms.ts";
import { heedsResult, testsForErrors, testsForNull } from "./usage.ts";
import type { NthCall, World } from "./world.ts";

/** What a model gives back: a number, nothing, or how the machine goes on. */
export type Answer = bigint | CallAnswer | undefined;
export type Model = (call: Call) => Answer;

const POINTER: CType = { kind: "pointer", to: { kind: "void" } };
export const UNSIGNED_LONG: CType = { kind: "integer", bits: 64, signed: false };

export const EFAULT = -14;
export const ENOMEM = -12;

export class Call {
  readonly run: Run;
  readonly event: CallEvent;
  readonly name: string;
  readonly bound: BoundCall | null;

  constructor(run: Run, event: CallEvent, bound: BoundCall | null) {
    this.run = run;
    this.event = event;
    this.name = event.name ?? event.field ?? "a function pointer";
    this.bound = bound;
  }

  get world(): World {
    return this.run.world;
  }

  get count(): number {
    return this.event.arguments.length;
  }

  /** Argument as a 64-bit pattern; 0 where there is none. */
  at(position: number): bigint {
    const value = this.event.arguments[position]?.value;
    return typeof value === "bigint" ? BigInt.asUintN(64, value) : 0n;
  }

  /** Argument as a signed number. */
  int(position: number): number {
    return Number(BigInt.asIntN(64, this.at(position)));
  }

  typeAt(position: number): CType {
    return this.event.arguments[position]?.type ?? POINTER;
  }

  position(name: string): number {
    return this.bound?.position.get(name) ?? -1;
  }

  named(name: string): bigint {
    return this.at(this.position(name));
  }

  /** What an argument is made of, where it rests on choices. */
  term(position: number): Term | null {
    return this.run.call.argumentTerm(position);
  }

  read(address: bigint, type: CType): bigint | null {
    return this.world.machine.memory.read(address, this.world.machine.layouts.sizeOf(type));
  }

  readWord(address: bigint): bigint {
    return this.run.memory.readWord(address);
  }

  write(address: bigint, bytes: number, value: bigint): void {
    if (address === 0n) return;
    this.world.machine.memory.write(address, bytes, value);
  }

  /** The page that an argument points to: a struct page, a folio, or an address in its contents. */
  page(position: number): Page | null {
    return this.pageOf(this.at(position));
  }

  pageOf(address: bigint): Page | null {
    return this.world.pageAt(address) ?? this.world.pageOfContents(address);
  }

  /**
   * Pages in an array of pointers; null for an entry that is NULL or no page.
   * @throws Halt for an entry that is NULL, where `crashes` says that the kernel does not look.
   */
  pagesIn(array: bigint, count: number, crashes = false): (Page | null)[] {
    const pages: (Page | null)[] = [];
    for (let index = 0; index < count; index++) {
      const value = this.readPageSlot(array + BigInt(index * 8));
      if (value === 0n && crashes) throw new Halt("crash", `${this.name}(): entry ${index} is NULL`);
      pages.push(this.pageOf(value));
    }
    return pages;
  }

  /**
   * A slot of an array of pages; one that nobody wrote holds a page that the code was given, or anything where the
   * array is the path's own.
   */
  private readPageSlot(address: bigint): bigint {
    const { memory } = this.world.machine;
    const known = memory.read(address, 8);
    if (known !== null) return known;
    const page = this.world.givenPage();
    this.world.givenSlots.push({ address, page });
    if (this.run.memory.isUnfilled(address)) this.world.strayPages.add(page);
    const value = this.world.addressOfPage(page);
    this.world.machine.memory.write(address, 8, value);
    return value;
  }

  writePages(array: bigint, pages: readonly (Page | null)[]): void {
    pages.forEach((page, index) => {
      this.write(array + BigInt(index * 8), 8, page === null ? 0n : this.world.addressOfPage(page));
    });
  }

  /**
   * Gives the result a value that another run may choose otherwise.
   * @param options.failsWith what the call gives where it fails, whatever the code does with it
   */
  chosen(
    preset: Preset,
    options: { allowed?: readonly Preset[]; type?: CType; what?: string; failsWith?: bigint } = {},
  ): bigint {
    const type = options.type ?? this.event.type;
    return this.run.call.chooseResult({
      key: this.resultKey,
      call: this.nthCall,
      type,
      what: options.what ?? `result of ${this.name}()`,
      preset,
      entitled: options.allowed !== undefined,
      isKnown: (value) => isKnownResult(this.name, this.bound, value),
      ...(options.allowed === undefined ? {} : { allowed: options.allowed }),
      ...this.scenarioFailure(options.type ?? this.event.type, options.failsWith),
    });
  }

  /** The number that this call is to give whatever else is chosen; null where that is open. */
  get fixedResult(): bigint | null {
    return this.run.choices.fixedNumber(this.resultKey);
  }

  /** Which call of its name this is. */
  get nthCall(): NthCall {
    return { name: this.name, nth: this.run.call.counts.get(this.name) ?? 1 };
  }

  private get resultKey(): string {
    return `call ${this.event.caller.name}:${this.name}:${this.event.location.start}`;
  }

  /**
   * What the scenario says of this call: that it fails, with this number.
   * @param isKnown that it can fail is known whether or not the code looks at what comes back
   * @param result the type of its result, where that is known better than by a declaration
   */
  failure(isKnown = false, result: CType = this.event.type): number | null {
    const { fallible, counts } = this.run.call;
    const nth = counts.get(this.name) ?? 1;
    const last = fallible.at(-1);
    // A model may ask more than once.
    if ((last?.call !== this.name || last.nth !== nth) && (isKnown || this.mayFail(result)))
      fallible.push({ call: this.name, nth, location: this.event.location });
    return this.run.call.failureOf(this.name);
  }

  /** By the catalogue, or since the code looks at what comes back. */
  private mayFail(result: CType): boolean {
    const { event, bound, run } = this;
    if (bound !== null && bound.entry.role !== "borrow" && bound.outcomes.length > 1) return true;
    const type = result.kind === "unknown" ? (run.call.typeOfResult() ?? result) : result;
    // A size or a count is no errno.
    if (type.kind === "integer" && !type.signed) return false;
    return heedsResult(event.caller, run.call.resultVariable(), type.kind === "pointer");
  }

  private scenarioFailure(type: CType, failsWith?: bigint): { fixed: Preset } | Record<string, never> {
    const isSize = type.kind === "integer" && !type.signed;
    const failure = this.failure(failsWith !== undefined, isSize ? type : this.event.type);
    if (failure === null) return {};
    if (failsWith !== undefined) return { fixed: { kind: "number", value: failsWith } };
    if (type.kind === "pointer")
      return { fixed: this.failsWithError() ? { kind: "error", errno: failure } : { kind: "null" } };
    return { fixed: { kind: "number", value: this.failureNumber(type, failure) } };
  }

  private failureNumber(type: CType, failure: number): bigint {
    const allowed = this.bound?.outcomes.map(({ name }) => name) ?? [];
    if (type.kind === "bool" || allowed.includes("null")) return 0n;
    // What nobody declares and the code tests as a pointer.
    const { caller, type: declared } = this.event;
    if (declared.kind === "unknown" && testsForNull(caller, this.run.call.resultVariable())) return 0n;
    return allowed.includes("zero") && !allowed.includes("error") ? 0n : BigInt(failure);
  }

  /** Whether a pointer that stands for failure is an error pointer: by the catalogue, else as the code tests it. */
  private failsWithError(): boolean {
    const outcomes = this.bound?.outcomes.map(({ name }) => name) ?? [];
    if (outcomes.includes("error-pointer")) return !outcomes.includes("null");
    if (outcomes.includes("null")) return false;
    return testsForErrors(this.event.caller, this.run.call.resultVariable());
  }

  note(text: string): void {
    this.run.recorder.note(text);
  }
}

function isAnswer(value: Answer): value is CallAnswer {
  return typeof value === "object";
}

export function asAnswer(value: Answer): CallAnswer {
  if (isAnswer(value)) return value;
  const result: Value = value ?? 0n;
  return { kind: "value", value: result };
}
