/**
 * Checks open documents: one result per state of a document, its headers, its configuration and the accepted findings,
 * shared by all features that ask. Never a result for a text that is no longer there.
 */
import type { SyntaxParser } from "@pinscope/grammars/syntax";
import {
  type CheckInput,
  type Finding,
  type Fix,
  holdsUp,
  type OpenFunctions,
  proposeFixes,
  type SessionResult,
} from "@pinscope/server/checker";
import type { Baselines } from "./baselines.ts";
import { type Acceptance, acceptanceOf, type Checked, conclude, holdsFor, type Outcome } from "./checked.ts";
import { DocumentSession } from "./document-session.ts";
import {
  checkedSizeLimit,
  type DocumentStore,
  type OpenDocument,
  type TextEditRange,
  uriBeside,
} from "./documents.ts";
import type { FileTexts } from "./file-texts.ts";
import type { ServerHost } from "./host.ts";
import { describeError, type Logger } from "./logger.ts";
import type { Project, Projects } from "./projects.ts";
import { namesTrigger, quotedHeaders, usesTriggerMacro } from "./relevance.ts";
import type { EditorSettings } from "./settings.ts";
import type { Simulations } from "./simulations.ts";

/** Milliseconds after an edit in which an answer waits for functions that take long to analyze. */
const editPatience = 200;

/** The same after opening, when there is nothing older to show. */
const openPatience = 2_000;

/** Milliseconds without edits after which what is left to do is done. */
const restTime = 150;

/** Results kept of one document, so that undoing an edit costs nothing. */
const resultsKept = 4;

/** What the server keeps of one open document. */
interface Watched {
  session: DocumentSession | null;
  results: readonly Checked[];
  running: {
    readonly revision: number;
    readonly generation: number;
    readonly outcome: Promise<Outcome>;
  } | null;
  /** Counts changes of open documents that this one includes. */
  headerRevision: number;
}

/** A document's functions as they stand in its present text. */
export interface OpenDocumentFunctions {
  readonly functions: OpenFunctions;
  readonly simulations: Simulations;
  /** True once the text is another. */
  isOutdated(): boolean;
  yieldToMessages(): Promise<void>;
}

export interface AnalyzerParts {
  readonly host: ServerHost;
  readonly documents: DocumentStore;
  readonly files: FileTexts;
  readonly projects: Projects;
  readonly baselines: Baselines;
  readonly log: Logger;
  settingsOf(uri: string): Promise<EditorSettings>;
  /** The folder whose baseline holds for a document. */
  baselineFolder(uri: string): string;
  /** Told of every result. */
  onChecked(checked: Checked): void;
  /** Told when a result that was given before it was settled has been overtaken by one that says more. */
  onSettled(document: OpenDocument): void;
}

export class Analyzer {
  readonly #parts: AnalyzerParts;
  readonly #watched = new Map<string, Watched>();
  #parser: Promise<SyntaxParser> | null = null;
  /** Counts changes of anything but open documents: configurations, files on disk, baselines. */
  #generation = 0;

  constructor(parts: AnalyzerParts) {
    this.#parts = parts;
  }

  /** Loads the parser, so that the first document need not wait for it. */
  warmUp(): Promise<SyntaxParser> {
    this.#parser ??= this.#parts.host.loadParser();
    return this.#parser;
  }

  edited(uri: string, edits: readonly TextEditRange[] | null): void {
    this.#watched.get(uri)?.session?.edited(edits);
  }

  closed(uri: string): void {
    this.#watched.get(uri)?.session?.close();
    this.#watched.delete(uri);
  }

  /** Configurations, files or baselines changed: what is running is outdated. */
  invalidate(): void {
    this.#generation++;
  }

  /**
   * A document was opened, edited or closed: documents that include it are to be checked again. Returns their URIs.
   */
  includersOf(uri: string): string[] {
    const includers: string[] = [];
    for (const [includer, watched] of this.#watched) {
      const reads = [...(watched.session?.headers.keys() ?? [])].some(
        (path) => uriBeside(includer, path) === uri,
      );
      if (!reads || includer === uri) continue;
      watched.running = null;
      watched.headerRevision++;
      includers.push(includer);
    }
    return includers;
  }

