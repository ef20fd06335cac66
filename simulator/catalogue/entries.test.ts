/** The catalogue's form: what every entry owes, whichever API it describes. */
import { expect, test } from "vitest";
import {
  type ApiEntry,
  acquirersOf,
  type Condition,
  catalogue,
  compareVersions,
  type Effect,
  type EraRange,
  type IntegerTerm,
  outcomesAt,
  type PointerTerm,
  serves,
  type Target,
} from "./index.ts";
import { referenceNames } from "./reference-names.ts";
import { sampledVersions } from "./sampled-versions.ts";
import { clampToEra, oldestModeled } from "./version.ts";

const entries = [...catalogue.values()];
const effectsOf = (entry: ApiEntry): readonly Effect[] => entry.outcomes.flatMap(({ effects }) => effects);
const erasOf = (entry: ApiEntry): EraRange[] => [
  entry.era,
  ...entry.signatures.map(({ era }) => era),
  ...entry.outcomes
    .flatMap(({ era, effects }) => [era, ...effects.map((effect) => effect.era)])
    .filter((era) => era !== undefined),
  ...(entry.requires ?? []).map(({ era }) => era).filter((era) => era !== undefined),
];

test("every name of the reference is there", () => {
  expect(referenceNames).toHaveLength(262);
  expect(referenceNames.filter((name) => !catalogue.has(name))).toEqual([]);
});

test("every entry names its source", () => {
  for (const { name, source } of entries) expect(source.trim().length, name).toBeGreaterThan(3);
});

test("every era is a range, and its branches are named as branches", () => {
  for (const entry of entries)
    for (const era of erasOf(entry)) {
      if (era.since && era.before)
        expect(
          compareVersions(era.since, era.before),
          `${entry.name} ${era.since}–${era.before}`,
        ).toBeLessThan(0);
      for (const branch of [...(era.backports ?? []), ...(era.except ?? [])])
        expect(branch).toMatch(/^\d+\.\d+\.y$/);
    }
});

test("signatures follow each other without overlap, inside the life of the name", () => {
  for (const { name, era, signatures } of entries) {
    for (const [index, { era: own }] of signatures.entries()) {
      const next = signatures[index + 1]?.era;
      if (next?.since) {
        expect(own.before, name).toBeDefined();
        if (own.before) expect(compareVersions(own.before, next.since), name).toBeLessThanOrEqual(0);
      }
      if (era.since && own.since) expect(compareVersions(era.since, own.since), name).toBeLessThanOrEqual(0);
      if (era.before)
        expect(own.before && compareVersions(own.before, era.before), name).toBeLessThanOrEqual(0);
    }
    const last = signatures.at(-1);
    expect(last?.era.before, name).toBe(signatures.length > 0 ? era.before : undefined);
  }
});

test("only names that no kernel had lack a signature", () => {
  for (const { name, signatures, outcomes, neverMerged } of entries) {
    expect(signatures.length > 0, name).toBe(neverMerged !== true);
    expect(outcomes.length > 0, name).toBe(neverMerged !== true);
  }
});

test("every version of a signature has outcomes, and they name only its parameters", () => {
  for (const entry of entries)
    for (const signature of entry.signatures) {
      const names = new Set(signature.parameters.map(({ name }) => name));
      expect(names.size, `${entry.name}: equal parameter names`).toBe(signature.parameters.length);
      const versions = new Set(
        [...sampledVersions, oldestModeled].map((version) => clampToEra(version, signature.era)),
      );
      for (const version of versions) {
        const modeled = compareVersions(version, oldestModeled) < 0 ? oldestModeled : version;
        const outcomes = outcomesAt(entry, modeled);
        expect(outcomes.length, `${entry.name} at ${version}`).toBeGreaterThan(0);
        const unnamed = outcomes.flatMap(namesInOutcome).filter((name) => !names.has(name));
        expect([...new Set(unnamed)], `${entry.name} at ${version}`).toEqual([]);
      }
    }
});

test("parameters named beside the outcomes exist in the newest signature", () => {
  for (const { name, signatures, flagsParameter, aliases, answers, requires } of entries) {
    const newest = new Set(signatures.at(-1)?.parameters.map((parameter) => parameter.name));
    const named = [
      ...(flagsParameter ? [flagsParameter] : []),
      ...(aliases ? [aliases.result, ...(aliases.by ? namesInInteger(aliases.by) : [])] : []),
      ...(answers ? namesInCondition(answers) : []),
      ...(requires ?? []).flatMap(({ condition }) => namesInCondition(condition)),
    ];
    expect(
      named.filter((parameter) => !newest.has(parameter)),
      name,
    ).toEqual([]);
  }
});

test("what is acquired can be let go: by names that are there and release that family", () => {
  for (const entry of entries) {
    for (const name of entry.releaseWith) expect(catalogue.has(name), `${entry.name} → ${name}`).toBe(true);
    const releases = entry.releaseWith.flatMap((name) => effectsOf(catalogue.get(name) ?? entry));
    for (const effect of effectsOf(entry)) {
      if (effect.kind === "acquire")
        expect(
          releases.some((other) => other.kind === "release" && serves(other.family, effect.family)),
          `${entry.name} acquires ${effect.family}`,
        ).toBe(true);
      if (effect.kind === "allocate")
        expect(
          releases.some(({ kind }) => kind === "free"),
          `${entry.name} allocates`,
        ).toBe(true);
    }
  }
});

