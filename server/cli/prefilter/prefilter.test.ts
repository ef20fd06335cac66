import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listFiles } from "../walk.ts";
import { runPrefilter } from "./rounds.ts";
import { type Files, findRipgrep, ripgrepSearch, type Search, scriptSearch } from "./search.ts";
import { essentialLiterals, WordFinder } from "./words.ts";
import { wrapperFunctions, wrapperMacros } from "./wrappers.ts";

const words = ["pin_pages", "pin_pages_fast", "drop_page"];
const triggers = { words, literals: ["pin_page", "drop_page"], wrappers: [], throughFunctions: true };
const files: Readonly<Record<string, string | Uint8Array>> = {
  "direct.c": "int direct(void)\n{\n\treturn pin_pages(1);\n}\n",
  "inside-a-word.c": "int my_drop_page_count;\n",
  "inside-another.c": "pin_pagesize();",
  "silent.c": "int f(void) { return 0; }\n",
  "macros.h": "#define GRAB(x) \\\n\tpin_pages_fast(x)\n#define GRAB_TWICE(x) GRAB(x) + GRAB(x)\n",
  "by-macro.c": "void g(void)\n{\n\tGRAB(2);\n}\n",
  "by-macro-of-macro.c": "void g(void)\n{\n\tGRAB_TWICE(2);\n}\n",
  "lib/outer.c":
    "void outer_get(void)\n{\n\tpin_pages(1);\n}\nstatic int hidden(void)\n{\n\treturn pin_pages(2);\n}\n",
  "by-function.c": "void calls(void)\n{\n\touter_get();\n}\n",
  "by-static.c": "void h(void)\n{\n\thidden();\n}\n",
  "level2.c": "int second(void) {\n\touter_get();\n}\n",
  "level3.c": "int third(void)\n{\n\treturn second();\n}\n",
  "level4.c": "int fourth(void)\n{\n\treturn third();\n}\n",
  "binary.c": Uint8Array.from([0, 1, 2, 255, ...Buffer.from(" drop_page "), 0]),
  "utf16.c": Uint8Array.from([0xff, 0xfe, ...Buffer.from("drop_page")]),
  "crlf.c": "int crlf(void)\r\n{\r\n\treturn pin_pages(1);\r\n}\r\n",
  ".hidden.c": "drop_page",
  "notes.txt": "pin_pages",
};
let root = "";

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "pinscope-prefilter-"));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

const everything: Files = (among) => {
  const { sources, headers } = listFiles([root], []);
  return among === "sources" ? sources : among === "headers" ? headers : [...sources, ...headers];
};

async function chosen(search: Search, throughFunctions = true): Promise<string[]> {
  const announced: string[] = [];
  const result = await runPrefilter({ ...triggers, throughFunctions }, search, (added) =>
    announced.push(added),
  );
  expect(announced.sort()).toEqual([...result.chosen].sort());
  return announced.map((file) => file.slice(root.length + 1)).sort();
}

const expected = [
  ".hidden.c",
  "binary.c",
  "by-function.c",
  "by-macro-of-macro.c",
  "by-macro.c",
  "crlf.c",
  "direct.c",
  "level2.c",
  "level3.c",
  "lib/outer.c",
  "macros.h",
  "utf16.c",
];

