/**
 * Lets pages go by the family that acquired them: finds, among the catalogue's releases, the one that does for the
 * held family just what the wrong call does for its own. Knows no call by name.
 */
import { type ApiEntry, type Effect, findEntry, inEra, outcomesAt } from "@pinscope/simulator/catalogue";
import type { KernelChoice } from "../types.ts";
import type { Fix, FixContext } from "./types.ts";

/** Replaces the wrong release by its counterpart; several where several serve. */
export function replaceRelease({ finding, file, source, kernels }: FixContext): readonly Fix[] {
  const { location, path } = finding;
  const acquired = path.find(({ role }) => role === "acquire");
  if (location.file !== file || location.expandedFrom !== undefined || acquired === undefined) return [];
  const released = callAt(source, location.start);
  const acquiring = acquired.location.file === file ? callAt(source, acquired.location.start) : null;
  if (released === null || acquiring === null) return [];
  const wrong = findEntry(released.name);
  const acquirer = findEntry(acquiring.name);
  if (wrong === undefined || acquirer === undefined) return [];
  return acquirer.releaseWith
    .filter((name) => name !== released.name && isCounterpart(wrong, findEntry(name), kernels))
    .map((name) => ({
      title: `Let go with ${name}()`,
      edits: [{ start: released.start, end: released.start + released.name.length, text: name }],
      kind: "safe",
    }));
}

/** The name that is called at an offset; null where no call by name begins there. */
export function callAt(
  source: string,
  start: number,
): { readonly name: string; readonly start: number } | null {
  const match = /^(?:\(void\)\s*)?([A-Za-z_]\w*)\s*\(/.exec(source.slice(start, start + 200));
  const name = match?.[1];
  return name === undefined ? null : { name, start: start + (match?.[0] ?? "").indexOf(name) };
}

/** Whether `right` releases through the same arguments what `wrong` does, and does nothing else, in all kernels. */
function isCounterpart(
  wrong: ApiEntry,
  right: ApiEntry | undefined,
  kernels: readonly KernelChoice[],
): boolean {
  if (right === undefined) return false;
  return kernels.every(({ version }) => {
    if (!inEra(right.era, version)) return false;
    const before = releaseShape(wrong, version);
    const after = releaseShape(right, version);
    if (before === null || after === null || before.target !== after.target) return false;
    return before.pointer === after.pointer || before.pointer === null || after.pointer === null;
  });
}

interface ReleaseShape {
  /** Parameter count and what is let go, by argument positions. */
  readonly target: string;
  /** Type of the first parameter; null where it takes several (`release_pages_arg`). */
  readonly pointer: string | null;
}

/** What a call lets go; null where it does anything else, too. */
function releaseShape(entry: ApiEntry, version: KernelChoice["version"]): ReleaseShape | null {
  const signature = entry.signatures.find(({ era }) => inEra(era, version)) ?? entry.signatures.at(-1);
  const effects = outcomesAt(entry, version).flatMap((outcome) => outcome.effects);
  if (signature === undefined || effects.length !== 1) return null;
  const [effect] = effects as [Effect];
  if (effect.kind !== "release") return null;
  const position = new Map(signature.parameters.map(({ name }, index) => [name, index]));
  // Names of parameters differ between calls; what they are for does not.
  const target = JSON.stringify(effect.target, (key, value: unknown) =>
    key === "name" ? (position.get(String(value)) ?? value) : value,
  );
  const type = signature.parameters[0]?.type.replace(/\b(?:const|struct)\b|\s/g, "") ?? "";
  return { target: `${signature.parameters.length} ${target}`, pointer: type.includes("*") ? type : null };
}
