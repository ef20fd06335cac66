/**
 * Numbers given to symbols for the time of one pass over a state: forgotten all at once, and without a table per pass.
 * Knows no states.
 */
import type { SymbolId } from "./linear.ts";

export class SymbolMarks {
  private stamps = new Int32Array(1024);
  private names = new Int32Array(1024);
  private stamp = 1;
  private count = 0;

  clear(): void {
    this.stamp++;
    this.count = 0;
  }

  /** Marks a symbol; whether it was not marked before. */
  mark(mentioned: SymbolId): boolean {
    // Terms beside large coefficients are stored as doubles, which the engine that runs this takes badly as positions.
    const symbol = mentioned | 0;
    if (this.stamps[symbol] === this.stamp) return false;
    if (symbol >= this.stamps.length) this.grow(symbol);
    this.stamps[symbol] = this.stamp;
    this.names[symbol] = this.count++;
    return true;
  }

  has(symbol: SymbolId): boolean {
    return this.stamps[symbol | 0] === this.stamp;
  }

  /** The symbol's number in the order of first marks; marks it. */
  name(symbol: SymbolId): number {
    this.mark(symbol);
    return this.names[symbol | 0] ?? 0;
  }

  private grow(symbol: SymbolId): void {
    const size = Math.max(symbol + 1, this.stamps.length * 2);
    const stamps = new Int32Array(size);
    const names = new Int32Array(size);
    stamps.set(this.stamps);
    names.set(this.names);
    this.stamps = stamps;
    this.names = names;
  }
}