describe("the prefilter", () => {
  it("follows macros and external functions for three rounds", async () => {
    expect(await chosen(scriptSearch(everything))).toEqual(expected);
  });

  it("follows macros alone where functions are not asked for", async () => {
    const functionsOnly = ["by-function.c", "level2.c", "level3.c"];
    const binary = await findRipgrep();
    for (const search of [scriptSearch(everything), ripgrepSearch(binary ?? "", [root], everything)]) {
      expect(await chosen(search, false)).toEqual(expected.filter((file) => !functionsOnly.includes(file)));
    }
  });

  it("answers the same with ripgrep", async () => {
    const binary = await findRipgrep();
    expect(binary, "the optional package is installed in a checkout").toBeDefined();
    expect(await chosen(ripgrepSearch(binary ?? "", [root], everything))).toEqual(expected);
  });

  it("searches once where the wrappers are known", async () => {
    const search = scriptSearch(everything);
    const choose = async (wrappers: readonly string[]) => {
      let searches = 0;
      const counted: Search = (literals, options) => {
        searches++;
        return search(literals, options);
      };
      const result = await runPrefilter(
        { ...triggers, wrappers, throughFunctions: false },
        counted,
        () => {},
      );
      return { searches, chosen: [...result.chosen].sort() };
    };
    const unknown = await choose([]);
    const known = await choose(["GRAB", "GRAB_TWICE"]);
    expect(known.chosen).toEqual(unknown.chosen);
    expect([unknown.searches, known.searches]).toEqual([3, 1]);
  });

  it("leaves unreadable files to the reader", async () => {
    const gone = join(root, "gone.c");
    const binary = await findRipgrep();
    const list: Files = (among) => [...everything(among), gone];
    for (const search of [scriptSearch(list), ripgrepSearch(binary ?? "", [root, gone], list)]) {
      expect((await runPrefilter(triggers, search, () => {})).chosen.has(gone)).toBe(true);
    }
  });
});

describe("words", () => {
  it("keeps the literals that stand for all", () => {
    expect(essentialLiterals(["get_page_fast", "get_page", "put", "forget_page", "put"])).toEqual([
      "put",
      "get_page",
    ]);
  });

  it("are found exactly where a tokenizer finds them", () => {
    const piece = fc.constantFrom("ab", "abc", "b", " ", "(", "x", "1", "_", "\n", "ab_c");
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join("");
        const names = ["ab", "abc", "b1"];
        const tokens = [...text.matchAll(/\w+/g)].filter((match) => names.includes(match[0]));
        const finder = new WordFinder(names);
        expect(finder.offsets(text).sort((a, b) => a - b)).toEqual(tokens.map((match) => match.index));
        expect(finder.has(text)).toBe(tokens.length > 0);
      }),
    );
  });
});

describe("wrappers", () => {
  const finder = new WordFinder(words);
  it.each([
    ["#define A(x) pin_pages(x)", ["A"]],
    ["#  define A \\\r\n  other \\\r\n  pin_pages", ["A"]],
    ["#ifdef pin_pages\n#endif", []],
    ["#define pin_pages other", []],
    ["#define A 1 /* for pin_pages */", []],
    ["#define A 1 // for pin_pages", []],
    ["#define A /* see */ pin_pages", ["A"]],
  ])("macros of %j", (text, names) => {
    expect([...wrapperMacros(text, finder)]).toEqual(names);
    expect([...wrapperFunctions(text, false, finder)]).toEqual([]);
  });

  it.each([
    ["int pin_pages(int n);\n", []],
    ["long\nouter(int a,\n      int b)\n{\n\tpin_pages();\n}", ["outer"]],
    ["static long outer(int a)\n{\n\tpin_pages();\n}", []],
    ["__must_check int outer(int a)\n{\n\tpin_pages();\n}", ["outer"]],
    ["int outer(int a) {\n\tif (a) {\n\t\tpin_pages();\n\t}\n}", ["outer"]],
    ["int one(void)\n{\n}\n\nstruct s x = { .get = pin_pages };", []],
    ["SYSCALL_DEFINE1(thing, int, a)\n{\n\tpin_pages();\n}", []],
    ["int main(void)\n{\n\tpin_pages();\n}", []],
    ["#define A(x) pin_pages(x)", []],
  ])("functions of %j", (text, names) => {
    expect([...wrapperFunctions(text, false, finder)]).toEqual(names);
  });

  it("are static functions of headers too", () => {
    expect([...wrapperFunctions("static inline int f(void)\n{\n\tpin_pages();\n}", true, finder)]).toEqual([
      "f",
    ]);
  });
});
