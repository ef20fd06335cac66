/** The call that runs now: what its arguments are made of, how its result came about, and which calls fail. */
import type { CallEvent, CType, Location, Value, VariableId } from "@pinscope/grammars/ir";
import type { Run } from "./run.ts";
import type { ChoiceRequest } from "./run-choices.ts";
import { choicesIn, choiceTerm, type Term, valueOfTerm } from "./terms.ts";
import { typeOfVariableUses } from "./usage.ts";

/** What a call fails with where nothing else is said. */
const DEFAULT_ERRNO = -12;

export class CurrentCall {
  /** Calls by name, for `fail: kmalloc#2`. */
  readonly counts = new Map<string, number>();
  /** Calls whose way to end was chosen: they can be made to fail. */
  readonly fallible: { readonly call: string; readonly nth: number; readonly location: Location }[] = [];
  private readonly run: Run;
  private terms: readonly (Term | null)[] = [];
  private result: Term | null = null;
  private event: CallEvent | null = null;
  /** Nobody knows what the call does: its result stands for itself. */
  isAssumed = false;
  /** What it was given it does not look at, or it stands as terms in what it made: no number of it is used. */
  keepsTerms = false;

  constructor(run: Run) {
    this.run = run;
  }

  /** Another call begins. */
  begin(terms: readonly (Term | null)[]): void {
    this.terms = terms;
    this.result = null;
  }

  /** Its arguments, as the machine hands them over. */
  answering(event: CallEvent): void {
    this.event = event;
  }

  /** Computes arguments anew in which choices have changed. */
  amend(changed: ReadonlySet<string>, numberOf: (key: string) => bigint | undefined): void {
    this.terms.forEach((term, position) => {
      const argument = this.event?.arguments[position];
      if (term === null || argument === undefined || !choicesIn(term).some((key) => changed.has(key))) return;
      const value = valueOfTerm(term, this.run.machine.layouts, numberOf);
      // The machine's own list: what it enters a body with is read from there.
      if (value !== null) (argument as { value: Value }).value = value;
    });
  }

  /** What its result is made of, where it rests on choices. */
  get resultTerm(): Term | null {
    return this.result;
  }

  /** As `choose`, for the result of the call that runs now. */
  chooseResult(request: ChoiceRequest): bigint {
    const choice = this.run.choices.choose(request);
    this.result = choiceTerm(choice.key, choice.type);
    return choice.value;
  }

  /** Makes a value that a choice gave the result of the call that runs now. */
  resultIs(term: Term | null): void {
    this.result = term;
  }

  /** What the call that runs now was chosen to give is this object: another run may still choose NULL instead. */
  resultBecame(value: bigint): void {
    const [key] = this.result === null ? [] : choicesIn(this.result);
    const choice = key === undefined ? undefined : this.run.choices.all.get(key);
    if (choice !== undefined) this.run.choices.all.set(choice.key, { ...choice, value });
  }

  /** The errno with which the scenario makes this call fail, -1 for the call's usual one; null: it does not. */
  failureOf(name: string): number | null {
    const nth = this.counts.get(name) ?? 1;
    const failure = this.run.input.scenario.fail.find(
      (one) => one.call === name && (one.nth === null || one.nth === nth),
    );
    return failure === undefined ? null : (failure.errno ?? DEFAULT_ERRNO);
  }

  /** Where the result of the call that runs now goes; null where nothing reads it. */
  resultVariable(): VariableId | null {
    return this.run.operation?.kind === "call" ? (this.run.operation.result ?? null) : null;
  }

  /** What the result of the call that runs now is used as, where no declaration says its type. */
  typeOfResult(): CType | null {
    const { operation } = this.run;
    if (operation?.kind !== "call" || operation.result === undefined) return null;
    return typeOfVariableUses(this.run.top(), operation.result);
  }

  argumentTerm(position: number): Term | null {
    return this.terms[position] ?? null;
  }
}
