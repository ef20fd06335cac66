/** Cuts a generated program that shows a difference down to a small one that still does. */
import { type GeneratedProgram, mergePrograms } from "./generate/program.ts";
import { group, smaller, type TextNode } from "./generate/tree.ts";

/** Attempts, each with a run of gcc, that one reduction may take. */
const ATTEMPT_LIMIT = 300;

/** `differs` compiles and compares; false where the cut program does not compile. */
export function reduceProgram(
  program: GeneratedProgram,
  differs: (candidate: GeneratedProgram) => boolean,
): GeneratedProgram {
  let current: TextNode = group("", program.functions, "");
  let attempts = 0;
  let progress = true;
  while (progress && attempts < ATTEMPT_LIMIT) {
    progress = false;
    for (const candidate of smaller(current)) {
      attempts += 1;
      if (attempts >= ATTEMPT_LIMIT) break;
      if (!differs({ ...program, functions: candidate.children })) continue;
      current = candidate;
      progress = true;
      break;
    }
  }
  return { ...program, functions: current.children };
}

/** The text of a reduced program, for the report. */
export function reproducer(program: GeneratedProgram): string {
  return mergePrograms([program]).source;
}
