/**
 * Which functions of a file are worth walking: found by names in the text, before anything is lowered.
 * Knows no paths.
 */
import { catalogue, type Effect } from "@pinscope/simulator/catalogue";

const identifier = /[A-Za-z_]\w*/g;

function namesWith(kinds: ReadonlySet<Effect["kind"]>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const entry of catalogue.values()) {
    if (entry.outcomes.some(({ effects }) => effects.some(({ kind }) => kinds.has(kind))))
      names.add(entry.name);
  }
  return names;
}

/** Names that take pages, let them go or hand them on. */
const pageNames = namesWith(new Set(["acquire", "release", "transfer"]));
/** Names that make, link or free the records that pages are kept in. */
const recordNames = namesWith(new Set(["acquire", "release", "transfer", "store", "allocate", "free"]));

/** Questions about iterators, and releases of pins. */
const iteratorNames: ReadonlySet<string> = new Set(
  [...catalogue.values()]
    .filter(
      ({ answers, outcomes }) =>
        answers !== undefined ||
        outcomes.some(({ effects }) =>
          effects.some((effect) => effect.kind === "release" && effect.family === "pin"),
        ),
    )
    .map(({ name }) => name),
);

const triggerNames: ReadonlySet<string> = new Set(
  [...catalogue.values()].filter((entry) => entry.role === "trigger").map((entry) => entry.name),
);

/** How deep in calls of the same file names are looked for. */
const callDepth = 3;

/** Names whose result is a page with a reference of its own. */
const lookupNames: ReadonlySet<string> = new Set(
  [...catalogue.values()]
    .filter(
      ({ role, outcomes }) => role === "tracked" && outcomes.some(({ effects }) => effects.some(isLookup)),
    )
    .map(({ name }) => name),
);

function isLookup(effect: Effect): boolean {
  return (
    effect.kind === "acquire" &&
    effect.family === "reference" &&
    effect.target.kind === "value" &&
    effect.target.value.kind === "result"
  );
}

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
  private readonly pages = new Map<string, boolean>();
  private readonly records = new Map<string, boolean>();

  /** `expands` gives the identifiers of a macro's body, empty for other names. */
  constructor(functions: readonly FunctionNames[], expands: (name: string) => ReadonlySet<string>) {
    this.functions = new Map(functions.map((one) => [one.name, one]));
    this.expands = expands;
    this.testsIterators = functions.some(({ identifiers }) =>
      [...identifiers].some((name) => iteratorNames.has(name)),
    );
  }

  /** Whether the file asks what iterators are backed by, or unpins at all. */
  readonly testsIterators: boolean;

  /** Whether `name`, or what it calls in the file, takes pages or lets them go. */
  movesPages(name: string): boolean {
    return this.remember(this.pages, name, pageNames);
  }

  /** Whether it makes, links or frees records. */
  movesRecords(name: string): boolean {
    return this.remember(this.records, name, recordNames);
  }

  private remember(answers: Map<string, boolean>, name: string, wanted: ReadonlySet<string>): boolean {
    const known = answers.get(name);
    if (known !== undefined) return known;
    const answer = this.reaches(name, wanted, callDepth, new Set());
    answers.set(name, answer);
    return answer;
  }

  /** Whether `name` itself looks a page up: a page taken so is followed where the file is worth it anyway. */
  looksUp(name: string): boolean {
    const one = this.functions.get(name);
    return one !== undefined && [...one.identifiers].some((used) => lookupNames.has(used));
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
      if (wanted.has(used) || (wanted === pageNames && used.startsWith("FOLL_"))) return true;
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
