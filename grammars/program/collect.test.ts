import { describe, expect, it } from "vitest";
import { collectProgram, parseType } from "./index.ts";

function collect(files: Record<string, string | null>, options = {}) {
  return collectProgram("drv/main.c", new Map(Object.entries(files)), options);
}

describe("includes", () => {
  it("name what the map lacks, in the order of search", () => {
    const files = { "drv/main.c": '#include "a.h"\n#include "../shared/b.h"\n#include <linux/mm.h>\n' };
    expect(collect(files, { includeFolders: ["inc"] }).missing).toEqual(["drv/a.h", "inc/a.h", "shared/b.h"]);
  });
  it("are followed through the folders, absent files passed over", () => {
    const files = {
      "drv/main.c": '#include "a.h"\n#include <own/c.h>\n',
      "drv/a.h": null,
      "inc/a.h": '#include "b.h"\ntypedef int from_a;\n',
      "inc/b.h": "typedef int from_b;\n",
      "inc/own/c.h": '#include "../a.h"\ntypedef int from_c;\n',
    };
    const { program, missing } = collect(files, { includeFolders: ["inc"] });
    expect(missing).toEqual([]);
    for (const name of ["from_a", "from_b", "from_c"]) expect(program.isTypeName(name)).toBe(true);
  });
  it("may form a circle", () => {
    const files = {
      "drv/main.c": '#include "a.h"\n',
      "drv/a.h": '#include "main.c"\n#include "a.h"\nint f(void);\n',
    };
    expect(collect(files).program.signature("f")?.returns.kind).toBe("integer");
  });
});

describe("alternatives", () => {
  const text =
    "#if X\ntypedef int first_t;\n#define M 1\n#else\ntypedef long first_t;\n#define M 2\n#endif\n";
  it("take the first branch where nothing is known", () => {
    const { program } = collect({ "drv/main.c": text });
    expect(program.typedef("first_t")).toMatchObject({ bits: 32 });
    expect(program.macro("M")?.body).toBe("1");
  });
  it("take the selected branch where it is told", () => {
    const end = text.indexOf("#else");
    const unselected = () => [{ start: text.indexOf("\n") + 1, end }];
    const { program } = collect({ "drv/main.c": text }, { unselected });
    expect(program.typedef("first_t")).toMatchObject({ bits: 64 });
    expect(program.macro("M")?.body).toBe("2");
  });
  it("fall back to a branch that is not taken", () => {
    const unselected = () => [{ start: 0, end: 1000 }];
    expect(collect({ "drv/main.c": text }, { unselected }).program.isTypeName("first_t")).toBe(true);
  });
  it("let a macro be defined anew behind an #undef only", () => {
    const { program } = collect({ "drv/main.c": "#define M 1\n#undef M\n#define M 3\n#undef M\n" });
    expect(program.macro("M")?.body).toBe("3");
  });
  it("read past branches with unbalanced braces", () => {
    const { program } = collect({
      "drv/main.c":
        "int f(void)\n{\n#if A\n\tif (x) {\n#else\n\tif (y) {\n#endif\n\t}\n}\n" +
        "#if B\nint g(int a)\n{\n#else\nint g(long a)\n{\n#endif\n}\nlong h(void)\n{\n}\n",
    });
    expect(program.signature("g")?.parameters[0]?.type).toMatchObject({ bits: 32 });
    expect(program.signature("h")?.returns).toMatchObject({ bits: 64 });
  });
});

