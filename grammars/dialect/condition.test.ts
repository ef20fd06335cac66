import { describe, expect, it } from "vitest";
import { type ConditionSettings, defaultTables, evaluateCondition, passText } from "./index.ts";

const settings = (extra: Partial<ConditionSettings> = {}): ConditionSettings => ({
  version: [6, 12, 0],
  defines: new Map(),
  assumptions: new Map(),
  ...extra,
});
const decide = (
  text: string,
  extra: Partial<ConditionSettings> = {},
  assigned = new Map<string, boolean>(),
) => evaluateCondition(text, settings(extra), { defined: new Map(), assigned });

/** The selected lines of a text, blank ones dropped. */
const selected = (source: string, extra: Partial<ConditionSettings> = {}): string[] =>
  passText(source, defaultTables, settings(extra))
    .text.split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

describe("conditions", () => {
  it("compares versions", () => {
    const condition = "LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)";
    expect(decide(condition)).toEqual({ truth: true, unknown: [] });
    expect(decide(condition, { version: [6, 4, 300] }).truth).toBe(false);
    expect(decide("LINUX_VERSION_CODE < KERNEL_VERSION(5,6,0) && defined(X)").unknown).toEqual([]);
  });

  it("takes CONFIG_* as on, unless told", () => {
    expect(decide("IS_ENABLED(CONFIG_A) && defined(CONFIG_B)").truth).toBe(true);
    const defines = new Map<string, string | false>([
      ["CONFIG_A", false],
      ["CONFIG_M", "m"],
      ["CONFIG_N", "3"],
    ]);
    expect(decide("IS_ENABLED(CONFIG_A)", { defines }).truth).toBe(false);
    expect(decide("IS_BUILTIN(CONFIG_M)", { defines }).truth).toBe(false);
    expect(decide("IS_REACHABLE(CONFIG_M)", { defines }).truth).toBe(true);
    expect(decide("CONFIG_N > 2 && CONFIG_N != 4", { defines }).truth).toBe(true);
    expect(decide("defined CONFIG_X", { assumptions: new Map([["CONFIG_X", false]]) }).truth).toBe(false);
  });

  it("gives an unknown symbol the value that selects the first branch", () => {
    const assigned = new Map<string, boolean>();
    expect(decide("!defined(A) && B > 2", {}, assigned)).toEqual({ truth: true, unknown: ["A", "2<B"] });
    expect(Object.fromEntries(assigned)).toEqual({ A: false, "2<B": true });
    expect(decide("A", {}, assigned).truth).toBe(false);
    expect(decide("B <= 2", {}, assigned).truth).toBe(false);
  });

  it("survives what is no condition", () => {
    for (const text of ["", "(", "1 +", "A(", '"x"', "1 / 0", "!".repeat(5000), "(".repeat(5000), "a ? b"]) {
      expect(typeof decide(text).truth).toBe("boolean");
    }
    const nested = Array.from(
      { length: 40 },
      (_, index) => `#define A${index} A${index + 1} && A${index + 1}\n`,
    );
    expect(selected(`${nested.join("")}#if A0\nint x;\n#endif\n`)).toEqual(["int x;"]);
  });
});

describe("branches", () => {
  it("takes one value per file for a symbol, in all tests and negations", () => {
    const source = "#ifdef A\nint a;\n#else\nint b;\n#endif\n#ifndef A\nint c;\n#elif A\nint d;\n#endif\n";
    expect(selected(source)).toEqual(["int a;", "int d;"]);
    expect(selected(source, { assumptions: new Map([["A", false]]) })).toEqual(["int b;", "int c;"]);
  });

  it("follows the file's own definitions", () => {
    const source =
      "#define LEVEL 3\n#if LEVEL > 2\nint a;\n#endif\n#undef LEVEL\n#ifdef LEVEL\nint b;\n#endif\n#if 0\nint c;\n#endif\n";
    expect(selected(source)).toEqual(["int a;"]);
  });

  it("takes names that the file defines only in other branches as not defined", () => {
    const test = "#ifdef OLD\nint old;\n#else\nint new;\n#endif\n";
    const version = (rest: string) => `#if LINUX_VERSION_CODE < KERNEL_VERSION(5,6,0)\n${rest}#endif\n`;
    expect(selected(test)).toEqual(["int old;"]);
    expect(selected(version("#define OLD\n") + test)).toEqual(["int new;"]);
    expect(selected(version("#define OLD\n") + test, { version: [5, 4, 0] })).toEqual(["int old;"]);
    // Known from elsewhere, tested before, or an option that is on anyway.
    expect(selected(version("#define OLD\n") + test, { defines: new Map([["OLD", "1"]]) })).toEqual([
      "int old;",
    ]);
    expect(selected(`${test}#ifndef OLD\n#define OLD\n#endif\n${test}`)).toEqual(["int old;", "int old;"]);
    const option = test.replace("OLD", "CONFIG_OLD");
    expect(selected(`#ifndef CONFIG_OLD\n#define CONFIG_OLD 1\n#endif\n${option}`)).toEqual(["int old;"]);
  });

  it("knows directives from text in comments and dead branches", () => {
    const source =
      "/*\n#if 0\n*/\nint a;\n#if 0 /* don't\n#endif */\nit's dead /*\n#endif\n*/\n#if 1\nint b;\n#else\n#endif\n#elif 1\nint c;\n#endif\n";
    expect(selected(source)).toEqual(["/*", "#if 0", "*/", "int a;", "int c;"]);
  });

  it("reports unselected stretches and unknown conditions", () => {
    const source = "#if X == 1\nint a;\n#else\nint b;\n#endif\n";
    const passed = passText(source, defaultTables, settings());
    const start = source.indexOf("int b;");
    expect(passed.notes).toEqual([{ kind: "unselected", start, end: start + 7 }]);
    expect(passed.unknownConditions).toEqual([{ start: 0, end: 10, symbols: ["X==1"] }]);
  });
});
