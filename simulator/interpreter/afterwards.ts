/**
 * A function that runs when the path has returned, with the records that the path was given: what lets go of their pages may
 * or may not come to those that the path left there. Names no API.
 */
import { type CType, enterFunction, type FunctionIr, type Value } from "@pinscope/grammars/ir";
import type { Run } from "./run.ts";

/** Records inside records that are looked through for one of a type. */
const DEPTH = 2;

export class Afterwards {
  private readonly run: Run;
  private choicesBefore: number | null = null;

  constructor(run: Run) {
    this.run = run;
  }

  /** Starts it, once; false where none is wanted, none is in sight, or nothing of the path's is what it takes. */
  start(): boolean {
    const { after } = this.run.input.scenario;
    if (after === null || this.choicesBefore !== null) return false;
    const body = this.run.input.program.lookup(after);
    const values = body === null ? null : this.argumentsOf(body);
    if (body === null || values === null) return false;
    this.choicesBefore = this.run.choices.all.size;
    enterFunction(this.run.machine, body, values);
    return true;
  }

  /** Whether it ran. */
  get hasRun(): boolean {
    return this.choicesBefore !== null;
  }

  /** Whether what it did rests on values of its own that nobody knows. */
  get isOpen(): boolean {
    const { counted, all } = this.run.choices;
    const before = this.choicesBefore ?? 0;
    return [...counted].some((key) => (all.get(key)?.order ?? -1) >= before);
  }

  private argumentsOf(body: FunctionIr): (Value | undefined)[] | null {
    const types = body.parameters.map((id) => body.variables.find((one) => one.id === id)?.type);
    const values = types.map((type) => (type === undefined ? undefined : this.recordOf(type)));
    return values.length > 0 && values.every((value) => value === undefined) ? null : values;
  }

  /** The address of a record of this type that the path was given, or that lies in one. */
  private recordOf(type: CType): bigint | undefined {
    if (type.kind !== "pointer" || type.to.kind !== "record") return undefined;
    const { tag } = type.to;
    for (const { given, type: own, value, preset } of this.run.choices.all.values()) {
      if (!given || preset.kind === "null" || own.kind !== "pointer" || own.to.kind !== "record") continue;
      const offset = this.offsetIn(own.to.tag, tag, 0);
      if (offset !== null) return value + offset;
    }
    return undefined;
  }

  private offsetIn(outer: string, tag: string, depth: number): bigint | null {
    if (outer === tag) return 0n;
    if (depth >= DEPTH) return null;
    const { input, machine } = this.run;
    for (const [name, type] of input.program.records(outer)?.fields ?? []) {
      if (type.kind !== "record") continue;
      const inside = this.offsetIn(type.tag, tag, depth + 1);
      if (inside !== null) return BigInt(machine.layouts.offsetOf(outer, name, type)) + inside;
    }
    return null;
  }
}
