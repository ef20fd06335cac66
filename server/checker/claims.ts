/**
 * Turns the engine's claims about counts into findings: which rule, which words, which notes of the path.
 * Knows no states beyond their trails and no files.
 */
import type { Location } from "@pinscope/grammars/ir";
import type { ShownClaim } from "./engine/analyze.ts";
import type { Claim } from "./engine/context.ts";
import { type Acquisition, trailSteps } from "./engine/state.ts";
import { fingerprint } from "./fingerprint.ts";
import { doubleRelease } from "./rules/double-release/rule.ts";
import type { LeakExit } from "./rules/exit.ts";
import { leakedPages } from "./rules/leaked-pages/rule.ts";
import { mismatchedRelease } from "./rules/mismatched-release/rule.ts";
import { emptyRelease, negativePageCount } from "./rules/negative-page-count/rule.ts";
import { overRelease } from "./rules/over-release/rule.ts";
import { partialPinLeak } from "./rules/partial-pin-leak/rule.ts";
import { findRule } from "./rules/registry.ts";
import { argumentRanges } from "./source-text.ts";
import type { Finding, PathStep, Severity } from "./types.ts";
import { type ReplayRequest, replayRequest } from "./witness/request.ts";
import { notReplayed } from "./witness/witness.ts";

/** Notes shown of one path: the acquisition, the end, and what lies nearest before the end. */
const notesPerPath = 10;

/** How far before a condition the macro around it is looked for. */
const warningWidth = 40;

/** How much of a condition a note quotes. */
const conditionWidth = 60;

/** A claim without the state that it was made in: what wording it needs. */
export interface FoundClaim extends Omit<Claim, "state"> {
  /** The path from the function's beginning, as far as it is noted. */
  readonly steps: readonly PathStep[];
  /** How the claim is replayed; null for claims that are not about counts. Keeps its identity wherever the text moves. */
  readonly replay: ReplayRequest | null;
}

/** The text that claims of one file are worded with. */
export interface SourceView {
  readonly file: string;
  readonly source: string;
  line(offset: number): number;
}

/** A finding and what makes it the same as another one found on another path. */
export interface Candidate {
  readonly finding: Finding;
  /** Equal for findings of which the best path is enough. */
  readonly key: string;
  /** Lower is clearer. */
  readonly cost: number;
  /** The finding's severity where its replay confirms it. */
  readonly confirmed: Severity;
  /** Null for what is not replayed. */
  readonly replay: ReplayRequest | null;
}

function textOf(location: Location, view: SourceView): string {
  return location.file === view.file ? view.source.slice(location.start, location.end) : "";
}

function argumentText(location: Location, position: number | null, view: SourceView): string | null {
  if (position === null || location.file !== view.file) return null;
  const range = argumentRanges(view.source, location)[position];
  return range === undefined ? null : view.source.slice(range.start, range.end);
}

/** The left side of an assignment. */
function targetText(location: Location, view: SourceView): string {
  return textOf(location, view).split("=")[0]?.trim() ?? "the pointer";
}

/** What the call's result is assigned to, or the call itself. */
function resultText(location: Location, view: SourceView): string {
  const line = view.source.slice(view.source.lastIndexOf("\n", location.start) + 1, location.start);
  return /([\w.>[\]-]+)\s*=\s*$/.exec(line)?.[1] ?? textOf(location, view);
}

/** The statement's own text up to its semicolon: `return ret` for a location that covers `return ret;`. */
function returnExit(claim: FoundClaim, view: SourceView): LeakExit {
  const text = textOf(claim.rootLocation, view).trim();
  if (!text.startsWith("return")) return { kind: "end" };
  const value = text.slice("return".length).replace(/;$/, "").trim();
  return { kind: "return", text: value === "" ? null : value };
}

interface Worded {
  readonly rule: string;
  readonly message: string;
  readonly acquisition: Acquisition | null;
}

/** The variable that still holds the call's result where the text has come to `until`; null when none surely does. */
function resultStillIn({ location }: Acquisition, until: Location, view: SourceView): string | null {
  if (location.file !== view.file || until.file !== view.file || until.start < location.end) return null;
  const name = resultText(location, view);
  if (!/^[A-Za-z_]\w*$/.test(name)) return null;
  const between = view.source.slice(location.end, until.start);
  const isChanged = new RegExp(
    `\\b${name}\\s*(?:[-+*/%&|^]|<<|>>)?=(?!=)|(?:\\+\\+|--|(?<!&)&)\\s*${name}\\b|\\b${name}\\s*(?:\\+\\+|--)`,
  );
  return isChanged.test(between) ? null : name;
}

function leak(acquisition: Acquisition, exit: LeakExit, until: Location, view: SourceView): Worded {
  const acquiredAtLine = view.line(acquisition.location.start);
  const { family, api, releaseWith } = acquisition;
  if (acquisition.outcome !== "short") {
    const message = leakedPages({ family, amount: null, api, acquiredAtLine, exit, releaseWith });
    return { rule: "leaked-pages", acquisition, message };
  }
  const asked = argumentText(acquisition.location, acquisition.asked, view) ?? "what was asked for";
  const obtained = resultStillIn(acquisition, until, view);
  const message = partialPinLeak({ family, api, asked, obtained, acquiredAtLine, exit, releaseWith });
  return { rule: "partial-pin-leak", acquisition, message };
}

