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

export class Stuck extends Error {
  readonly stuckCause: StuckCause;

  constructor(stuckCause: StuckCause, message: string) {
    super(message);
    this.name = "Stuck";
    this.stuckCause = stuckCause;
  }
}
