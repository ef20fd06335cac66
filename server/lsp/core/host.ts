/**
 * What the language server needs of the machine it runs on: a process, or a browser's worker. The rest of the folder
 * reaches files only through this. URIs are texts as the client writes them.
 */
import type { SyntaxParser } from "@pinscope/grammars/syntax";
import type { CheckSettings, FileStats } from "@pinscope/server/checker";
import type { FileError, ReportedFinding } from "@pinscope/server/report";
import type { Cancellation } from "./cancellation.ts";

export interface ServerHost {
  readonly version: string;
  /** The text of a file; null where there is none or it cannot be read. Never rejects. */
  readText(uri: string): Promise<string | null>;
  /** Writes a file and the folders above it. Rejects with a reason for people. Absent where nothing can be written. */
  readonly writeText?: (uri: string, text: string) => Promise<void>;
  /** Absolute path of the user's own `.pinscope.json`, which need not exist; absent where users have no folder. */
  readonly userConfig?: string;
  /** Told of the client's `initializationOptions` before anything else is asked. */
  readonly initialize?: (options: unknown) => void;
  /** Rejects when the parser's binaries are missing. Called once. */
  loadParser(): Promise<SyntaxParser>;
  /** Markdown of a rule's page; null where it is not at hand. */
  ruleDocumentation(rule: string): Promise<string | null>;
  /** Where findings that are accepted for a folder are kept, outside the folder; null: in memory only. */
  baselineUri(folderUri: string): string | null;
  /** Checks whole folders; absent where files cannot be listed. */
  readonly checkFolder?: FolderCheck;
  /** Memory in use, in bytes; null where it cannot be told. */
  memory(): number | null;
  /** Lets messages that have arrived be handled. */
  yieldToMessages(): Promise<void>;
}

/** What one file of a folder gave. Its findings name files by absolute path. */
export interface FolderFile {
  readonly path: string;
  readonly findings: readonly ReportedFinding[];
  readonly errors: readonly FileError[];
  /** Null where the file was not checked. */
  readonly stats: FileStats | null;
}

export interface FolderCheckRequest {
  /** Absolute paths of folders and files. */
  readonly paths: readonly string[];
  /** What the configuration leaves out, in `.gitignore` notation, and the folder that is relative to. */
  readonly ignore: { readonly base: string; readonly patterns: readonly string[] };
  readonly deep: boolean;
  settingsOf(path: string): Promise<CheckSettings>;
  onFile(file: FolderFile): void;
  onProgress(done: number, of: number): void;
  readonly cancellation: Cancellation;
}

/** Resolves when all files are checked or the check is cancelled. Rejects when nothing can be read. */
export type FolderCheck = (request: FolderCheckRequest) => Promise<void>;