test("what lets go names what it lets go: some entry acquires that and points to it", () => {
  const idle = entries.filter((entry) => {
    const acquired = acquirersOf(entry.name).flatMap(effectsOf);
    const resizes = effectsOf(entry).some(({ kind }) => kind === "allocate");
    const serving = (effect: Effect) =>
      acquired.some((other) =>
        effect.kind === "release"
          ? other.kind === "acquire" && serves(effect.family, other.family)
          : other.kind === "allocate",
      );
    return effectsOf(entry).some(
      (effect) => (effect.kind === "release" || (effect.kind === "free" && !resizes)) && !serving(effect),
    );
  });
  expect(idle.map(({ name }) => name)).toEqual([]);
});

test("a put_page family call never serves a pin, and freeing pages serves only allocations", () => {
  expect(serves("reference", "pin")).toBe(false);
  expect(serves("pin", "reference")).toBe(false);
  expect(serves("reference", "allocation")).toBe(true);
  expect(serves("allocation", "reference")).toBe(false);
  for (const name of ["__free_page", "__free_pages", "free_page", "free_pages"])
    for (const effect of effectsOf(catalogue.get(name) as ApiEntry))
      expect(effect).toMatchObject({ kind: "release", family: "allocation" });
});

test("borrows and identities hold nothing back", () => {
  for (const entry of entries)
    if (entry.role === "borrow" || entry.aliases)
      for (const { kind } of effectsOf(entry)) expect(["dirty", "store", "mark"], entry.name).toContain(kind);
});

test("successors exist, and a removed name is removed when its successor says so", () => {
  for (const { name, successor, era } of entries) {
    if (!successor) continue;
    expect(catalogue.has(successor.name), `${name} → ${successor.name}`).toBe(true);
    expect(successor.removedIn, name).toBe(era.before);
  }
});

function namesInPointer(term: PointerTerm): string[] {
  return term.kind === "result" ? [] : [term.name];
}

function namesInInteger(term: IntegerTerm): string[] {
  if (term.kind === "argument" || term.kind === "pointee") return [term.name];
  return "left" in term ? [...namesInInteger(term.left), ...namesInInteger(term.right)] : [];
}

/** Flags are left out: a flag of a parameter that a signature lacks is not set. */
function namesInCondition(condition: Condition): string[] {
  switch (condition.kind) {
    case "compare":
      return [...namesInInteger(condition.left), ...namesInInteger(condition.right)];
    case "null":
    case "not-null":
    case "error-pointer":
      return namesInPointer(condition.pointer);
    case "error-value":
      return namesInInteger(condition.value);
    case "predicate":
      return condition.argument === "result" ? [] : [condition.argument];
    case "flag":
      return [];
    case "not":
      return namesInCondition(condition.operand);
    case "and":
    case "or":
      return condition.operands.flatMap(namesInCondition);
  }
}

function namesInTarget(target: Target): string[] {
  switch (target.kind) {
    case "slots":
      return [...namesInPointer(target.array), ...namesInInteger(target.low), ...namesInInteger(target.end)];
    case "value":
      return [...namesInPointer(target.value), ...namesInInteger(target.count)];
    case "consecutive":
      return [...namesInPointer(target.first), ...namesInInteger(target.count)];
    case "contents":
      return namesInPointer(target.container);
  }
}

function namesInEffect(effect: Effect): string[] {
  const when = effect.when ? namesInCondition(effect.when) : [];
  switch (effect.kind) {
    case "acquire":
    case "release":
      return [
        ...when,
        ...namesInTarget(effect.target),
        ...(effect.holder ? namesInPointer(effect.holder) : []),
      ];
    case "transfer":
      return [
        ...when,
        ...namesInTarget(effect.target),
        ...(effect.to === "callee" ? [] : namesInPointer(effect.to)),
      ];
    case "store":
      return [...when, ...namesInTarget(effect.target), ...namesInPointer(effect.into)];
    case "allocate":
      return [
        ...when,
        ...namesInPointer(effect.into),
        ...[effect.bytes, effect.elements].flatMap((term) => (term ? namesInInteger(term) : [])),
        ...(effect.copyOf ? namesInPointer(effect.copyOf) : []),
      ];
    case "free":
      return [...when, ...namesInPointer(effect.value)];
    case "mark":
      return [...when, effect.argument];
    case "dirty":
      return [...when, ...namesInTarget(effect.target)];
  }
}

function namesInOutcome(outcome: ApiEntry["outcomes"][number]): string[] {
  return [
    ...(outcome.result ? namesInCondition(outcome.result) : []),
    ...(outcome.possible ? namesInCondition(outcome.possible) : []),
    ...outcome.effects.flatMap(namesInEffect),
  ];
}
