/** Replays of an open file, kept for as long as the functions that they ran are the same. Knows no editor. */
import type { Program } from "@pinscope/grammars/program";
import type { KernelChoice } from "../types.ts";
import { replay, type Verdict } from "./replay.ts";
import type { ReplayRequest } from "./request.ts";

/** The functions that a replay runs, as they stand now. */
export interface ReplayedProgram {
  readonly program: Program;
  readonly lookup: Parameters<typeof replay>[1]["lookup"];
  /** Equal numbers mean equal texts; null for a name that is no function of the file. */
  versionOf(name: string): number | null;
}

interface Kept {
  readonly verdict: Verdict;
  /** The last program that the records hold in. */
  program: Program;
  /** The records that were asked for, as text. */
  readonly records: ReadonlyMap<string, string>;
  readonly versions: ReadonlyMap<string, number | null>;
}

export class KeptReplays {
  private readonly kernel: KernelChoice;
  private readonly kept = new WeakMap<ReplayRequest, Kept>();

  constructor(kernel: KernelChoice) {
    this.kernel = kernel;
  }

  /** The verdict on a request in the present program; null where it would have to be run and must not. */
  verdict(request: ReplayRequest, around: ReplayedProgram, mayRun: boolean): Verdict | null {
    const known = this.kept.get(request);
    if (known !== undefined && holds(known, around)) return known.verdict;
    if (!mayRun) return null;
    const { program } = around;
    const versions = new Map<string, number | null>();
    const records = new Map<string, string>();
    const verdict = replay(
      request,
      {
        lookup(name) {
          versions.set(name, around.versionOf(name));
          return around.lookup(name);
        },
        records(tag) {
          const record = program.record(tag);
          if (!records.has(tag)) records.set(tag, textOf(record));
          return record;
        },
        version: this.kernel.version,
      },
      this.kernel,
    );
    this.kept.set(request, { verdict, program, records, versions });
    return verdict;
  }
}

function holds(kept: Kept, { program, versionOf }: ReplayedProgram): boolean {
  for (const [name, version] of kept.versions) if (versionOf(name) !== version) return false;
  if (kept.program === program) return true;
  for (const [tag, text] of kept.records) if (textOf(program.record(tag)) !== text) return false;
  kept.program = program;
  return true;
}

/** Equal for equal records. */
function textOf(record: ReturnType<Program["record"]>): string {
  return (
    JSON.stringify(record, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value)) ?? ""
  );
}
