/** `--path ID`: the path of a finding of `pinscope check`, run again and told. */
import { lineCounter } from "@pinscope/grammars/ir";
import type { SyntaxParser } from "@pinscope/grammars/syntax";
import { checkFile, type Finding, withBuffersOf } from "@pinscope/server/checker";
import { type Scenario, type Simulation, simulate } from "@pinscope/simulator/interpreter";
import { DEFAULT_MACHINE, type Era } from "@pinscope/simulator/kernel";
import type { SourceOf } from "@pinscope/simulator/report";
import type { Target } from "./open-file.ts";
import { readText } from "./unit.ts";

/** How often headers may ask for further headers. */
const INCLUDE_ROUNDS = 16;
/** Findings named where none is the one asked for. */
const NAMED_FINDINGS = 20;
/** Shortest beginning of an identifier that stands for it. */
const SHORTEST_ID = 4;

export interface SimulatedFinding {
  /** One for each era. */
  readonly simulations: readonly Simulation[];
  readonly sourceOf: SourceOf;
}

/** Runs the path of a finding of the file under each era; a text where there is none with this identifier. */
export function simulateFinding(
  id: string,
  { path, source, kernel, settings }: Extract<Target, { kind: "target" }>,
  parser: SyntaxParser,
  scenario: Scenario,
  eras: readonly Era[],
): SimulatedFinding | string {
  if (scenario.fail.length + scenario.short.length + scenario.set.length > 0)
    return "--path: the path says how calls end; a scenario may say what memory and iterators are";
  const files = new Map<string, string | null>([...(settings.before ?? []), [path, source]]);
  let simulations: readonly Simulation[] | null = null;
  const check = () =>
    checkFile({
      path,
      source,
      files,
      parser,
      settings: { ...settings, kernels: [kernel], replay: "show-refuted" },
      onPaths: (paths, program) => {
        const key = [...paths.keys()].find((one) => isNamed(one.split(" ").at(-1) ?? "", id));
        const found = key === undefined ? undefined : paths.get(key);
        if (found === undefined || simulations !== null) return;
        const { request, verdict } = found;
        simulations = eras.map((era) =>
          simulate({
            program,
            function: request.function,
            profile: { era, machine: DEFAULT_MACHINE },
            scenario: withBuffersOf(verdict, scenario),
            path: verdict?.path ?? request.path,
            ...(verdict === null ? {} : { presets: verdict.presets }),
          }),
        );
      },
    });
  let result = check();
  for (let round = 0; result.missing.some((one) => !files.has(one)); round++) {
    for (const one of result.missing) files.set(one, round < INCLUDE_ROUNDS ? readText(one) : null);
    result = check();
  }
  if (simulations !== null) return { simulations, sourceOf: (file) => files.get(file) ?? null };
  return refusal(id, path, source, result.findings);
}

function isNamed(fingerprint: string, id: string): boolean {
  return fingerprint === id || (id.length >= SHORTEST_ID && fingerprint.startsWith(id));
}

/** Why no path was run, with the identifiers that there are. */
function refusal(id: string, path: string, source: string, findings: readonly Finding[]): string {
  const named = findings.find(({ fingerprint }) => isNamed(fingerprint, id));
  if (named !== undefined)
    return `--path: ${named.rule} ${named.fingerprint} of ${named.function}() is not about counts: it has no path to run`;
  const lineOf = lineCounter(source);
  const list = findings
    .filter(({ witness }) => witness !== undefined)
    .slice(0, NAMED_FINDINGS)
    .map(
      ({ fingerprint, rule, function: name, location }) =>
        `\n  ${fingerprint}  ${rule} in ${name}(), line ${lineOf(location.start)}`,
    );
  const others = list.length === 0 ? "; nothing there has a path" : `; those with a path:${list.join("")}`;
  return `--path: ${path} has no finding "${id}"${others}`;
}
