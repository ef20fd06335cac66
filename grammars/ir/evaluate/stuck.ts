/**
 * Why an evaluation cannot go on. Thrown inside the evaluator, caught where an operation is run, never seen outside.
 */

export type StuckCause =
  | "null-pointer"
  | "wild-pointer"
  | "out-of-bounds"
  | "dead-object"
  | "uninitialized"
  | "undefined-arithmetic"
  /** A value nothing here can compute, and the host gave none. */
  | "unknown-value"
  | "unsupported";

/** No `Error`: it is thrown often where values are tried, and nobody wants its stack. */
export class Stuck {
  readonly stuckCause: StuckCause;
  readonly message: string;

  constructor(stuckCause: StuckCause, message: string) {
    this.stuckCause = stuckCause;
    this.message = message;
  }
}
