/**
 * The journal: every change of the model's state goes through one of these functions, which note what was there before.
 * A snapshot is a position in the journal; undoing swaps each noted value with the present one, so that the same entry
 * leads forward again. Knows nothing of pages.
 *
 * Entries are three slots of one flat array (target, key, other value): 24 bytes per change, and a change of the same
 * property within the same step costs nothing more.
 */

/** Marks a key that a map or an object did not have. */
const ABSENT = Symbol("absent");

export interface Journal {
  /** Triples: the object, map or list; the property, key or index; the value on the other side of the change. */
  readonly entries: unknown[];
  /** Slots of `entries` that are done; above lie undone entries. */
  done: number;
  /** Changes below this slot belong to a snapshot and may not be merged with later ones. */
  sealed: number;
}

export function createJournal(): Journal {
  return { entries: [], done: 0, sealed: 0 };
}

type Key = string | number | symbol;

/** How many of the latest entries are searched for one of the same property: a grab changes two counters in turn. */
const MERGE_SLOTS = 6;

function note(journal: Journal, target: object, key: unknown, before: unknown): void {
  const { entries } = journal;
  if (entries.length > journal.done) entries.length = journal.done;
  entries.push(target, key, before);
  journal.done += 3;
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
  const { entries, done } = journal;
  const lowest = Math.max(journal.sealed, done - MERGE_SLOTS);
  for (let slot = done - 3; slot >= lowest; slot -= 3) {
    if (entries[slot] === target && entries[slot + 1] === key) {
      target[key] = value;
      return;
    }
  }
  note(journal, target, key, before);
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
function swap(entries: unknown[], slot: number): void {
  const target = entries[slot];
  const key = entries[slot + 1];
  const other = entries[slot + 2];
  if (target instanceof Map) {
    entries[slot + 2] = target.has(key) ? target.get(key) : ABSENT;
    if (other === ABSENT) target.delete(key);
    else target.set(key, other);
  } else if (Array.isArray(target)) {
    if (other === ABSENT) entries[slot + 2] = target.pop();
    else {
      entries[slot + 2] = ABSENT;
      target.push(other);
    }
  } else {
    const object = target as Record<Key, unknown>;
    entries[slot + 2] = object[key as Key];
    object[key as Key] = other;
  }
}

/**
 * Goes to a position that `position()` returned.
 * @throws RangeError for a position that lies beyond what is still recorded.
 */
export function moveTo(journal: Journal, target: number): void {
  if (!Number.isInteger(target) || target < 0 || target > journal.entries.length || target % 3 !== 0)
    throw new RangeError(`no snapshot ${target}: the history has ${journal.entries.length}`);
  while (journal.done > target) {
    journal.done -= 3;
    swap(journal.entries, journal.done);
  }
  while (journal.done < target) {
    swap(journal.entries, journal.done);
    journal.done += 3;
  }
  journal.sealed = journal.done;
}
