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
  /** Stable branches inside the range that already behave like the version after it. */
  readonly except?: readonly string[];
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
  /** What an argument points to holds the pointer: `*pages`; after the call, or as it was before. */
  | { readonly kind: "pointee"; readonly name: string; readonly before?: true };

/** Something true or false of a call and its outcome. */
export type Condition =
  | {
      readonly kind: "compare";
      readonly operator: "==" | "!=" | "<" | "<=" | ">" | ">=";
      readonly left: IntegerTerm;
      readonly right: IntegerTerm;
    }
  | { readonly kind: "null" | "not-null" | "error-pointer"; readonly pointer: PointerTerm }
  /** A `FOLL_*` bit of an argument is set. False where the bound signature has no such parameter. */
  | { readonly kind: "flag"; readonly argument: string; readonly flag: string }
  /** The integer is an encoded errno: `IS_ERR_VALUE`, [-4095, -1] in any width. */
  | { readonly kind: "error-value"; readonly value: IntegerTerm }
  /**
   * A pure question about an object: equal for one object until it changes (`iov_iter_extract_will_pin`).
   * `argument` names a parameter, or is `result`.
   */
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
      /** The count belongs to this object, not to the caller: a balance of the caller's skips it. */
      readonly holder?: PointerTerm;
      /** Never more slots than this. */
      readonly limit?: IntegerTerm;
      /** The result is never more than this. */
      readonly resultLimit?: IntegerTerm;
    }
  | {
      readonly kind: "release";
      readonly family: Family;
      readonly unit: Unit;
      readonly target: Target;
      readonly when?: Condition;
      readonly era?: EraRange;
      /**
       * NULL slots (or a NULL argument) are skipped instead of crashing. `leading`: only NULLs at the start of the
       * array or after another NULL.
       */
      readonly skipsNull: boolean | "leading";
      /** The count belonged to this object, not to the caller: a balance of the caller's skips it. */
      readonly holder?: PointerTerm;
    }
  /** Ownership moves: counters stay, the caller no longer holds. `to` names the new owner. */
  | {
      readonly kind: "transfer";
      readonly target: Target;
      readonly to: PointerTerm | "callee";
      readonly when?: Condition;
      readonly era?: EraRange;
    }
  /** A container now names what it is about; counters and ownership stay as they were. */
  | {
      readonly kind: "store";
      readonly target: Target;
      readonly into: PointerTerm;
      readonly when?: Condition;
      readonly era?: EraRange;
    }
  /**
   * Fresh memory (family `memory`), in the result or stored where an argument points (`*pages = kvmalloc_array(…)`).
   * `free` is its counterpart.
   */
  | {
      readonly kind: "allocate";
      readonly into: PointerTerm;
      readonly zeroed: boolean;
      readonly bytes?: IntegerTerm;
      /** Elements of the array, when the call says how many. */
      readonly elements?: IntegerTerm;
      /** Bytes are copied from here: what the source named, the copy names too. */
      readonly copyOf?: PointerTerm;
      /** Freed by its device: never a leak of the caller. */
      readonly managed?: true;
      readonly when?: Condition;
      readonly era?: EraRange;
    }
  /** Memory is given back. NULL is accepted by every freeing call. */
  | {
      readonly kind: "free";
      readonly value: PointerTerm;
      readonly when?: Condition;
      readonly era?: EraRange;
    }
  /** From here on an object answers a predicate in this way (`bio_set_flag`). */
  | {
      readonly kind: "mark";
      readonly predicate: string;
      readonly argument: string;
      readonly holds: boolean;
      readonly when?: Condition;
      readonly era?: EraRange;
    }
  | {
      readonly kind: "dirty";
      readonly target: Target;
      readonly locked: boolean;
      readonly when?: Condition;
      readonly era?: EraRange;
    };

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
  /** More arguments may follow. A borrow whose arguments decide nothing has no parameters and is variadic. */
  readonly variadic?: true;
  /** Set where the signature was not read from a sampled kernel. */
  readonly source?: string;
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
  /**
   * The result names the same page or folio as a parameter. `same`: that page or its folio; `offset`: a page that
   * many further; `member`: a page held in the container; `address`: the kernel address of its contents, or back.
   */
  readonly aliases?: {
    readonly result: string;
    readonly how: "same" | "offset" | "member" | "address";
    readonly by?: IntegerTerm;
  };
  /** The call takes pages from an iterator and moves it on, or tells how many are left in it, `upTo` a limit. */
  readonly pagesLeft?: { readonly iterator: string; readonly upTo?: string };
  /** The result is true exactly where this holds of the arguments. */
  readonly answers?: Condition;
  /** Positions of arguments whose pointee gets new content that nothing else here describes. */
  readonly writes?: readonly number[];
  /** What the caller owes: the outcomes say nothing about calls that break it. */
  readonly requires?: readonly { readonly condition: Condition; readonly era?: EraRange }[];
  /** Versions in which a pin was counted as a plain reference, although the families had to be kept apart. */
  readonly placeholder?: EraRange;
  /** A name from discussion or documentation that no kernel ever had. */
  readonly neverMerged?: true;
  /** Where the call may stand. Absent: nothing is known. */
  readonly context?: {
    readonly sleeps?: "yes" | "no" | "when-dirtying";
    readonly mmapLock?: "held" | "not-held" | "either";
  };
  /** Kernel file and function the facts were read from. */
  readonly source: string;
  /** For people only. */
  readonly notes?: string;
}

/** A call as bound to a signature: which argument position each parameter name has. */
export interface BoundCall {
  readonly entry: ApiEntry;
  readonly signature: Signature;
  /** Version by which eras are decided: the one asked for, moved to where this signature and its effects exist. */
  readonly effectVersion: KernelVersion;
  /** The entry's outcomes at `effectVersion`, without the effects of other versions. */
  readonly outcomes: readonly Outcome[];
  /** Position of each parameter, by name. */
  readonly position: ReadonlyMap<string, number>;
  /** Set when effects of another version had to stand in. */
  readonly caveat?: string;
}
