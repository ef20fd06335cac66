/** The comparison over generated programs: batches, and what to do when gcc itself fails on one. */
import type { SyntaxParser } from "@pinscope/grammars/syntax";
import { type Comparison, type ComparisonSettings, compareWithGcc, type Difference } from "./compare.ts";
import type { GccSettings } from "./gcc.ts";
import { type GeneratedProgram, generateProgram, mergePrograms } from "./generate/program.ts";
import { reduceProgram, reproducer } from "./reduce.ts";
import type { WorldSettings } from "./world.ts";

export interface GeneratedSettings {
  readonly count: number;
  readonly firstSeed: number;
  /** Statements a function gets, about. */
  readonly size: number;
  readonly runs: number;
  readonly batch: number;
  readonly gcc: GccSettings;
  /** What executes on our side; absent: the evaluator alone. */
  readonly engine?: WorldSettings["engine"] & {};
  /** Differences that are cut down to a small program; the rest is only listed. */
  readonly reductions: number;
}

export interface GeneratedReport {
  readonly entries: number;
  readonly runs: number;
  readonly events: number;
  readonly withProblems: readonly string[];
  readonly differences: readonly Difference[];
  /** Programs that gcc does not compile (its own crashes). */
  readonly rejected: readonly { readonly seed: number; readonly message: string }[];
  readonly reproducers: readonly string[];
}

/** Generated programs hold nothing undefined, so an uninitialized read is a difference like any other. */
function strict({ engine }: GeneratedSettings): ComparisonSettings {
  return {
    world: { uninitialized: "stuck", ...(engine === undefined ? {} : { engine }) },
    allowUndefined: false,
  };
}

export function seedsOf(program: GeneratedProgram, runs: number): bigint[] {
  return Array.from({ length: runs }, (_, run) => BigInt(program.seed) * 1000n + BigInt(run));
}

export function compareGenerated(
  settings: GeneratedSettings,
  parser: SyntaxParser,
  progress: (done: number) => void,
): GeneratedReport {
  const comparisons: Comparison[] = [];
  const rejected: { seed: number; message: string }[] = [];

  const compare = (programs: readonly GeneratedProgram[]): void => {
    const spec = mergePrograms(programs);
    const seeds = programs.map((program) => seedsOf(program, settings.runs));
    const result = compareWithGcc(spec, seeds, settings.gcc, parser, strict(settings));
    if (result.kind === "compared") {
      comparisons.push(result.comparison);
      return;
    }
    const [only] = programs;
    if (programs.length === 1 && only !== undefined) {
      rejected.push({ seed: only.seed, message: result.message.split("\n").slice(0, 3).join("\n") });
      return;
    }
    const half = programs.length >> 1;
    compare(programs.slice(0, half));
    compare(programs.slice(half));
  };

  for (let done = 0; done < settings.count; done += settings.batch) {
    const size = Math.min(settings.batch, settings.count - done);
    compare(
      Array.from({ length: size }, (_, index) =>
        generateProgram(settings.firstSeed + done + index, { size: settings.size }),
      ),
    );
    progress(done + size);
  }

  const differences = comparisons.flatMap((comparison) => comparison.differences);
  const seeds = [...new Set(differences.map(({ entry }) => Number(entry.replace("run_", ""))))];
  const reproducers = seeds
    .slice(0, settings.reductions)
    .map((seed) => reproducer(reduceSeed(seed, settings, parser)));
  return {
    entries: sum(comparisons.map(({ entries }) => entries)),
    runs: sum(comparisons.map(({ runs }) => runs)),
    events: sum(comparisons.map(({ events }) => events)),
    withProblems: comparisons.flatMap(({ withProblems }) => withProblems),
    differences,
    rejected,
    reproducers,
  };
}

function reduceSeed(seed: number, settings: GeneratedSettings, parser: SyntaxParser): GeneratedProgram {
  const gcc = { ...settings.gcc, stem: `${settings.gcc.stem}-reduce` };
  const differs = (candidate: GeneratedProgram): boolean => {
    const seeds = [seedsOf(candidate, settings.runs)];
    const result = compareWithGcc(mergePrograms([candidate]), seeds, gcc, parser, strict(settings));
    return result.kind === "compared" && result.comparison.differences.length > 0;
  };
  return reduceProgram(generateProgram(seed, { size: settings.size }), differs);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
