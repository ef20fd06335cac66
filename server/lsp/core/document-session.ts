/**
 * One open document's session with the checker: told of edits, driven in slices between which messages are handled,
 * so that typing never waits for a check. Knows no protocol.
 */
import type { SyntaxParser } from "@pinscope/grammars/syntax";
import {
  type CheckSession,
  type CheckSettings,
  type OpenFunctions,
  openSession,
  type SessionResult,
} from "@pinscope/server/checker";
import type { TextEditRange } from "./documents.ts";
import { Simulations } from "./simulations.ts";

/** Milliseconds that one slice may take. */
const slice = 8;

/** Milliseconds that the call which takes in an edit may take; a slice more would first read broken text afresh. */
const editSlice = 40;

/** How often the checker may ask for more headers. */
const includeRoundLimit = 16;

/** What a drive needs of the world around it. */
export interface DriveContext {
  /** The text of a header; null for none. */
  load(path: string): Promise<string | null>;
  /** The text of a header if it can be had at once; undefined otherwise. */
  known(path: string): string | null | undefined;
  yieldToMessages(): Promise<void>;
  /** True once the result is not wanted any more. */
  isOutdated(): boolean;
  /** Milliseconds after which what is current is enough. */
  readonly patience: number;
}

export class DocumentSession {
  readonly settings: CheckSettings;
  readonly simulations = new Simulations();
  readonly #session: CheckSession;
  readonly #path: string;
  #edits: readonly TextEditRange[] | null = [];
  /** Texts of headers as the session knows them. */
  readonly #headers = new Map<string, string | null>();

  constructor(path: string, source: string, settings: CheckSettings, parser: SyntaxParser) {
    this.settings = settings;
    this.#path = path;
    this.#session = openSession({ path, source, files: new Map([[path, source]]), parser, settings });
  }

  /** Texts of the headers that the result was made from. */
  get headers(): ReadonlyMap<string, string | null> {
    return this.#headers;
  }

  /** Notes an edit, to be taken in by the next drive; null: the text is to be taken anew. */
  edited(edits: readonly TextEditRange[] | null): void {
    this.#edits = edits === null || this.#edits === null ? null : [...this.#edits, ...edits];
  }

  /**
   * Brings the session to `text` and on, until everything is settled or patience ends; null when the result became
   * outdated. Throws on a defect of the checker: then the session is not to be used again.
   */
  async drive(text: string, context: DriveContext): Promise<SessionResult | null> {
    const started = performance.now();
    const mustSettle = !Number.isFinite(context.patience);
    const wasEdited = this.#session.source !== text;
    let result = this.#takeIn(text, context);
    for (let round = 0; ; ) {
      if (result.missing.length > 0) {
        const loaded = await Promise.all(
          result.missing.map(
            async (path) => [path, round < includeRoundLimit ? await context.load(path) : null] as const,
          ),
        );
        if (context.isOutdated()) return null;
        round++;
        result = this.#supply(new Map(loaded));
        continue;
      }
      const isEnough = result.settled || (!mustSettle && performance.now() - started >= context.patience);
      // Broken text is read afresh when typing rests; until then what is said of it is current.
      if (isEnough || (wasEdited && !mustSettle && result.pending.length === 0)) return result;
      await context.yieldToMessages();
      if (context.isOutdated()) return null;
      result = this.#session.advance({ milliseconds: slice });
    }
  }

  /** The functions of a text, if it is the one that the session has come to. */
  functionsOf(text: string): OpenFunctions | null {
    return this.#session.source === text ? this.#session.functions() : null;
  }

  close(): void {
    this.#session.close();
  }

  #takeIn(text: string, context: DriveContext): SessionResult {
    const changed = new Map<string, string | null>();
    for (const [path, before] of this.#headers) {
      const now = context.known(path);
      if (now !== undefined && now !== before) changed.set(path, now);
    }
    const budget = { milliseconds: editSlice };
    const edits = this.#edits;
    this.#edits = [];
    const [edit] = edits ?? [];
    let result: SessionResult;
    if (this.#session.source === text) result = this.#session.advance({ milliseconds: slice });
    else if (edits?.length === 1 && edit !== undefined && this.#fits(edit, text))
      result = this.#session.edit(edit, edit.text, budget);
    else result = this.#session.update(text, budget);
    return changed.size === 0 ? result : this.#supply(changed);
  }

  /** Whether an edit leads from the session's text to the document's. */
  #fits({ start, end, text: put }: TextEditRange, text: string): boolean {
    const { source } = this.#session;
    if (end > source.length || source.length - (end - start) + put.length !== text.length) return false;
    return (
      text.startsWith(put, start) &&
      text.endsWith(source.slice(end)) &&
      text.startsWith(source.slice(0, start))
    );
  }

  #supply(headers: ReadonlyMap<string, string | null>): SessionResult {
    for (const [path, text] of headers) if (path !== this.#path) this.#headers.set(path, text);
    return this.#session.supply(headers, { milliseconds: slice });
  }
}
