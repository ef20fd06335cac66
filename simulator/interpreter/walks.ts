/**
 * Loops over lists, scatterlists and vectors that lie in memory, walked as they lie there. Where nobody wrote what is to
 * be walked, nothing is known, and turns are choices. Knows no API.
 */
import { addressIn, type CType, type Expression, evaluateIn, type Frame } from "@pinscope/grammars/ir";
import type { Run } from "./run.ts";

type Opaque = Extract<Expression, { kind: "opaque" }>;
type Walk = NonNullable<Opaque["walk"]>;

/** Where a loop has come to. */
interface Position {
  /** Address of the link that is the item of this turn; of vectors and tables, their number. */
  at: bigint;
  /** Of a list: the link behind it, kept since the item may be freed. */
  next: bigint;
}

const POINTER: CType = { kind: "pointer", to: { kind: "unknown" } };
const UINT: CType = { kind: "integer", bits: 32, signed: false };
const USHORT: CType = { kind: "integer", bits: 16, signed: false };
const SCATTERLIST: CType = { kind: "record", tag: "scatterlist", union: false };
const VECTOR: CType = { kind: "record", tag: "bio_vec", union: false };

export class Walks {
  private readonly run: Run;
  private readonly positions = new WeakMap<Frame, Map<number, Position>>();

  constructor(run: Run) {
    this.run = run;
  }

  /** The value of an expression of a loop that is walked; null where it is none, or nothing is known. */
  valueOf(expression: Expression | null): bigint | null {
    const opaque = innermost(expression);
    const frame = this.run.machine.frames.at(-1);
    if (opaque?.walk === undefined || frame === undefined) return null;
    const over = evaluateIn(this.run.machine, opaque.walk.over);
    if (typeof over !== "bigint" || this.run.machine.memory.locate(over) === null) return null;
    const address = BigInt.asUintN(64, over);
    if (opaque.walk.cursor === null) return this.turn(frame, opaque.walk, address);
    return this.item(frame, opaque.walk, opaque.walk.cursor, opaque.type, address);
  }

  private turn(frame: Frame, walk: Walk, over: bigint): bigint | null {
    if (walk.kind === "table" || walk.kind === "mapped table") {
      const total = this.field(over, "sg_table", walk.kind === "table" ? "orig_nents" : "nents", UINT);
      const index = this.indexOf(walk);
      return total === null || index === null ? null : flag(index < total);
    }
    const { loop, position } = this.positionIn(frame);
    if (loop === null) return null;
    const before = this.entered(frame) ? undefined : position.get(loop);
    if (walk.kind === "vectors") {
      const total = this.field(over, "bio", "bi_vcnt", USHORT);
      if (total === null) return null;
      const at = before === undefined ? 0n : before.at + 1n;
      position.set(loop, { at, next: 0n });
      return flag(at < total);
    }
    const at = before === undefined ? this.link(over, walk.reverse) : before.next;
    const next = at === null || at === over ? 0n : this.link(at, walk.reverse);
    position.delete(loop);
    if (at === null || next === null) return null;
    position.set(loop, { at, next });
    return flag(at !== over);
  }

  private item(frame: Frame, walk: Walk, cursor: number, type: CType, over: bigint): bigint | null {
    const { layouts } = this.run.machine;
    switch (walk.kind) {
      case "scatterlist":
      case "table":
      case "mapped table": {
        const index = this.indexOf(walk);
        const first = walk.kind === "scatterlist" ? over : this.field(over, "sg_table", "sgl", POINTER);
        if (index === null || first === null || first === 0n || cursor !== 0) return null;
        return first + index * BigInt(layouts.sizeOf(SCATTERLIST));
      }
      case "vectors": {
        const { loop, position } = this.positionIn(frame);
        const index = walk.index === null ? position.get(loop ?? -1)?.at : this.indexOf(walk);
        const first = this.field(over, "bio", "bi_io_vec", POINTER);
        if (index === undefined || index === null || first === null || first === 0n || cursor !== 0)
          return null;
        return first + index * BigInt(layouts.sizeOf(VECTOR));
      }
      case "list": {
        const { loop, position } = this.positionIn(frame);
        const found = position.get(loop ?? -1);
        const link = cursor === 0 ? found?.at : found?.next;
        return link === undefined ? null : this.entryOf(link, walk, type);
      }
    }
  }

  /** The record that a link is a member of. */
  private entryOf(link: bigint, { member }: Walk, type: CType): bigint | null {
    if (member === null) return link;
    if (type.kind !== "pointer" || type.to.kind !== "record" || !/^\w+$/.test(member)) return null;
    const head: CType = { kind: "record", tag: "list_head", union: false };
    return link - BigInt(this.run.machine.layouts.offsetOf(type.to.tag, member, head));
  }

  private link(address: bigint, reverse: boolean): bigint | null {
    const { memory } = this.run.machine;
    const place = memory.locate(address);
    if (place === null || !place.object.alive) return null;
    const value = memory.read(address + (reverse ? 8n : 0n), 8);
    return value === null || memory.locate(value) === null ? null : value;
  }

  private field(address: bigint, tag: string, name: string, type: CType): bigint | null {
    const { memory, layouts } = this.run.machine;
    if (memory.locate(address)?.object.alive !== true) return null;
    return memory.read(address + BigInt(layouts.offsetOf(tag, name, type)), layouts.sizeOf(type));
  }

  private indexOf({ index }: Walk): bigint | null {
    if (index === null) return null;
    const address = addressIn(this.run.machine, index);
    return address === null
      ? null
      : this.run.machine.memory.read(address, this.run.machine.layouts.sizeOf(index.type));
  }

  /** The innermost loop around what runs, by its head. */
  private positionIn(frame: Frame): { loop: number | null; position: Map<number, Position> } {
    const position = this.positions.get(frame) ?? new Map<number, Position>();
    this.positions.set(frame, position);
    let loop: { readonly head: number; readonly blocks: readonly number[] } | null = null;
    for (const one of frame.function.loops)
      if (one.blocks.includes(frame.block.id) && (loop === null || one.blocks.length < loop.blocks.length))
        loop = one;
    return { loop: loop?.head ?? null, position };
  }

  /** Whether control came to the loop's head from outside. */
  private entered(frame: Frame): boolean {
    const loop = frame.function.loops.find(({ head }) => head === frame.block.id);
    const from = this.run.cameFrom(frame);
    return loop === undefined || from === null || !loop.blocks.includes(from);
  }
}

function flag(truth: boolean): bigint {
  return truth ? 1n : 0n;
}

function innermost(expression: Expression | null): Opaque | null {
  if (expression === null) return null;
  if (expression.kind === "opaque") return expression;
  return expression.kind === "cast" || expression.kind === "unary" ? innermost(expression.operand) : null;
}
