/**
 * What a check of one state of a document gave, and for how long that holds. Knows neither sessions nor when checks run.
 */
import type {
  CheckedFunction,
  CheckResult,
  FileStats,
  Finding,
  SessionResult,
} from "@pinscope/server/checker";
import { applySuppressions, reaches } from "@pinscope/server/report";
import { type OpenDocument, uriBeside } from "./documents.ts";
import type { FileTexts } from "./file-texts.ts";
import { hashText } from "./hash.ts";
import type { Project } from "./projects.ts";

/** What is known of one state of a document. */
export interface Checked {
  /** The document as it was checked. */
  readonly document: OpenDocument;
  readonly project: Project;
  /** Without suppressed and accepted findings and those below the configured severity, in order of place. */
  readonly findings: readonly Finding[];
  readonly functions: readonly CheckedFunction[];
  /** Null where nothing in the file is of interest. */
  readonly stats: FileStats | null;
  /** What the checker said, before suppressions and the rest; null where it was not asked or failed. */
  readonly raw: CheckResult | null;
  /** Texts of the file and of the headers read, by path. */
  readonly texts: ReadonlyMap<string, string | null>;
  /** Equal for states that give equal results. */
  readonly resultId: string;
  /** False while functions are still to be analyzed: their findings are missing. */
  readonly settled: boolean;
  /** What went wrong inside the checker; null normally. */
  readonly failure: string | null;
  /** Milliseconds that the last edit or opening took to check. */
  readonly ms: number;
}

export type Outcome =
  | { readonly kind: "checked"; readonly checked: Checked }
  /** Not open, not C, too large, or the checker cannot run at all (which the log says). */
  | { readonly kind: "unchecked" }
  /** The document or what it depends on changed before there was a result. */
  | { readonly kind: "outdated" };

/** Which findings the user accepted, and a number that changes with that. */
export interface Acceptance {
  readonly id: number;
  accepts(path: string, functionName: string, fingerprint: string): boolean;
}

export function acceptanceOf(accepts: Acceptance["accepts"]): Acceptance {
  return { accepts, id: identityOf(accepts) };
}

/** What a check ended with. */
interface Ending extends Pick<Checked, "document" | "project" | "failure" | "ms"> {
  /** Null where the checker was not asked or failed. */
  readonly result: SessionResult | null;
  /** Texts of the headers that were read, by path. */
  readonly headers: ReadonlyMap<string, string | null>;
}

/** What is shown of a result: without what is suppressed, accepted, or below the configured severity. */
export function conclude(
  { document, project, result, headers, failure, ms }: Ending,
  acceptance: Acceptance,
): Checked {
  const { settings, severity } = project;
  const isActive = (rule: string): boolean => settings.severities.get(rule) !== "off";
  const found =
    result === null ? [] : applySuppressions(result.findings, document.path, document.text, isActive);
  const findings = found.filter(
    (one) =>
      reaches(one.severity, severity) &&
      !acceptance.accepts(one.location.file, one.function, one.fingerprint),
  );
  const settled = result?.settled ?? true;
  return {
    document,
    project,
    findings,
    functions: result?.functions ?? [],
    stats: result?.stats ?? null,
    raw: result,
    texts: new Map([...headers, [document.path, document.text]]),
    resultId:
      resultIdOf(document, project, headers, acceptance.id) + (settled ? "" : `~${document.revision}`),
    settled,
    failure,
    ms,
  };
}

/** Whether a result is what checking the document would give now. */
export function holdsFor(
  checked: Checked,
  document: OpenDocument,
  project: Project,
  acceptance: Acceptance,
  files: FileTexts,
): boolean {
  if (checked.failure !== null || checked.document.text !== document.text || checked.project !== project)
    return false;
  for (const [path, text] of checked.texts) {
    if (path !== document.path && files.known(uriBeside(document.uri, path)) !== text) return false;
  }
  return checked.resultId.endsWith(`-${acceptance.id}`);
}

const identities = new WeakMap<object, number>();
let nextIdentity = 0;

/** A number for an object, equal for the same object only. */
function identityOf(object: object): number {
  let identity = identities.get(object);
  if (identity === undefined) {
    identity = ++nextIdentity;
    identities.set(object, identity);
  }
  return identity;
}

function resultIdOf(
  document: OpenDocument,
  project: Project,
  headers: ReadonlyMap<string, string | null>,
  acceptance: number,
): string {
  const texts = [...headers].map(([path, text]) => `${path} ${text === null ? "absent" : hashText(text)}`);
  return `${hashText(document.text)}-${hashText(texts.join("\n"))}-${identityOf(project)}-${acceptance}`;
}
