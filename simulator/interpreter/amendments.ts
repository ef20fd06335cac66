/**
 * Other values for choices in the middle of a run: a choice that so far only stands in memory, with its term wherever
 * it stands, is changed there, and the run goes on as one that had begun with it. Knows which choices something has used
 * as a number (an address, what a call was given, what has no term): those stay as they are.
 */
import type { Expression, Memory, MemoryObject, Place } from "@pinscope/grammars/ir";
import { type Choice, type ChosenPreset, type Preset, type Reason, valueOfPreset } from "./choices.ts";
import type { Run } from "./run.ts";
import { choicesIn, type Term } from "./terms.ts";

type SizeUnder = (numberOf: (key: string) => bigint | undefined) => number | null;

export class Amendments {
  /** What was changed: a run that begins with it goes the same way. */
  readonly made = new Map<string, ChosenPreset>();
  private readonly run: Run;
  private readonly used = new Set<string>();
  private readonly sized: {
    readonly object: MemoryObject;
    readonly keys: ReadonlySet<string>;
    readonly sizeUnder: SizeUnder;
  }[] = [];
  /** A call is being answered: what it reads it uses. */
  private isAnswering = false;
  /** A loop is walked in memory: the same. */
  private isWalking = false;

  constructor(run: Run) {
    this.run = run;
    if (run.input.mayAmend) this.watch(run.machine.memory);
  }

  private watch(memory: Memory): void {
    const { read, copyOut, words } = memory;
    memory.read = (address, size) => {
      if (this.isAnswering || this.isWalking) this.use(this.run.shadows.keysWithin(address, size));
      return read(address, size);
    };
    memory.copyOut = (address, size) => {
      if (this.isAnswering || this.isWalking) this.use(this.run.shadows.keysWithin(address, size));
      return copyOut(address, size);
    };
    memory.words = (object) => {
      if (this.isAnswering || this.isWalking) this.use(this.run.shadows.keysIn(object));
      return words(object);
    };
  }

  private use(keys: Iterable<string>): void {
    for (const key of keys) this.used.add(key);
  }

  /** An expression is evaluated; where its term is kept with the value, only its addresses are numbers. */
  evaluates(expression: Expression, keepsTerm: boolean): void {
    if (!this.run.input.mayAmend || this.run.shadows.isEmpty) return;
    switch (expression.kind) {
      case "load": {
        const { place } = expression;
        this.locates(place);
        const keys = this.run.shadows.keysOf(place);
        if (keepsTerm) this.use(keys.beside);
        else this.use([...keys.there, ...keys.beside]);
        return;
      }
      case "address":
        this.locates(expression.place);
        return;
      case "unary":
      case "cast":
        this.evaluates(expression.operand, keepsTerm);
        return;
      case "binary":
        this.evaluates(expression.left, keepsTerm);
        this.evaluates(expression.right, keepsTerm);
        return;
      case "opaque":
        if (!keepsTerm && expression.name === undefined)
          this.use(choicesIn(this.run.unknowns.opaqueTerm(expression.reason, expression.type)));
        return;
      default:
        return;
    }
  }

  /** The address of a place is computed. */
  locates(place: Place): void {
    if (!this.run.input.mayAmend) return;
    if (place.kind === "deref") this.evaluates(place.pointer, false);
    else if (place.kind === "field") this.locates(place.base);
    else if (place.kind === "element") {
      this.locates(place.base);
      this.evaluates(place.index, false);
    }
  }

  /** A call is answered: all that it is given and all that it makes is used, where the answer does not say otherwise. */
  answers<Answer>(answer: () => Answer): Answer {
    if (!this.run.input.mayAmend) return answer();
    const before = this.run.choices.all.size;
    this.isAnswering = true;
    this.run.call.isAssumed = false;
    this.run.call.keepsTerms = false;
    try {
      return answer();
    } finally {
      this.isAnswering = false;
      if (!this.run.call.isAssumed) this.use([...this.run.choices.all.keys()].slice(before));
    }
  }

  /** A walk through memory uses what it reads there. */
  walks<Answer>(walk: () => Answer): Answer {
    this.isWalking = true;
    try {
      return walk();
    } finally {
      this.isWalking = false;
    }
  }

  /** What a call was given is used by it: numbers only where something is known of what it does. */
  gives(terms: readonly (Term | null)[]): void {
    if (!this.run.input.mayAmend || this.run.call.keepsTerms) return;
    for (const term of terms)
      if (term !== null && !(this.run.call.isAssumed && term.type.kind === "integer"))
        this.use(choicesIn(term));
  }

  /**
   * Changes choices where they stand; false where one of them cannot be changed any more.
   * @param rereads the call that is being answered looks at its arguments only afterwards
   */
  make(presets: ReadonlyMap<string, Preset>, reason: Reason, rereads = false): boolean {
    const { choices, shadows, call, input } = this.run;
    if (!input.mayAmend || (this.isAnswering && !rereads)) return false;
    const changed = new Map<string, Choice>();
    for (const [key, preset] of presets) {
      const choice = choices.all.get(key);
      if (choice === undefined || this.used.has(key) || choice.allowed !== undefined) return false;
      const value = this.valueOf(preset, choice);
      if (value === null) return false;
      const entitled = choice.isKnown?.(value) === true;
      changed.set(key, { ...choice, preset, value, reason, entitled });
    }
    const numberOf = (key: string) => (changed.get(key) ?? choices.all.get(key))?.value;
    const keys = new Set(changed.keys());
    const sizes = this.sizesUnder(keys, numberOf);
    // What is read here is not what the call reads.
    const wasAnswering = this.isAnswering;
    this.isAnswering = false;
    const isAmended = sizes !== null && shadows.amend(keys, numberOf);
    this.isAnswering = wasAnswering;
    if (!isAmended) return false;
    for (const { object, size } of sizes) this.run.machine.memory.resize(object, size);
    if (wasAnswering) call.amend(keys, numberOf);
    for (const [key, choice] of changed) {
      choices.all.set(key, choice);
      this.made.set(key, { preset: choice.preset, reason });
    }
    return true;
  }

  /**
   * An object's size rests on choices. `sizeUnder` gives it for numbers of the choices in `terms`; null: it would not have been
   * made like that.
   */
  sizeRests(object: MemoryObject, terms: readonly Term[], sizeUnder: SizeUnder): void {
    if (!this.run.input.mayAmend) return;
    this.sized.push({ object, keys: new Set(terms.flatMap(choicesIn)), sizeUnder });
  }

  /** New sizes of objects; null where one cannot have another size any more. */
  private sizesUnder(
    changed: ReadonlySet<string>,
    numberOf: (key: string) => bigint | undefined,
  ): readonly { readonly object: MemoryObject; readonly size: number }[] | null {
    const found: { object: MemoryObject; size: number }[] = [];
    for (const { object, keys, sizeUnder } of this.sized) {
      if (!object.alive || !hasAny(keys, changed)) continue;
      const size = sizeUnder(numberOf);
      if (size === null || !this.run.machine.memory.mayResize(object, size)) return null;
      found.push({ object, size });
    }
    return found;
  }

  private valueOf(preset: Preset, choice: Choice): bigint | null {
    if (preset.kind === "same") return this.run.choices.all.get(preset.as)?.value ?? null;
    if (preset.kind === "page") return null;
    return valueOfPreset(
      preset,
      preset.kind === "object" ? this.run.memory.makeObject(choice.type, choice.what) : 0n,
    );
  }
}

function hasAny(keys: ReadonlySet<string>, among: ReadonlySet<string>): boolean {
  for (const key of among) if (keys.has(key)) return true;
  return false;
}
