import { describe, expect, it } from "vitest";
import { collectProgram, expandMacro, parseSignature, parseType, splitArguments } from "./index.ts";

const source = `
#include <linux/mm.h>
#include "dev.h"
#define CHECK_GOTO(x, err, label) \\
	do { if ((x) < 0) { err = (x); goto label; } } while (0) /* hides a goto */
#define MAX_SLOTS (4 * UNIT)
typedef struct { u32 a, b:3; unsigned c:1; } pair_t;
typedef int (*handler_t)(struct dev_state *state, unsigned long arg);
struct dev_state {
	struct page **pages;
	unsigned long nr;
	struct { int inner; union { u64 wide; u32 narrow[2]; }; };
	handler_t handler;
	int (*open)(void *), (*close)(void *);
	char name[MAX_SLOTS];
	struct sub { s8 deep; } sub;
#ifdef CONFIG_X
	long only_x;
#endif
	DECLARE_BITMAP(map, 64);
};
enum mode { MODE_A, MODE_B = 5, MODE_C };
static enum mode current_mode = MODE_B;
static struct dev_state *states[MODE_C] = { [0] = NULL, };
static DEFINE_MUTEX(big_lock);
DEFINE_FREE(drop_pages, struct page **, if (!IS_ERR_OR_NULL(_T)) release_them(_T))
static inline __must_check long
pin_some(struct dev_state *state, int nr_pages,
	 struct page **pages) __must_hold(&big_lock)
{
#define INNER 3
	if (nr_pages) { return 1; }
	return '}';
}
int __init setup(void) { return 0; }
extern void (*hook)(int);
`;

const files = new Map<string, string | null>([
  ["drv/main.c", source],
  ["drv/dev.h", '#define UNIT 2\n#include "deeper.h"\nint other(unsigned int a, ...);\n'],
  ["include/deeper.h", "typedef unsigned long long wide_t;\n"],
  ["drv/deeper.h", null],
]);

describe("collectProgram", () => {
  const { program, missing } = collectProgram("drv/main.c", files, { includeFolders: ["include"] });
  it("names nothing missing", () => expect(missing).toEqual([]));
  it("reads macros", () => {
    const macro = program.macro("CHECK_GOTO");
    expect(macro?.parameters).toEqual(["x", "err", "label"]);
    expect(macro?.body).toBe("do { if ((x) < 0) { err = (x); goto label; } } while (0)");
    expect(program.macro("INNER")?.body).toBe("3");
  });
  it("reads types", () => {
    expect(program.typedef("wide_t")).toEqual({ kind: "integer", bits: 64, signed: false, name: "wide_t" });
    const pair = program.typedef("pair_t");
    expect(pair?.kind).toBe("record");
    const fields = program.record(pair?.kind === "record" ? pair.tag : "")?.fields;
    expect([...(fields?.keys() ?? [])]).toEqual(["a", "b", "c"]);
    expect(fields?.get("b")).toMatchObject({ bits: 8, signed: false });
  });
  it("flattens records", () => {
    const fields = program.record("dev_state")?.fields;
    expect([...(fields?.keys() ?? [])]).toEqual(
      "pages nr inner wide narrow handler open close name sub only_x map".split(" "),
    );
    expect(fields?.get("name")).toMatchObject({ kind: "array", length: 8 });
    expect(fields?.get("close")?.kind).toBe("pointer");
    expect(program.record("sub")?.fields.get("deep")).toMatchObject({ bits: 8, signed: true });
  });
  it("reads signatures", () => {
    const signature = program.signature("pin_some");
    expect(signature?.returns).toMatchObject({ bits: 64, signed: true });
    expect(signature?.parameters.map((parameter) => parameter.name)).toEqual(["state", "nr_pages", "pages"]);
    expect(program.signature("other")?.variadic).toBe(true);
    expect(program.signature("setup")?.parameters).toEqual([]);
    expect(program.signature("copy_from_user")?.returns).toMatchObject({ bits: 64, signed: false });
  });
  it("reads variables, enumerators and cleanups", () => {
    expect(program.global("states")).toMatchObject({ kind: "array", length: 6 });
    expect(program.global("big_lock")).toEqual({ kind: "record", tag: "mutex", union: false });
    expect(program.global("current_mode")).toMatchObject({ kind: "integer", bits: 32, signed: false });
    expect(program.global("hook")).toMatchObject({ kind: "pointer", to: { kind: "function" } });
    expect(program.enumerator("MODE_C")).toBe(6n);
    expect(program.enumerator("ENOMEM")).toBe(12n);
    expect(program.cleanup("drop_pages")).toMatchObject({ kind: "free", release: "release_them" });
  });
  it("parses type names", () => {
    expect(parseType("const struct page __user *[4]", program)).toMatchObject({ kind: "array", length: 4 });
    expect(parseType("long unsigned int", program)).toMatchObject({ bits: 64, signed: false });
    expect(parseType("handler_t", program)).toMatchObject({ kind: "pointer" });
    expect(parseSignature("long f(unsigned long start, struct page **pages)").parameters).toHaveLength(2);
  });
  it("expands", () => {
    const macro = program.macro("CHECK_GOTO");
    expect(macro && expandMacro(macro, splitArguments("f(a, b), ret, out"), program)).toEqual({
      text: "do { if ((f(a, b)) < 0) { ret = (f(a, b)); goto out; } } while (0)",
    });
  });
});
