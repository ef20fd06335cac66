/**
 * Builds an entry from its prototypes (C text, oldest first) and its facts. Knows no API.
 */
import type {
  ApiEntry,
  Condition,
  EraRange,
  KernelVersion,
  Outcome,
  Parameter,
  Role,
  Signature,
} from "./types.ts";
import { compareVersions, oldestModeled } from "./version.ts";

/** `[first version, prototype]`; it holds until the next one begins. Null: the name is gone for a while. */
export type DatedPrototype = readonly [KernelVersion, string | null];

/** Facts of an entry; what is absent follows from the prototypes. */
export interface EntryFacts {
  readonly role?: Role;
  /** One prototype for all versions, or dated ones, oldest first. */
  readonly prototypes: string | readonly DatedPrototype[];
  /** First version without the name. */
  readonly removedIn?: KernelVersion;
  /** Older stable branches that got the name later (`6.1.y`); in the form of the first prototype. */
  readonly backports?: readonly string[];
  /** Versions that have the name, where they are not one range from the first prototype to `removedIn`. */
  readonly era?: EraRange;
  readonly outcomes: readonly Outcome[];
  readonly resultUnit: ApiEntry["resultUnit"];
  readonly releaseWith?: readonly string[];
  readonly source: string;
  readonly successor?: NonNullable<ApiEntry["successor"]>;
  readonly flagsParameter?: string;
  readonly aliases?: NonNullable<ApiEntry["aliases"]>;
  readonly pagesLeft?: NonNullable<ApiEntry["pagesLeft"]>;
  readonly answers?: Condition;
  readonly writes?: readonly number[];
  readonly requires?: NonNullable<ApiEntry["requires"]>;
  readonly placeholder?: EraRange;
  readonly context?: NonNullable<ApiEntry["context"]>;
  readonly notes?: string;
}

const beforeSamples = "general knowledge, v4.4";

/** Splits `struct page **pages` into type and name; the name is the last word. */
function parseParameter(text: string): Parameter {
  const match = /^(.*?)([A-Za-z_]\w*)(\[\])?$/s.exec(text.trim());
  if (!match?.[1] || !match[2]) throw new SyntaxError(`parameter without type or name: ${text}`);
  return { name: match[2], type: `${match[1].trim()}${match[3] ? " *" : ""}` };
}

/**
 * Reads a prototype such as `long f(struct page **pages, int n)` or `void f(...)`. Every parameter is named.
 * Throws SyntaxError on anything else: the catalogue's own text is wrong then.
 */
function parsePrototype(text: string): Omit<Signature, "era"> & { readonly name: string } {
  const match = /^(.*?)([A-Za-z_]\w*)\((.*)\)$/s.exec(text.trim());
  if (!match?.[1] || !match[2]) throw new SyntaxError(`not a prototype: ${text}`);
  const parts = (match[3] ?? "").split(",").map((part) => part.trim());
  const variadic = parts.at(-1) === "...";
  const named = parts.filter((part) => part !== "..." && part !== "void" && part !== "");
  return {
    name: match[2],
    returns: match[1].trim(),
    parameters: named.map(parseParameter),
    ...(variadic && { variadic }),
  };
}

function signaturesOf(name: string, facts: EntryFacts): Signature[] {
  const dated: readonly DatedPrototype[] =
    typeof facts.prototypes === "string" ? [["v4.4", facts.prototypes]] : facts.prototypes;
  return dated.flatMap(([since, text], index) => {
    if (text === null) return [];
    const { name: written, ...signature } = parsePrototype(text);
    if (written !== name) throw new SyntaxError(`prototype of ${written} given to ${name}`);
    const end = dated[index + 1]?.[0] ?? facts.removedIn;
    const old = end !== undefined && compareVersions(end, oldestModeled) <= 0;
    return [
      {
        ...signature,
        era: {
          since,
          ...(end && { before: end }),
          ...(index === 0 && facts.backports && { backports: facts.backports }),
        },
        ...(old && { source: beforeSamples }),
      },
    ];
  });
}

/** One entry. `role` is `tracked` unless said otherwise. */
export function api(name: string, facts: EntryFacts): ApiEntry {
  const {
    prototypes: _prototypes,
    removedIn,
    era,
    backports,
    role = "tracked",
    releaseWith = [],
    ...rest
  } = facts;
  const signatures = signaturesOf(name, facts);
  const first = signatures[0];
  if (!first) throw new SyntaxError(`${name} has no prototype`);
  return {
    ...rest,
    name,
    role,
    era: era ?? {
      ...(first.era.since && { since: first.era.since }),
      ...(removedIn && { before: removedIn }),
      ...(backports && { backports }),
    },
    signatures,
    releaseWith,
    negativeErrno: facts.outcomes.some(({ name: outcome }) => outcome === "error"),
  };
}

/** A call that takes nothing over and gives nothing held back. `writes`: positions of pointers it writes through. */
export function borrow(name: string, source: string, writes: readonly number[] = []): ApiEntry {
  return {
    name,
    role: "borrow",
    era: {},
    signatures: [{ era: {}, returns: "unknown", parameters: [], variadic: true }],
    outcomes: [{ name: "done", effects: [] }],
    resultUnit: "other",
    negativeErrno: false,
    releaseWith: [],
    ...(writes.length > 0 && { writes }),
    source,
  };
}

/** A name that no kernel has: known so that nobody takes it for an API. */
export function neverMerged(name: string, source: string, notes: string): ApiEntry {
  return {
    name,
    role: "support",
    era: {},
    signatures: [],
    outcomes: [],
    resultUnit: "other",
    negativeErrno: false,
    releaseWith: [],
    neverMerged: true,
    source,
    notes,
  };
}
