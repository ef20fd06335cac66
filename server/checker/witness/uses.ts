/** What a run of functions rests on, so that it need not be made again while that is the same. Runs nothing itself. */
import type { Program } from "@pinscope/grammars/program";
import type { KernelVersion } from "@pinscope/simulator/catalogue";
import type { SimulatedProgram } from "@pinscope/simulator/interpreter";

/** The functions of an open file as they stand now. */
export interface PresentProgram {
  readonly program: Program;
  readonly lookup: SimulatedProgram["lookup"];
  /** Equal numbers mean equal texts; null for a name that is no function of the file. */
  versionOf(name: string): number | null;
}

/** What was asked for. */
export interface Uses {
  /** The last program that the records hold in. */
  program: Program;
  /** As text. */
  readonly records: ReadonlyMap<string, string>;
  readonly versions: ReadonlyMap<string, number | null>;
}

/** The present program for a run, and what the run asks of it, noted as it asks. */
export function usedBy(
  around: PresentProgram,
  version: KernelVersion,
): { readonly program: SimulatedProgram; readonly uses: Uses } {
  const { program } = around;
  const versions = new Map<string, number | null>();
  const records = new Map<string, string>();
  return {
    program: {
      lookup(name) {
        versions.set(name, around.versionOf(name));
        return around.lookup(name);
      },
      records(tag) {
        const record = program.record(tag);
        if (!records.has(tag)) records.set(tag, textOf(record));
        return record;
      },
      version,
    },
    uses: { program, versions, records },
  };
}

/** Whether a run would be given the same today. */
export function stillUsed(uses: Uses, { program, versionOf }: PresentProgram): boolean {
  for (const [name, version] of uses.versions) if (versionOf(name) !== version) return false;
  if (uses.program === program) return true;
  for (const [tag, text] of uses.records) if (textOf(program.record(tag)) !== text) return false;
  uses.program = program;
  return true;
}

/** Equal for equal records. */
function textOf(record: ReturnType<Program["record"]>): string {
  return (
    JSON.stringify(record, (_, value: unknown) => (typeof value === "bigint" ? `${value}n` : value)) ?? ""
  );
}