/** Rule and message of a claim; null for claims that other rules judge. */
function worded(claim: FoundClaim, view: SourceView): Worded | null {
  const { problem } = claim;
  const releasedBy = claim.api ?? "";
  switch (problem.kind) {
    case "leak":
      return leak(
        problem.acquisition,
        problem.missedBy === undefined ? returnExit(claim, view) : { kind: "missed", by: problem.missedBy },
        claim.rootLocation,
        view,
      );
    case "overwritten": {
      const place =
        releasedBy === "" ? targetText(claim.location, view) : `the array passed to ${releasedBy}()`;
      return leak(problem.holding.acquisition, { kind: "overwritten", place }, claim.rootLocation, view);
    }
    case "freed-record": {
      const record = argumentText(claim.location, 0, view) ?? "the array";
      return leak(
        problem.holding.acquisition,
        { kind: "record-freed", record, by: releasedBy },
        claim.rootLocation,
        view,
      );
    }
    case "mismatch": {
      const { acquisition, released } = problem;
      const acquiredAs = acquisition.family === "pin" ? "pin" : "reference";
      const releasedAs = released === "pin" || released === "reference" ? released : "allocation";
      const message = mismatchedRelease({
        acquiredAs,
        releasedAs,
        api: acquisition.api,
        acquiredAtLine: view.line(acquisition.location.start),
        releasedBy,
        releaseWith: acquisition.releaseWith,
      });
      return { rule: "mismatched-release", acquisition, message };
    }
    case "double-release": {
      const { acquisition, first } = problem;
      const message = doubleRelease({
        acquired:
          acquisition === null
            ? null
            : {
                family: acquisition.family,
                api: acquisition.api,
                line: view.line(acquisition.location.start),
              },
        releasedBy,
        firstReleaseLine: view.line(first.start),
      });
      return { rule: "double-release", acquisition, message };
    }
    case "over-release": {
      const { acquisition, filled } = problem;
      const message = overRelease({
        releasedBy,
        released: argumentText(claim.location, 1, view),
        held: filled ? "what it returned" : null,
        acquired:
          acquisition === null ? null : { api: acquisition.api, line: view.line(acquisition.location.start) },
      });
      return { rule: "over-release", acquisition, message };
    }
    case "negative-count": {
      const { acquisition } = problem;
      if (acquisition === null) return null;
      const message = negativePageCount({
        value: argumentText(claim.location, 1, view) ?? "the count",
        api: acquisition.api,
        acquiredAtLine: view.line(acquisition.location.start),
        misreading: { kind: "count", of: releasedBy },
      });
      return { rule: "negative-page-count", acquisition, message };
    }
    case "empty-release": {
      const value = argumentText(claim.location, problem.position, view) ?? "the count";
      return {
        rule: "negative-page-count",
        acquisition: null,
        message: emptyRelease({ value, releasedBy }),
      };
    }
    case "zero-count": {
      const { acquisition } = problem;
      const message = negativePageCount({
        value: resultText(acquisition.location, view),
        api: acquisition.api,
        acquiredAtLine: view.line(acquisition.location.start),
        misreading: { kind: "zero" },
      });
      return { rule: "negative-page-count", acquisition, message };
    }
    case "negative-comparison": {
      const comparison = textOf(claim.location, view);
      const [left = "", right = ""] = comparison.split(/<=|>=|<|>/).map((side) => side.trim());
      const [value, unsignedOperand] = problem.signedSide === "left" ? [left, right] : [right, left];
      const message = negativePageCount({
        value,
        api: problem.call.api,
        acquiredAtLine: view.line(problem.call.location.start),
        misreading: { kind: "unsigned-comparison", comparison, unsignedOperand },
      });
      return { rule: "negative-page-count", acquisition: null, message };
    }
    default:
      return null;
  }
}

/** What is kept of the claims of one function, without those that only repeat another one. */
export function foundClaims(claims: readonly ShownClaim[], functionName: string): FoundClaim[] {
  return withoutEchoes(claims).map((shown) => {
    const { state, path, ...claim } = shown;
    return { ...claim, steps: trailSteps(state.trail), replay: replayRequest(shown, functionName) };
  });
}

/** Without claims that only follow from an errno that a comparison took for a count: that is said once. */
function withoutEchoes(claims: readonly ShownClaim[]): readonly ShownClaim[] {
  const misread = new Set(
    claims.flatMap(({ problem }) =>
      problem.kind === "negative-comparison" ? [problem.call.location.start] : [],
    ),
  );
  if (misread.size === 0) return claims;
  return claims.filter(({ problem }) => {
    if (problem.kind !== "negative-count" && problem.kind !== "over-release") return true;
    return problem.acquisition === null || !misread.has(problem.acquisition.location.start);
  });
}

