/** Values for what nothing in the code gives: reads of memory that nobody wrote, names and expressions without a meaning. */
import {
  addressIn,
  type CType,
  type Expression,
  type IndeterminateRead,
  type Machine,
  type Operation,
  type Place,
  visitExpression,
} from "@pinscope/grammars/ir";
import type { Choice, Preset } from "./choices.ts";
import { namedConstant } from "./constants.ts";
import { recordedPages } from "./recorded.ts";
import type { Run } from "./run.ts";
import { choiceTerm, constantTerm, type Term } from "./terms.ts";
import { leadsThrough, usedAs } from "./usage.ts";

const INT: CType = { kind: "integer", bits: 32, signed: true };
const BOOL: CType = { kind: "bool" };
/** What `grammars/ir` leaves of questions about the kernel's configuration. */
const CONFIGURED = /^IS_(?:ENABLED|BUILTIN|MODULE|REACHABLE)\(/;
const LONG: CType = { kind: "integer", bits: 64, signed: true };
const ANYWHERE: CType = { kind: "pointer", to: { kind: "unknown" } };

export class Unknowns {
  private readonly run: Run;
  private readonly constants = new Map<string, bigint>();
  /** Keys of choices, by the question about the configuration. */
  private readonly settings = new Map<string, string>();
  private readonly stepChoices = new Map<string, Choice>();
  private walkedAt: { readonly tick: number; readonly value: bigint | null } = { tick: -1, value: null };

  constructor(run: Run) {
    this.run = run;
  }

  readUnknown(read: IndeterminateRead): bigint {
    const type = this.typeOfRead(read);
    const owner = this.run.machine.memory.locate(read.address)?.object.label ?? "";
    const field = this.knownField(read, type);
    if (field !== null) return field;
    const name = functionOf(this.run.machine);
    const choice = this.run.choices.choose({
      key: `read ${name}:${read.place}:${owner}:${this.run.location.start}`,
      type,
      what: read.place,
      preset: emptyHead(read) ? { kind: "null" } : defaultPreset(type),
      given: this.isGiven(read),
      read: { ...read, depth: this.run.machine.frames.length },
    });
    if (choice.preset.kind === "object" && !this.isGiven(read) && this.run.memory.isUnfilled(read.address)) {
      const page = this.run.world.pageAt(choice.value);
      if (page !== null && this.run.world.isGiven(page)) this.run.world.strayPages.add(page);
    }
    this.run.shadows.put(read.address, choiceTerm(choice.key, type), choice.value);
    return choice.value;
  }

  private isGiven({ source }: IndeterminateRead): boolean {
    const { frames } = this.run.machine;
    if (frames.length !== 1 || source.kind !== "variable") return false;
    return frames[0]?.function.parameters.includes(source.id) === true;
  }

  /** Fields that the model answers for, and list heads, which are empty until something is put on them. */
  private knownField(read: IndeterminateRead, type: CType): bigint | null {
    const { source } = read;
    if (source.kind !== "field") return null;
    const record = source.base.type;
    if (record.kind === "record" && record.tag === "list_head") {
      const base = addressIn(this.run.machine, source.base);
      if (base !== null) return base;
    }
    if (record.kind === "record" && record.tag === "iov_iter" && source.field === "count") {
      const base = addressIn(this.run.machine, source.base);
      if (base !== null) return BigInt(this.run.world.iterAt(base).count);
    }
    if (record.kind === "record" && record.tag === "bio") {
      if (source.field === "bi_vcnt") return 0n;
      if (source.field === "bi_max_vecs") return 256n;
    }
    return type.kind === "void" ? 0n : null;
  }

  private typeOfRead(read: IndeterminateRead): CType {
    if (read.type.kind !== "unknown") return read.type;
    // What is looked behind somewhere is a pointer everywhere.
    if (read.source.kind === "global" && leadsThrough(this.run.top(), read.source.name)) return ANYWHERE;
    const expressions =
      this.run.operation === null ? [this.run.condition] : expressionsOf(this.run.operation);
    const target = this.run.operation?.kind === "assign" ? this.run.operation.target.type : null;
    return (
      usedAs(
        expressions.filter((one) => one !== null),
        read.source,
        target,
      ) ?? LONG
    );
  }

  opaqueValue(reason: string, name: string | undefined, type: CType): bigint {
    if (name === undefined) return this.walked(reason) ?? this.opaqueChoice(reason, type).value;
    const setting = this.configured(name);
    if (setting !== null) return setting.value;
    let value = this.constants.get(name);
    if (value === undefined) {
      value =
        /^[a-z]/.test(name) || type.kind === "pointer"
          ? this.unknownName(name, type)
          : namedConstant(name, this.run.input.program.version, this.constants.size);
      this.constants.set(name, value);
    }
    return value;
  }

  /** What a kernel may be configured with or without: off where nothing asks for it; null for any other name. */
  private configured(name: string): Choice | null {
    if (!CONFIGURED.test(name)) return null;
    const known = this.settings.get(name);
    // It may have been amended since.
    if (known !== undefined) return this.run.choices.all.get(known) ?? null;
    const choice = this.run.choices.choose({
      key: `config ${name}`,
      type: BOOL,
      what: name,
      preset: { kind: "number", value: 0n },
    });
    this.settings.set(name, choice.key);
    return choice;
  }

  /** What a name is made of whose value is chosen; null for a number. */
  namedTerm(name: string): Term | null {
    const setting = this.configured(name);
    return setting === null ? null : choiceTerm(setting.key, BOOL);
  }

  /** A name that is no constant: `current`, and macros that stand for an object. */
  private unknownName(name: string, type: CType): bigint {
    const known = type.kind === "unknown" ? this.typeOfOpaque() : type;
    const isPointer = known.kind === "pointer" || (/^[a-z]/.test(name) && type.kind === "unknown");
    return isPointer
      ? this.run.memory.makeObject(known, name)
      : namedConstant(name, this.run.input.program.version, this.constants.size);
  }

  /** What an expression without a value is made of: a loop's item where that is known, else a choice. */
  opaqueTerm(reason: string, type: CType): Term {
    const known = this.walked(reason);
    return known === null ? choiceTerm(this.opaqueChoice(reason, type).key, type) : constantTerm(known, type);
  }

  /** Turns and items of loops over what lies in memory; looked up once in each step. */
  private walked(reason: string): bigint | null {
    if (!reason.startsWith("loop ")) return null;
    const { tick, operation, condition } = this.run;
    if (this.walkedAt.tick !== tick) {
      const expression = operation?.kind === "assign" ? operation.value : condition;
      this.walkedAt = { tick, value: this.run.amendments.walks(() => this.run.walks.valueOf(expression)) };
    }
    return this.walkedAt.value;
  }

  /** An expression that has no value here: one choice for each evaluation in one step. */
  opaqueChoice(reason: string, type: CType): Choice {
    const place = `${functionOf(this.run.machine)}:${this.run.location.start}:${reason}`;
    const held = `opaque ${place} at ${this.run.tick}`;
    const known = this.stepChoices.get(held);
    // It may have been amended since.
    if (known !== undefined) return this.run.choices.all.get(known.key) ?? known;
    const turns = reason === "loop turn";
    const known2: CType = turns ? { kind: "bool" } : type.kind === "unknown" ? this.typeOfOpaque() : type;
    const choice = this.run.choices.choose({
      key: `opaque ${place}`,
      type: known2,
      what: turns ? "another turn of the loop" : reason,
      preset: turns ? { kind: "number", value: 0n } : defaultPreset(known2),
    });
    this.stepChoices.set(held, choice);
    if (turns) for (const page of recordedPages(this.run.world)) this.run.world.recorded.add(page);
    return choice;
  }

  private typeOfOpaque(): CType {
    return this.run.operation?.kind === "assign" && this.run.operation.target.type.kind !== "unknown"
      ? this.run.operation.target.type
      : INT;
  }

  opaqueOperation(operation: Extract<Operation, { kind: "opaque" }>): boolean {
    for (const place of operation.writes) this.forget(place);
    return true;
  }

  /** What a place holds is not known from here on. */
  forget(place: Place): void {
    const address = addressIn(this.run.machine, place);
    if (address !== null) this.forgetBytes(address, this.run.machine.layouts.sizeOf(place.type));
  }

  forgetBytes(address: bigint, size: number): void {
    const bounded = Math.min(size, 1 << 16);
    if (bounded <= 0) return;
    this.run.machine.memory.copyIn(address, {
      bytes: new Uint8Array(bounded),
      determinate: new Uint8Array(bounded),
    });
  }
}

/** Heads and links of trees and single lists: nothing hangs there until something is put there. */
const LINKS: ReadonlySet<string> = new Set([
  "rb_root.rb_node",
  "rb_root_cached.rb_leftmost",
  "rb_node.rb_left",
  "rb_node.rb_right",
  "hlist_head.first",
  "hlist_node.next",
  "llist_head.first",
  "llist_node.next",
]);

const LINKED: ReadonlySet<string> = new Set(["rb_node", "hlist_node", "llist_node"]);

function emptyHead({ source, type }: IndeterminateRead): boolean {
  if (source.kind === "deref" && type.kind === "pointer" && type.to.kind === "record")
    return LINKED.has(type.to.tag);
  if (source.kind !== "field" || source.base.type.kind !== "record") return false;
  return LINKS.has(`${source.base.type.tag}.${source.field}`);
}

/** The name of the function that runs. */
export function functionOf(machine: Machine): string {
  return machine.frames.at(-1)?.function.name ?? "";
}

function defaultPreset(type: CType): Preset {
  return type.kind === "pointer" ? { kind: "object" } : { kind: "number", value: 0n };
}

export function expressionsOf(operation: Operation): readonly Expression[] {
  switch (operation.kind) {
    case "assign":
      return [operation.value, { kind: "address", place: operation.target, type: LONG }];
    case "call":
      return operation.callee.kind === "indirect"
        ? [...operation.arguments, operation.callee.pointer]
        : operation.arguments;
    case "opaque":
      return operation.reads;
    default:
      return [];
  }
}

/** Expressions that an expression goes through to an address, and divisors; the innermost last. */
export function pointersIn(expression: Expression): readonly Expression[] {
  const found: Expression[] = [];
  visitExpression(expression, {
    place: (one) => {
      if (one.kind === "deref") found.push(one.pointer);
      else if (one.kind === "element") found.push(one.index);
    },
    expression: (one) => {
      if (one.kind === "binary" && divisorOperators.has(one.operator)) found.push(one.right);
    },
  });
  return found;
}

/** Operators whose right side decides whether there is a result. */
const divisorOperators: ReadonlySet<string> = new Set(["/", "%", "<<", ">>"]);
