/**
 * The evaluator's memory: objects in a flat 64-bit address space, byte by byte, each byte determinate or not.
 * Flat addresses make casts between pointers and integers, error pointers, unions and byte copies ordinary cases.
 * Knows bytes only; must not know of types, of the IR or of functions.
 */
import { Stuck } from "./stuck.ts";

export type ObjectKind = "local" | "global" | "string" | "function" | "host";

export interface MemoryObject {
  readonly id: number;
  /** Address of the first byte. */
  readonly base: bigint;
  /** What a report calls it. */
  readonly label: string;
  readonly kind: ObjectKind;
  /**
   * Bytes; null for an object of unknown size, whose every offset from 0 on may be used: of a host's own object also
   * those before, since it may stand inside another one.
   */
  readonly size: number | null;
  /** What a byte never written holds. */
  readonly fill: "zero" | "indeterminate";
  /** Cleared at the end of the object's lifetime. */
  readonly alive: boolean;
}

/** The bytes of a record or array, with one flag per byte: 1 where determinate. */
export interface Aggregate {
  readonly bytes: Uint8Array;
  readonly determinate: Uint8Array;
}

export interface ObjectRequest {
  readonly label: string;
  readonly kind: ObjectKind;
  readonly size: number | null;
  readonly fill: "zero" | "indeterminate";
}

/** Every access throws `Stuck` where the address lies in no live object or outside its bounds. */
export interface Memory {
  allocate(request: ObjectRequest): MemoryObject;
  /** Ends an object's lifetime; later accesses are `dead-object`. */
  release(object: MemoryObject): void;
  /** The object an address points into (or just past or before), with the byte offset; null for no object. */
  locate(address: bigint): { readonly object: MemoryObject; readonly offset: number } | null;
  /** Little-endian unsigned integer of `size` bytes; null where a byte of it is indeterminate. */
  read(address: bigint, size: number): bigint | null;
  write(address: bigint, size: number, value: bigint): void;
  /** Whether an object of known size can have another one: larger, or any while no byte of it was looked at. */
  mayResize(object: MemoryObject, size: number): boolean;
  /** Gives an object another size, as if it had been allocated with it; only where `mayResize` says so. */
  resize(object: MemoryObject, size: number): void;
  copyOut(address: bigint, size: number): Aggregate;
  copyIn(address: bigint, value: Aggregate): void;
  /** Makes the whole object zero or indeterminate. */
  refill(object: MemoryObject, fill: "zero" | "indeterminate"): void;
  /**
   * Offsets and values of an object's 8-byte words that are determinate and not zero: the aligned ones, and those that
   * were written elsewhere.
   */
  words(object: MemoryObject): readonly { readonly offset: number; readonly value: bigint }[];
  readonly objects: readonly MemoryObject[];
}

interface Chunk {
  readonly bytes: Uint8Array;
  readonly determinate: Uint8Array;
  /** The same bytes, and the same flags. */
  readonly view: DataView;
  readonly flags: DataView;
}

interface StoredObject extends MemoryObject {
  size: number | null;
  fill: "zero" | "indeterminate";
  alive: boolean;
  /** Offsets of words that were written where they are not aligned. */
  packed: Set<number> | null;
  /** Null until a byte is looked at. */
  chunks: Map<number, Chunk> | null;
  /** The chunk that was looked at last, with its place. */
  lastIndex: number;
  lastChunk: Chunk | null;
}

/** Kernel addresses are negative as `long`, and code asks; none may lie among the error pointers. */
const FIRST_ADDRESS = 0x8000_0000_0000_0000n;
const SLOT_BITS = 32n;
/** An object starts inside its slot, so that a pointer before it is still known as its own. */
const START_IN_SLOT = 2 ** 30;
/** Upper half of the first address; below it every slot's number comes out higher than any object's. */
const FIRST_SLOT = 0x8000_0000;
/** An address taken apart: arithmetic on large integers would make four new ones for each access. */
const halves = new DataView(new ArrayBuffer(8));
const CHUNK_SIZE = 256;
const HIGHEST_ID = 2 ** 30;

/** Where in its chunk a byte lies; offsets may be negative. */
function within(offset: number): number {
  return offset & (CHUNK_SIZE - 1);
}

