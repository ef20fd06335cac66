/** Arguments that no kernel function could be called with: the model refuses them instead of guessing. */

/** An argument is not what the function takes. `argument` is its name. */
export class InvalidArgumentError extends RangeError {
  override readonly name = "InvalidArgumentError";
  readonly argument: string;

  constructor(argument: string, expected: string, given: unknown) {
    super(`${argument}: expected ${expected}, got ${String(given)}`);
    this.argument = argument;
  }
}
