/**
 * The intermediate representation: one control-flow graph per function.
 * Expressions are pure trees; every side effect (assignment, call) is an operation of its own, in the order in
 * which C runs it. Both readers, the symbolic checker and the concrete interpreter, read exactly this.
 * Knows nothing of pages or kernel APIs.
 */

/** Offsets into the source text of `file`, UTF-16. */
export interface Location {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  /** Set when the code stands in a macro's body: the place of the macro's use is `start..end` itself. */
  readonly expandedFrom?: {
    readonly macro: string;
    readonly file: string;
    readonly start: number;
    readonly end: number;
  };
}

/** A C type as far as it is known. `unknown` claims nothing: neither width nor sign. */
export type CType =
  | { readonly kind: "void" }
  | { readonly kind: "bool" }
  | {
      readonly kind: "integer";
      readonly bits: 8 | 16 | 32 | 64;
      readonly signed: boolean;
      readonly name?: string;
    }
  | { readonly kind: "float"; readonly bits: 32 | 64 | 128 }
  | { readonly kind: "pointer"; readonly to: CType }
  | { readonly kind: "array"; readonly of: CType; readonly length: number | null }
  | { readonly kind: "record"; readonly tag: string; readonly union: boolean }
  | {
      readonly kind: "function";
      readonly returns: CType;
      readonly parameters: readonly CType[];
      readonly variadic: boolean;
    }
  | { readonly kind: "unknown"; readonly name?: string };

export type VariableId = number;

/** A local variable, parameter, static local or compiler temporary. Globals are named, not numbered. */
export interface Variable {
  readonly id: VariableId;
  /** Source name; temporaries are `%1`, `%2` …, compound literals `%literal1` …. */
  readonly name: string;
  readonly type: CType;
  readonly role: "parameter" | "local" | "static" | "temporary";
  readonly location: Location;
  /** Of a static local with an initializer: what gives it its first value, once, before any code runs. */
  readonly initializer?: readonly Operation[];
}

/** Something that has an address. */
export type Place =
  | { readonly kind: "variable"; readonly id: VariableId; readonly type: CType }
  | { readonly kind: "global"; readonly name: string; readonly type: CType }
  | { readonly kind: "deref"; readonly pointer: Expression; readonly type: CType }
  | { readonly kind: "field"; readonly base: Place; readonly field: string; readonly type: CType }
  /** Element of an array object; `p[i]` on a pointer is `deref(p + i)`. */
  | { readonly kind: "element"; readonly base: Place; readonly index: Expression; readonly type: CType };

export type UnaryOperator = "-" | "~" | "!" | "+";
export type BinaryOperator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "<<"
  | ">>"
  | "&"
  | "|"
  | "^"
  | "=="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">=";

/**
 * A pure expression. Its operands already have the types C's conversions give them: every implicit conversion is a
 * `cast` with `implicit: true`. Pointer arithmetic is in elements (`p + 1` is the next element).
 */
export type Expression =
  | { readonly kind: "constant"; readonly value: bigint; readonly type: CType }
  | { readonly kind: "string"; readonly text: string; readonly type: CType }
  | { readonly kind: "load"; readonly place: Place; readonly type: CType }
  | { readonly kind: "address"; readonly place: Place; readonly type: CType }
  | { readonly kind: "function"; readonly name: string; readonly type: CType }
  | {
      readonly kind: "unary";
      readonly operator: UnaryOperator;
      readonly operand: Expression;
      readonly type: CType;
    }
  | {
      readonly kind: "binary";
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly type: CType;
    }
  | { readonly kind: "cast"; readonly implicit: boolean; readonly operand: Expression; readonly type: CType }
  /**
   * A value nothing here can compute; two evaluations may differ. `name` is set for a symbolic constant whose
   * definition is not in sight (an upper-case macro or enumerator): then all of the same name are equal.
   */
  | {
      readonly kind: "opaque";
      readonly reason: string;
      readonly name?: string;
      readonly type: CType;
      /** Of "loop turn" and "loop item": what the loop walks, where its macro is known. */
      readonly walk?: LoopWalk & {
        /** Which of the macro's cursors, from 0, and where its index is; null for a turn and without one. */
        readonly cursor: number | null;
        readonly index: Place | null;
      };
    };

/** What a loop macro of the kernel walks. */
export interface LoopWalk {
  readonly kind: "list" | "scatterlist" | "table" | "mapped table" | "vectors";
  /** The list's head, the first entry, the table, the bio. */
  readonly over: Expression;
  /** The member by which entries are on the list; null where the cursors point to the links themselves. */
  readonly member: string | null;
  readonly reverse: boolean;
}

/** Whom a call calls. */
export type Callee =
  | { readonly kind: "direct"; readonly name: string }
  | { readonly kind: "indirect"; readonly pointer: Expression; readonly field?: string };