/** Most objects are single numbers: their chunk is no larger than they are. */
function createChunk(size: number): Chunk {
  const buffer = new ArrayBuffer(2 * size);
  return {
    bytes: new Uint8Array(buffer, 0, size),
    determinate: new Uint8Array(buffer, size),
    view: new DataView(buffer, 0, size),
    flags: new DataView(buffer, size),
  };
}

/** Bytes of an object's chunks: whole words. */
function chunkSizeOf({ size }: MemoryObject): number {
  return size === null || size >= CHUNK_SIZE ? CHUNK_SIZE : (size + 7) & ~7;
}

/** Whether an access is one of the sizes of C's numbers, within one chunk. */
function isWord(offset: number, size: number): boolean {
  return (size === 8 || size === 4 || size === 1 || size === 2) && within(offset) + size <= CHUNK_SIZE;
}

const EIGHT_FLAGS = 0x0101_0101_0101_0101n;

function readWord({ view, flags }: Chunk, at: number, size: number): bigint | null {
  switch (size) {
    case 8:
      return flags.getBigUint64(at) === EIGHT_FLAGS ? view.getBigUint64(at, true) : null;
    case 4:
      return flags.getUint32(at) === 0x0101_0101 ? BigInt(view.getUint32(at, true)) : null;
    case 2:
      return flags.getUint16(at) === 0x0101 ? BigInt(view.getUint16(at, true)) : null;
    default:
      return flags.getUint8(at) === 1 ? BigInt(view.getUint8(at)) : null;
  }
}

function writeWord({ view, flags }: Chunk, at: number, size: number, value: bigint): void {
  switch (size) {
    case 8:
      view.setBigUint64(at, BigInt.asUintN(64, value), true);
      flags.setBigUint64(at, EIGHT_FLAGS);
      return;
    case 4:
      view.setUint32(at, Number(BigInt.asUintN(32, value)), true);
      flags.setUint32(at, 0x0101_0101);
      return;
    case 2:
      view.setUint16(at, Number(BigInt.asUintN(16, value)), true);
      flags.setUint16(at, 0x0101);
      return;
    default:
      view.setUint8(at, Number(BigInt.asUintN(8, value)));
      flags.setUint8(at, 1);
  }
}

