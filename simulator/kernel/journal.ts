/**
 * The journal: every change of the model's state goes through one of these functions, which note what was there before.
 * A snapshot is a position in the journal; undoing swaps each noted value with the present one, so that the same entry
 * leads forward again. Knows nothing of pages.
 *
 * An entry is three slots (target, key, other value), 24 bytes; entries lie in chunks, so that a long history is never
 * copied. A change of the same property within the same step costs nothing more.
 */
import { InvalidArgumentError } from "./arguments.ts";

/** Marks a key that a map or an object did not have. */
const ABSENT = Symbol("absent");

/** Entries of a chunk, a power of two: few, since most kernels live for a short run. */
const CHUNK_BITS = 8;
const CHUNK_MASK = (1 << CHUNK_BITS) - 1;

export interface Journal {
  /** Each entry: the object, map or list; the property, key or index; the value on the other side of the change. */
  readonly chunks: unknown[][];
  /** Entries that are done; above lie undone ones. */
  done: number;
  /** Entries that are recorded, done or undone. */
  recorded: number;
  /** The chunk that was used last, and its place in `chunks`. */
  latest: unknown[];
  latestIndex: number;
  /** Changes below this entry belong to a snapshot and may not be merged with later ones. */
  sealed: number;
}

export function createJournal(): Journal {
  return { chunks: [], done: 0, recorded: 0, latest: [], latestIndex: -1, sealed: 0 };
}

type Key = string | number | symbol;

/** How many of the latest entries are searched for one of the same property: a grab changes two counters in turn. */
const MERGE_ENTRIES = 2;

function chunkOf(journal: Journal, entry: number): unknown[] {
  const index = entry >> CHUNK_BITS;
  if (index === journal.latestIndex) return journal.latest;
  let chunk = journal.chunks[index];
  if (chunk === undefined) {
    chunk = new Array((CHUNK_MASK + 1) * 3).fill(undefined);
    journal.chunks.push(chunk);
  }
  journal.latest = chunk;
  journal.latestIndex = index;
  return chunk;
}

/** Lets go of the undone entries: what was undone cannot be redone after a change. */
function forgetUndone(journal: Journal): void {
  for (let entry = journal.done; entry < journal.recorded; entry++)
    chunkOf(journal, entry).fill(undefined, (entry & CHUNK_MASK) * 3, (entry & CHUNK_MASK) * 3 + 3);
  journal.recorded = journal.done;
}

function note(journal: Journal, target: object, key: unknown, before: unknown): void {
  if (journal.recorded > journal.done) forgetUndone(journal);
  const entry = journal.done;
  const chunk = chunkOf(journal, entry);
  const slot = (entry & CHUNK_MASK) * 3;
  chunk[slot] = target;
  chunk[slot + 1] = key;
  chunk[slot + 2] = before;
  journal.done = entry + 1;
  journal.recorded = entry + 1;
}

/** Whether one of the latest entries of this step is about the same property already. */
function isNoted(journal: Journal, target: object, key: Key): boolean {
  const lowest = Math.max(journal.sealed, journal.done - MERGE_ENTRIES);
  for (let entry = journal.done - 1; entry >= lowest; entry--) {
    const chunk = chunkOf(journal, entry);
    const slot = (entry & CHUNK_MASK) * 3;
    if (chunk[slot] === target && chunk[slot + 1] === key) return true;
  }
  return false;
}

/** Sets a property. The public types are read-only: this is the one place where a property changes. */
export function set<T extends object, K extends keyof T>(
  journal: Journal,
  target: T,
  key: K,
  value: T[K],
): void {
  const before = target[key];
  if (before === value) return;
  if (journal.done === journal.sealed || !isNoted(journal, target, key)) note(journal, target, key, before);
  target[key] = value;
}

/** Sets an entry of a map that the public types show read-only. */
export function setEntry<K, V>(journal: Journal, map: ReadonlyMap<K, V>, key: K, value: V): void {
  const before = map.get(key);
  if (before === value && value !== undefined) return;
  note(journal, map, key, map.has(key) ? before : ABSENT);
  (map as Map<K, V>).set(key, value);
}

export function deleteEntry<K, V>(journal: Journal, map: ReadonlyMap<K, V>, key: K): void {
  if (!map.has(key)) return;
  note(journal, map, key, map.get(key));
  (map as Map<K, V>).delete(key);
}

/** Appends to a list. */
export function append<T>(journal: Journal, list: readonly T[], value: T): void {
  note(journal, list, list.length, ABSENT);
  (list as T[]).push(value);
}

/** The present position. Later changes are kept apart from those before. */
export function position(journal: Journal): number {
  journal.sealed = journal.done;
  return journal.done;
}

/** Exchanges the value of one entry with the one that is there now. */
function swap(journal: Journal, entry: number): void {
  const chunk = chunkOf(journal, entry);
  const slot = (entry & CHUNK_MASK) * 3;
  const target = chunk[slot];
  const key = chunk[slot + 1];
  const other = chunk[slot + 2];
  if (target instanceof Map) {
    chunk[slot + 2] = target.has(key) ? target.get(key) : ABSENT;
    if (other === ABSENT) target.delete(key);
    else target.set(key, other);
  } else if (Array.isArray(target)) {
    if (other === ABSENT) chunk[slot + 2] = target.pop();
    else {
      chunk[slot + 2] = ABSENT;
      target.push(other);
    }
  } else {
    const object = target as Record<Key, unknown>;
    chunk[slot + 2] = object[key as Key];
    object[key as Key] = other;
  }
}

/**
 * Goes to a position that `position()` returned.
 * @throws InvalidArgumentError for a position that lies beyond what is still recorded.
 */
export function moveTo(journal: Journal, target: number): void {
  if (!Number.isInteger(target) || target < 0 || target > journal.recorded)
    throw new InvalidArgumentError("position", `a snapshot, 0 to ${journal.recorded}`, target);
  while (journal.done > target) {
    journal.done -= 1;
    swap(journal, journal.done);
  }
  while (journal.done < target) {
    swap(journal, journal.done);
    journal.done += 1;
  }
  journal.sealed = journal.done;
}
