/** Being told to stop. The protocol's tokens are of this shape. */
export interface Cancellation {
  readonly isCancellationRequested: boolean;
}
