/**
 * A function being walked in one frame. Knows no state.
 */

import type { BlockId, FunctionIr, Location } from "@pinscope/grammars/ir";
import type { Environment } from "./addresses.ts";
import type { FunctionFacts } from "./function-facts.ts";
import type { SymbolId } from "./linear.ts";
import type { State } from "./state.ts";

/** A function being walked in one frame. */
export interface Activation {
  readonly ir: FunctionIr;
  readonly facts: FunctionFacts;
  readonly frame: number;
  readonly env: Environment;
  readonly nesting: number;
  /** Of a helper: what the numbers are that it was called with. Its caller knows them when it returns. */
  readonly given: ReadonlySet<SymbolId>;
  /** Functions on the call stack, to cut recursion. */
  readonly stack: readonly string[];
  /** The root function's call that led here; null in the root function itself. */
  readonly rootCall: Location | null;
}

export interface Pending {
  readonly block: BlockId;
  readonly state: State;
}
