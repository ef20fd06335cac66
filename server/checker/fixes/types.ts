/** What a fix is. Plain data; knows no editor. */
import type { Finding, KernelChoice } from "../types.ts";

/** A replacement in the checked file, by UTF-16 offsets of the text that was checked. */
export interface FixEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Fix {
  /** What it does, as an order: `Let go with unpin_user_page()`. */
  readonly title: string;
  /** Not overlapping, in order of place. */
  readonly edits: readonly FixEdit[];
  /** `safe`: the code does what it did, or what it plainly should. `review`: somebody has to think about it. */
  readonly kind: "safe" | "review";
}

/** Where a fix is looked for. */
export interface FixContext {
  readonly finding: Finding;
  /** Path of the checked file, as its locations name it. */
  readonly file: string;
  readonly source: string;
  /** The fix has to hold in all of them. */
  readonly kernels: readonly KernelChoice[];
}

/** Proposes fixes for findings of one rule. */
export type Fixer = (context: FixContext) => readonly Fix[];
