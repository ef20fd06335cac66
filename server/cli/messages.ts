/** What the main thread and the worker threads say to each other. */
import type { CheckSettings } from "@pinscope/server/checker";
import type { UnitResult } from "./unit.ts";

export type ToWorker =
  /** Settings are sent once to each thread and named by their index from then on. */
  | { readonly kind: "settings"; readonly index: number; readonly settings: CheckSettings }
  | { readonly kind: "check"; readonly id: number; readonly path: string; readonly settings: number };

export interface FromWorker {
  readonly id: number;
  readonly result: UnitResult;
}
