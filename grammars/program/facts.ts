/**
 * What a reader asked of a program and what it was told: answers that hold in another program too make what was read
 * from them valid there. Knows no reader.
 */
import type { Program } from "./types.ts";

type Question = Exclude<keyof Program, "isTypeName">;

/** `kind name` → the answer, `undefined` included. */
export type Facts = ReadonlyMap<string, unknown>;

/** A program that answers as `program` does and notes what it was asked. */
export function recordFacts(program: Program): { readonly program: Program; readonly facts: Facts } {
  const facts = new Map<string, unknown>();
  const ask =
    <Answer>(kind: Question, find: (name: string) => Answer): ((name: string) => Answer) =>
    (name) => {
      const answer = find(name);
      facts.set(`${kind} ${name}`, answer);
      return answer;
    };
  const typedef = ask("typedef", program.typedef);
  return {
    facts,
    program: {
      macro: ask("macro", program.macro),
      typedef,
      record: ask("record", program.record),
      signature: ask("signature", program.signature),
      global: ask("global", program.global),
      enumerator: ask("enumerator", program.enumerator),
      isTypeName: (name) => typedef(name) !== undefined,
      cleanup: ask("cleanup", program.cleanup),
    },
  };
}

/** Gives a test of whether facts hold in `program`; places of macros in their files aside. */
export function factChecker(program: Program): (facts: Facts) => boolean {
  // Most facts are shared by many functions, and their answers are the same objects.
  const compared = new Map<string, { readonly before: unknown; readonly holds: boolean }>();
  const holds = (key: string, before: unknown): boolean => {
    const known = compared.get(key);
    if (known !== undefined && known.before === before) return known.holds;
    const space = key.indexOf(" ");
    const kind = key.slice(0, space) as Question;
    const same = isSame(before, program[kind](key.slice(space + 1)), kind === "macro");
    compared.set(key, { before, holds: same });
    return same;
  };
  return (facts) => {
    for (const [key, before] of facts) if (!holds(key, before)) return false;
    return true;
  };
}

const places: ReadonlySet<string> = new Set(["start", "end"]);

/** Deep equality of plain data with maps in it. */
function isSame(left: unknown, right: unknown, withoutPlaces: boolean): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (left instanceof Map || right instanceof Map) {
    if (!(left instanceof Map && right instanceof Map) || left.size !== right.size) return false;
    const others = [...right];
    return [...left].every(([key, value], index) => {
      const [otherKey, other] = others[index] ?? [];
      return key === otherKey && isSame(value, other, withoutPlaces);
    });
  }
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => {
    if (withoutPlaces && places.has(key)) return true;
    return key in right && isSame(Reflect.get(left, key), Reflect.get(right, key), withoutPlaces);
  });
}
