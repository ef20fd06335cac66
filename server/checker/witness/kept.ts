/** Replays of an open file, kept for as long as the functions that they ran are the same. Knows no editor. */
import type { KernelChoice } from "../types.ts";
import { replay, type Verdict } from "./replay.ts";
import type { ReplayRequest } from "./request.ts";
import { type PresentProgram, stillUsed, type Uses, usedBy } from "./uses.ts";

interface Kept {
  readonly verdict: Verdict;
  readonly uses: Uses;
}

export class KeptReplays {
  private readonly kernel: KernelChoice;
  private readonly kept = new WeakMap<ReplayRequest, Kept>();

  constructor(kernel: KernelChoice) {
    this.kernel = kernel;
  }

  /** The verdict on a request in the present program; null where it would have to be run and must not. */
  verdict(request: ReplayRequest, around: PresentProgram, mayRun: boolean): Verdict | null {
    const known = this.kept.get(request);
    if (known !== undefined && stillUsed(known.uses, around)) return known.verdict;
    if (!mayRun) return null;
    const { program, uses } = usedBy(around, this.kernel.version);
    const verdict = replay(request, program, this.kernel);
    this.kept.set(request, { verdict, uses });
    return verdict;
  }
}
