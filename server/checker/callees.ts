/**
 * Which functions of a file are worth walking: found by names in the text, before anything is lowered.
 * Knows no paths.
 */
import { catalogue } from "@pinscope/simulator/catalogue";

const identifier = /[A-Za-z_]\w*/g;

/** Names that take, let go, hand on or free: a helper that uses one can change what its caller holds. */
const actingNames: ReadonlySet<string> = new Set(
  [...catalogue.values()]
    .filter((entry) =>
      entry.outcomes.some((outcome) =>
        outcome.effects.some((effect) => effect.kind !== "dirty" && effect.kind !== "mark"),
      ),
    )
    .map((entry) => entry.name),
);

const triggerNames: ReadonlySet<string> = new Set(
  [...catalogue.values()].filter((entry) => entry.role === "trigger").map((entry) => entry.name),
);

export interface FunctionNames {
  readonly name: string;
  readonly identifiers: ReadonlySet<string>;
}

export function identifiersIn(text: string): Set<string> {
  return new Set(text.match(identifier));
}

/** Answers, for the functions of one file, which matter and which contain a trigger within some calls. */
export class CallGraph {
  private readonly functions: ReadonlyMap<string, FunctionNames>;
  private readonly expands: (name: string) => ReadonlySet<string>;
  private readonly acting = new Map<string, boolean>();

  /** `expands` gives the identifiers of a macro's body, empty for other names. */
  constructor(functions: readonly FunctionNames[], expands: (name: string) => ReadonlySet<string>) {
    this.functions = new Map(functions.map((one) => [one.name, one]));
    this.expands = expands;
  }

  /** Whether following a call of `name` can change what is held. */
  matters(name: string): boolean {
    const known = this.acting.get(name);
    if (known !== undefined) return known;
    this.acting.set(name, false);
    const result = this.reaches(name, actingNames, 3, new Set());
    this.acting.set(name, result);
    return result;
  }

  /** Whether `name` contains a trigger, itself or within `depth` calls of functions in the file. */
  triggers(name: string, depth: number): boolean {
    return this.reaches(name, triggerNames, depth, new Set());
  }

  private reaches(
    name: string,
    wanted: ReadonlySet<string>,
    depth: number,
    path: ReadonlySet<string>,
  ): boolean {
    const one = this.functions.get(name);
    if (one === undefined) return false;
    for (const used of one.identifiers) {
      if (wanted.has(used)) return true;
      for (const hidden of this.expands(used)) if (wanted.has(hidden)) return true;
    }
    if (depth === 0) return false;
    const deeper = new Set([...path, name]);
    for (const used of one.identifiers) {
      if (!deeper.has(used) && this.functions.has(used) && this.reaches(used, wanted, depth - 1, deeper))
        return true;
    }
    return false;
  }
}