describe("declarations of the kernel's manner", () => {
  const { program } = collect({
    "drv/main.c": `
#define COMMON_FIELDS int shared; unsigned long flags;
#define HANDLE unsigned short
EXPORT_SYMBOL(something)
MODULE_LICENSE("GPL");
static __always_inline struct page *__get_it(struct box *box, HANDLE h) __acquires(&box->lock) { return box->p; }
void __some_section __named(void) { }
struct __packing packed_a { u8 a; } __packed;
struct packed_b { u8 b; } __attribute__((packed)) global_b, *pointer_b;
typedef void (*callback_t)(struct box *, int), *raw_t;
union either { u32 word; struct { u16 low, high; } halves; };
struct box {
	COMMON_FIELDS
	struct page *p;
	struct_group(grouped, int in_group; u8 other[3];);
	DECLARE_FLEX_ARRAY(u64, tail);
	const struct { int x; } *anonymous;
	u64 wide:40, narrow:2;
	callback_t calls[2 * sizeof(u64)];
	int matrix[2][3];
};
int (*table[4])(void), plain = 3, list[] = { 1, 2 };
static void (*getter(int which))(struct box *) { return 0; }
enum negative { MINUS = -1, ZERO };
enum wide { WIDE = 1ULL << 40 };
#define BEHIND (BASE + 4)
enum chained { BASE = 2, LATER = BEHIND, LAST };
extern "C" { int inside_extern(void); }
`,
  });
  it("functions", () => {
    expect(program.signature("__get_it")?.returns).toMatchObject({ to: { tag: "page" } });
    expect(program.signature("__get_it")?.parameters.map((parameter) => parameter.type.kind)).toEqual([
      "pointer",
      "integer",
    ]);
    expect(program.signature("__named")).toBeDefined();
    expect(program.signature("getter")).toMatchObject({
      returns: { kind: "pointer", to: { kind: "function" } },
      parameters: [{ name: "which" }],
    });
    expect(program.signature("inside_extern")).toBeDefined();
  });
  it("records", () => {
    expect(program.record("packed_a")?.fields.has("a")).toBe(true);
    expect(program.record("either")?.union).toBe(true);
    const fields = program.record("box")?.fields;
    expect([...(fields?.keys() ?? [])].join(" ")).toBe(
      "shared flags p in_group other tail anonymous wide narrow calls matrix",
    );
    expect(fields?.get("wide")).toMatchObject({ bits: 64, signed: false });
    expect(fields?.get("narrow")).toMatchObject({ bits: 8 });
    expect(fields?.get("calls")).toMatchObject({ kind: "array", length: 16 });
    expect(fields?.get("matrix")).toMatchObject({ length: 2, of: { length: 3 } });
  });
  it("variables and enumerations", () => {
    expect(program.global("pointer_b")).toMatchObject({ kind: "pointer", to: { tag: "packed_b" } });
    expect(program.global("table")).toMatchObject({ kind: "array", of: { kind: "pointer" } });
    expect(program.global("plain")).toMatchObject({ kind: "integer" });
    expect(program.typedef("enum negative")).toMatchObject({ bits: 32, signed: true });
    expect(program.typedef("enum wide")).toMatchObject({ bits: 64 });
    expect(program.enumerator("ZERO")).toBe(0n);
    expect(program.enumerator("LAST")).toBe(7n);
  });
  it.each<[string, object]>([
    ["unsigned", { bits: 32, signed: false }],
    ["long long unsigned int", { bits: 64, signed: false }],
    ["const volatile short int", { bits: 16, signed: true }],
    ["char", { bits: 8, signed: false }],
    ["signed char", { bits: 8, signed: true }],
    ["struct page **const", { kind: "pointer", to: { kind: "pointer", to: { tag: "page" } } }],
    ["void (*)(struct page *)", { kind: "pointer", to: { kind: "function" } }],
    ["int (*[3])(void)", { kind: "array", length: 3, of: { kind: "pointer" } }],
    ["struct { int a; }", { kind: "record" }],
    ["union either *", { kind: "pointer", to: { kind: "record", union: true } }],
    ["HANDLE", { bits: 16, signed: false }],
    ["nowhere_t", { kind: "unknown", name: "nowhere_t" }],
    ["nowhere_t *", { kind: "pointer", to: { kind: "unknown" } }],
    ["enum nowhere", { kind: "unknown" }],
    ["", { kind: "unknown" }],
    ["size_t", { bits: 64, signed: false, name: "size_t" }],
    ["enum dma_data_direction", { bits: 32, signed: false }],
  ])("type %s", (text, expected) => expect(parseType(text, program)).toMatchObject(expected));
});
