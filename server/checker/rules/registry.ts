/**
 * The rules there are, in the order in which tables list them. Everything that names a rule goes by this list.
 * Knows no analysis.
 */
import type { RuleMetadata } from "../types.ts";
import { metadata as doubleRelease } from "./double-release/rule.ts";
import { metadata as follForceInDriver } from "./foll-force-in-driver/rule.ts";
import { metadata as follPinOutsideMm } from "./foll-pin-outside-mm/rule.ts";
import { metadata as invalidFollFlags } from "./invalid-foll-flags/rule.ts";
import { metadata as leakedPages } from "./leaked-pages/rule.ts";
import { metadata as mismatchedRelease } from "./mismatched-release/rule.ts";
import { metadata as negativePageCount } from "./negative-page-count/rule.ts";
import { metadata as obsoletePageApi } from "./obsolete-page-api/rule.ts";
import { metadata as overRelease } from "./over-release/rule.ts";
import { metadata as partialPinLeak } from "./partial-pin-leak/rule.ts";

export const rules: readonly RuleMetadata[] = [
  leakedPages,
  partialPinLeak,
  mismatchedRelease,
  doubleRelease,
  overRelease,
  negativePageCount,
  follPinOutsideMm,
  invalidFollFlags,
  follForceInDriver,
  obsoletePageApi,
];

const byName: ReadonlyMap<string, RuleMetadata> = new Map(rules.map((rule) => [rule.name, rule]));

/** The rule of a name, or undefined when there is none. */
export function findRule(name: string): RuleMetadata | undefined {
  return byName.get(name);
}

/** The rules whose claims are about counts: what they find is replayed. */
export const countingRules: ReadonlySet<string> = new Set(
  rules.filter(({ replay }) => replay).map(({ name }) => name),
);