  /** The newest result there is, whatever was typed since. */
  latest(uri: string): Checked | undefined {
    return this.#watched.get(uri)?.results.at(-1);
  }

  /** Whether `resultId` still stands for the document, as far as can be told without checking. */
  async isCurrent(uri: string, resultId: string): Promise<boolean> {
    const document = this.#parts.documents.get(uri);
    const watched = this.#watched.get(uri);
    if (document === undefined || watched === undefined) return false;
    const known = watched.results.find((one) => one.resultId === resultId);
    if (known === undefined) return false;
    const project = await this.#parts.projects.of(uri);
    return holdsFor(known, document, project, await this.#acceptance(uri), this.#parts.files);
  }

  /** The result for the document as it is now. */
  check(uri: string): Promise<Outcome> {
    const document = this.#parts.documents.get(uri);
    if (document === undefined || !document.isChecked || document.text.length > checkedSizeLimit)
      return Promise.resolve({ kind: "unchecked" });
    let watched = this.#watched.get(uri);
    if (watched === undefined) {
      watched = { session: null, results: [], running: null, headerRevision: 0 };
      this.#watched.set(uri, watched);
    }
    const { running } = watched;
    // Whoever asks for the same state shares one check, so no single request's cancellation ends it.
    if (running !== null && running.revision === document.revision && running.generation === this.#generation)
      return running.outcome;
    const outcome = this.#run(document, watched).catch((error: unknown): Outcome => {
      this.#parts.log.error(`${uri}: ${describeError(error)}`);
      return { kind: "unchecked" };
    });
    const mine = { revision: document.revision, generation: this.#generation, outcome };
    watched.running = mine;
    void outcome.then((result) => {
      if (watched.running === mine && result.kind !== "checked") watched.running = null;
    });
    return outcome;
  }

  /**
   * The functions of a document that was checked, and what was simulated of them; null where nothing in it is of
   * interest, or where it has changed since.
   */
  async functionsOf({ document, project }: Checked): Promise<OpenDocumentFunctions | null> {
    const { uri, text, revision } = document;
    const { host, files } = this.#parts;
    const watched = this.#watched.get(uri);
    const session = watched?.session;
    if (session == null || session.settings !== project.settings) return null;
    const isOutdated = (): boolean =>
      this.#parts.documents.get(uri)?.revision !== revision || watched?.session !== session;
    if (session.functionsOf(text) === null) {
      // The result was known from before an edit that was undone: the session is still at the other text.
      await session.drive(text, {
        load: (path) => files.load(uriBeside(uri, path)),
        known: (path) => files.known(uriBeside(uri, path)),
        yieldToMessages: host.yieldToMessages,
        isOutdated,
        patience: 0,
      });
    }
    const functions = isOutdated() ? null : session.functionsOf(text);
    if (functions === null) return null;
    return {
      functions,
      simulations: session.simulations,
      isOutdated,
      yieldToMessages: host.yieldToMessages,
    };
  }

  /** What the checker was given for a result. */
  async inputOf({ document, project, texts }: Checked): Promise<CheckInput> {
    const { path, text: source } = document;
    return { path, source, files: texts, parser: await this.warmUp(), settings: project.settings };
  }

  /** The fixes of a finding that do what they should, each tried on the text as it was checked. */
  async fixesFor(checked: Checked, finding: Finding): Promise<readonly Fix[]> {
    if (checked.raw === null) return [];
    const { raw } = checked;
    const input = await this.inputOf(checked);
    const { path: file, source } = input;
    const { kernels } = input.settings;
    return proposeFixes({ finding, file, source, kernels }).filter((fix) =>
      holdsUp(fix, finding, input, raw),
    );
  }

  async #run(document: OpenDocument, watched: Watched): Promise<Outcome> {
    const { uri } = document;
    const generation = this.#generation;
    const { headerRevision } = watched;
    const isOutdated = (): boolean =>
      generation !== this.#generation ||
      headerRevision !== watched.headerRevision ||
      this.#parts.documents.get(uri)?.revision !== document.revision;

    // Edits that have arrived meanwhile are taken in first: only the newest text is worth checking.
    await this.#parts.host.yieldToMessages();
    if (isOutdated()) return { kind: "outdated" };
    const parser = await this.warmUp();
    const project = await this.#parts.projects.of(uri);
    const acceptance = await this.#acceptance(uri);
    if (isOutdated()) return { kind: "outdated" };

    const { files } = this.#parts;
    const known = watched.results.find((one) => holdsFor(one, document, project, acceptance, files));
    if (known !== undefined) {
      watched.results = [...watched.results.filter((one) => one !== known), known];
      return { kind: "checked", checked: { ...known, document } };
    }

    const started = performance.now();
    const isFirst = watched.results.length === 0;
    const drive = async (patience: number): Promise<Outcome> => {
      let result: SessionResult | null = null;
      let failure: string | null = null;
      if (await this.#isRelevant(document, project)) {
        try {
          const session = this.#session(document, watched, project, parser);
          const { host } = this.#parts;
          result = await session.drive(document.text, {
            load: (path) => files.load(uriBeside(uri, path)),
            known: (path) => files.known(uriBeside(uri, path)),
            yieldToMessages: host.yieldToMessages,
            isOutdated,
            patience,
          });
          if (result === null) return { kind: "outdated" };
        } catch (error) {
          failure = describeError(error);
          this.#parts.log.error(`${uri}: internal error: ${failure}`);
          // What the session remembers may be half made.
          watched.session = null;
        }
      } else {
        watched.session?.close();
        watched.session = null;
      }
      if (isOutdated()) return { kind: "outdated" };
      const ms = performance.now() - started;
      const headers = watched.session?.headers ?? new Map<string, string | null>();
      const checked = conclude({ document, project, result, headers, failure, ms }, acceptance);
      watched.results = [...watched.results, checked].slice(-resultsKept);
      this.#parts.onChecked(checked);
      return { kind: "checked", checked };
    };
    const outcome = await drive(isFirst ? openPatience : editPatience);
    if (outcome.kind === "checked" && !outcome.checked.settled)
      this.#settle(document, watched, isOutdated, () => drive(Number.POSITIVE_INFINITY)).catch(
        (error: unknown) => this.#parts.log.error(`${uri}: ${describeError(error)}`),
      );
    return outcome;
  }

  /** Does what is left to do once typing rests, and tells if it made a difference. */
  async #settle(
    document: OpenDocument,
    watched: Watched,
    isOutdated: () => boolean,
    finish: () => Promise<Outcome>,
  ): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, restTime));
    if (isOutdated()) return;
    const outcome = await finish();
    if (outcome.kind !== "checked" || isOutdated()) return;
    watched.running = {
      revision: document.revision,
      generation: this.#generation,
      outcome: Promise.resolve(outcome),
    };
    this.#parts.onSettled(document);
  }

  /** The document's session; a new one where the configuration changed. */
  #session(
    { path, text }: OpenDocument,
    watched: Watched,
    { settings }: Project,
    parser: SyntaxParser,
  ): DocumentSession {
    if (watched.session !== null && watched.session.settings !== settings) {
      watched.session.close();
      watched.session = null;
    }
    watched.session ??= new DocumentSession(path, text, settings, parser);
    return watched.session;
  }

  async #isRelevant(document: OpenDocument, project: Project): Promise<boolean> {
    if (project.settings.deep || namesTrigger(document.text)) return true;
    const headers = await quotedHeaders(document.path, document.text, (path) =>
      this.#parts.files.load(uriBeside(document.uri, path)),
    );
    return headers.length > 0 && usesTriggerMacro(document.text, headers);
  }

  async #acceptance(uri: string): Promise<Acceptance> {
    const folder = this.#parts.baselineFolder(uri);
    const accepts = await this.#parts.baselines.filter(folder, await this.#parts.settingsOf(uri));
    return acceptanceOf(accepts);
  }
}
