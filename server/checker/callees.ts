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

/** How deep in calls of the same file names are looked for, triggers too. */
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

/** The identifiers of macros' bodies, read once a macro; undefined for names that are no macros. */
export function namesInMacros(
  macro: (name: string) => { readonly body: string } | undefined,
): (name: string) => ReadonlySet<string> | undefined {
  const known = new Map<string, ReadonlySet<string>>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const definition = macro(name);
    if (definition === undefined) return undefined;
    const names = identifiersIn(definition.body);
    known.set(name, names);
    return names;
  };
}

export interface FunctionNames {
  readonly name: string;
  readonly identifiers: ReadonlySet<string>;
}

export function identifiersIn(text: string): Set<string> {
  return new Set(text.match(identifier));
}

/** What a function's own text names, the bodies of the macros that it uses included where they are looked into. */
export interface NamedEffects {
  readonly pages: boolean;
  readonly records: boolean;
  readonly triggers: boolean;
  /** Itself, not through a macro. */
  readonly lookups: boolean;
  readonly iterators: boolean;
}

/** `expands` gives the identifiers of a macro's body, nothing for other names. */
export function namedEffects(
  identifiers: ReadonlySet<string>,
  expands: (name: string) => Iterable<string> | undefined,
): NamedEffects {
  const found = { pages: false, records: false, triggers: false, lookups: false, iterators: false };
  for (const used of identifiers) {
    if (catalogue.has(used)) {
      found.lookups ||= lookupNames.has(used);
      found.iterators ||= iteratorNames.has(used);
      note(found, used);
    } else if (used.startsWith("FOLL_")) found.pages = true;
    const hidden = expands(used);
    if (hidden !== undefined) for (const name of hidden) if (catalogue.has(name)) note(found, name);
  }
  return found;
}

/** @param name of the catalogue */
function note(found: { pages: boolean; records: boolean; triggers: boolean }, name: string): void {
  found.pages ||= pageNames.has(name);
  found.records ||= recordNames.has(name);
  found.triggers ||= triggerNames.has(name);
}

/** Answers, for the functions of one file, which matter and which contain a trigger within some calls. */
export class CallGraph {
  private readonly functions: ReadonlyMap<string, FunctionNames>;
  private readonly effects: ReadonlyMap<string, NamedEffects>;
  private readonly reaching = new Map<string, ReadonlySet<string>>();
  private readonly listed: ListCallees;
  private callees: ReadonlyMap<string, readonly string[]> | undefined;

  /** Whether the file asks what iterators are backed by, or unpins at all. */
  readonly testsIterators: boolean;

  /** Of functions of one name the last counts. */
  constructor(
    functions: readonly FunctionNames[],
    effectsOf: (one: FunctionNames, index: number) => NamedEffects,
    listed: ListCallees = calleesOf,
  ) {
    this.listed = listed;
    const effects = functions.map(effectsOf);
    this.functions = new Map(functions.map((one) => [one.name, one]));
    this.effects = new Map(functions.map(({ name }, index) => [name, effects[index] ?? nothing]));
    this.testsIterators = effects.some(({ iterators }) => iterators);
  }

  /** Whether `name`, or what it calls in the file, takes pages or lets them go. */
  movesPages(name: string): boolean {
    return this.withinCalls("pages").has(name);
  }

  /** Whether it makes, links or frees records. */
  movesRecords(name: string): boolean {
    return this.withinCalls("records").has(name);
  }

  /** The functions that move pages and whose own text names an identifier. */
  naming(identifier: string): readonly string[] {
    const named: string[] = [];
    for (const { name, identifiers } of this.functions.values())
      if (identifiers.has(identifier) && this.movesPages(name)) named.push(name);
    return named;
  }

  /** Whether `name` itself looks a page up: a page taken so is followed where the file is worth it anyway. */
  looksUp(name: string): boolean {
    return this.effects.get(name)?.lookups === true;
  }

  /** Whether `name` itself, or a macro that it uses, names what takes pages or lets them go. */
  namesPages(name: string): boolean {
    const effects = this.effects.get(name);
    return effects !== undefined && (effects.pages || effects.triggers || effects.lookups);
  }

  /** The functions of the file that `name` names. */
  calleesOf(name: string): readonly string[] {
    this.callees ??= this.listCallees();
    return this.callees.get(name) ?? [];
  }

  /** Whether `name` contains a trigger, itself or within some calls of functions in the file. */
  triggers(name: string): boolean {
    return this.withinCalls("triggers").has(name);
  }

  /** Names of which an answer about pages or records is another one in `other`. */
  *changedSince(other: CallGraph): Iterable<string> {
    for (const kind of ["pages", "records"] as const) {
      const [now, before] = [this.withinCalls(kind), other.withinCalls(kind)];
      for (const name of now) if (!before.has(name)) yield name;
      for (const name of before) if (!now.has(name)) yield name;
    }
  }

  /** The functions that name something of a kind, and their callers within `callDepth` calls. */
  private withinCalls(kind: "pages" | "records" | "triggers"): ReadonlySet<string> {
    const known = this.reaching.get(kind);
    if (known !== undefined) return known;
    const found = new Set<string>();
    for (const [name, effects] of this.effects) if (effects[kind]) found.add(name);
    this.callees ??= this.listCallees();
    for (let depth = 0; depth < callDepth; depth++) {
      const callers: string[] = [];
      for (const [name, called] of this.callees) {
        if (!found.has(name) && called.some((callee) => found.has(callee))) callers.push(name);
      }
      for (const name of callers) found.add(name);
      if (callers.length === 0) break;
    }
    this.reaching.set(kind, found);
    return found;
  }

  private listCallees(): ReadonlyMap<string, readonly string[]> {
    const { functions } = this;
    const callees = new Map<string, readonly string[]>();
    for (const one of functions.values()) callees.set(one.name, this.listed(one, functions));
    return callees;
  }
}

/** The functions of the file that one of them names. */
export type ListCallees = (
  one: FunctionNames,
  functions: ReadonlyMap<string, FunctionNames>,
) => readonly string[];

export const calleesOf: ListCallees = ({ identifiers }, functions) => {
  const called: string[] = [];
  for (const used of identifiers) if (functions.has(used)) called.push(used);
  return called;
};

const nothing: NamedEffects = {
  pages: false,
  records: false,
  triggers: false,
  lookups: false,
  iterators: false,
};