export function createMemory(): Memory {
  const objects: StoredObject[] = [];

  const find = (address: bigint): { object: StoredObject; offset: number } | null => {
    halves.setBigUint64(0, address, true);
    const object = objects[(halves.getUint32(4, true) ^ FIRST_SLOT) >>> 0];
    return object === undefined ? null : { object, offset: halves.getUint32(0, true) - START_IN_SLOT };
  };

  const access = (address: bigint, size: number): { object: StoredObject; offset: number } => {
    const found = find(address);
    if (found === null) {
      // The first page is never mapped: a field of a NULL record lies there.
      if (BigInt.asUintN(64, address) < 4096n)
        throw new Stuck("null-pointer", `access through NULL + ${address}`);
      throw new Stuck("wild-pointer", `access to 0x${BigInt.asUintN(64, address).toString(16)}, no object`);
    }
    const { object, offset } = found;
    if (!object.alive) throw new Stuck("dead-object", `access to ${object.label} after its lifetime`);
    if (offset < 0 && object.kind === "host" && object.size === null) return found;
    if (offset < 0 || (object.size !== null && offset + size > object.size))
      throw new Stuck(
        "out-of-bounds",
        `access to ${object.label} at byte ${offset}, ${size} of ${object.size}`,
      );
    return found;
  };

  const chunkAt = (object: StoredObject, offset: number): Chunk => {
    const index = Math.floor(offset / CHUNK_SIZE);
    if (object.lastChunk !== null && object.lastIndex === index) return object.lastChunk;
    object.chunks ??= new Map();
    const { chunks } = object;
    let chunk = chunks.get(index);
    if (chunk === undefined) {
      chunk = createChunk(chunkSizeOf(object));
      if (object.fill === "zero") chunk.determinate.fill(1);
      chunks.set(index, chunk);
    }
    object.lastIndex = index;
    object.lastChunk = chunk;
    return chunk;
  };

  const read = (address: bigint, size: number): bigint | null => {
    const { object, offset } = access(address, size);
    if (isWord(offset, size)) return readWord(chunkAt(object, offset), within(offset), size);
    let value = 0n;
    for (let index = size - 1; index >= 0; index -= 1) {
      const chunk = chunkAt(object, offset + index);
      const at = within(offset + index);
      if (chunk.determinate[at] === 0) return null;
      value = (value << 8n) | BigInt(chunk.bytes[at] ?? 0);
    }
    return value;
  };

  return {
    objects,
    allocate(request) {
      const id = objects.length;
      if (id >= HIGHEST_ID) throw new Stuck("unsupported", "too many objects");
      const base = FIRST_ADDRESS + (BigInt(id) << SLOT_BITS) + BigInt(START_IN_SLOT);
      const { label, kind, size, fill } = request;
      const object: StoredObject = {
        id,
        base,
        label,
        kind,
        size,
        fill,
        alive: true,
        packed: null,
        chunks: null,
        lastIndex: 0,
        lastChunk: null,
      };
      objects.push(object);
      return object;
    },
    release(object) {
      const stored = objects[object.id];
      if (stored === undefined) return;
      stored.alive = false;
      stored.chunks = null;
      stored.lastChunk = null;
    },
    locate: find,
    read,
    write(address, size, value) {
      const { object, offset } = access(address, size);
      if (size === 8 && (offset & 7) !== 0) {
        object.packed ??= new Set();
        object.packed.add(offset);
      }
      if (isWord(offset, size)) {
        writeWord(chunkAt(object, offset), within(offset), size, value);
        return;
      }
      let rest = BigInt.asUintN(size * 8, value);
      for (let index = 0; index < size; index += 1) {
        const chunk = chunkAt(object, offset + index);
        const at = within(offset + index);
        chunk.bytes[at] = Number(rest & 0xffn);
        chunk.determinate[at] = 1;
        rest >>= 8n;
      }
    },
    mayResize(object, size) {
      const stored = objects[object.id];
      return stored?.size != null && (size >= stored.size || stored.chunks === null);
    },
    resize(object, size) {
      const stored = objects[object.id];
      if (stored === undefined) return;
      const before = chunkSizeOf(stored);
      stored.size = size;
      const first = stored.chunks?.get(0);
      if (first === undefined || before === chunkSizeOf(stored)) return;
      const chunk = createChunk(chunkSizeOf(stored));
      if (stored.fill === "zero") chunk.determinate.fill(1);
      chunk.bytes.set(first.bytes);
      chunk.determinate.set(first.determinate);
      stored.chunks?.set(0, chunk);
      stored.lastChunk = null;
    },
    copyOut(address, size) {
      const { object, offset } = access(address, size);
      const bytes = new Uint8Array(size);
      const determinate = new Uint8Array(size);
      for (let index = 0; index < size; index += 1) {
        const chunk = chunkAt(object, offset + index);
        bytes[index] = chunk.bytes[within(offset + index)] ?? 0;
        determinate[index] = chunk.determinate[within(offset + index)] ?? 0;
      }
      return { bytes, determinate };
    },
    copyIn(address, value) {
      const { object, offset } = access(address, value.bytes.length);
      for (let index = 0; index < value.bytes.length; index += 1) {
        const chunk = chunkAt(object, offset + index);
        chunk.bytes[within(offset + index)] = value.bytes[index] ?? 0;
        chunk.determinate[within(offset + index)] = value.determinate[index] ?? 0;
      }
    },
    words(object) {
      const found: { offset: number; value: bigint }[] = [];
      for (const [index, chunk] of objects[object.id]?.chunks ?? []) {
        const { view, flags } = chunk;
        for (let at = 0; at < view.byteLength; at += 8) {
          const value = view.getBigUint64(at, true);
          if (value === 0n || flags.getBigUint64(at) !== EIGHT_FLAGS) continue;
          found.push({ offset: index * CHUNK_SIZE + at, value });
        }
      }
      for (const offset of objects[object.id]?.packed ?? []) {
        const value = object.alive ? read(object.base + BigInt(offset), 8) : null;
        if (value !== null && value !== 0n) found.push({ offset, value });
      }
      return found;
    },
    refill(object, fill) {
      const stored = objects[object.id];
      if (stored === undefined) return;
      stored.fill = fill;
      stored.chunks = null;
      stored.lastChunk = null;
    },
  };
}
