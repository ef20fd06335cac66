/**
 * Checks of whole folders: in the background, when asked for by a command or by the setting `scope`. Keeps what each
 * file gave, so that a change on disk costs the files that changed.
 */
import type { ReportedFinding } from "@pinscope/server/report";
import { reaches } from "@pinscope/server/report";
import type { Diagnostic } from "vscode-languageserver";
import { URI } from "vscode-uri";
import { anyOf, type Cancellation } from "../core/cancellation.ts";
import { codeOf, noteLimit } from "../core/diagnostics.ts";
import { pathOf, uriBeside } from "../core/documents.ts";
import type { FolderFile } from "../core/host.ts";
import { describeError } from "../core/logger.ts";
import type { ServerContext } from "../core/server-context.ts";

/** What one file of a folder gave. */
export interface FileReport {
  readonly uri: string;
  readonly resultId: string;
  readonly diagnostics: readonly Diagnostic[];
}

export interface WorkspaceSummary {
  readonly files: number;
  readonly filesWithFindings: number;
  readonly findings: number;
  readonly functions: number;
  readonly functionsAnalyzed: number;
  readonly errors: readonly string[];
  readonly cancelled: boolean;
  readonly ms: number;
}

export interface Progress {
  report(done: number, of: number): void;
}

/** Runs checks one after the other; a later one ends an earlier one. */
export class WorkspaceCheck {
  readonly #context: ServerContext;
  #reports = new Map<string, FileReport>();
  #generation = 0;
  /** Files changed since they were checked; null: everything has to be checked again. */
  #changed: Set<string> | null = null;
  #waiting: (() => void)[] = [];
  #runs = 0;
  #running = 0;
  /** Files changed since the run that is going on began. */
  #changedMeanwhile = new Set<string>();
  #summary: WorkspaceSummary | null = null;

  constructor(context: ServerContext) {
    this.#context = context;
  }

  /** Figures of the last check that came to its end. */
  get summary(): WorkspaceSummary | null {
    return this.#summary;
  }

  get reports(): ReadonlyMap<string, FileReport> {
    return this.#reports;
  }

  /** Whether something changed since the last check came to its end. */
  get isStale(): boolean {
    return this.#changed === null || this.#changed.size > 0;
  }

  get isRunning(): boolean {
    return this.#running > 0;
  }

