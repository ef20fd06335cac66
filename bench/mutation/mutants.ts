/** All changes that the operators propose for one file, split into those to try and those that change nothing. */
import { operators } from "./operators/index.ts";
import { lineOf, touchesDirective } from "./text.ts";
import type { FileModel, FunctionModel, Mutant, OperatorName } from "./types.ts";

export interface Proposals {
  readonly mutants: readonly Mutant[];
  /** Changes not tried, with the criterion that proves them equivalent. */
  readonly equivalent: readonly (Mutant & { readonly reason: string })[];
}

/** Proposals for one function. `only` restricts to one operator. */
export function propose(subject: FunctionModel, file: FileModel, only?: OperatorName): Proposals {
  const mutants: Mutant[] = [];
  const equivalent: (Mutant & { readonly reason: string })[] = [];
  for (const [name, operator] of operators) {
    if (only !== undefined && only !== name) continue;
    for (const candidate of operator(subject, file)) {
      if (touchesDirective(file.source, candidate.edits)) continue;
      const line = lineOf(file.source, candidate.at);
      const mutant = { path: file.path, function: subject.name, line, candidate };
      if (candidate.equivalent === undefined) mutants.push(mutant);
      else equivalent.push({ ...mutant, reason: candidate.equivalent });
    }
  }
  return { mutants, equivalent };
}
