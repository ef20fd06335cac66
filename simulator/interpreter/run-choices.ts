/**
 * The choices of one run: what each was made as, what rests on them, and how a run asks to be started again with other
 * ones (`Restart`). Knows neither operations nor calls.
 */
import type { CType, Location } from "@pinscope/grammars/ir";
import { type Choice, type Constraint, type Preset, type Reason, valueOfPreset } from "./choices.ts";
import type { Run } from "./run.ts";
import { Restart, withReason } from "./run-input.ts";
import { solve } from "./solving.ts";
import { choicesIn, compareTerm, type Term, valueOfTerm } from "./terms.ts";
import type { Contradiction } from "./types.ts";
import { expressionsOf, pointersIn } from "./unknowns.ts";

/** How often values are looked for at one place of the code in one run. */
const SOLVE_BUDGET = 6;

export interface OpenBranch {
  readonly wish: string;
  readonly term: Term;
  readonly truth: boolean;
  readonly constraintsBefore: number;
  /** The path to follow says nothing of it. */
  readonly isFree: boolean;
  readonly location: Location;
}

export interface ChoiceRequest {
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
  readonly read?: Choice["read"];
  readonly call?: Choice["call"];
}

export class RunChoices {
  /** By key, in the order in which they were made. */
  readonly all = new Map<string, Choice>();
  readonly constraints: Constraint[] = [];
  /** Choices that something depended on. */
  readonly counted = new Set<string>();
  readonly openBranches: OpenBranch[] = [];
  readonly contradictions: Contradiction[] = [];
  /** What was only usual and was made so: what a later branch wants instead is not to be undone by the next run. */
  readonly preferred = new Set<string>();
  private readonly run: Run;
  private readonly occurrences = new Map<string, number>();
  /** How many choices of a name were made, where a scenario may count them. */
  private readonly named = new Map<string, number>();
  private readonly solved = new Map<string, number>();
  private objectAddress: bigint | null = null;

  constructor(run: Run) {
    this.run = run;
  }

  /** Makes a choice, the same as in the run before where the code ran the same way. */
  choose(request: ChoiceRequest): Choice {
    const nth = (this.occurrences.get(request.key) ?? 0) + 1;
    this.occurrences.set(request.key, nth);
    const key = `${request.key}#${nth}`;
    const chosen = this.run.input.presets.get(key);
    const fixed = request.fixed ?? this.setByScenario(request.what);
    const preset = fixed ?? chosen?.preset ?? request.preset;
    const reason: Reason = fixed !== undefined ? "scenario" : (chosen?.reason ?? "default");
    const value = this.valueOf(preset, request);
    const choice: Choice = {
      key,
      order: this.all.size,
      type: request.type,
      what: request.what,
      location: this.run.location,
      value,
      preset,
      reason,
      entitled: (request.entitled ?? false) || request.isKnown?.(value) === true,
      given: request.given ?? false,
      ...(request.allowed === undefined ? {} : { allowed: request.allowed }),
      ...(request.isKnown === undefined ? {} : { isKnown: request.isKnown }),
      ...(request.read === undefined ? {} : { read: request.read }),
      ...(request.call === undefined ? {} : { call: request.call }),
    };
    this.all.set(key, choice);
    if (request.entitled === true || choice.reason === "scenario") this.counted.add(key);
    return choice;
  }

  /** What the scenario sets the next value of this name to: all of them, or the one that it counts. */
  private setByScenario(what: string): Preset | undefined {
    const { set } = this.run.input.scenario;
    if (set.length === 0) return undefined;
    const nth = (this.named.get(what) ?? 0) + 1;
    this.named.set(what, nth);
    return set.find((one) => one.what === what && (one.nth === undefined || one.nth === nth))?.preset;
  }

  private valueOf(preset: Preset, request: ChoiceRequest): bigint {
    if (preset.kind === "same") return this.all.get(preset.as)?.value ?? 0n;
    if (preset.kind === "page") {
      const page = this.run.world.pages[preset.index];
      return page === undefined
        ? this.run.memory.makeObject(request.type, request.what)
        : this.run.world.addressOfPage(page);
    }
    return valueOfPreset(
      preset,
      preset.kind === "object" ? this.run.memory.makeObject(request.type, request.what) : 0n,
    );
  }

  /** What the next choice of a key is given as, where nothing may change it. */
  fixedNumber(key: string): bigint | null {
    const nth = (this.occurrences.get(key) ?? 0) + 1;
    const chosen = this.run.input.presets.get(`${key}#${nth}`);
    return chosen?.reason === "scenario" && chosen.preset.kind === "number" ? chosen.preset.value : null;
  }

  /** Values of choices under which a term has a truth; null where none is found. */
  solveFor(
    term: Term,
    truth: boolean,
    before = this.constraints.length,
    location = this.run.location,
    first: readonly bigint[] = [],
    outcomesFirst = false,
    kept: Term | null = null,
  ): ReadonlyMap<string, Preset> | null {
    const place = `${location.start}${truth}`;
    const tried = (this.solved.get(place) ?? 0) + 1;
    this.solved.set(place, tried);
    if (tried > SOLVE_BUDGET) return null;
    return solve({
      term,
      truth,
      constraints: [
        ...this.constraints.slice(0, before),
        ...(kept === null ? [] : [{ term: kept, truth: true, location }]),
      ],
      choiceOf: (key) => this.all.get(key),
      fixed: ({ reason }) => reason === "scenario",
      layouts: this.run.machine.layouts,
      objectAddress: this.someObject(),
      pages: BigInt(this.run.input.scenario.pages),
      pageAt: (address) => {
        const page = this.run.world.pageAt(address);
        const index = page === null ? -1 : this.run.world.pages.indexOf(page);
        return index < 0 ? null : index;
      },
      first,
      outcomesFirst,
    });
  }

