/** Tables of models. */
import type { Model } from "../call.ts";

/** One model under several names, which spaces separate. */
export function named(names: string, model: Model): Record<string, Model> {
  return Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, model]),
  );
}
