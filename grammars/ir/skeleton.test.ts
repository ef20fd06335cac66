import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { type ConditionSettings, defaultTables, passText } from "../dialect/index.ts";
import { collectProgram, plainBodies } from "../program/index.ts";
import { listFunctions, lowerFunction } from "./functions.ts";
import { closeUnit, openUnit } from "./unit.ts";

const parser = await loadParser();
const settings: ConditionSettings = { version: [6, 12, 0], defines: new Map(), assumptions: new Map() };

/** The functions of a text, all lowered; `late` parses bodies when they are asked for. */
function lowered(source: string, late: boolean) {
  const files = new Map([["a.c", source]]);
  const passed = passText(source, defaultTables, settings);
  const { program } = collectProgram("a.c", files);
  const lateBodies = plainBodies("a.c", source);
  const unit = openUnit({
    path: "a.c",
    source,
    passed,
    program,
    parser,
    ...(late ? { lateBodies } : {}),
  });
  const outlines = listFunctions(unit);
  const before = outlines.map(({ name, start, end, isStatic }) => ({ name, start, end, isStatic }));
  const functions = outlines.map((outline) => lowerFunction(unit, outline));
  const errors = outlines.map(({ item }) => item.hasError);
  closeUnit(unit);
  return { before, functions, errors, lateBodies: lateBodies.length };
}

describe("bodies parsed late", () => {
  it("give the graphs that the whole text gives, over all fixtures", { timeout: 120_000 }, () => {
    const files = readdirSync("test-fixtures", { recursive: true, encoding: "utf8" });
    let bodies = 0;
    for (const file of files.filter((name) => name.endsWith(".c"))) {
      const source = readFileSync(join("test-fixtures", file), "utf8");
      const [whole, late] = [lowered(source, false), lowered(source, true)];
      bodies += late.lateBodies;
      expect(late.before, file).toEqual(whole.before);
      expect(late.functions, file).toEqual(whole.functions);
    }
    expect(bodies).toBeGreaterThan(500);
  });

  it("leave bodies with directives, and what is not selected, where they are", () => {
    const source =
      "#if 0\nint f(int a)\n{\n\treturn a;\n}\n#endif\nint g(int a)\n{\n#ifdef X\n\tb();\n#endif\n\treturn a;\n}\nint h(void)\n{\n\treturn k(1);\n}\n";
    const late = lowered(source, true);
    expect(late.before.map(({ name }) => name)).toEqual(["g", "h"]);
    expect(late.functions).toEqual(lowered(source, false).functions);
  });

  it("tell of errors once a function was asked for", () => {
    const source = "int f(int a)\n{\n\treturn a + ;\n}\nint g(void)\n{\n\treturn 1;\n}\n";
    const passed = passText(source, defaultTables, settings);
    const { program } = collectProgram("a.c", new Map([["a.c", source]]));
    const lateBodies = plainBodies("a.c", source);
    const unit = openUnit({ path: "a.c", source, passed, program, parser, lateBodies });
    const [first] = listFunctions(unit);
    expect(first?.item.hasError).toBe(false);
    if (first !== undefined) lowerFunction(unit, first);
    expect(first?.item.hasError).toBe(true);
    closeUnit(unit);
  });
});
