/**
 * Binds a call as written to an entry: by arity, and where that leaves a choice by argument types, over all
 * signatures back to v4.4. Knows no API by name.
 */
import { findEntry } from "./entries.ts";
import type { ApiEntry, BoundCall, Effect, KernelVersion, Outcome, Signature } from "./types.ts";
import { clampToEra, compareVersions, describeEra, distanceToEra, inEra, oldestModeled } from "./version.ts";

/** Base name and pointer depth of C type text; qualifiers and annotations do not count. */
function typeShape(text: string): { readonly base: string; readonly depth: number } {
  const depth = text.match(/\*|\[\s*\]/g)?.length ?? 0;
  const base = text
    .replace(/\b(const|volatile|restrict|__user|__iomem|__force|__must_check|struct|union|enum)\b/g, " ")
    .replace(/[*[\]]/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return { base, depth };
}

const integerType =
  /^(?:(?:un)?signed|char|short|int|long|_?[Bb]ool|size_t|ssize_t|off_t|loff_t|pgoff_t|gfp_t|u?int\d+_t|[us](?:8|16|32|64)|__[usbl]e?\d+|dma_addr_t|phys_addr_t|fgf_t|gfn_t|gpa_t|hva_t|kvm_pfn_t|blk_opf_t|vm_fault_t|iov_iter_extraction_t| )+$/;

/** How well an argument of type `given` fits a parameter: 3 same, 2 both integers, 1 unknown or void pointer, -8 no. */
function fit(given: string | null, wanted: string): number {
  if (given === null) return 1;
  const left = typeShape(given);
  const right = typeShape(wanted);
  if (left.depth !== right.depth) return -8;
  if (left.base === right.base) return 3;
  if (left.depth > 0) return left.base === "void" || right.base === "void" ? 1 : -8;
  return integerType.test(left.base) && integerType.test(right.base) ? 2 : 1;
}

function accepts(signature: Signature, argumentCount: number): boolean {
  const wanted = signature.parameters.length;
  return signature.variadic ? argumentCount >= wanted : argumentCount === wanted;
}

/** The best signature for a call: types that do not contradict, then the version asked for, then the nearest. */
function choose(
  entry: ApiEntry,
  argumentCount: number,
  types: readonly (string | null)[],
  version: KernelVersion,
): Signature | undefined {
  const candidates = entry.signatures.filter((signature) => accepts(signature, argumentCount));
  if (candidates.length < 2) return candidates[0];
  const rank = ({ parameters, era }: Signature): number => {
    const fits = parameters.map(({ type }, index) => fit(types[index] ?? null, type));
    const contradictions = fits.filter((score) => score < 0).length;
    return (
      -contradictions * 1e6 - distanceToEra(version, era) * 100 + fits.reduce((sum, one) => sum + one, 0)
    );
  };
  return candidates.reduce((best, one) => (rank(one) > rank(best) ? one : best));
}

const bindings = new Map<string, BoundCall>();

function bind(entry: ApiEntry, signature: Signature, version: KernelVersion): BoundCall {
  const key = `${entry.name} ${entry.signatures.indexOf(signature)} ${version}`;
  const known = bindings.get(key);
  if (known) return known;
  const inEntry = clampToEra(version, entry.era);
  const inSignature = clampToEra(inEntry, signature.era);
  const effectVersion = compareVersions(inSignature, oldestModeled) < 0 ? oldestModeled : inSignature;
  const caveat = caveatOf(entry, signature, version);
  const bound: BoundCall = {
    entry,
    signature,
    effectVersion,
    outcomes: outcomesAt(entry, effectVersion),
    position: new Map(signature.parameters.map(({ name }, index) => [name, index])),
    ...(caveat && { caveat }),
  };
  bindings.set(key, bound);
  return bound;
}

function caveatOf(entry: ApiEntry, signature: Signature, version: KernelVersion): string | undefined {
  const { name } = entry;
  if (!inEra(entry.era, version))
    return `${name} is not in ${version} but in ${describeEra(entry.era)}; read as there`;
  if (!inEra(signature.era, version))
    return `${name} is called as in ${describeEra(signature.era)}, not as in ${version}; read as there`;
  if (compareVersions(version, oldestModeled) < 0 && entry.role !== "borrow")
    return `kernels before ${oldestModeled} were not read: effects of ${oldestModeled} stand in for ${version}`;
  return undefined;
}

/** The outcomes of an entry that exist in a version, each with the effects of that version only. */
export function outcomesAt(entry: ApiEntry, version: KernelVersion): readonly Outcome[] {
  const lives = (effect: Effect) => inEra(effect.era, version);
  return entry.outcomes
    .filter(({ era }) => inEra(era, version))
    .map((outcome) => ({ ...outcome, effects: outcome.effects.filter(lives) }));
}

/**
 * Binds a call. `argumentTypes` is C type text per argument, null where unknown (a literal, an unknown variable).
 * Undefined when the catalogue does not know the name or no signature of it takes that many arguments.
 */
export function bindCall(
  name: string,
  argumentCount: number,
  argumentTypes: readonly (string | null)[],
  version: KernelVersion,
): BoundCall | undefined {
  const entry = findEntry(name);
  const signature = entry && choose(entry, argumentCount, argumentTypes, version);
  return entry && signature && bind(entry, signature, version);
}
