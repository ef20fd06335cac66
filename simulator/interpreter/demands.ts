/** What a scenario demands of calls, beside what a run made of it. Decides nothing. */
import type { Location } from "@pinscope/grammars/ir";
import type { Run } from "./run.ts";
import type { Failure } from "./scenario.ts";

/** Names told as those that can fail. */
const NAME_LIMIT = 8;

/** The last call whose way to end the scenario dictated; null where there was none. */
export function forcedCall({ call, input, world }: Run): { because: string; location: Location } | null {
  const { fail, short } = input.scenario;
  const failed = call.fallible.findLast((one) => fail.some((failure) => concerns(failure, one)));
  const cut = world.acquisitions.findLast(({ callee }) =>
    short.some((one) => one.call === null || one.call === callee),
  );
  if (failed !== undefined && (cut === undefined || failed.location.start > cut.location.start))
    return { because: `; the scenario makes ${failed.call}() fail`, location: failed.location };
  if (cut === undefined) return null;
  return { because: `; the scenario makes ${cut.callee}() come short`, location: cut.location };
}

/** Parts of the scenario that nothing on the path had to do with, each in words. */
export function unmetDemands({ afterwards, call, choices, completions, input, world }: Run): string[] {
  const { fail, short, set } = input.scenario;
  const unmet: string[] = [];
  for (const failure of fail) {
    if (call.fallible.some((one) => concerns(failure, one))) continue;
    const names = [...new Set(call.fallible.map((one) => one.call))];
    const others = names.length === 0 ? "" : `; what can: ${listText(names)}`;
    const nth = failure.nth === null ? "" : `#${failure.nth}`;
    unmet.push(`fail=${failure.call}${nth}: no such call that can fail is on this path${others}`);
  }
  for (const { call: name } of short)
    if (
      name !== null &&
      !world.acquisitions.some(({ callee }) => callee === name) &&
      !call.fallible.some((one) => one.call === name)
    )
      unmet.push(`short=${name}: it took no pages on this path`);
  const { fork } = input.scenario;
  if (fork !== null && !call.counts.has(fork)) unmet.push(`fork=${fork}: it is not called on this path`);
  const { after } = input.scenario;
  if (after !== null && !afterwards.hasRun)
    unmet.push(`after=${after}: it is not in sight, or takes no record that the path was given`);
  for (const { what } of set)
    if (![...choices.all.values()].some((choice) => choice.what === what))
      unmet.push(`set=${what}: the code does not leave open such a value on this path`);
  if (input.scenario.complete && completions.registered === 0)
    unmet.push("complete=1: nothing with a callback in sight was set going on this path");
  return unmet;
}

function concerns(failure: Failure, one: { readonly call: string; readonly nth: number }): boolean {
  return failure.call === one.call && (failure.nth === null || failure.nth === one.nth);
}

function listText(names: readonly string[]): string {
  const told = names.slice(0, NAME_LIMIT).join(", ");
  return names.length > NAME_LIMIT ? `${told} …` : told;
}
