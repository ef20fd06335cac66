/**
 * What one kernel API does to pages, as typed data. Everything a reader decides by is an expression below; prose
 * stands only in `notes`, which no code reads. Knows neither the checker nor the executable kernel model.
 */

/** A kernel version, `v5.2` … `v7.1`. Compared numerically. */
export type KernelVersion = `v${number}.${number}`;

/** Versions `since` ≤ v < `before`; an open end is unbounded. */
export interface EraRange {
  readonly since?: KernelVersion;
  readonly before?: KernelVersion;
  /** Stable branches that carry the behaviour although their version is outside (`6.1.y`). */
  readonly backports?: readonly string[];
}

/** An integer the call defines. Arguments go by the catalogue's parameter names. */
export type IntegerTerm =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "argument"; readonly name: string }
  /** The integer an argument points to, after the call. */
  | { readonly kind: "pointee"; readonly name: string }
  | { readonly kind: "result" }
  | {
      readonly kind: "add" | "subtract" | "multiply" | "shift-left" | "ceil-divide";
      readonly left: IntegerTerm;
      readonly right: IntegerTerm;
    }
  | { readonly kind: "page-size" }
  /** Not computable from the call. */
  | { readonly kind: "unknown" };

/** A pointer the call defines. */
export type PointerTerm =
  | { readonly kind: "argument"; readonly name: string }
  | { readonly kind: "result" }
  /** What an argument points to holds the pointer: `*pages`. */
  | { readonly kind: "pointee"; readonly name: string };

/** Something true or false of a call and its outcome. */
export type Condition =
  | {
      readonly kind: "compare";
      readonly operator: "==" | "!=" | "<" | "<=" | ">" | ">=";
      readonly left: IntegerTerm;
      readonly right: IntegerTerm;
    }
  | { readonly kind: "null" | "not-null" | "error-pointer"; readonly pointer: PointerTerm }
  | { readonly kind: "flag"; readonly argument: string; readonly flag: string }
  /** A pure question about an object: equal for one object until it changes (`iov_iter_extract_will_pin`). */
  | { readonly kind: "predicate"; readonly name: string; readonly argument: string }
  | { readonly kind: "not"; readonly operand: Condition }
  | { readonly kind: "and" | "or"; readonly operands: readonly Condition[] };

/**
 * What is held. `pin`: FOLL_PIN, let go by unpin_*. `reference`: a plain reference on a page somebody else owns.
 * `allocation`: the first reference of pages this code allocated (put_page and __free_page both serve).
 * `memory`: kmalloc family. `object`: a wrapper (frame vector, ib_umem, bio) that stands for the pages in it.
 */
export type Family = "pin" | "reference" | "allocation" | "memory" | "object";

/** What a count counts. */
export type Unit = "page" | "byte" | "folio" | "bvec" | "sg-entry" | "object";

/** Which holdings an effect is about. */
export type Target =
  /** Slots [low, end) of an array of pointers, one each. */
  | {
      readonly kind: "slots";
      readonly array: PointerTerm;
      readonly low: IntegerTerm;
      readonly end: IntegerTerm;
    }
  /** `count` holdings on the one page, folio or object a pointer names. */
  | { readonly kind: "value"; readonly value: PointerTerm; readonly count: IntegerTerm }
  /** `count` physically consecutive struct pages from `first` on, one holding each. */
  | { readonly kind: "consecutive"; readonly first: PointerTerm; readonly count: IntegerTerm }
  /** Whatever the pages are that a container (bio, skb, sg table, folio batch) holds. */
  | { readonly kind: "contents"; readonly container: PointerTerm };

export type Effect =
  | {
      readonly kind: "acquire";
      readonly family: Family;
      readonly unit: Unit;
      readonly target: Target;
      readonly when?: Condition;
      readonly era?: EraRange;
    }
  | {
      readonly kind: "release";
      readonly family: Family;
      readonly unit: Unit;
      readonly target: Target;
      readonly when?: Condition;
      readonly era?: EraRange;
      /** NULL slots (or a NULL argument) are skipped instead of crashing. */
      readonly skipsNull: boolean;
    }
  /** Ownership moves: counters stay, the caller no longer holds. `to` names the new owner. */
  | {
      readonly kind: "transfer";
      readonly target: Target;
      readonly to: PointerTerm | "callee";
      readonly when?: Condition;
      readonly era?: EraRange;
    }
  /** A fresh array (or object) is stored where an argument points (`*pages = kvmalloc_array(…)`). */
  | {
      readonly kind: "allocate";
      readonly into: PointerTerm;
      readonly zeroed: boolean;
      readonly when?: Condition;
    }
  | { readonly kind: "free"; readonly value: PointerTerm }
  | { readonly kind: "dirty"; readonly target: Target; readonly locked: boolean; readonly when?: Condition };

/** One way a call can end. Outcomes of an entry exclude each other and cover everything the kernel can return. */
export interface Outcome {
  readonly name: "success" | "short" | "zero" | "error" | "null" | "error-pointer" | "done";
  /** What the result satisfies, over `result`, arguments and flags. Absent: any. */
  readonly result?: Condition;
  /** The outcome exists only where this holds of the arguments (0 only with FOLL_NOWAIT or n == 0 …). */
  readonly possible?: Condition;
  readonly era?: EraRange;
  readonly effects: readonly Effect[];
}

export interface Parameter {
  readonly name: string;
  /** C text. */
  readonly type: string;
}

/** One signature of the call over a range of versions. */
export interface Signature {
  readonly era: EraRange;
  readonly returns: string;
  readonly parameters: readonly Parameter[];
}

/** Whether a name makes a file worth analysing, or matters only in files that already are. */
export type Role = "trigger" | "tracked" | "borrow" | "support";

export interface ApiEntry {
  readonly name: string;
  readonly role: Role;
  readonly era: EraRange;
  readonly signatures: readonly Signature[];
  readonly outcomes: readonly Outcome[];
  /** What the result is: pages, bytes, an errno or zero, a pointer, a truth value, nothing. */
  readonly resultUnit: Unit | "errno" | "pointer" | "boolean" | "none" | "other";
  /** Whether the result is negative on failure. */
  readonly negativeErrno: boolean;
  /** Names that let go what this acquires (for messages and fixes). */
  readonly releaseWith: readonly string[];
  /** Successor for an obsolete name, and from which version the name is obsolete or gone. */
  readonly successor?: {
    readonly name: string;
    readonly obsoleteSince?: KernelVersion;
    readonly removedIn?: KernelVersion;
  };
  /** Parameter that takes gup flags. */
  readonly flagsParameter?: string;
  /** Kernel file and function the facts were read from. */
  readonly source: string;
  /** For people only. */
  readonly notes?: string;
}

/** A call as bound to a signature: which argument position each parameter name has. */
export interface BoundCall {
  readonly entry: ApiEntry;
  readonly signature: Signature;
  /** Position of each parameter, by name. */
  readonly position: ReadonlyMap<string, number>;
  /** Set when effects of another version had to stand in. */
  readonly caveat?: string;
}
