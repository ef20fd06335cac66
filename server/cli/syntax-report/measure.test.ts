import { defaultTables } from "@pinscope/grammars/dialect";
import { describe, expect, it } from "vitest";
import { loadParser } from "../../../test-fixtures/harness/parser.ts";
import { measureSyntax, parseCtagsLines } from "./index.ts";

const parser = await loadParser();
const settings = {
  parser,
  tables: defaultTables,
  conditions: { version: [6, 12, 0] as const, defines: new Map(), assumptions: new Map() },
};

const good = "int a(void)\n{\n\treturn 1;\n}\n\nSYSCALL_DEFINE1(b, int, x)\n{\n\treturn x;\n}\n";
const bad = "int c(void)\n{\n\treturn = = 1;\n}\n\nint d(void)\n{\n\treturn 2;\n}\n";

describe("measureSyntax", () => {
  it("counts functions and lists the ones with errors, per folder", () => {
    const report = measureSyntax(
      [
        { path: "mm/good.c", source: good },
        { path: "fs/bad.c", source: bad },
      ],
      settings,
    );
    expect(report).toMatchObject({ files: 2, functions: 4, functionsWithSyntaxErrors: 1 });
    expect(report.folders).toEqual({
      fs: { files: 1, functions: 2, functionsWithSyntaxErrors: 1 },
      mm: { files: 1, functions: 2, functionsWithSyntaxErrors: 0 },
    });
    expect(report.list).toEqual([{ file: "fs/bad.c", line: 3, function: "c", node: "ERROR" }]);
    expect(report.ctags).toBeUndefined();
  });

  it("counts functions that an error outside swallows", () => {
    const source = "}}} ) ( struct {\nint lost(int a)\n{\n\tif (a) {\n\treturn 1;\n}\n";
    const report = measureSyntax([{ path: "x.c", source }], settings);
    expect(report.functions).toBe(1);
    expect(report.list.map((problem) => problem.function)).toEqual(["lost"]);
  });

  it("classes what ctags sees otherwise", () => {
    const source = `${good}#if 0\nint dead(void)\n{\n}\n#endif\nEXPORT_IT(a)\nint after(void)\n{\n\treturn 0;\n}\n`;
    const tag = (name: string, line: number) => ({ path: "x.c", name, line });
    const ctags = [tag("a", 1), tag("SYSCALL_DEFINE1", 6), tag("dead", 11), tag("EXPORT_IT", 15)];
    const report = measureSyntax([{ path: "x.c", source, ctags }], settings);
    expect(report.ctags?.agreed).toBe(1);
    expect(report.ctags?.disagreements.map((one) => [one.name, one.class])).toEqual([
      ["SYSCALL_DEFINE1", "definition macro"],
      ["dead", "unselected branch"],
      ["EXPORT_IT", "file-scope macro"],
      ["b", "definition macro"],
      ["after", "missed by ctags"],
    ]);
    expect(report.functions).toBe(6);
  });

  it("reads the lines ctags prints", () => {
    const output =
      '{"_type": "tag", "name": "f", "path": "a.c", "line": 3, "kind": "function"}\nctags: Warning\n' +
      '{"_type": "tag", "name": "v", "path": "a.c", "line": 4, "kind": "variable"}\n';
    expect(parseCtagsLines(output)).toEqual([{ path: "a.c", name: "f", line: 3 }]);
  });
});
