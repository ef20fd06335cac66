/**
 * Sizes and offsets of C types on LP64. A record whose definition is in sight is laid out as gcc does; one that is
 * not is *open*: it gets a field the first time one is named, at an offset of our own choosing.
 * Knows types only; must not know of memory or of expressions.
 */
import type { CType } from "../types.ts";
import { Stuck } from "./stuck.ts";

export interface RecordShape {
  readonly union: boolean;
  /** In the order of declaration. */
  readonly fields: ReadonlyMap<string, CType>;
  /** Fields of anonymous members, with the tag of the anonymous record that each is in: they share its place. */
  readonly anonymous?: ReadonlyMap<string, string>;
  /** Not all fields are told: others may be named, and get room behind these. */
  readonly open?: boolean;
  /** Another name for the record with this tag: their fields share one layout. */
  readonly sameAs?: string;
}

/** Finds a record's definition by its tag. */
export type RecordLookup = (tag: string) => RecordShape | undefined;

export interface Layouts {
  /** Bytes an object of the type takes, tail padding included. `void` and functions count 1, as gcc has it. */
  sizeOf(type: CType): number;
  alignmentOf(type: CType): number;
  /** Byte offset of a field. `type` is the field's type as the code sees it, used where the record is open. */
  offsetOf(tag: string, field: string, type: CType): number;
  /** The value of `sizeof(struct x)` or `offsetof(struct x, a.b)`, names the lowering leaves; undefined for others. */
  constantOf(name: string): bigint | undefined;
  /** No definition in sight: its size is not the kernel's. */
  isOpen(tag: string): boolean;
}

interface RecordLayout {
  readonly open: boolean;
  readonly offsets: Map<string, number>;
  alignment: number;
  /** Bytes used so far; without padding where open. */
  used: number;
  /** Bytes promised to those who placed or strode over the record; null while nobody asked. */
  promised: number | null;
}

/** Room an open record gets at least, so that fields named later still fit in it. */
const OPEN_RECORD_ROOM = 4096;
/** An open record is promised so many times what it is known to need. */
const OPEN_RECORD_GROWTH = 16;
const UNKNOWN_SIZE = 8;
/** Elements kept for an array whose length is not in sight. */
const UNKNOWN_LENGTH = 1024;

export function createLayouts(lookup: RecordLookup): Layouts {
  const records = new Map<string, RecordLayout>();

  const layoutOf = (tag: string): RecordLayout => {
    const known = records.get(tag);
    if (known !== undefined) return known;
    const shape = lookup(tag);
    if (shape?.sameAs !== undefined) {
      const same = layoutOf(shape.sameAs);
      records.set(tag, same);
      return same;
    }
    const open = shape === undefined || shape.open === true;
    const layout: RecordLayout = {
      open,
      offsets: new Map(),
      alignment: open ? 8 : 1,
      used: 0,
      promised: null,
    };
    records.set(tag, layout);
    const last = [...(shape?.fields.keys() ?? [])].at(-1);
    const parts = new Map<string, number>();
    for (const [field, type] of shape?.fields ?? []) {
      const position = { union: shape?.union ?? false, last: field === last };
      const part = shape?.anonymous?.get(field);
      if (part === undefined) place(layout, field, type, position);
      else {
        const known = parts.get(part);
        const base = known ?? place(layout, part, { kind: "record", tag: part, union: false }, position);
        parts.set(part, base);
        layout.offsets.set(field, base + offsetOf(part, field, type));
      }
    }
    if (!layout.open) layout.promised = roundUp(layout.used, layout.alignment);
    return layout;
  };

  const place = (
    layout: RecordLayout,
    field: string,
    type: CType,
    position: { readonly union: boolean; readonly last: boolean },
  ): number => {
    const alignment = alignmentOf(type);
    const offset = position.union ? 0 : roundUp(layout.used, alignment);
    layout.offsets.set(field, offset);
    layout.alignment = Math.max(layout.alignment, alignment);
    // Only the last field may be a flexible array; any other has a length that is not in sight.
    const lengthUnknown = type.kind === "array" && type.length === null && !position.last;
    const size = lengthUnknown ? UNKNOWN_LENGTH * sizeOf(type.of) : sizeOf(type);
    layout.used = Math.max(layout.used, offset + size);
    return offset;
  };

  const sizeOf = (type: CType): number => {
    switch (type.kind) {
      case "void":
      case "bool":
      case "function":
        return 1;
      case "integer":
      case "float":
        return type.bits / 8;
      case "pointer":
        return 8;
      case "array":
        return (type.length ?? 0) * sizeOf(type.of);
      case "unknown":
        return UNKNOWN_SIZE;
      case "record": {
        const layout = layoutOf(type.tag);
        layout.promised ??= roundUp(Math.max(OPEN_RECORD_ROOM, layout.used * OPEN_RECORD_GROWTH), 8);
        return layout.promised;
      }
    }
  };

  const alignmentOf = (type: CType): number => {
    if (type.kind === "array") return alignmentOf(type.of);
    if (type.kind === "record") return layoutOf(type.tag).alignment;
    return sizeOf(type);
  };

  const offsetOf = (tag: string, field: string, type: CType): number => {
    const layout = layoutOf(tag);
    const known = layout.offsets.get(field);
    if (known !== undefined) return known;
    if (!layout.open) throw new Stuck("unsupported", `no field ${field} in ${tag}`);
    const offset = place(layout, field, type, { union: false, last: false });
    if (layout.promised !== null && layout.used > layout.promised)
      throw new Stuck("unsupported", `${tag} has more fields than room was kept for`);
    return offset;
  };

  const constantOf = (name: string): bigint | undefined => {
    const match = /^(sizeof|offsetof)\((struct|union) (\w+)(?:, ?([\w.]+))?\)$/.exec(name);
    const tag = match?.[3];
    if (tag === undefined) return undefined;
    let type: CType = { kind: "record", tag, union: match?.[2] === "union" };
    if (match?.[1] === "sizeof") return BigInt(sizeOf(type));
    let offset = 0;
    for (const field of (match?.[4] ?? "").split(".")) {
      if (type.kind !== "record") return undefined;
      const of: CType = lookup(type.tag)?.fields.get(field) ?? { kind: "unknown" };
      offset += offsetOf(type.tag, field, of);
      type = of;
    }
    return BigInt(offset);
  };

  return { sizeOf, alignmentOf, offsetOf, constantOf, isOpen: (tag) => layoutOf(tag).open };
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
