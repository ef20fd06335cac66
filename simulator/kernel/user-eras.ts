/** Eras that a user defines in the configuration: a known one with some switches set otherwise. Reads plain data. */
import type { Era, Switches } from "./era.ts";
import { deriveEra, ERAS, findEra, PROPOSALS } from "./eras.ts";

export type ReadEra =
  | { readonly kind: "era"; readonly era: Era }
  | { readonly kind: "problem"; readonly message: string };

/** What a configuration says of one era: the era it starts from, and the switches that differ. */
export interface EraDefinition {
  readonly from: string;
  readonly switches: Readonly<Record<string, boolean | string | number>>;
}

/** Every setting that a switch has in some era: what else it could be set to, no code knows. */
function settingsOf(name: keyof Switches): readonly unknown[] {
  const settings = new Set<unknown>([...ERAS, ...PROPOSALS].map((era) => era.switches[name]));
  if ([...settings].every((one) => typeof one === "boolean")) return [false, true];
  return [...settings];
}

function problem(message: string): ReadEra {
  return { kind: "problem", message };
}

/** Builds an era from its definition; problems name the era, the switch and what it may be. */
export function readEra(name: string, { from, switches }: EraDefinition): ReadEra {
  if ([...ERAS, ...PROPOSALS].some((era) => era.name === name))
    return problem(`era ${name}: the name is taken by a kernel that is modeled`);
  let base: Era;
  try {
    base = findEra(from);
  } catch (error) {
    return problem(`era ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
  for (const [key, value] of Object.entries(switches)) {
    if (!Object.hasOwn(base.switches, key))
      return problem(`era ${name}: no switch "${key}"; there are ${Object.keys(base.switches).join(", ")}`);
    const settings = settingsOf(key as keyof Switches);
    if (!settings.includes(value))
      return problem(
        `era ${name}: ${key} is one of ${settings.map(String).join(", ")}, not ${String(value)}`,
      );
  }
  return { kind: "era", era: deriveEra(name, base, switches) };
}
