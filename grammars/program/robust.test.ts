import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collectProgram, expandMacro, parseSignature, parseType } from "./index.ts";
import { scanText } from "./scan.ts";

function ask(text: string): void {
  const { program } = collectProgram("any.c", new Map([["any.c", text]]));
  for (const name of ["a", "b", "f", "A", "B", "x", "enum e"]) {
    program.typedef(name);
    program.record(name);
    program.signature(name);
    program.global(name);
    program.enumerator(name);
    program.cleanup(name);
    const macro = program.macro(name);
    if (macro !== undefined) expandMacro(macro, macro.parameters === null ? null : ["a"], program);
  }
  parseType(text.slice(0, 2000), program);
  parseSignature(text.slice(0, 2000));
}

describe("on any text", () => {
  const word = fc.constantFrom(
    ...(
      "struct union enum typedef static inline int unsigned a b f A B x e ( ) { } [ ] ; , * = : . ... # ## \" ' \\ " +
      "/* */ // #if #else #endif #define #undef #include DEFINE_FREE DEFINE_CLASS __attribute__ 1 0x1f << ? sizeof"
    ).split(" "),
    "\n",
    "\n#define A ",
    "\n#define B(a, ...) ",
    "\n#if 0\n",
    "\n#endif\n",
  );
  it("never throws", () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (parts) => ask(parts.join(" "))),
      { numRuns: 500 },
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => ask(text)),
      { numRuns: 300 },
    );
  });

  it("keeps chunks in order and inside the text", () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (parts) => {
        const text = parts.join(" ");
        let before = 0;
        for (const chunk of scanText(text).chunks) {
          expect(chunk.start).toBeGreaterThanOrEqual(before);
          expect(chunk.end).toBeGreaterThan(chunk.start);
          expect(chunk.end).toBeLessThanOrEqual(text.length);
          before = chunk.end;
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe("takes time linear in the text", () => {
  const units: Readonly<Record<string, string>> = {
    parentheses: "(",
    braces: "{",
    records: "struct a { ",
    conditions: "#if X\n",
    definitions: "#define A B\n",
    continued: "#define A \\\n",
    calls: "a(",
    declarators: "int (*",
    enumerators: "enum e { A = 1, };\n",
    equals: "int a = {",
    quotes: '"\n',
    comments: "/*",
    stars: "int *",
    bodies: "int f(void)\n{\n",
    undefined: "#undef A\n#define A 1\n",
  };
  // Quadratic work on 300 KB takes minutes; linear work a fraction of a second, on a busy machine a few.
  const PATIENCE = 20_000;
  it.each(Object.entries(units))("%s", (_name, unit) => ask(unit.repeat(300_000 / unit.length)), PATIENCE);
  it("nested records", () => ask("struct a { struct b { ".repeat(10_000) + "};".repeat(20_000)), PATIENCE);
  it("a long enumeration", () => ask(`enum e {${" A = B,".repeat(40_000)}};`), PATIENCE);
});
