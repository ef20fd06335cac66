/** Tables of a run, as text and as JSON, and the changed fragment as a diff. Knows no checker. */
import { applyEdits } from "./text.ts";
import type { Mutant, OperatorName } from "./types.ts";

/** One mutant after its check. */
export interface Tried {
  readonly mutant: Mutant;
  readonly verdict: "found" | "survived" | "rejected";
  /** Rules of the new findings. */
  readonly rules: readonly string[];
  /** Why it survived, or why the changed text was not checked. */
  readonly reason?: string;
  /** The function takes pages and lets pages go, with what it calls and what calls it in the file. */
  readonly bothInFile: boolean;
}

export interface Run {
  readonly seed: number;
  readonly files: number;
  readonly functions: number;
  /** Subjects about which the checker already said something, and those it did not finish. */
  readonly notSilent: number;
  readonly notChecked: number;
  readonly proposed: number;
  readonly equivalent: Readonly<Record<string, number>>;
  readonly tried: readonly Tried[];
  readonly seconds: number;
}

interface Share {
  readonly mutants: number;
  readonly found: number;
  readonly percent: number;
}

function share(tried: readonly Tried[]): Share {
  const counted = tried.filter(({ verdict }) => verdict !== "rejected");
  const found = counted.filter(({ verdict }) => verdict === "found").length;
  const percent = counted.length === 0 ? 0 : Math.round((1000 * found) / counted.length) / 10;
  return { mutants: counted.length, found, percent };
}

function grouped<T>(values: readonly T[], key: (value: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value]);
  return [...groups].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
}

/** The run as plain data. */
export function runAsJson(run: Run, operators: readonly OperatorName[]): unknown {
  return {
    seed: run.seed,
    files: run.files,
    functions: run.functions,
    notSilent: run.notSilent,
    notChecked: run.notChecked,
    proposed: run.proposed,
    seconds: run.seconds,
    overall: share(run.tried),
    bothInFile: share(run.tried.filter(({ bothInFile }) => bothInFile)),
    operators: Object.fromEntries(
      operators.map((name) => [
        name,
        share(run.tried.filter((one) => one.mutant.candidate.operator === name)),
      ]),
    ),
    equivalent: run.equivalent,
    mutants: run.tried.map(({ mutant, verdict, rules, reason }) => ({
      file: mutant.path,
      function: mutant.function,
      line: mutant.line,
      operator: mutant.candidate.operator,
      change: mutant.candidate.change,
      verdict,
      rules,
      reason: reason ?? null,
    })),
  };
}

/** The run as text: a table by operator, what was left out, and the survivors by reason. */
export function runAsText(
  run: Run,
  operators: readonly OperatorName[],
  strip: (path: string) => string,
): string {
  const row = (name: string, { mutants, found, percent }: Share): string =>
    `${name.padEnd(20)}${String(mutants).padStart(8)}${String(found).padStart(8)}${percent.toFixed(1).padStart(8)} %`;
  const lines = [
    `seed ${run.seed}: ${run.functions} functions of ${run.files} files take or let go user pages; ` +
      `${run.notSilent} with findings before, ${run.notChecked} not checked to the end`,
    `${run.proposed} mutants proposed, ${run.tried.length} tried in ${run.seconds.toFixed(0)} s`,
    "",
    `${"operator".padEnd(20)}${"mutants".padStart(8)}${"found".padStart(8)}${"".padStart(8)}`,
    ...operators.map((name) =>
      row(name, share(run.tried.filter((one) => one.mutant.candidate.operator === name))),
    ),
    row("overall", share(run.tried)),
    row("taken and let go in one file", share(run.tried.filter(({ bothInFile }) => bothInFile))),
    "",
    "left out as equivalent:",
    ...Object.entries(run.equivalent).map(([reason, count]) => `${String(count).padStart(6)}  ${reason}`),
  ];
  const rejected = run.tried.filter(({ verdict }) => verdict === "rejected");
  if (rejected.length > 0) lines.push("", "rejected:");
  for (const [reason, group] of grouped(rejected, (one) => one.reason ?? ""))
    lines.push(`${String(group.length).padStart(6)}  ${reason}`);
  lines.push("", "survivors:");
  for (const [reason, group] of grouped(
    run.tried.filter(({ verdict }) => verdict === "survived"),
    (one) => one.reason ?? "other",
  )) {
    lines.push(`${String(group.length).padStart(6)}  ${reason}`);
    for (const { mutant } of group)
      lines.push(
        `          ${strip(mutant.path)}:${mutant.function}:${mutant.line}  ${mutant.candidate.operator}: ${mutant.candidate.change}`,
      );
  }
  return `${lines.join("\n")}\n`;
}

/** The changed lines of a mutant with some lines around, as a diff. */
export function diffOf(mutant: Mutant, source: string, around = 4): string {
  const before = source.split("\n");
  const after = applyEdits(source, mutant.candidate.edits).split("\n");
  let first = 0;
  while (before[first] === after[first] && first < before.length) first++;
  let last = 0;
  while (
    last < before.length - first &&
    last < after.length - first &&
    before.at(-1 - last) === after.at(-1 - last)
  )
    last++;
  const cut = (lines: readonly string[], mark: string): string[] =>
    lines.slice(first, lines.length - last).map((line) => `${mark}${line}`);
  return [
    `--- ${mutant.path}:${first + 1} ${mutant.function} (${mutant.candidate.operator}: ${mutant.candidate.change})`,
    ...before.slice(Math.max(0, first - around), first).map((line) => ` ${line}`),
    ...cut(before, "-"),
    ...cut(after, "+"),
    ...before.slice(before.length - last, before.length - last + around).map((line) => ` ${line}`),
    "",
  ].join("\n");
}
