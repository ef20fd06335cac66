/**
 * The documents that the client has open. Takes what clients send as it comes: ranges outside the text are cut to
 * it, versions out of order are said and taken. Knows no analysis.
 */
import type { DidChangeTextDocumentParams, DidOpenTextDocumentParams } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { URI } from "vscode-uri";
import type { Logger } from "./logger.ts";

/** UTF-16 units beyond which a document is kept but not checked: the largest of the kernel's drivers have 1 million. */
export const checkedSizeLimit = 4_000_000;

/** A replacement in a text, by UTF-16 offsets of the text before it. */
export interface TextEditRange {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One open document. `text` changes with every edit; `revision` counts the edits and never repeats. */
export interface OpenDocument {
  readonly uri: string;
  /** Path part of the URI, with `/`: the file's name inside the checker. */
  readonly path: string;
  readonly document: TextDocument;
  readonly text: string;
  /** The client's number. */
  readonly version: number;
  readonly revision: number;
  /** Whether it is C to be checked: language `c`, or a `.c` or `.h` file in language `cpp`. */
  readonly isChecked: boolean;
}

export interface DocumentEvents {
  opened(document: OpenDocument): void;
  /** `edits` lead from the text before to that of `document`, one after the other; null: take the text anew. */
  changed(document: OpenDocument, edits: readonly TextEditRange[] | null): void;
  closed(document: OpenDocument): void;
}

export class DocumentStore {
  readonly #documents = new Map<string, OpenDocument>();
  readonly #log: Logger;
  #revisions = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  get(uri: string): OpenDocument | undefined {
    return this.#documents.get(uri);
  }

  all(): readonly OpenDocument[] {
    return [...this.#documents.values()];
  }

  open({ textDocument }: DidOpenTextDocumentParams, events: DocumentEvents): void {
    const { uri, languageId, version, text } = textDocument;
    if (typeof uri !== "string" || typeof text !== "string")
      throw new Error("a document without URI or text");
    const known = this.#documents.get(uri);
    if (known !== undefined) this.#log.warn(`${uri} was opened twice`);
    const path = pathOf(uri);
    const opened: OpenDocument = {
      uri,
      path,
      document: TextDocument.create(uri, String(languageId), Number(version) || 0, text),
      text,
      version: Number(version) || 0,
      revision: ++this.#revisions,
      isChecked: isCheckedLanguage(path, String(languageId)),
    };
    this.#documents.set(uri, opened);
    if (known === undefined) events.opened(opened);
    else events.changed(opened, null);
  }

  change({ textDocument, contentChanges }: DidChangeTextDocumentParams, events: DocumentEvents): void {
    const known = this.#documents.get(textDocument.uri);
    if (known === undefined) {
      this.#log.warn(`${textDocument.uri} was changed but is not open`);
      return;
    }
    if (textDocument.version <= known.version) {
      this.#log.warn(`${known.uri}: version ${textDocument.version} came after version ${known.version}`);
    }
    const { document } = known;
    const edits: TextEditRange[] = [];
    for (const change of contentChanges) {
      if ("range" in change) {
        const from = document.offsetAt(change.range.start);
        const to = document.offsetAt(change.range.end);
        edits.push({ start: Math.min(from, to), end: Math.max(from, to), text: change.text });
      } else edits.push({ start: 0, end: document.getText().length, text: change.text });
      TextDocument.update(document, [change], textDocument.version);
    }
    const changed: OpenDocument = {
      ...known,
      text: document.getText(),
      version: textDocument.version,
      revision: ++this.#revisions,
    };
    this.#documents.set(known.uri, changed);
    events.changed(changed, edits);
  }

  close(uri: string, events: DocumentEvents): void {
    const known = this.#documents.get(uri);
    if (known === undefined) return;
    this.#documents.delete(uri);
    events.closed(known);
  }
}

/** The path part of a URI, with `/`; the text itself where it is no URI. */
export function pathOf(uri: string): string {
  try {
    return URI.parse(uri, true).path;
  } catch {
    return uri;
  }
}

/** The URI of another file of the same place: same scheme and authority. */
export function uriBeside(uri: string, path: string): string {
  const base = URI.parse(uri);
  // What an unsaved document includes lies on the disk.
  if (base.scheme === "untitled") return URI.file(path).toString();
  return base.path === path ? uri : base.with({ path }).toString();
}

function isCheckedLanguage(path: string, languageId: string): boolean {
  // VS Code opens headers as C++; what is C++ for certain is not for us.
  return languageId === "c" || (languageId === "cpp" && /\.[ch]$/.test(path));
}
