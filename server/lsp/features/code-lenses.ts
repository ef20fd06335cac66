/** Lenses above functions: what they acquire, where that goes wrong, and a run of them. */
import type { CheckedFunction, Finding } from "@pinscope/server/checker";
import type { CodeLens } from "vscode-languageserver";
import { codeOnly } from "../core/call-sites.ts";
import type { Checked } from "../core/checked.ts";
import { positionsOf } from "../core/positions.ts";
import type { ServerContext } from "../core/server-context.ts";
import {
  type FindingReference,
  type SimulationTarget,
  showPathCommand,
  simulateCommand,
} from "./finding-reference.ts";

/** Findings of one function that have a lens of their own. */
const lensesPerFunction = 3;

/** Rules whose name does not say what happens. */
const verbs: Readonly<Record<string, string>> = {
  "leaked-pages": "leaks",
  "partial-pin-leak": "leaks what was pinned of too few pages",
};

/** Answers `textDocument/codeLens`. */
export function answerCodeLenses({ connection, analyzer, settingsOf }: ServerContext): void {
  connection.onCodeLens(async ({ textDocument: { uri } }, token) => {
    const { codeLens } = await settingsOf(uri);
    if (codeLens === "off") return [];
    const outcome = await analyzer.check(uri);
    if (outcome.kind !== "checked" || token.isCancellationRequested) return [];
    const { checked } = outcome;
    return checked.functions.flatMap((one) => lensesOf(one, checked, codeLens === "acquisitions"));
  });
}

function lensesOf(one: CheckedFunction, checked: Checked, alsoWithoutFindings: boolean): CodeLens[] {
  const { document } = checked;
  const findings = checked.findings.filter(
    ({ function: name, location }) =>
      name === one.name &&
      location.file === document.path &&
      location.start >= one.start &&
      location.end <= one.end,
  );
  const count = one.acquisitions.length;
  if (findings.length === 0 && count === 0) return [];
  const positions = positionsOf(checked);
  const at = Math.max(one.start, document.text.indexOf(one.name, one.start));
  const range = positions.range(at, at + one.name.length);
  const target: SimulationTarget = { uri: document.uri, function: one.name };
  const simulate: CodeLens = {
    range,
    command: { title: "Simulate", command: simulateCommand, arguments: [target] },
  };
  const acquires = count === 0 ? [] : [`${count} acquisition${count === 1 ? "" : "s"}`];
  if (findings.length === 0) {
    const told = alsoWithoutFindings ? [{ range, command: { title: acquires.join(""), command: "" } }] : [];
    return [...told, simulate];
  }
  const rest = findings.length - lensesPerFunction;
  const paths = findings.slice(0, lensesPerFunction).map((finding, index): CodeLens => {
    const line = positions.location(finding.location).range.start.line + 1;
    const label = labelAbove(document.text, one.start, finding.location.start);
    const what = `${verbs[finding.rule] ?? finding.rule} at line ${line}${label === null ? "" : ` (\`${label}\`)`}`;
    const more = index === lensesPerFunction - 1 && rest > 0 ? [`${rest} more`] : [];
    const title = [...(index === 0 ? acquires : []), what, ...more, "Show path"].join(" · ");
    return {
      range,
      command: { title, command: showPathCommand, arguments: [referenceOf(finding, checked)] },
    };
  });
  return [...paths, simulate];
}

function referenceOf({ rule, function: name, fingerprint }: Finding, checked: Checked): FindingReference {
  return { uri: checked.document.uri, rule, function: name, fingerprint };
}

/** The label under which a statement stands, if the function jumps to it. */
function labelAbove(text: string, from: number, at: number): string | null {
  const body = codeOnly(text.slice(from, at));
  const label = [...body.matchAll(/^[ \t]*([A-Za-z_]\w*)[ \t]*:(?!:)/gm)]
    .map((match) => match[1] ?? "")
    .filter((name) => name !== "default")
    .at(-1);
  return label !== undefined && new RegExp(`\\bgoto\\s+${label}\\s*;`).test(body) ? label : null;
}
