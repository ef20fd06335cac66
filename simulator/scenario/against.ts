/** One scenario under two kernels: where they part, and what comes of it. */
import { hasBioFlag, type KernelEvent, type Profile } from "@pinscope/simulator/kernel";
import { compareStates, type Difference, openComparison } from "./compare.ts";
import { type FirstDifference, replayScenario, type Stop } from "./replay.ts";
import type { Scenario } from "./types.ts";

export interface Parting {
  readonly scenario: string;
  readonly desc: string;
  /** The first step that differs; null: they do the same, as far as both were run. */
  readonly first: FirstDifference | null;
  /** Later steps whose result (`ret`, signal) differs: what the process, or the device, sees of it. */
  readonly consequences: readonly FirstDifference[];
  /** What still differs after the last step that both ran. */
  readonly end: FirstDifference | null;
  /** What only one of the kernels said. */
  readonly said: { readonly left: readonly KernelEvent[]; readonly right: readonly KernelEvent[] };
  readonly stop: { readonly left: Stop | null; readonly right: Stop | null };
}

/** Fields of a step that are its result rather than the state after it. */
const results = new Set(["ret", "note"]);

/** Runs a scenario on both kernels; `expected` in the differences is the left one's, `actual` the right one's. */
export function compareKernels(
  scenario: Scenario,
  left: Profile,
  right: Profile,
  recorded: 1 | 2 | null,
): Parting {
  const one = replayScenario(scenario, { profile: left, compare: false, recorded });
  const other = replayScenario(scenario, { profile: right, compare: false, recorded });
  const comparison = openComparison({
    partial: false,
    ignoresZeroDirty: false,
    reusesNames: false,
    zones: false,
    mayBeReused: () => false,
    leftOut: flagsOfOne(left, right),
  });
  const differing: FirstDifference[] = [];
  const ran = Math.min(one.steps.length, other.steps.length);
  for (let step = 0; step < ran; step++) {
    const expected = one.steps[step]!;
    const actual = other.steps[step]!;
    const differences = compareStates(comparison, expected, actual);
    if (differences.length > 0) {
      const child = expected.who === "child" ? { who: "child" as const } : {};
      differing.push({ step, call: expected.call, ...child, differences });
    }
  }
  const last = differing.at(-1);
  return {
    scenario: scenario.scenario,
    desc: scenario.desc ?? "",
    first: differing[0] ?? null,
    consequences: differing.slice(1).flatMap((one) => {
      const seen = one.differences.filter((difference: Difference) => results.has(difference.path));
      return seen.length === 0 ? [] : [{ ...one, differences: seen }];
    }),
    end: last !== undefined && last.step === ran - 1 && differing.length > 1 ? last : null,
    said: {
      left: onlyIn(one.events, other.events),
      right: onlyIn(other.events, one.events),
    },
    stop: { left: one.stop, right: other.stop },
  };
}

const bioFlags = ["BIO_PAGE_PINNED", "BIO_PAGE_REFFED", "BIO_NO_PAGE_REF"] as const;

/** Flags that only one of the kernels has: no difference in what happens. */
function flagsOfOne(left: Profile, right: Profile): Set<string> {
  const both = (has: (profile: Profile) => boolean): boolean => has(left) && has(right);
  const bio = bioFlags.filter((flag) => !both(({ era }) => hasBioFlag(era.switches, flag)));
  return new Set<string>(both(hasAnonExclusive) ? bio : [...bio, "anon_exclusive"]);
}

function hasAnonExclusive({ era }: Profile): boolean {
  return era.switches.cowReuse === "exclusive";
}

/** Events of one run that the other has no equal of. */
function onlyIn(events: readonly KernelEvent[], others: readonly KernelEvent[]): KernelEvent[] {
  const key = (event: KernelEvent): string => `${event.kind} ${event.where} ${event.text}`;
  const left = others.map(key);
  return events.filter((event) => {
    const at = left.indexOf(key(event));
    if (at < 0) return true;
    left.splice(at, 1);
    return false;
  });
}
