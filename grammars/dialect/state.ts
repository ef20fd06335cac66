/**
 * What the scanner remembers while it walks a text: open brackets, the last tokens, the current statement.
 * Knows no rewriting.
 */
import type { AssemblyState } from "./assembly.ts";
import type { ConditionTracker } from "./directives.ts";
import type { Edit, PointEdit } from "./edits.ts";
import { type KnownName, type NameTable, tokenKind } from "./names.ts";
import type { DialectNote, UnknownCondition } from "./types.ts";

/** What an opened bracket means. */
export const role = {
  /** Grouping, a cast, parameters, anything that is left alone. */
  plain: 0,
  /** Arguments of a call or macro in an expression. */
  call: 1,
  /** Header of `if`, `while`, `for`, `switch`. */
  control: 2,
  /** Arguments of an annotation that is blanked as a whole. */
  annotation: 3,
  /** Operand of `typeof`. */
  typeName: 4,
  /** Arguments of the first word of a statement in a function. */
  statement: 5,
  /** Arguments of the first word of a file-scope statement. */
  file: 6,
  /** Arguments of the first word of a struct member. */
  member: 7,
  /** Arguments of the first word of an enumerator. */
  enumerator: 8,
  /** Arguments of the first word of an element of an initializer. */
  element: 9,
  /** A macro call between two string literals. */
  string: 10,
  offsetOf: 11,
  alignOf: 12,
  /** `DECLARE_BITMAP(name, bits)`. */
  bitmap: 13,
  assembly: 14,
  /** Arguments of a macro right behind `if` or its like. */
  bareControl: 15,
  block: 20,
  record: 21,
  enumeration: 22,
  initializer: 23,
  linkage: 24,
  index: 30,
} as const;

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The statement being read at one nesting level. */
export interface Statement {
  /** Offset of its first token. */
  start: number;
  first: number;
  /** Tokens other than storage words and qualifiers. */
  heads: number;
  assigned: boolean;
  /** `struct`, `union` or `enum` whose body may still come. */
  record: boolean;
  enumeration: boolean;
  /** Whether it has named a type: 0 no, 1 `struct` without its tag yet, 2 yes. */
  type: number;
  /** The name that may be its type. */
  typeWord: Range | undefined;
  declarator: Range | undefined;
}

/** An open bracket. */
export interface Open {
  readonly character: number;
  readonly at: number;
  readonly role: number;
  /** The name before the bracket; empty range when there is none. */
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly known: KnownName | undefined;
  readonly commas: number[];
  argumentStart: number;
  argumentFirst: number;
  argumentTokens: number;
  argumentOperand: boolean;
  argumentBroken: boolean;
  argumentIndex: number;
  hasStatement: boolean;
  /** State to return to when the bracket closes. */
  readonly saved: Statement;
  savedPrevious: Previous | undefined;
  savedPending: Pending | undefined;
  /** Column of the first token of the line a brace stands on. */
  indent: number;
  /** A block that `do` opened. */
  isDo: boolean;
  /** A block made of a macro's argument: by braces put around it, or by blanking the macro around it. */
  virtual: "braced" | "unwrapped" | undefined;
  /** Where a `return` or its like in this argument was rewritten; -1 when none was. */
  jumpAt: number;
  assembly: AssemblyState | undefined;
}

/** The last tokens. */
export interface Previous {
  kind: number;
  start: number;
  end: number;
  known: KnownName | undefined;
  before: number;
  beforeStart: number;
  atStart: boolean;
}

/** A macro call that has closed and whose meaning the next token decides. */
export interface Pending {
  readonly open: Open;
  readonly close: number;
}

export interface Scan {
  readonly source: string;
  readonly names: NameTable;
  readonly tracker: ConditionTracker;
  readonly edits: Edit[];
  readonly points: PointEdit[];
  readonly notes: DialectNote[];
  readonly unknownConditions: UnknownCondition[];
  readonly directives: string[];
  readonly stack: Open[];
  previous: Previous;
  statement: Statement;
  pending: Pending | undefined;
  /** The next `(` opens the arguments of this annotation. */
  annotation: { readonly known: KnownName; readonly start: number } | undefined;
  /** The last closed call in an expression: a string literal behind it makes it a piece of a string. */
  lastCall: { readonly start: number; readonly close: number } | undefined;
  lastLabel: boolean;
  /** A `do` block has just closed. */
  afterDo: boolean;
  /** `asm` was read and its parenthesis is still to come. */
  inAssembly: boolean;
  inCase: boolean;
  braces: number;
  /** Open blocks and initializers: inside, a name before `(` is a call, not a declaration. */
  code: number;
  lineStart: number;
  /** What was decided so far depends on the text up to here. */
  foreseen: number;
}

export const newStatement = (): Statement => ({
  start: -1,
  first: tokenKind.none,
  heads: 0,
  assigned: false,
  record: false,
  enumeration: false,
  type: 0,
  typeWord: undefined,
  declarator: undefined,
});

export const newPrevious = (): Previous => ({
  kind: tokenKind.none,
  start: 0,
  end: 0,
  known: undefined,
  before: tokenKind.none,
  beforeStart: 0,
  atStart: true,
});

/**
 * Column (tabs to 8) of the first character that is no white space on the line of `at`.
 * The line being read begins behind the last line break outside comments: one that a comment holds indents nothing.
 */
export function indentAt(scan: Scan, at: number): number {
  const { source } = scan;
  let lineStart = scan.lineStart;
  if (at < lineStart) {
    lineStart = at;
    while (lineStart > 0 && source.charCodeAt(lineStart - 1) !== 10 && at - lineStart < 400) lineStart--;
  }
  let column = 0;
  for (let place = lineStart; place < source.length; place++) {
    const code = source.charCodeAt(place);
    if (code === 32) column++;
    else if (code === 9) column += 8 - (column % 8);
    else break;
  }
  return column;
}
