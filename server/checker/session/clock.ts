/** How much time a call of a session has left. Knows no work. */
import type { Budget } from "./types.ts";

export interface Clock {
  /** Whether the caller wants no more. */
  isCancelled(): boolean;
  /** Whether work of that length, in milliseconds, ends in time. */
  leaves(milliseconds: number): boolean;
}

export function startClock({ milliseconds, isCancelled }: Budget): Clock {
  const end = milliseconds === undefined ? Number.POSITIVE_INFINITY : performance.now() + milliseconds;
  return {
    isCancelled: isCancelled ?? (() => false),
    leaves: (wanted) => end === Number.POSITIVE_INFINITY || performance.now() + wanted <= end,
  };
}

/** What analyses are expected to take, by what they took. */
export class Costs {
  private readonly known = new Map<string, number>();
  private total = 0;
  private characters = 0;

  /** Milliseconds that a function is expected to take: what it took last, else by its length. */
  of(name: string, length: number): number {
    return this.known.get(name) ?? (this.characters === 0 ? 0 : (this.total / this.characters) * length);
  }

  add(name: string, length: number, milliseconds: number): void {
    this.known.set(name, milliseconds);
    this.total += milliseconds;
    this.characters += length;
  }
}
