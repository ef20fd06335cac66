import { describe, expect, it } from "vitest";
import { formatProblem, nearest, parseConfig, parseKernelConfig, resolveConfig } from "./index.ts";

const rules = ["leaked-pages", "double-release", "over-release"];

function problemsOf(text: string): string[] {
  return parseConfig(text, "a/.pinscope.json", rules).problems.map(formatProblem);
}

describe("parseConfig", () => {
  it("reads every key, with comments and a trailing comma", () => {
    const text = `{
      // what we ship for
      "kernel": ["6.12", "5.10.3"],
      "rules": { "leaked-pages": "off", "double-release": "error" },
      "severity": "warning", "failOn": "never", "deep": true,
      "defines": { "CONFIG_X": true, "LEVEL": 3, "CONFIG_Y": false, "NAME": "abc" },
      "kernelConfig": "config", "includeFolders": ["include"], "ignore": ["*.mod.c"],
      "dialect": {
        "annotations": [{ "name": "__mine", "withArguments": false }],
        "loops": [{ "name": "walk_all", "cursors": [0], "count": 1 }],
        "typeArguments": { "my_alloc": [1] },
      },
      "eras": { "ours": { "from": "6.1", "switches": { "zeroPageExempt": true } } },
    }`;
    const { layer, problems } = parseConfig(text, "x", rules);
    expect(problems).toEqual([]);
    expect(layer.kernel).toEqual(["6.12", "5.10.3"]);
    expect(layer.rules).toEqual({ "leaked-pages": "off", "double-release": "error" });
    expect(layer.dialect?.loops).toEqual([{ name: "walk_all", cursors: [0], count: 1 }]);
    expect(resolveConfig([{ eras: { theirs: { from: "6.5", switches: {} } } }, layer], rules).eras).toEqual(
      new Map([
        ["theirs", { from: "6.5", switches: {} }],
        ["ours", { from: "6.1", switches: { zeroPageExempt: true } }],
      ]),
    );
  });

  it("takes one kernel as a text", () => {
    expect(parseConfig('{"kernel": "6.1"}', "x", rules).layer.kernel).toEqual(["6.1"]);
  });

  it("names file, place, key and what was expected", () => {
    expect(problemsOf('{\n  "failOn": "warn"\n}')).toEqual([
      'a/.pinscope.json:2:13: key "failOn": expected ("error" | "warning" | "information" | "never"), got "warn"',
    ]);
    expect(problemsOf('{\n  "dialect": {\n    "loops": [{ "name": "x", "cursors": [-1] }] }\n}')).toEqual([
      'a/.pinscope.json:3:42: key "dialect.loops.0.cursors.0": expected >=0, got -1',
    ]);
    expect(problemsOf('{"kernel": "six"}')[0]).toMatch(
      /^a\/\.pinscope\.json:1:12: key "kernel": expected .*, got "six"$/,
    );
  });

  it("knows misspelled rules and keys", () => {
    expect(problemsOf('{"rules": {"leaked-page": "off"}}')).toEqual([
      'a/.pinscope.json:1:27: key "rules.leaked-page": there is no such rule; did you mean "leaked-pages"?',
    ]);
    expect(problemsOf('{"rulez": {}}')).toEqual(['a/.pinscope.json:1:11: key "rulez": there is no such key']);
  });

  it("survives text that is no JSON", () => {
    for (const text of ["", "{", "[1,", "\u0000", '{"kernel" "6"}', "null", "42"]) {
      expect(problemsOf(text).length, JSON.stringify(text)).toBeGreaterThan(0);
    }
  });
});

describe("resolveConfig", () => {
  it("has defaults", () => {
    const config = resolveConfig([], rules);
    expect(config).toMatchObject({ kernel: [], severity: "information", failOn: "warning", deep: false });
    expect(config.severities.size).toBe(0);
  });

  it("lets later layers win, merges maps and adds lists up", () => {
    const config = resolveConfig(
      [
        { failOn: "error", rules: { "leaked-pages": "off", "over-release": "warning" }, ignore: ["a"] },
        { failOn: "never", rules: { "leaked-pages": "error" }, ignore: ["b"], defines: { A: true } },
        { kernel: ["6.1"], defines: { B: 0, C: false } },
      ],
      rules,
    );
    expect(config.failOn).toBe("never");
    expect(config.kernel).toEqual(["6.1"]);
    expect(config.ignore).toEqual(["a", "b"]);
    expect(Object.fromEntries(config.severities)).toEqual({
      "leaked-pages": "error",
      "over-release": "warning",
    });
    expect(Object.fromEntries(config.defines)).toEqual({ A: "1", B: "0", C: false });
  });

  it("turns the other rules off where only some are wanted", () => {
    const config = resolveConfig(
      [{ rules: { "leaked-pages": "off" } }, { onlyRules: ["leaked-pages"] }],
      rules,
    );
    expect(Object.fromEntries(config.severities)).toEqual({ "double-release": "off", "over-release": "off" });
  });

  it("adds the project's macros to the built-in tables", () => {
    const base = resolveConfig([], rules).tables;
    const { tables } = resolveConfig(
      [{ dialect: { annotations: [{ name: "__mine", withArguments: true }] } }],
      rules,
    );
    expect(tables.annotations).toContainEqual({ name: "__mine", withArguments: true });
    expect(tables.annotations.length).toBe(base.annotations.length + 1);
    expect(tables.loops).toEqual(base.loops);
  });
});

it("reads a kernel .config", () => {
  const symbols = parseKernelConfig(
    'CONFIG_A=y\nCONFIG_B=m\n# CONFIG_C is not set\nCONFIG_D=0x10\r\nCONFIG_E="t"\n# x\n',
  );
  expect(Object.fromEntries(symbols)).toEqual({
    CONFIG_A: "1",
    CONFIG_B: false,
    CONFIG_B_MODULE: "1",
    CONFIG_C: false,
    CONFIG_D: "0x10",
    CONFIG_E: '"t"',
  });
});

it("finds the nearest name, and none when all are far", () => {
  expect(nearest("doble-release", rules)).toBe("double-release");
  expect(nearest("something-else", rules)).toBeUndefined();
});
