/**
 * Words for the readings of a file that show a finding: symbols of `#if` and kernel versions.
 * Knows no readings.
 */

/** Symbols and the values that set a reading apart from the usual one. */
export type Changes = ReadonlyMap<string, boolean>;

/** The versions that show a finding with the same condition (null: under every one). */
export interface VersionGroup {
  readonly versions: readonly string[];
  readonly condition: string | null;
}

function symbolText(name: string, value: boolean): string {
  if (/^CONFIG_\w+$/.test(name)) return `${name} is ${value ? "on" : "off"}`;
  if (/^[A-Za-z_$][\w$]*$/.test(name)) return `${name} is ${value ? "" : "not "}defined`;
  const readable = name.replace(/\s*(==|<(?!<)(?=[^.]*$))\s*/g, " $1 ");
  return `${readable} ${value ? "holds" : "does not hold"}`;
}

function changesText(changes: Changes): string {
  return [...changes].map(([name, value]) => symbolText(name, value)).join(" and ");
}

/** `if CONFIG_X is off`; several sets of changes are alternatives. */
export function conditionText(alternatives: readonly Changes[]): string {
  return `if ${alternatives.map(changesText).join(", or if ")}`;
}

/** The condition of what shows except under these changes: `if CONFIG_X is on`, `unless A is on and B is defined`. */
export function exceptionText(exceptions: readonly Changes[]): string {
  if (exceptions.some(({ size }) => size > 1)) return `unless ${exceptions.map(changesText).join(", or ")}`;
  const opposite = new Map(exceptions.flatMap((one) => [...one]).map(([name, value]) => [name, !value]));
  return `if ${changesText(opposite)}`;
}

/** Without sets that hold another set whole: they say no more than that one. */
export function withoutImplied(sets: readonly Changes[]): Changes[] {
  const holds = (whole: Changes, part: Changes): boolean =>
    [...part].every(([name, value]) => whole.get(name) === value);
  return sets.filter((one, at) =>
    sets.every((other, otherAt) => {
      if (other === one || !holds(one, other)) return true;
      return other.size === one.size && otherAt > at;
    }),
  );
}

/**
 * Which kernels show a finding, and under which condition: `only in 5.10`, `only in 5.10, if A is off`,
 * `in 5.10 only if A is off`, `only in 5.10 if A is off and in 6.6`.
 * @returns null when every kernel shows it under every condition
 * @param all how many kernels were checked
 */
export function versionsText(groups: readonly VersionGroup[], all: number): string | null {
  const shown = groups.reduce((sum, { versions }) => sum + versions.length, 0);
  const [first] = groups;
  if (first === undefined) return null;
  if (groups.length === 1) {
    if (shown === all) return first.condition;
    const only = `only in ${first.versions.join(", ")}`;
    return first.condition === null ? only : `${only}, ${first.condition}`;
  }
  if (shown === all) {
    return groups
      .filter(({ condition }) => condition !== null)
      .map(({ versions, condition }) => `in ${versions.join(", ")} only ${condition}`)
      .join("; ");
  }
  const parts = groups.map(({ versions, condition }) =>
    condition === null ? `in ${versions.join(", ")}` : `in ${versions.join(", ")} ${condition}`,
  );
  return `only ${parts.join(" and ")}`;
}
