/**
 * The rules that judge one call by itself: gup flags against what the kernel version allows, and names that have a
 * successor. Knows no paths beyond the flags found on them.
 */
import type { Location } from "@pinscope/grammars/ir";
import {
  type ApiEntry,
  compareVersions,
  type FlagRejection,
  findEntry,
  forceIsIdiom,
  internalFlags,
  isRejected,
  type KernelVersion,
  namesOfFlags,
  rejectionsOf,
} from "@pinscope/simulator/catalogue";
import type { FoundClaim, SourceView } from "./claims.ts";
import type { ClaimedProblem } from "./engine/context.ts";
import { fingerprint } from "./fingerprint.ts";
import type { FlagSource } from "./rules/flag-source.ts";
import { follForceInDriver } from "./rules/foll-force-in-driver/rule.ts";
import { follPinOutsideMm } from "./rules/foll-pin-outside-mm/rule.ts";
import { type FlagProblem, invalidFollFlags } from "./rules/invalid-foll-flags/rule.ts";
import { obsoletePageApi } from "./rules/obsolete-page-api/rule.ts";
import { argumentRanges } from "./source-text.ts";
import type { Finding, Severity } from "./types.ts";

type SeverityOf = (rule: string) => Severity | "off";

/** Whether a file belongs to the kernel's own `mm/`, where the internal flags are at home. */
function isInsideMm(path: string): boolean {
  return /^(?!.*\b(?:arch|drivers|fs|net|sound|tools|lib)\/.*\bmm\/)(?:.*\/)?mm\/[^/]*$/.test(
    path.replaceAll("\\", "/"),
  );
}

/** Where FOLL_FORCE belongs: code that reaches into other processes as a debugger does. */
function isDebuggerLike(path: string, api: string): boolean {
  return (
    /_remote$/.test(api) ||
    /(?:^|\/)(?:kernel|mm|fs|security)\/(?!.*\bdrivers\/)/.test(path.replaceAll("\\", "/"))
  );
}

