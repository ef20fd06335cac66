/**
 * A path's memory: cells and their values, in the order in which they were first written. Immutable; changes copy two
 * short arrays, or one where a known cell gets a new value. Knows no values' meaning.
 */
import type { ObjectId, ObjectInfo, Value } from "./values.ts";

/** A place in memory, one object for each per analysis: equal cells are the same. */
export interface Cell {
  /** `${object}|${path}`. */
  readonly key: string;
  readonly object: ObjectId;
  /** 32 bits that stand for the path inside the object. */
  readonly pathHash: number;
  /** Equal cells of two states meet when both are sorted by this; cells of pointees come last. */
  readonly order: number;
  /** For a local: the frame and variable it belongs to; −1 otherwise. */
  readonly frame: number;
  readonly variable: number;
}

/** The cells of one analysis. */
export class CellTable {
  private readonly cells = new Map<string, Cell>();
  private readonly infoOf: (object: ObjectId) => ObjectInfo | undefined;

  constructor(infoOf: (object: ObjectId) => ObjectInfo | undefined) {
    this.infoOf = infoOf;
  }

  find(key: string): Cell | undefined {
    return this.cells.get(key);
  }

  cell(key: string): Cell {
    const known = this.cells.get(key);
    if (known !== undefined) return known;
    const bar = key.indexOf("|");
    const object = Number(key.slice(0, bar));
    const info = this.infoOf(object);
    const local = info?.kind === "variable" ? info : null;
    const cell: Cell = {
      key,
      object,
      pathHash: textHash(key.slice(bar + 1)),
      order: this.cells.size + (info?.kind === "pointee" ? 2 ** 40 : 0),
      frame: local?.frame ?? -1,
      variable: local?.variable ?? -1,
    };
    this.cells.set(key, cell);
    return cell;
  }
}

/** 32 bits that stand for a text. */
export function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}

export class Memory {
  readonly cells: readonly Cell[];
  /** The value of the cell at the same position. */
  readonly contents: readonly Value[];
  private readonly table: CellTable;

  constructor(table: CellTable, cells: readonly Cell[] = [], contents: readonly Value[] = []) {
    this.table = table;
    this.cells = cells;
    this.contents = contents;
  }

  get size(): number {
    return this.cells.length;
  }

  private position(key: string): number {
    const cell = this.table.find(key);
    return cell === undefined ? -1 : this.cells.indexOf(cell);
  }

  get(key: string): Value | undefined {
    const at = this.position(key);
    return at < 0 ? undefined : this.contents[at];
  }

  has(key: string): boolean {
    return this.position(key) >= 0;
  }

  with(key: string, value: Value): Memory {
    const cell = this.table.cell(key);
    const at = this.cells.indexOf(cell);
    if (at < 0) return new Memory(this.table, [...this.cells, cell], [...this.contents, value]);
    if (this.contents[at] === value) return this;
    const contents = this.contents.slice();
    contents[at] = value;
    return new Memory(this.table, this.cells, contents);
  }

  without(key: string): Memory {
    const at = this.position(key);
    if (at < 0) return this;
    return new Memory(
      this.table,
      this.cells.filter((_, index) => index !== at),
      this.contents.filter((_, index) => index !== at),
    );
  }

  /** The cells that `keep` accepts; this very memory when it accepts all. */
  filter(keep: (cell: Cell) => boolean): Memory {
    const { cells } = this;
    let first = 0;
    while (first < cells.length && keep(cells[first] as Cell)) first++;
    if (first === cells.length) return this;
    const left = cells.slice(0, first);
    const contents = this.contents.slice(0, first);
    for (let index = first + 1; index < cells.length; index++) {
      const cell = cells[index];
      const value = this.contents[index];
      if (cell === undefined || value === undefined || !keep(cell)) continue;
      left.push(cell);
      contents.push(value);
    }
    return new Memory(this.table, left, contents);
  }

  keys(): string[] {
    return this.cells.map(({ key }) => key);
  }

  *[Symbol.iterator](): IterableIterator<[string, Value]> {
    for (let index = 0; index < this.cells.length; index++) {
      const cell = this.cells[index];
      const value = this.contents[index];
      if (cell !== undefined && value !== undefined) yield [cell.key, value];
    }
  }
}
