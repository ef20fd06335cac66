/**
 * The texts that the functions of a file have had, with what was found out about each: its graph and its analyses.
 * A text that comes back (an undone edit, a brace that closes again) finds them again. Knows no places in the file:
 * locations count from an origin that belongs to the text.
 */
import type { FunctionIr } from "@pinscope/grammars/ir";
import { type Facts, factChecker, type Program } from "@pinscope/grammars/program";
import type { NamedEffects } from "../callees.ts";
import type { TracedAnalysis } from "./trace.ts";

/** A function's graph, and what it was read from besides the function's own text. */
export interface LoweredVersion {
  readonly ir: FunctionIr;
  readonly facts: Facts;
  readonly hasError: boolean;
  /** The tree's shape where the function's text alone does not decide it: it holds errors and is not parsed by itself. */
  readonly shape: string | null;
}

/** One text of one function. */
export interface FunctionVersion {
  /** Never given twice. */
  readonly id: number;
  readonly key: string;
  readonly name: string;
  readonly length: number;
  /** What locations give for the function's first character. */
  readonly origin: number;
  readonly identifiers: ReadonlySet<string>;
  /** As of `effectsIn`. */
  effects: NamedEffects | null;
  effectsIn: Program | null;
  lowered: LoweredVersion | null;
  /** The program that the facts of `lowered` hold in. */
  program: Program | null;
  /** Under different surroundings, the latest first. */
  analyses: readonly TracedAnalysis[];
}

/** Analyses of one text that are kept: helpers around it may change back. */
const analysesPerVersion = 4;

/** Puts an analysis of a version before the others. */
export function promote(version: FunctionVersion, first: TracedAnalysis): void {
  const others = version.analyses.filter((analysis) => analysis !== first);
  version.analyses = [first, ...others.slice(0, analysesPerVersion - 1)];
}

/** What makes a version, before it is known whether there is one already. */
export interface VersionSeed {
  readonly key: string;
  readonly name: string;
  readonly length: number;
  readonly identifiers: () => ReadonlySet<string>;
  /** The present shape of the tree. */
  readonly shape: () => string;
}

/** Texts out of use that are kept, in UTF-16 units: enough for what an unbalanced brace swallows for a while. */
const idleLength = 400_000;
const idleCount = 400;

export class VersionStore {
  private readonly byKey = new Map<string, FunctionVersion[]>();
  /** Versions out of use, longest first. */
  private readonly idle = new Map<number, FunctionVersion>();
  private idleTotal = 0;
  private ids = 0;
  private nextOrigin = 1;

  /** The version for a function's text that holds in `program`; `taken` are those that stand elsewhere in the file. */
  take(seed: VersionSeed, checker: ProgramChecker, taken: ReadonlySet<FunctionVersion>): FunctionVersion {
    const known = this.byKey.get(seed.key);
    const found = known?.find((version) => {
      if (taken.has(version) || !checker.holds(version)) return false;
      const shape = version.lowered?.shape ?? null;
      return shape === null || shape === seed.shape();
    });
    if (found !== undefined) {
      if (this.idle.delete(found.id)) this.idleTotal -= found.length;
      return found;
    }
    const version: FunctionVersion = {
      id: ++this.ids,
      key: seed.key,
      name: seed.name,
      length: seed.length,
      origin: this.nextOrigin,
      identifiers: seed.identifiers(),
      effects: null,
      effectsIn: null,
      lowered: null,
      program: null,
      analyses: [],
    };
    // One more than the text: the place behind a function is not the next one's first.
    this.nextOrigin += seed.length + 1;
    if (known === undefined) this.byKey.set(seed.key, [version]);
    else known.push(version);
    return version;
  }

  /** Notes that a version stands nowhere in the file any more. */
  release(version: FunctionVersion): void {
    if (this.idle.has(version.id)) return;
    this.idle.set(version.id, version);
    this.idleTotal += version.length;
    for (const [id, oldest] of this.idle) {
      if (this.idle.size <= idleCount && this.idleTotal <= idleLength) break;
      this.idle.delete(id);
      this.idleTotal -= oldest.length;
      const rest = this.byKey.get(oldest.key)?.filter((one) => one !== oldest) ?? [];
      if (rest.length === 0) this.byKey.delete(oldest.key);
      else this.byKey.set(oldest.key, rest);
    }
  }
}

/** Tells whether what was read with other programs holds in the present one. */
export class ProgramChecker {
  readonly program: Program;
  private readonly check: (facts: Facts) => boolean;

  constructor(program: Program) {
    this.program = program;
    this.check = factChecker(program);
  }

  holds(version: FunctionVersion): boolean {
    if (version.lowered === null || version.program === this.program) return true;
    if (!this.check(version.lowered.facts)) return false;
    version.program = this.program;
    return true;
  }
}
