/** What the walks of a file's functions met: acquisitions, and why they were not followed. Knows no claims. */
import type { GivenUp } from "./engine/context.ts";
import type { TextRange } from "./source-text.ts";
import type { FileStats } from "./types.ts";

/** What one function's walk met, as offsets. */
export interface WalkFigures {
  readonly overBudget: boolean;
  readonly recursionsCut: number;
  readonly unconfirmedClaims: number;
  /** Acquiring calls met on some path. */
  readonly acquisitions: Iterable<number>;
  /** Of those, why a claim ended unfollowed. */
  readonly givenUp: Iterable<readonly [offset: number, how: GivenUp]>;
}

export function addWalks(one: FileStats["walks"], other: FileStats["walks"]): FileStats["walks"] {
  return {
    recursionsCut: one.recursionsCut + other.recursionsCut,
    unconfirmedClaims: one.unconfirmedClaims + other.unconfirmedClaims,
  };
}

/** Adds up the walks of one file, in the order of its functions. */
export class Figures {
  /** Offsets of functions that ran out of budget. */
  readonly overBudget = new Set<number>();
  /** What walks left out besides. */
  walks: FileStats["walks"] = { recursionsCut: 0, unconfirmedClaims: 0 };
  private readonly seen = new Set<number>();
  private readonly givenUp = new Map<number, string>();

  add(range: TextRange, walk: WalkFigures): void {
    if (walk.overBudget) this.overBudget.add(range.start);
    this.walks = addWalks(this.walks, walk);
    const isOwn = (offset: number): boolean => offset >= range.start && offset < range.end;
    for (const offset of walk.acquisitions) {
      this.seen.add(offset);
      // Not every way out was reached: what this function takes itself is not followed to the end.
      if (isOwn(offset) && walk.overBudget) this.givenUp.set(offset, "budget");
    }
    for (const [offset, { cause, isBudget }] of walk.givenUp) {
      this.seen.add(offset);
      // A caller's walk that has no room for what a helper took does not undo the helper's own.
      if (!isBudget || isOwn(offset)) this.givenUp.set(offset, cause);
    }
  }

  /** Offset of each acquisition → why it is not followed to the end; null for one that is. */
  acquisitions(): Map<number, string | null> {
    return new Map([...this.seen].map((offset) => [offset, this.givenUp.get(offset) ?? null]));
  }

  acquisitionStats(): FileStats["acquisitions"] {
    const causes: Record<string, number> = {};
    for (const cause of this.givenUp.values()) causes[cause] = (causes[cause] ?? 0) + 1;
    return { seen: this.seen.size, followed: this.seen.size - this.givenUp.size, givenUp: causes };
  }
}
