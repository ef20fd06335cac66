import { describe, expect, it } from "vitest";
import { parseExpectations } from "./expectations.ts";

describe("parseExpectations", () => {
  it("reads carets under code that tabs indent", () => {
    const source = ["{", "\treturn ret;", "//\t^^^^^^^^^^ leaked-pages: still held", "}"].join("\n");
    expect(parseExpectations(source)).toEqual([
      { line: 1, startColumn: 1, endColumn: 11, rule: "leaked-pages", text: "still held", notes: [] },
    ]);
  });

  it("lines up spaces with the tabs of the code, and the other way round", () => {
    const spaces = ["\tput(page);", "//      ^^^^^^^^^ over-release"].join("\n");
    const inner = ["  put(page); /*\t*/ take();", "//                 ^^^^^^ over-release"].join("\n");
    expect(parseExpectations(spaces)[0]).toMatchObject({ startColumn: 1, endColumn: 10, text: "" });
    expect(parseExpectations(inner)[0]).toMatchObject({ startColumn: 19, endColumn: 25 });
  });

  it("takes several markers under one line, in their order", () => {
    const source = [
      "    a(b, c);",
      "//  ^ obsolete-page-api",
      "//    ^ over-release: text: with a colon",
    ].join("\n");
    expect(parseExpectations(source).map(({ line, rule, text }) => ({ line, rule, text }))).toEqual([
      { line: 0, rule: "obsolete-page-api", text: "" },
      { line: 0, rule: "over-release", text: "text: with a colon" },
    ]);
  });

  it("reaches the first column", () => {
    expect(parseExpectations("}\n//< leaked-pages: pins")).toEqual([
      { line: 0, startColumn: 0, endColumn: 1, rule: "leaked-pages", text: "pins", notes: [] },
    ]);
  });

  it("gives notes to the next finding below", () => {
    const source = [
      "    take();",
      "//  ^^^^^^ note 1: acquired",
      "    leave();",
      "//  ^^^^^^^ leaked-pages",
      "    leave();",
      "//  ^^^^^^^ leaked-pages",
    ].join("\n");
    const [first, second] = parseExpectations(source);
    expect(first?.notes).toEqual([{ number: 1, line: 0, startColumn: 4, endColumn: 10, text: "acquired" }]);
    expect(second?.notes).toEqual([]);
  });

  it("leaves other comments alone", () => {
    expect(parseExpectations("// plain\n/* ^^^ leaked-pages */\n\t// ^^^ indented\n")).toEqual([]);
  });

  it.each([
    ["a rule that is no name", "    a();\n//  ^^^ Leaked_Pages"],
    ["no rule", "    a();\n//  ^^^"],
    ["no code above", "//  ^^^ leaked-pages"],
    ["carets beyond the line", "    a();\n//  ^^^^^^^^^^ leaked-pages"],
    ["carets under white space", "    a();  \n//      ^^ leaked-pages"],
    ["carets that start inside a tab", "\ta();\n//  ^^^^^^ leaked-pages"],
    ["a note without a finding", "    a();\n//  ^^^ note 1: here"],
  ])("refuses %s", (_name, source) => {
    expect(() => parseExpectations(source)).toThrow();
  });
});