/** Words a claim; null when no rule about counts is meant or the rule is off. */
export function countFinding(
  claim: FoundClaim,
  functionName: string,
  view: SourceView,
  severityOf: (rule: string) => Severity | "off",
): Candidate | null {
  const words = worded(claim, view);
  if (words === null) return null;
  const configured = severityOf(words.rule);
  if (configured === "off") return null;
  const replayed = findRule(words.rule)?.replay === true;
  // What nobody replayed is no error.
  const severity: Severity = replayed && configured === "error" ? "warning" : configured;
  const { steps } = claim;
  if (steps.some((step) => isWarned(step, view))) return null;
  const acquired = words.acquisition?.location.start ?? 0;
  // A count that is zero is said only where nothing plainer is.
  const kind = claim.problem.kind === "zero-count" ? "over-release" : words.rule;
  const shown = kind === "partial-pin-leak" ? "leaked-pages" : kind;
  // What is assumed of each way that the call ends is a candidate of its own.
  const isAssumed = claim.problem.kind === "leak" && claim.problem.assumed === true;
  const identity = [words.rule, functionName, words.acquisition?.api ?? "", claim.api ?? claim.problem.kind];
  return {
    key: `${shown}|${acquired}|${claim.location.start}${isAssumed ? `|${words.acquisition?.outcome}` : ""}`,
    cost:
      (words.rule !== "leaked-pages" && words.rule !== kind
        ? 20_000
        : words.rule === "partial-pin-leak"
          ? 10_000
          : 0) +
      claim.nesting * 1_000 +
      steps.length,
    finding: {
      rule: words.rule,
      severity,
      message: words.message,
      location: claim.rootLocation,
      function: functionName,
      path: notes([...steps, ...lastStep(claim)], acquired).map((step) => explained(step, view)),
      fingerprint: fingerprint(identity),
      ...(replayed && { witness: notReplayed }),
    },
    confirmed: configured,
    replay: replayed ? claim.replay : null,
  };
}

/** A branch that warns: its author says that the kernel never gets there, and lets go of nothing on purpose. */
function isWarned(step: PathStep, view: SourceView): boolean {
  if (step.role !== "branch" || step.location.file !== view.file || !step.message.includes("true"))
    return false;
  const { start, end } = step.location;
  if (/^[\s(!]*(?:unlikely\s*\(\s*)?(?:VM_)?WARN/.test(view.source.slice(start, end))) return true;
  return /(?:VM_)?WARN\w*\s*\(\s*$/.test(view.source.slice(Math.max(0, start - warningWidth), start));
}

/** Where the claim itself happens, for claims that are no exit. */
function lastStep(claim: FoundClaim): PathStep[] {
  const message = lastMessages[claim.problem.kind];
  if (message === undefined) return [];
  return [{ location: claim.location, message, nesting: claim.nesting, role: "note" }];
}

const lastMessages: Readonly<Partial<Record<Claim["problem"]["kind"], string>>> = {
  "freed-record": "the last way to them is freed here",
  overwritten: "the last way to them is overwritten here",
  mismatch: "let go here in the wrong way",
  "double-release": "let go here a second time",
  "over-release": "let go here although they are not held",
  "negative-count": "used as a count here",
  "zero-count": "used as a page here",
  "empty-release": "told to let go of nothing here",
};

/** A branch in words: what its condition turned out to be. */
function explained(step: PathStep, view: SourceView): PathStep {
  if (step.role !== "branch" || step.location.file !== view.file) return step;
  const text = textOf(step.location, view).replace(/\s+/g, " ").trim();
  if (text === "" || step.message.startsWith("taking case") || step.message.startsWith("taking the default"))
    return step;
  const macro = /[A-Za-z_]\w*$/.exec(view.source.slice(0, step.location.start).slice(-conditionWidth))?.[0];
  if (text.startsWith("(") && macro?.includes("for_each") === true) {
    const turn = step.message.includes("true") ? "takes a turn" : "is done";
    return { ...step, message: `\`${macro}()\` ${turn} on this path` };
  }
  const shown = text.length > conditionWidth ? `${text.slice(0, conditionWidth - 1)}…` : text;
  return {
    ...step,
    message: `\`${shown}\` is ${step.message.includes("true") ? "true" : "false"} on this path`,
  };
}

/** The steps that explain: from the acquisition on, and of the branches those nearest to the end. */
function notes(steps: readonly PathStep[], acquired: number): PathStep[] {
  let from = steps.length - 1;
  while (from > 0 && !(steps[from]?.role === "acquire" && steps[from]?.location.start === acquired)) from--;
  const relevant = steps.slice(Math.max(0, from));
  if (relevant.length <= notesPerPath) return relevant;
  const [first] = relevant;
  const rest = relevant.slice(1);
  const kept = new Set(
    rest.filter((step) => step.role !== "branch" && step.role !== "call").slice(-notesPerPath + 1),
  );
  for (let at = rest.length - 1; at >= 0 && kept.size < notesPerPath - 1; at--) {
    const step = rest[at];
    if (step !== undefined) kept.add(step);
  }
  return first === undefined ? [] : [first, ...rest.filter((step) => kept.has(step))];
}
