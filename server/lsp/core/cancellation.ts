/** Being told to stop. The protocol's tokens are of this shape. */
export interface Cancellation {
  readonly isCancellationRequested: boolean;
}

/** Stops when any of several is told to. */
export function anyOf(...tokens: readonly Cancellation[]): Cancellation {
  return {
    get isCancellationRequested() {
      return tokens.some((token) => token.isCancellationRequested);
    },
  };
}