  /**
   * Files changed on disk; null: the configuration or the folders did, which ends a run that is going on. So does a
   * header: what it says reaches the files that include it. Other files are checked again after the run.
   */
  changed(uris: readonly string[] | null): void {
    if (uris === null || uris.some((uri) => !uri.endsWith(".c"))) {
      this.#generation++;
      this.#changed = null;
    } else
      for (const uri of uris) {
        this.#changed?.add(uri);
        this.#changedMeanwhile.add(uri);
      }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Resolves when something changes, or nobody waits any more. */
  async untilChanged(cancellation: Cancellation, interval = 250): Promise<void> {
    let woken = false;
    this.#waiting.push(() => {
      woken = true;
    });
    while (!woken && !cancellation.isCancellationRequested)
      await new Promise((resolve) => setTimeout(resolve, interval));
  }

  /** Files whose reports may be of an older text; null: of all. */
  get stale(): ReadonlySet<string> | null {
    return this.#changed;
  }

  /**
   * Checks what has to be checked. `onReport` is told of each file with findings, and of each that lost its own.
   * @param only URIs of the files to check, whatever else has to be.
   */
  async run(
    cancellation: Cancellation,
    progress: Progress,
    onReport: (report: FileReport) => void,
    only: ReadonlySet<string> | null = this.#changed,
  ): Promise<WorkspaceSummary> {
    this.#running++;
    try {
      return await this.#run(cancellation, progress, onReport, only);
    } finally {
      this.#running--;
    }
  }

  async #run(
    cancellation: Cancellation,
    progress: Progress,
    onReport: (report: FileReport) => void,
    only: ReadonlySet<string> | null,
  ): Promise<WorkspaceSummary> {
    const { host, projects, folders, log } = this.#context;
    const started = performance.now();
    const run = ++this.#runs;
    const generation = this.#generation;
    const token = anyOf(cancellation, {
      get isCancellationRequested() {
        return isOvertaken();
      },
    });
    const isOvertaken = (): boolean => run !== this.#runs || generation !== this.#generation;
    const isWhole = only === this.#changed;
    this.#changedMeanwhile = new Set();
    const before = this.#reports;
    const kept = only === null ? new Map<string, FileReport>() : new Map(before);
    const figures = { files: 0, functions: 0, functionsAnalyzed: 0 };
    const errors: string[] = [];
    const pending: Promise<void>[] = [];
    const todo = only === null ? folders() : [...only];
    for (const folder of todo) {
      if (token.isCancellationRequested || host.checkFolder === undefined) break;
      if (only !== null) kept.delete(folder);
      try {
        const { settings, ignore } = await projects.of(only === null ? `${folder}/x.c` : folder);
        await host.checkFolder({
          paths: [URI.parse(folder).fsPath],
          ignore,
          deep: settings.deep,
          settingsOf: async (path) => (await projects.of(URI.file(path).toString())).settings,
          onProgress: (done, of) => progress.report(done, of),
          cancellation: token,
          onFile: (file) => {
            figures.files++;
            figures.functions += file.stats?.functions ?? 0;
            figures.functionsAnalyzed += file.stats?.functionsAnalyzed ?? 0;
            errors.push(...file.errors.map(({ message }) => `${file.path}: ${message}`));
            pending.push(
              this.#reportOf(file).then((report) => {
                if (token.isCancellationRequested) return;
                if (report.diagnostics.length > 0) {
                  kept.set(report.uri, report);
                  onReport(report);
                } else kept.delete(report.uri);
              }),
            );
          },
        });
        await Promise.all(pending.splice(0));
      } catch (error) {
        // A file that is gone has no findings; a folder that is gone is worth a line.
        const message = `${pathOf(folder)}: ${error instanceof Error ? error.message : describeError(error)}`;
        if (only === null) errors.push(message);
        log.warn(message);
      }
    }
    const cancelled = token.isCancellationRequested;
    if (!cancelled) {
      for (const uri of before.keys()) if (!kept.has(uri)) onReport({ uri, resultId: "", diagnostics: [] });
      this.#reports = kept;
      const meanwhile = this.#changedMeanwhile;
      if (isWhole) this.#changed = new Set(meanwhile);
      else for (const uri of only ?? []) if (!meanwhile.has(uri)) this.#changed?.delete(uri);
    }
    const summary: WorkspaceSummary = {
      ...figures,
      filesWithFindings: kept.size,
      findings: [...kept.values()].reduce((sum, { diagnostics }) => sum + diagnostics.length, 0),
      errors,
      cancelled,
      ms: performance.now() - started,
    };
    if (!cancelled && isWhole) this.#summary = summary;
    return summary;
  }

  async #reportOf({ path, findings }: FolderFile): Promise<FileReport> {
    const { baselines, projects, settingsOf, baselineFolder } = this.#context;
    const uri = URI.file(path).toString();
    const settings = await settingsOf(uri);
    const { severity } = await projects.of(uri);
    const accepts = await baselines.filter(baselineFolder(uri), settings);
    const diagnostics = findings
      .filter(
        (one) =>
          one.place.file === path &&
          reaches(one.severity, severity) &&
          !accepts(path, one.function, one.fingerprint),
      )
      .map((finding) => this.#diagnosticOf(finding, uri, settings.documentation));
    const identity = diagnostics.map(({ code, range }) => `${code}${range.start.line}`).join(" ");
    return { uri, resultId: `${this.#generation}-${identity}`, diagnostics };
  }

  #diagnosticOf(finding: ReportedFinding, uri: string, documentation: string): Diagnostic {
    const { client } = this.#context;
    const [first, ...rest] = finding.path;
    const notes = first === undefined ? [] : [first, ...rest.slice(-(noteLimit - 1))];
    return {
      ...codeOf(finding, documentation, client),
      range: rangeOf(finding.place),
      ...(client.relatedInformation &&
        notes.length > 0 && {
          relatedInformation: notes.map(({ place, message }, index) => ({
            location: { uri: uriBeside(uri, URI.file(place.file).path), range: rangeOf(place) },
            message: `${index + 1}/${notes.length} ${message}`,
          })),
        }),
    };
  }
}

function rangeOf({ line, column, endLine, endColumn }: ReportedFinding["place"]): Diagnostic["range"] {
  return {
    start: { line: line - 1, character: column - 1 },
    end: { line: endLine - 1, character: endColumn - 1 },
  };
}
