/** The operators by their names, in the order in which they are reported. */
import type { Operator, OperatorName } from "../types.ts";
import { deleteRelease } from "./delete-release.ts";
import { duplicateRelease } from "./duplicate-release.ts";
import { lateCount } from "./late-count.ts";
import { retargetGoto } from "./retarget-goto.ts";
import { swapFamily } from "./swap-family.ts";
import { widenCount } from "./widen-count.ts";

export const operators: ReadonlyMap<OperatorName, Operator> = new Map<OperatorName, Operator>([
  ["delete-release", deleteRelease],
  ["retarget-goto", retargetGoto],
  ["duplicate-release", duplicateRelease],
  ["swap-family", swapFamily],
  ["widen-count", widenCount],
  ["late-count", lateCount],
]);
