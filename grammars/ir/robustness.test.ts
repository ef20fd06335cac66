/** Lowering ends and says what it could not read, whatever the text. */
import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { dumpCfgText } from "./dump.ts";
import { lowerSource } from "./lowering-fixture.ts";

const parser = await loadParser();

function only(source: string) {
  const [ir] = [...lowerSource(parser, source).functions.values()];
  if (ir === undefined) throw new Error("no function was found");
  return ir;
}

describe("broken text", () => {
  it("becomes an opaque operation that writes the variables named in it", () => {
    const ir = only("int f(int a, int b)\n{\n\tint c = a;\n\tc = = b @@ c;\n\tput(c);\n\treturn c;\n}\n");
    expect(ir.problems.map((problem) => problem.message)).toContain("syntax error");
    const writes = ir.blocks.flatMap((block) =>
      block.operations.flatMap((operation) => (operation.kind === "opaque" ? operation.writes : [])),
    );
    expect(writes.length).toBeGreaterThan(0);
    expect(dumpCfgText(ir)).toContain("put(c)");
  });

  it("keeps the calls in it", () => {
    const ir = only("void f(int a)\n{\n\ta = put_page(a) + + @ 1;\n\tget_page(a);\n}\n");
    expect(dumpCfgText(ir)).toContain("put_page");
    expect(dumpCfgText(ir)).toContain("get_page");
  });

  it("never makes the lowering throw, cut anywhere", () => {
    const source =
      "int f(struct d *d, int n)\n{\n\tswitch (n) {\n\tcase 1: for (int i = 0; i < n; i++) put(d->p[i]);\n" +
      "\tdefault: { guard(mutex)(&d->l); return n ? ({ int z = 3; z; }) : -1; }\n\t}\nout:\n\treturn 0;\n}\n";
    for (let end = 0; end <= source.length; end++) {
      expect(() => lowerSource(parser, source.slice(0, end))).not.toThrow();
      expect(() => lowerSource(parser, source.slice(0, end) + source.slice(end + 3))).not.toThrow();
    }
  });
});

describe("deep nesting", () => {
  const depth = 10_000;
  const texts: Record<string, string> = {
    parentheses: `int f(int a)\n{\n\treturn ${"(".repeat(depth)}a${")".repeat(depth)};\n}\n`,
    blocks: `void f(int a)\n{\n${"{".repeat(depth)}put(a);${"}".repeat(depth)}\n}\n`,
    ifs: `void f(int a)\n{\n${"if (a) ".repeat(depth)}put(a);\n}\n`,
    "else ifs": `void f(int a)\n{\n${"if (a) put(a); else ".repeat(depth)}put(a);\n}\n`,
    sums: `int f(int a)\n{\n\treturn ${"a + ".repeat(depth)}a;\n}\n`,
    negations: `int f(int a)\n{\n\treturn ${"!".repeat(depth)}a;\n}\n`,
    conditions: `int f(int a)\n{\n\tif (${"a && ".repeat(depth)}a)\n\t\treturn 1;\n\treturn 0;\n}\n`,
    calls: `void f(int a)\n{\n\t${"put(".repeat(depth)}a${")".repeat(depth)};\n}\n`,
    pointers: `void f(int ${"*".repeat(depth)}a)\n{\n\tput(${"*".repeat(depth)}a);\n}\n`,
  };
  for (const [name, source] of Object.entries(texts)) {
    it(name, () => {
      const { functions } = lowerSource(parser, source);
      for (const ir of functions.values()) expect(dumpCfgText(ir)).toContain("f(");
    });
  }
});
