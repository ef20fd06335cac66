/** The scenarios that are offered for a function, from its simulation on the success path. Knows no protocol. */
import type { Location } from "@pinscope/grammars/ir";
import type { Simulation } from "@pinscope/simulator/interpreter";
import { ERAS } from "@pinscope/simulator/kernel";

/** One scenario to choose. */
export interface ScenarioOffer {
  readonly label: string;
  readonly description: string;
  /** What scenarios of one kind are told under. */
  readonly group: string;
  /** As on the command line; empty for the success path. */
  readonly scenario: readonly string[];
}

/** Failing calls that are offered. */
const failingLimit = 40;

const buffers: readonly (readonly [kind: string, label: string])[] = [
  ["thp", "Transparent huge pages"],
  ["file", "Pages of a file"],
  ["zero", "Never written: the zero page"],
  ["hugetlb", "Hugetlb pages"],
  ["readonly", "Mapped read-only"],
  ["hole", "Not mapped at all"],
];

/** @param lineOf the line of a place in the text, from 1; null for one in another file */
export function scenarioOffers(
  { fallible, balance, usesIterators, era }: Simulation,
  lineOf: (location: Location) => number | null,
): readonly ScenarioOffer[] {
  const offers: ScenarioOffer[] = [
    { label: "Success path", description: "every call succeeds", group: "Path", scenario: [] },
  ];
  // In a loop the same call fails in its first turn.
  const sites = new Set<string>();
  for (const { call, nth, location } of fallible) {
    const site = `${call} ${location.file} ${location.start}`;
    if (sites.has(site) || sites.size >= failingLimit) continue;
    sites.add(site);
    const line = lineOf(location);
    offers.push({
      label: `${call}() fails`,
      description: line === null ? "in a function it calls" : `line ${line}`,
      group: "Failing calls",
      scenario: [`fail=${call}#${nth}`],
    });
  }
  const callees = new Map<string, number>();
  for (const { callee, taken } of balance) callees.set(callee, Math.max(taken, callees.get(callee) ?? 0));
  for (const [callee, taken] of callees) {
    if (taken < 2) continue;
    offers.push({
      label: `${callee}() gets 1 of ${taken} pages`,
      description: "",
      group: "Short results",
      scenario: [`short=${callee}: 1 of ${taken}`],
    });
  }
  for (const [kind, label] of buffers)
    offers.push({ label, description: `buffer=${kind}`, group: "User memory", scenario: [`buffer=${kind}`] });
  if (usesIterators)
    for (const kind of ["iovec", "kvec", "bvec"])
      offers.push({
        label: `Iterator over ${kind}`,
        description: `iter=${kind}`,
        group: "Iterators",
        scenario: [`iter=${kind}`],
      });
  for (const { name } of ERAS.toReversed())
    if (name !== era)
      offers.push({ label: `Kernel ${name}`, description: "", group: "Kernels", scenario: [`era=${name}`] });
  return offers;
}
