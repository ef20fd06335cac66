import { describe, expect, it } from "vitest";
import { helpText, parseCommandLine } from "./options.ts";

describe("the command line", () => {
  it("is read", () => {
    const parsed = parseCommandLine([
      "check",
      "--kernel",
      "6.1",
      "--rule=a",
      "--rule",
      "b,c",
      "x.c",
      "--deep",
      "y",
    ]);
    expect(parsed).toEqual({
      kind: "run",
      line: {
        command: "check",
        paths: ["x.c", "y"],
        options: new Map([
          ["kernel", ["6.1"]],
          ["rule", ["a", "b,c"]],
          ["deep", ["true"]],
        ]),
      },
    });
  });

  it.each([
    [["chek"], 'there is no command "chek": use check, syntax, dump, simulate, scenario, kbuild or lsp'],
    [["check", "--frmat", "x"], "Unknown option '--frmat'"],
    [["check", "--fail-on", "bad"], '--fail-on: expected one of error, warning, info, never, got "bad"'],
    [["check", "--kernel"], "Option '--kernel <value>' argument missing"],
    [["check", "--jobs", "1", "--jobs", "2"], "--jobs may be given only once"],
    [["dump", "--deep"], "Unknown option '--deep'"],
  ])("%j is refused", (args, message) => {
    expect(parseCommandLine(args)).toEqual({ kind: "problem", message });
  });

  it("answers questions", () => {
    expect(parseCommandLine([])).toEqual({ kind: "help", command: undefined });
    expect(parseCommandLine(["check", "-h"])).toEqual({ kind: "help", command: "check" });
    expect(parseCommandLine(["--version"])).toEqual({ kind: "version" });
  });

  it("tells our options from the compiler's", () => {
    const args = [
      "kbuild",
      "--fail-on",
      "error",
      "--rule=leaked-pages",
      "-DA",
      "--param",
      "x=1",
      "--arch=x86",
      "a.c",
    ];
    expect(parseCommandLine(args)).toEqual({
      kind: "run",
      line: {
        command: "kbuild",
        paths: [],
        options: new Map([
          ["rule", ["leaked-pages"]],
          ["fail-on", ["error"]],
        ]),
        compilerFlags: ["-DA", "--param", "x=1", "--arch=x86", "a.c"],
      },
    });
  });

  it("explains every option of a command once", () => {
    const options = [...helpText("check").matchAll(/^ {2}--([\w-]+)/gm)].map((match) => match[1]);
    expect(options).toEqual([
      "kernel",
      "format",
      "rule",
      "ignore",
      "severity",
      "fail-on",
      "baseline",
      "write-baseline",
      "jobs",
      "no-replay",
      "show-refuted",
      "deep",
      "no-cache",
      "show-ids",
      "stats",
      "config",
    ]);
    for (const line of helpText(undefined).split("\n")) expect(line.length).toBeLessThanOrEqual(110);
  });
});