function sourceOf(claim: FoundClaim, flag: string, argument: string, literal: boolean): FlagSource {
  if (literal) return { kind: "literal", text: argument };
  if (claim.problem.kind !== "flags" || new RegExp(`\\b${flag}\\b`).test(argument)) return { kind: "name" };
  if (/^[A-Za-z_]\w*\s*\(/.test(argument))
    return { kind: "function", name: argument.slice(0, argument.indexOf("(")).trim() };
  if (/^[A-Z][A-Z0-9_]*$/.test(argument)) return { kind: "macro", macro: argument };
  return { kind: "variable", variable: argument };
}

function make(
  rule: string,
  severity: Severity,
  message: string,
  location: Location,
  functionName: string,
  detail: string,
): Finding {
  return {
    rule,
    severity,
    message,
    location,
    function: functionName,
    path: [],
    fingerprint: fingerprint([rule, functionName, detail]),
  };
}

/** Findings about one call. */
export function siteFindings(
  claim: FoundClaim,
  functionName: string,
  version: KernelVersion,
  view: SourceView,
  severityOf: SeverityOf,
): Finding[] {
  const { problem } = claim;
  if (claim.nesting > 0) return [];
  if (problem.kind === "obsolete") return obsolete(problem, claim, functionName, version, severityOf);
  if (problem.kind === "flags") return flags(problem, claim, functionName, version, view, severityOf);
  return [];
}

function obsolete(
  problem: Extract<ClaimedProblem, { kind: "obsolete" }>,
  claim: FoundClaim,
  functionName: string,
  version: KernelVersion,
  severityOf: SeverityOf,
): Finding[] {
  const rule = "obsolete-page-api";
  const { name, successor } = problem.bound.entry;
  const configured = severityOf(rule);
  if (successor === undefined || configured === "off") return [];
  const { removedIn, obsoleteSince } = successor;
  const gone = removedIn !== undefined && compareVersions(version, removedIn) >= 0;
  const old = obsoleteSince !== undefined && compareVersions(version, obsoleteSince) >= 0;
  if (!gone && !old) return [];
  const message = obsoletePageApi({
    name,
    successor: successor.name,
    version: version.slice(1),
    removedIn: gone ? removedIn.slice(1) : null,
    difference: differenceOf(problem.bound.entry, successor.name),
  });
  const severity = gone && configured === "information" ? "warning" : configured;
  return [make(rule, severity, message, claim.location, functionName, name)];
}

/** What changes for the caller beside the name: the successor holds pages in another way. */
function differenceOf(entry: ApiEntry, successor: string): string | null {
  const before = heldBy(entry);
  const next = findEntry(successor);
  const after = next === undefined ? before : heldBy(next);
  if (before === after) return null;
  if (after === "pin")
    return "it pins user pages instead of referencing them and borrows all others, so the release changes too";
  return "it holds the pages in another way, so the release changes too";
}

/** The family that a call takes, null when it takes none. */
function heldBy(entry: ApiEntry): string | null {
  for (const { effects } of entry.outcomes) {
    for (const effect of effects)
      if (effect.kind === "acquire" || effect.kind === "release") return effect.family;
  }
  return null;
}

function flags(
  problem: Extract<ClaimedProblem, { kind: "flags" }>,
  claim: FoundClaim,
  functionName: string,
  version: KernelVersion,
  view: SourceView,
  severityOf: SeverityOf,
): Finding[] {
  const { bound } = problem;
  const { entry } = bound;
  const literal = problem.flags.literal !== null;
  const names = literal ? (namesOfFlags(problem.flags.literal ?? 0, version) ?? []) : problem.flags.names;
  const position = entry.flagsParameter === undefined ? undefined : bound.position.get(entry.flagsParameter);
  const range =
    position === undefined || claim.location.file !== view.file
      ? undefined
      : argumentRanges(view.source, claim.location)[position];
  const location: Location = range === undefined ? claim.location : { ...claim.location, ...range };
  const argument = view.source.slice(location.start, location.end);
  const findings: Finding[] = [];
  const shown = version.slice(1);

  const pinSeverity = severityOf("foll-pin-outside-mm");
  const inner = names.filter((name) => internalFlags(version).has(name));
  if (pinSeverity !== "off" && !isInsideMm(view.file)) {
    for (const flag of inner) {
      const source = sourceOf(claim, flag, argument, literal);
      const message = follPinOutsideMm({ flag, source, api: entry.name, version: shown });
      findings.push(
        make("foll-pin-outside-mm", pinSeverity, message, location, functionName, `${entry.name} ${flag}`),
      );
    }
  }
  const invalidSeverity = severityOf("invalid-foll-flags");
  if (invalidSeverity !== "off") {
    const wrong = firstRejection(
      entry.name,
      names.filter((name) => !inner.includes(name)),
      problem.flags.exact,
      version,
    );
    if (wrong !== null) {
      const message = invalidFollFlags({
        api: entry.name,
        problem: wrong.problem,
        version: shown,
        returns: wrong.rejection.returns === "unheld" ? null : wrong.rejection.returns,
      });
      findings.push(
        make(
          "invalid-foll-flags",
          invalidSeverity,
          message,
          location,
          functionName,
          `${entry.name} ${wrong.problem.kind}`,
        ),
      );
    }
  }
  const forceSeverity = severityOf("foll-force-in-driver");
  if (
    forceSeverity !== "off" &&
    names.includes("FOLL_FORCE") &&
    !forceIsIdiom(version) &&
    !isDebuggerLike(view.file, entry.name)
  ) {
    const source = sourceOf(claim, "FOLL_FORCE", argument, literal);
    const message = follForceInDriver({ api: entry.name, source, version: shown });
    findings.push(make("foll-force-in-driver", forceSeverity, message, location, functionName, entry.name));
  }
  return findings;
}

/** The first rejection that certainly applies: what is not known to be set or missing rejects nothing. */
function firstRejection(
  api: string,
  names: readonly string[],
  exact: boolean,
  version: KernelVersion,
): { readonly rejection: FlagRejection; readonly problem: FlagProblem } | null {
  const given = new Set(names);
  for (const rejection of rejectionsOf(api, version)) {
    if (rejection.when !== undefined || ("without" in rejection.flags && !exact)) continue;
    if (!isRejected(rejection, given)) continue;
    const problem = problemOf(rejection, names);
    if (problem !== null) return { rejection, problem };
  }
  return null;
}

function problemOf(rejection: FlagRejection, names: readonly string[]): FlagProblem | null {
  switch (rejection.reason) {
    case "get-with-pin":
      return { kind: "get-in-pin" };
    case "longterm-without-pin":
      return { kind: "longterm-without-pin" };
    case "longterm-with-p2pdma":
      return { kind: "longterm-with-peer-memory" };
    case "outside-fast-mask": {
      const { flags } = rejection;
      const flag = "outside" in flags ? names.find((name) => !flags.outside.includes(name)) : names[0];
      return flag === undefined ? null : { kind: "not-for-fast", flag };
    }
    case "not-held":
      return { kind: "follow-without-get" };
    default:
      return null;
  }
}