  /** Whether values were looked for here so often that no more are. */
  isGivenUp(truth: boolean): boolean {
    return (this.solved.get(`${this.run.location.start}${truth}`) ?? 0) >= SOLVE_BUDGET;
  }

  /** Lets values be looked for anew at places where that was given up. */
  forgetSolved(): void {
    this.solved.clear();
  }

  /**
   * Starts again where choices can make a term true; goes on where not, or where it was tried before.
   * @param rereads the call that asks looks at its arguments only afterwards: they may change under it
   */
  demand(
    term: Term | null,
    truth: boolean,
    wish: string,
    reason: Reason = "success path",
    rereads = false,
  ): boolean {
    if (term === null) return false;
    const value = valueOfTerm(term, this.run.machine.layouts, (key) => this.all.get(key)?.value);
    if (value !== null && (value !== 0n) === truth) {
      this.constrain(term, truth);
      return true;
    }
    if (!this.seek(term, truth, wish, reason, rereads)) return false;
    this.constrain(term, truth);
    return true;
  }

  private seek(
    term: Term,
    truth: boolean,
    wish: string,
    reason: Reason,
    rereads: boolean,
    kept: Term | null = null,
  ): boolean {
    if (!this.run.input.mayRestart || this.run.input.wishes.has(wish)) return false;
    const presets = this.solveFor(term, truth, undefined, undefined, undefined, undefined, kept);
    if (presets === null || presets.size === 0) return false;
    if (this.run.amendments.make(presets, reason, rereads)) return true;
    throw new Restart(wish, withReason(presets, reason));
  }

  /**
   * As `demand`, for what is only usual: later branches may ask for something else.
   * @param kept what is true and is to stay so
   */
  prefer(term: Term, wish: string, rereads = false, kept: Term | null = null): void {
    const value = valueOfTerm(term, this.run.machine.layouts, (key) => this.all.get(key)?.value);
    if (value === null || value !== 0n) return;
    if (this.seek(term, true, wish, "success path", rereads, kept)) this.preferred.add(wish);
  }

  /** Whether a choice in the term may still be changed. */
  hasFree(term: Term): boolean {
    return choicesIn(term).some((key) => {
      const reason = this.all.get(key)?.reason;
      return reason === "default" || reason === "success path";
    });
  }

  constrain(term: Term, truth: boolean, indifferent = false): void {
    this.constraints.push({ term, truth, location: this.run.location, indifferent });
    for (const key of choicesIn(term)) this.counted.add(key);
  }

  wishKey(what: string): string {
    const nth = (this.occurrences.get(`wish ${what}`) ?? 0) + 1;
    this.occurrences.set(`wish ${what}`, nth);
    return `${this.run.location.file}:${this.run.location.start}:${what}#${nth}`;
  }

  /** Another value for a choice that the operation computes an address or a divisor with. */
  flipFor(cause: string): void {
    const wish = `${this.run.location.file}:${this.run.location.start}:${cause} ${this.run.machine.steps}`;
    if (!this.run.input.mayRestart || this.run.input.wishes.has(wish)) return;
    const expressions =
      this.run.operation === null ? [this.run.condition] : expressionsOf(this.run.operation);
    for (const expression of expressions) {
      if (expression === null) continue;
      const whole = this.run.operation?.kind === "call" ? [expression] : [];
      for (const pointer of [...whole, ...pointersIn(expression)]) {
        const term = this.run.shadows.termOf(pointer);
        const presets = term === null ? null : this.otherValue(cause, term);
        if (presets !== null) throw new Restart(wish, withReason(presets, "success path"));
      }
    }
  }

  /** What the scenario gives a number and the operation uses as an address; null where there is none. */
  numberAsAddress(): string | null {
    const { operation, condition } = this.run;
    const expressions = operation === null ? [condition] : expressionsOf(operation);
    for (const expression of expressions.filter((one) => one !== null))
      for (const pointer of pointersIn(expression)) {
        const term = this.run.shadows.termOf(pointer);
        for (const key of term === null ? [] : choicesIn(term)) {
          const choice = this.all.get(key);
          if (choice?.reason === "scenario" && choice.preset.kind === "number") return choice.what;
        }
      }
    return null;
  }

  private otherValue(cause: string, term: Term): ReadonlyMap<string, Preset> | null {
    if (cause === "undefined-arithmetic") return this.solveFor(compareTerm("==", term, 1n), true);
    if (cause === "out-of-bounds" && term.type.kind === "integer")
      return this.solveFor(compareTerm("==", term, 0n), true);
    const open = choicesIn(term)
      .toReversed()
      .map((key) => this.all.get(key))
      .filter((choice) => choice !== undefined)
      .filter(({ reason, allowed, preset }) => reason !== "scenario" && !allowed && preset.kind !== "object");
    // In `base + (index << 4)` it is the base that must be an object, and the base stands before the index.
    const [choice] = [...open.filter((one) => this.leadsToObject(term, one)).toReversed(), ...open];
    return choice === undefined ? null : new Map([[choice.key, { kind: "object" }]]);
  }

  /** Whether an address lies in an object as soon as one choice is an object. */
  private leadsToObject(term: Term, choice: Choice): boolean {
    const base = this.someObject();
    const { machine } = this.run;
    const address = valueOfTerm(term, machine.layouts, (key) =>
      key === choice.key ? base : this.all.get(key)?.value,
    );
    return address !== null && machine.memory.locate(BigInt.asUintN(64, address)) !== null;
  }

  private someObject(): bigint {
    this.objectAddress ??= this.run.machine.memory.allocate({
      label: "some object",
      kind: "host",
      size: null,
      fill: "indeterminate",
    }).base;
    return this.objectAddress;
  }
}
