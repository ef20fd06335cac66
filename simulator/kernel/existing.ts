/** Functions that not every era has. Knows none of them. */
import type { Profile } from "./types.ts";

/** A function was called that the era does not have. */
export class MissingFunctionError extends Error {
  override readonly name = "MissingFunctionError";
}

/** `action` where the era has the function, otherwise one that throws. */
export function existing<Args extends unknown[], Result>(
  { era }: Profile,
  name: string,
  exists: boolean,
  action: (...args: Args) => Result,
): (...args: Args) => Result {
  if (exists) return action;
  return () => {
    throw new MissingFunctionError(`${name}() does not exist in ${era.name}`);
  };
}
