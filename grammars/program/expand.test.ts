import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { definitions, uses } from "./expand.fixtures.ts";
import { collectProgram, expandMacro, maximumExpansionLength, splitArguments } from "./index.ts";
import { tokenize } from "./lexer.ts";

const words = (text: string): string[] =>
  tokenize(text, 0, text.length, { directives: "none" }).map((token) => token.text);

function programOf(text: string) {
  return collectProgram("fixture.c", new Map([["fixture.c", text]])).program;
}

/** Expands `NAME` or `NAME(…)` as written. */
function expand(use: string, text: string) {
  const program = programOf(text);
  const name = /^\w+/.exec(use)?.[0] ?? "";
  const macro = program.macro(name);
  if (macro === undefined) throw new Error(`no macro ${name}`);
  const rest = use.slice(name.length);
  if (rest !== "" && !(rest.startsWith("(") && rest.endsWith(")"))) throw new Error(`not one use: ${use}`);
  return expandMacro(macro, rest === "" ? null : splitArguments(rest.slice(1, -1)), program);
}

describe("expandMacro gives what gcc -E gives, white space aside", () => {
  it.each(uses)("%s", (use, expected) => {
    const result = expand(use, definitions);
    expect("text" in result ? words(result.text) : result).toEqual(words(expected));
  });
});

describe("expandMacro tells problems", () => {
  it.each([
    ["TWO_ARGUMENTS(1)", "#define TWO_ARGUMENTS(a, b) a b", /takes 2 arguments, got 1/],
    ["TWO_ARGUMENTS", "#define TWO_ARGUMENTS(a, b) a b", /without arguments/],
    ["NONE(1)", "#define NONE() x", /takes 0 arguments, got 1/],
    ["REST()", "#define REST(a, b, ...) a", /takes 2 or more arguments, got 1/],
    ["INNER_WRONG", "#define INNER_WRONG PAIR(1)\n#define PAIR(a, b) a b", /PAIR takes 2/],
  ])("%s", (use, text, message) => {
    const result = expand(use, text);
    expect("problem" in result ? result.problem : result.text).toMatch(message);
  });

  it("ends where macros nest deeper than eight", () => {
    const chain = (length: number): string =>
      Array.from({ length }, (_, index) => `#define M${index} M${index + 1}`).join("\n");
    expect(expand("M0", chain(8))).toEqual({ text: "M8" });
    expect(expand("M0", chain(9))).toHaveProperty("problem");
  });

  it("ends where the text grows too long", () => {
    const text = `#define A(x) x x x x x x x x
#define B(x) A(A(A(x)))
#define C(x) B(B(x))`;
    const result = expand("C(word)", text);
    expect("problem" in result && result.problem).toMatch(/longer|work/);
    expect(maximumExpansionLength).toBeGreaterThan(10_000);
  });
});

describe("splitArguments", () => {
  it.each<[string, string[]]>([
    ["", []],
    ["a", ["a"]],
    ["a, b", ["a", "b"]],
    [" f(x, y) , g[i, j], {1, 2} ", ["f(x, y)", "g[i, j]", "{1, 2}"]],
    ["\",\", ',', /* , */ z", ['","', "','", "/* , */ z"]],
    [",", ["", ""]],
    ["({ a; b, c; }), d", ["({ a; b, c; })", "d"]],
  ])("%s", (text, parts) => expect(splitArguments(text)).toEqual(parts));
});

describe("on any input", () => {
  const pieces = fc.constantFrom(
    ..."M0 M1 M2 x y ( ) , # ## __VA_ARGS__ __VA_OPT__ ... \" ' \\ \n + - -> . 1 0x /* */ // { } ; [ ]".split(
      " ",
    ),
  );
  const text = fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join(" "));
  it("never throws and stays within its budget", () => {
    fc.assert(
      fc.property(text, text, text, text, (first, second, third, use) => {
        const program = programOf(
          `#define M0(x, y) ${first}\n#define M1 ${second}\n#define M2(x, ...) ${third}\n`,
        );
        for (const name of ["M0", "M1", "M2"]) {
          const macro = program.macro(name);
          if (macro === undefined) continue;
          for (const list of [null, splitArguments(use), [use, use]]) {
            const result = expandMacro(macro, list, program);
            if ("text" in result)
              expect(result.text.length).toBeLessThanOrEqual(maximumExpansionLength + 1000);
            else expect(result.problem.length).toBeGreaterThan(0);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
