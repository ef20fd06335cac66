/** What every backend must do, and that they agree. The compiled one is tested where `npm run native` has built it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadNativeParser } from "../../test-fixtures/harness/native.ts";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { defaultTables, passText } from "../dialect/index.ts";
import type { SyntaxNode, SyntaxParser } from "./types.ts";

const web = await loadParser();
const native = loadNativeParser();
const backends: readonly SyntaxParser[] = "absent" in native ? [web] : [web, native];

function texts(node: SyntaxNode, source: string, type: string): string[] {
  const found = node.type === type ? [source.slice(node.start, node.end)] : [];
  return [...found, ...node.children.flatMap((child) => texts(child, source, type))];
}

describe.each(backends)("the $backend parser", (parser) => {
  it("copies a tree out with fields and UTF-16 offsets", () => {
    const source = 'char *s = "µ€😀"; int g(int a)\n{\n\treturn a + 1;\n}\n';
    const tree = parser.parse(source);
    const root = tree.materialize();
    tree.free();
    expect(root.hasError).toBe(false);
    expect(root.end).toBe(source.length);
    const definition = root.children[1];
    expect(definition?.type).toBe("function_definition");
    expect(definition?.children.map((child) => child.field)).toEqual(["type", "declarator", "body"]);
    expect(texts(root, source, "binary_expression")).toEqual(["a + 1"]);
    expect(texts(root, source, "string_literal")).toEqual(['"µ€😀"']);
  });

  it("marks what recovery inserted and whoever holds it", () => {
    const tree = parser.parse("int f(void)\n{\n\treturn 1\n}\n\nint g;\n");
    const root = tree.materialize();
    const items = tree.items();
    expect(root.hasError).toBe(true);
    expect(items.map((item) => item.hasError)).toEqual([true, false]);
    const flat = (node: SyntaxNode): SyntaxNode[] => [node, ...node.children.flatMap(flat)];
    expect(
      flat(root)
        .filter((node) => node.missing)
        .map((node) => node.type),
    ).toEqual([";"]);
    tree.free();
  });

  it("looks into #if and linkage blocks for items", () => {
    const source =
      '#ifdef A\nint a;\n#else\nint b;\n#endif\nextern "C" {\nint c(void) { return 1; }\n}\nint d;\n';
    const tree = parser.parse(source);
    const items = tree.items().filter((item) => /declaration|definition/.test(item.type));
    expect(items.map((item) => source.slice(item.start, item.end))).toEqual([
      "int a;",
      "int b;",
      "int c(void) { return 1; }",
      "int d;",
    ]);
    const copied = items[2]?.materialize();
    tree.free();
    expect(copied?.children.length).toBe(3);
    expect(() => tree.materialize()).toThrow("freed");
    expect(() => items[2]?.materialize()).toThrow("freed");
  });

  it("gives the same tree incrementally as fresh where there is no error", () => {
    const pieces = [
      "int a;\n",
      "int f(int x)\n{\n\treturn x ? 1 : g(x, 2);\n}\n",
      "struct s { int a; };\n",
      "/* c */\n",
    ];
    const program = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(program, program, fc.nat(), fc.nat(), (before, inserted, at, removed) => {
        const start = at % (before.length + 1);
        const end = Math.min(before.length, start + (removed % 3));
        const after = [...before.slice(0, start), ...inserted, ...before.slice(end)];
        const offset = before.slice(0, start).join("").length;
        const text = after.join("");
        const fresh = parser.parse(text);
        const updated = parser.reparse(text, parser.parse(before.join("")), {
          start: offset,
          oldEnd: before.slice(0, end).join("").length,
          newEnd: offset + inserted.join("").length,
        });
        expect(fresh.hasError).toBe(false);
        expect(updated.materialize()).toEqual(fresh.materialize());
        fresh.free();
        updated.free();
      }),
      { numRuns: 60 },
    );
  });

  it("survives deep nesting without recursion", () => {
    const depth = 10_000;
    const tree = parser.parse(`int x = ${"(".repeat(depth)}1${")".repeat(depth)};\n`);
    let node: SyntaxNode | undefined = tree.materialize();
    tree.free();
    let seen = 0;
    while (node !== undefined) {
      seen++;
      node = node.children.find(
        (child) =>
          child.children.length > 0 ||
          (child.named && child.type !== "identifier" && child.type !== "primitive_type"),
      );
    }
    expect(seen).toBeGreaterThan(depth);
  });
});

/** C of the project's fixtures, passed. */
function passedFixtures(): string[] {
  return readdirSync("test-fixtures", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".c"))
    .map((file) => {
      const source = readFileSync(join("test-fixtures", file), "utf8");
      const settings = { version: [6, 12, 0], defines: new Map(), assumptions: new Map() } as const;
      return passText(source, defaultTables, settings).text;
    });
}

describe("backends agree on texts without ERROR", () => {
  if ("absent" in native) {
    // Nothing to compare: this name stands in the report of every run that compared nothing.
    it(`NOT COMPARED: the native parser is not built (npm run native): ${native.absent}`, () => {
      expect(backends.map(({ backend }) => backend)).toEqual(["web"]);
    });
    return;
  }

  const agree = (text: string): boolean => {
    const [one, other] = [web.parse(text), native.parse(text)];
    try {
      expect(other.hasError).toBe(one.hasError);
      if (one.hasError) return false;
      const places = (items: ReturnType<typeof one.items>) =>
        items.map(({ type, start, end }) => ({ type, start, end }));
      expect(places(other.items())).toEqual(places(one.items()));
      expect(other.materialize()).toEqual(one.materialize());
      return true;
    } finally {
      one.free();
      other.free();
    }
  };

  it("on the fixtures", { timeout: 60_000 }, () => {
    const texts = passedFixtures();
    const compared = texts.filter(agree).length;
    expect(compared).toBeGreaterThan(texts.length * 0.9);
  });

  it("on random programs, behind edits too", () => {
    const piece = fc.constantFrom(
      "int a;\n",
      "int f(int x)\n{\n\treturn x ? 1 : g(x, 2);\n}\n",
      'char *s = "µ€😀";\n',
      "struct s { int a : 3; } t = { .a = 1 };\n",
      "void h(void)\n{\n\tfor (;;)\n\t\tif (a) goto out;\nout:\n\treturn;\n}\n",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.array(piece, { maxLength: 8 }), (before, after) => {
        const [old, text] = [before.join(""), before.join("") + after.join("")];
        expect(agree(text)).toBe(true);
        const edit = { start: old.length, oldEnd: old.length, newEnd: text.length };
        const updated = native.reparse(text, native.parse(old), edit);
        const fresh = web.parse(text);
        expect(updated.materialize()).toEqual(fresh.materialize());
        fresh.free();
        updated.free();
      }),
      { numRuns: 60 },
    );
  });
});
