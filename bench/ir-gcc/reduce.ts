/** Cuts a generated program that shows a difference down to a small one that still does. */
import { type GeneratedProgram, mergePrograms } from "./generate/program.ts";
import { smaller, type TextNode } from "./generate/tree.ts";

/** Attempts, each with a run of gcc, that one reduction may take. */
const ATTEMPT_LIMIT = 400;

/**
 * `differs` compiles and compares; false where the cut program does not compile. Reading an uninitialized variable
 * cannot come of a cut: declarations stay.
 */
export function reduceProgram(
  program: GeneratedProgram,
  differs: (candidate: GeneratedProgram) => boolean,
): GeneratedProgram {
  let current = program;
  let attempts = 0;
  for (let position = current.functions.length - 1; position >= 0; position -= 1) {
    let progress = true;
    while (progress && attempts < ATTEMPT_LIMIT) {
      progress = false;
      const root = current.functions[position];
      if (root === undefined) break;
      for (const candidate of smaller(root)) {
        attempts += 1;
        if (attempts >= ATTEMPT_LIMIT) break;
        const next = { ...current, functions: replaced(current.functions, position, candidate) };
        if (!differs(next)) continue;
        current = next;
        progress = true;
        break;
      }
    }
  }
  return current;
}

function replaced(functions: readonly TextNode[], position: number, node: TextNode): TextNode[] {
  return functions.map((old, index) => (index === position ? node : old));
}

/** The text of a reduced program, for the report. */
export function reproducer(program: GeneratedProgram): string {
  return mergePrograms([program]).source;
}
