/**
 * What the parts of the mutation bench hand each other. Knows no operator, no file system and no checker.
 */
import type { FunctionIr } from "@pinscope/grammars/ir";
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import type { BoundCall } from "@pinscope/simulator/catalogue";

export type OperatorName =
  | "delete-release"
  | "retarget-goto"
  | "duplicate-release"
  | "swap-family"
  | "widen-count"
  | "late-count";

/** A replaced stretch of the source text, UTF-16 offsets of the unchanged text. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One change that an operator proposes; with `equivalent` it changes nothing and is not tried. */
export interface Candidate {
  readonly operator: OperatorName;
  /** The call, jump or assignment that is changed. */
  readonly at: number;
  readonly edits: readonly Edit[];
  /** In words for a table: `goto out_unpin → out_free`. Names and short expressions only. */
  readonly change: string;
  /** Automatic criterion by which the changed function behaves like the original one. */
  readonly equivalent?: string;
  /** What kind of statement the changed release stands in. */
  readonly shape: "plain" | "loop" | "jump" | "assignment";
}

/** A call of a function by its name. */
export interface CallSite {
  readonly name: string;
  readonly node: SyntaxNode;
  readonly arguments: readonly SyntaxNode[];
  /** The catalogue's reading, null for names that it lacks. */
  readonly bound: BoundCall | null;
}

export type PageFamily = "pin" | "reference";

/** A call that takes user pages. */
export interface Acquisition extends CallSite {
  readonly family: PageFamily;
  /** Text that receives the result, null when nothing does. */
  readonly result: string | null;
  /** Argument with the number asked for, and the one with the array or the single slot. */
  readonly requested: SyntaxNode | null;
  readonly into: SyntaxNode | null;
}

/** A call that lets user pages go. */
export interface Release extends CallSite {
  readonly family: PageFamily;
  readonly count: SyntaxNode | null;
  readonly from: SyntaxNode | null;
  /** The statement to delete or repeat: the call's own, or the loop around it that does nothing else. */
  readonly statement: SyntaxNode;
  readonly inLoop: boolean;
}

/** One function before it is changed. */
export interface FunctionModel {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly node: SyntaxNode;
  readonly body: SyntaxNode;
  readonly parents: ReadonlyMap<SyntaxNode, SyntaxNode>;
  readonly ir: FunctionIr;
  readonly calls: readonly CallSite[];
  readonly acquisitions: readonly Acquisition[];
  readonly releases: readonly Release[];
}

/** Where a function stands; `body` is the offset of its brace. */
export interface FunctionSpan {
  readonly name: string;
  readonly start: number;
  readonly body: number;
  readonly end: number;
}

/** One file before it is changed. Offsets of `source` and `text` (after the dialect pass) are the same. */
export interface FileModel {
  readonly path: string;
  readonly source: string;
  readonly text: string;
  readonly functions: readonly FunctionModel[];
  /** Functions of the file that take, or let go, pages within three calls. */
  readonly acquiring: ReadonlySet<string>;
  readonly releasing: ReadonlySet<string>;
  /** Those that do so themselves. */
  readonly directlyAcquiring: ReadonlySet<string>;
  readonly directlyReleasing: ReadonlySet<string>;
  /** Every function of the file, those with syntax errors too. */
  readonly spans: readonly FunctionSpan[];
  /** Everything in the file that calls a function, within three calls, and everything it calls. */
  callers(name: string): ReadonlySet<string>;
  callees(name: string): ReadonlySet<string>;
}

export type Operator = (subject: FunctionModel, file: FileModel) => Candidate[];

/** A change to try. */
export interface Mutant {
  readonly path: string;
  readonly function: string;
  readonly line: number;
  readonly candidate: Candidate;
}