/** One step inside a block. */
export type Operation =
  | {
      readonly kind: "assign";
      readonly target: Place;
      readonly value: Expression;
      readonly location: Location;
    }
  | {
      readonly kind: "call";
      readonly callee: Callee;
      readonly arguments: readonly Expression[];
      /** Where the result goes, a temporary; absent when nothing reads it. */
      readonly result?: VariableId;
      /** Type of the call's value, `unknown` when no declaration is in sight. */
      readonly type: CType;
      readonly location: Location;
      /** Set when the call was not written there but runs as a cleanup at the end of a scope. */
      readonly cleanup?: string;
    }
  /** A local's lifetime begins: its value is indeterminate, or all zero where `zeroed`. */
  | {
      readonly kind: "declare";
      readonly variable: VariableId;
      readonly zeroed: boolean;
      readonly location: Location;
    }
  /** Something read but not understood (inline assembly, text that did not parse); `writes` change to anything. */
  | {
      readonly kind: "opaque";
      readonly reason: string;
      readonly reads: readonly Expression[];
      readonly writes: readonly Place[];
      readonly location: Location;
    };

export type BlockId = number;

/**
 * Edge ids are stable: they depend on the order of branches in the function's code, not on offsets,
 * so they survive white space, comments and renaming.
 */
export type EdgeId = number;

export interface Edge {
  readonly id: EdgeId;
  readonly from: BlockId;
  readonly to: BlockId;
  /** What taking this edge says. */
  readonly condition:
    | { readonly kind: "always" }
    | { readonly kind: "true" | "false" }
    | {
        readonly kind: "case";
        readonly low: bigint | null;
        readonly high: bigint | null;
        readonly label: string;
      }
    | { readonly kind: "default" };
  /** `goto`, `break` and `continue` statements that this edge stands for: nothing else is left of them. */
  readonly jumps?: readonly Location[];
}

export type Terminator =
  | { readonly kind: "goto"; readonly edge: EdgeId }
  | {
      readonly kind: "branch";
      /** Pure; non-zero takes `whenTrue`. */
      readonly condition: Expression;
      readonly whenTrue: EdgeId;
      readonly whenFalse: EdgeId;
      readonly location: Location;
    }
  | {
      readonly kind: "switch";
      readonly value: Expression;
      readonly edges: readonly EdgeId[];
      readonly location: Location;
    }
  | { readonly kind: "return"; readonly value: Expression | null; readonly location: Location }
  /** Control cannot get past here (`BUG()`, `panic()`, `__builtin_unreachable()`). */
  | { readonly kind: "unreachable"; readonly location: Location };

export interface Block {
  readonly id: BlockId;
  readonly operations: readonly Operation[];
  readonly terminator: Terminator;
}

/**
 * A loop that walks an array slot by slot and hands each to one call (or takes one per turn): the annotation lets a
 * reader account for `[first, end)` at once. The loop itself stays in the graph; nobody must use the annotation.
 */
export interface LoopAnnotation {
  /** Block whose terminator decides on another turn. */
  readonly head: BlockId;
  readonly blocks: readonly BlockId[];
  readonly callee: string;
  /** Where the call stands. */
  readonly location: Location;
  /** Which argument of the call is the slot's value (or address); -1: the slot is filled with the call's result. */
  readonly argument: number;
  /** The array walked, evaluated where the loop is entered. */
  readonly array: Expression;
  /** Variable that counts. */
  readonly index: VariableId;
  /**
   * First slot handed over, lowest slot and one past the highest, as expressions over the state at loop entry.
   * Where `end` is not above `low` no slot is handed over and the index variable takes at most one step.
   */
  readonly first: Expression;
  readonly low: Expression;
  readonly end: Expression;
  readonly step: 1 | -1;
  /** The index variable's value after the loop ran to its end, where any slot was handed over. */
  readonly indexAfter: Expression;
  /** The test comes after the call (`do … while`): `first` is handed over even where the range is empty. */
  readonly atLeastOnce?: true;
  /**
   * The test asks for inequality (`while (n--)`, `i != n`): a counter that begins on the wrong side of its bound (a
   * negative count) walks past the array, whatever the range says.
   */
  readonly inequality?: true;
  /** Slots for which this is false are skipped. */
  readonly slotCondition?: "non-null" | "other";
  readonly earlyExits: boolean;
}

export interface FunctionIr {
  readonly name: string;
  readonly file: string;
  readonly location: Location;
  readonly nameLocation: Location;
  readonly isStatic: boolean;
  readonly returns: CType;
  readonly variadic: boolean;
  readonly parameters: readonly VariableId[];
  readonly variables: readonly Variable[];
  readonly blocks: readonly Block[];
  readonly edges: readonly Edge[];
  readonly entry: BlockId;
  /** Heads of natural loops with the blocks of each, inner ones too. */
  readonly loops: readonly { readonly head: BlockId; readonly blocks: readonly BlockId[] }[];
  readonly annotations: readonly LoopAnnotation[];
  /** What could not be lowered exactly, each once; empty on a function read whole. */
  readonly problems: readonly { readonly message: string; readonly location: Location }[];
}
