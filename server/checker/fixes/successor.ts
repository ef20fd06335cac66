/** Replaces an obsolete name by its successor where the call stays the same otherwise. */
import { type ApiEntry, findEntry, inEra } from "@pinscope/simulator/catalogue";
import type { KernelChoice } from "../types.ts";
import { callAt } from "./release-family.ts";
import type { Fix, FixContext } from "./types.ts";

/** The renaming; nothing where the successor takes other arguments, which is work for a person. */
export function useSuccessor({ finding, file, source, kernels }: FixContext): readonly Fix[] {
  const { location } = finding;
  if (location.file !== file || location.expandedFrom !== undefined) return [];
  const call = callAt(source, location.start);
  const entry = call === null ? undefined : findEntry(call.name);
  const successor = entry?.successor === undefined ? undefined : findEntry(entry.successor.name);
  if (call === null || entry === undefined || successor === undefined) return [];
  if (
    !kernels.every(
      ({ version }) => inEra(successor.era, version) && hasSameArguments(entry, successor, version),
    )
  )
    return [];
  return [
    {
      title: `Use ${successor.name}()`,
      edits: [{ start: call.start, end: call.start + call.name.length, text: successor.name }],
      kind: "safe",
    },
  ];
}

/** Whether a call of the old name, in its last form, is a call of the new one as it stands. */
function hasSameArguments(old: ApiEntry, successor: ApiEntry, version: KernelChoice["version"]): boolean {
  const now = successor.signatures.find(({ era }) => inEra(era, version));
  const before = old.signatures.find(({ era }) => inEra(era, version)) ?? old.signatures.at(-1);
  if (now === undefined || before === undefined) return false;
  const types = (signature: typeof now): string =>
    [signature.returns, ...signature.parameters.map(({ type }) => type)].join(",").replace(/\s/g, "");
  return types(now) === types(before);
}
