/**
 * Diagnostics of files that are not open: answers `workspace/diagnostic` where the setting `scope` asks for the whole
 * workspace, publishes to clients that do not pull, and runs the command that checks once.
 */
import {
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
  type WorkspaceDocumentDiagnosticReport,
} from "vscode-languageserver";
import { anyOf, type Cancellation } from "../core/cancellation.ts";
import type { ServerContext } from "../core/server-context.ts";
import { type FileReport, type Progress, WorkspaceCheck, type WorkspaceSummary } from "./workspace-check.ts";

export interface WorkspaceDiagnostics {
  /** Files changed on disk; null: the configuration or the folders did. */
  changed(uris: readonly string[] | null): void;
  /** A document was opened: what was published for its file is the document's own business now. */
  opened(uri: string): void;
  /** Checks once and publishes; for clients without the setting. */
  checkOnce(): Promise<WorkspaceSummary>;
  readonly summary: WorkspaceSummary | null;
  stop(): void;
}

/** Time without changes after which the background check begins, in milliseconds. */
const quietTime = 500;

/** How often a check that was asked for is begun anew when something changes that reaches all files. */
const checkTries = 5;

/** Registers the request, and starts checks in the background for clients that do not ask. */
export function serveWorkspaceDiagnostics(context: ServerContext): WorkspaceDiagnostics {
  const { connection, client, documents, generalSettings, host, log } = context;
  const check = new WorkspaceCheck(context);
  const lifetime = { isCancellationRequested: false };
  const published = new Set<string>();
  /** Files in which a check that was asked for found something: what is shown of them is kept true. */
  const asked = new Set<string>();
  const silent: Progress = { report() {} };

  const publish = ({ uri, diagnostics }: FileReport): void => {
    if (documents.get(uri) !== undefined) return;
    if (diagnostics.length > 0) published.add(uri);
    else published.delete(uri);
    void connection.sendDiagnostics({ uri, diagnostics: [...diagnostics] });
  };

  /** Takes back what a run published that was ended and begun anew. */
  const clearOthers = (): void => {
    for (const uri of [...published]) if (!check.reports.has(uri)) publish(nothing(uri));
  };

  /** Whether the client asks for what the whole workspace has to say: then nothing of it is published. */
  const isPulled = async (): Promise<boolean> =>
    client.pullsDiagnostics && (await generalSettings()).scope === "workspace";

  const recheck = async (): Promise<void> => {
    if (!client.pullsDiagnostics && (await generalSettings()).scope === "workspace") {
      if (!(await check.run(lifetime, silent, publish)).cancelled) clearOthers();
      return;
    }
    if (await isPulled()) {
      asked.clear();
      for (const uri of [...published]) publish(nothing(uri));
      return;
    }
    if (overtaken.size === 0) return;
    const again = new Set(overtaken);
    const { cancelled } = await check.run(lifetime, silent, publish, again);
    if (!cancelled) for (const uri of again) if (check.stale?.has(uri) !== true) overtaken.delete(uri);
  };
  /** Files of `asked` that have changed since. */
  const overtaken = new Set<string>();
  /** A check in the background, begun when nothing has changed for a while. */
  let timer: ReturnType<typeof setTimeout> | undefined;
  const schedule = (): void => {
    if ((client.pullsDiagnostics && overtaken.size === 0) || host.checkFolder === undefined) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (check.isRunning) schedule();
      else recheck().catch((error: unknown) => log.error(String(error)));
    }, quietTime);
  };
  schedule();

  const workspacePull = async (
    previous: ReadonlyMap<string, string>,
    cancellation: Cancellation,
    progress: Progress,
    send: (items: readonly WorkspaceDocumentDiagnosticReport[]) => void,
  ): Promise<void> => {
    // Open until there is something to say.
    while (!cancellation.isCancellationRequested) {
      const { scope } = await generalSettings();
      const isWanted = scope === "workspace" && host.checkFolder !== undefined;
      const told = isWanted ? check.reports : new Map<string, FileReport>();
      const gone = [...previous.keys()].filter((uri) => !told.has(uri));
      if (isWanted && check.isStale) {
        const summary = await check.run(cancellation, progress, (report) => send([itemOf(report)]));
        if (!summary.cancelled) {
          const left = [...previous.keys()].filter((uri) => !check.reports.has(uri));
          send(left.map((uri) => itemOf(nothing(uri))));
          return;
        }
        continue;
      }
      const news = [...told.values()].filter(({ uri, resultId }) => previous.get(uri) !== resultId);
      if (news.length > 0 || gone.length > 0) {
        send([...news.map(itemOf), ...gone.map((uri) => itemOf(nothing(uri)))]);
        return;
      }
      await check.untilChanged(cancellation);
    }
  };

  connection.languages.diagnostics.onWorkspace(async (params, token, workDone, partial) => {
    const cancellation = anyOf(token, lifetime);
    const items: WorkspaceDocumentDiagnosticReport[] = [];
    let begun = false;
    const progress: Progress = {
      report(done, of) {
        if (!begun) workDone.begin("Pinscope checks the workspace", 0, undefined, true);
        begun = true;
        workDone.report(of === 0 ? 100 : Math.floor((100 * done) / of), `${done} of ${of} files`);
      },
    };
    const previous = new Map(params.previousResultIds.map(({ uri, value }) => [uri, value]));
    await workspacePull(previous, cancellation, progress, (more) => {
      if (partial === undefined) items.push(...more);
      else if (more.length > 0) partial.report({ items: [...more] });
    });
    if (begun) workDone.done();
    if (token.isCancellationRequested) return new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
    return { items };
  });

  return {
    changed(uris) {
      check.changed(uris);
      // What a header says reaches the files that include it, and a configuration reaches all.
      const reachesAll = uris === null || uris.some((uri) => !uri.endsWith(".c"));
      for (const uri of asked) if (reachesAll || uris.includes(uri)) overtaken.add(uri);
      schedule();
    },
    opened(uri) {
      if (published.delete(uri)) void connection.sendDiagnostics({ uri, diagnostics: [] });
    },
    async checkOnce() {
      const workDone = client.workDoneProgress ? await connection.window.createWorkDoneProgress() : null;
      workDone?.begin("Pinscope checks the workspace", 0, undefined, true);
      check.changed(null);
      const shows = !(await isPulled());
      const cancellation = anyOf(lifetime, workDone?.token ?? lifetime);
      const progress: Progress = {
        report: (done, of) =>
          workDone?.report(of === 0 ? 100 : Math.floor((100 * done) / of), `${done} of ${of} files`),
      };
      try {
        for (let tries = 1; ; tries++) {
          const summary = await check.run(cancellation, progress, (report) => {
            if (!shows) return;
            if (report.diagnostics.length > 0) asked.add(report.uri);
            else asked.delete(report.uri);
            publish(report);
          });
          // Ended by a change of the configuration or of a header: nothing of it can be kept.
          if (summary.cancelled && !cancellation.isCancellationRequested && tries < checkTries) continue;
          if (!summary.cancelled) clearOthers();
          for (const uri of check.stale ?? []) overtaken.add(uri);
          schedule();
          return summary;
        }
      } finally {
        workDone?.done();
      }
    },
    get summary() {
      return check.summary;
    },
    stop() {
      lifetime.isCancellationRequested = true;
      clearTimeout(timer);
    },
  };
}

function nothing(uri: string): FileReport {
  return { uri, resultId: "", diagnostics: [] };
}

function itemOf({ uri, resultId, diagnostics }: FileReport): WorkspaceDocumentDiagnosticReport {
  return {
    kind: DocumentDiagnosticReportKind.Full,
    uri,
    version: null,
    items: [...diagnostics],
    ...(resultId !== "" && { resultId }),
  };
}
