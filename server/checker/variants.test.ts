/**
 * Readings of one file under other symbols and versions: which are made, what they add, how findings name them.
 */
import { type CheckSettings, checkFile } from "@pinscope/server/checker";
import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { usualSettings } from "../../test-fixtures/harness/settings.ts";
import { trackedCallsIn } from "./variants.ts";

async function check(source: string, extra: Partial<CheckSettings> = {}) {
  const path = "driver.c";
  const settings: CheckSettings = { ...usualSettings, ...extra };
  const result = checkFile({
    path,
    source,
    files: new Map([[path, source]]),
    parser: await loadParser(),
    settings,
  });
  expect(result.missing).toEqual([]);
  const found = result.findings.map(
    ({ function: name, rule, variant }) => `${name}: ${rule}${variant === undefined ? "" : ` (${variant})`}`,
  );
  return { found, stats: result.stats };
}

/** Pins a page and returns, with it still pinned when the answer is bad. */
const leak = (page = "page") => `
  if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &${page}) != 1)
    return -EFAULT;
  if (bad(${page}->flags))
    return -EINVAL;
  unpin_user_page(${page});`;

/** The same without the mistake. */
const clean = `
  if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
    return -EFAULT;
  unpin_user_page(page);`;

const define = (name: string, body: string) => `
int ${name}(unsigned long addr)
{
  struct page *page;
${body}
  return 0;
}
`;

describe("branches that are not selected", () => {
  it("reads a call in #else of a configuration symbol with the symbol off", async () => {
    const { found, stats } = await check(
      define("f", `#ifdef CONFIG_FAST\n${clean}\n#else\n${leak()}\n#endif`),
    );
    expect(found).toEqual(["f: leaked-pages (if CONFIG_FAST is off)"]);
    expect(stats.variants).toEqual({ functions: 1, readings: 1, overLimit: 0, notSelectable: 0 });
    // Both calls were seen, each once.
    expect(stats.acquisitions).toEqual({ seen: 2, followed: 2, givenUp: {} });
  });

  it("names the symbol of a finding that only the usual reading shows", async () => {
    const { found } = await check(
      define("f", `#if IS_ENABLED(CONFIG_FAST)\n${leak()}\n#else\n${clean}\n#endif`),
    );
    expect(found).toEqual(["f: leaked-pages (if CONFIG_FAST is on)"]);
  });

  it("names nothing where every reading shows the finding", async () => {
    const { found, stats } = await check(
      define("f", `${leak()}\n#ifdef CONFIG_MORE\n  trace(addr);\n#else\n${clean}\n#endif`),
    );
    expect(found).toEqual(["f: leaked-pages"]);
    expect(stats.variants?.readings).toBe(1);
  });

  it("reads a nested branch with all symbols that it needs", async () => {
    const nested = `#ifdef CONFIG_OUTER\n  trace(addr);\n#else\n#ifdef INNER\n${leak()}\n#endif\n#endif`;
    expect((await check(define("f", nested))).found).toEqual([
      "f: leaked-pages (if INNER is defined and CONFIG_OUTER is off)",
    ]);
    const inner = `#ifdef CONFIG_OUTER\n  trace(addr);\n#else\n#ifdef INNER\n#else\n${leak()}\n#endif\n#endif`;
    expect((await check(define("f", inner))).found).toEqual([
      "f: leaked-pages (if CONFIG_OUTER is off and INNER is not defined)",
    ]);
  });

  it("changes no more symbols than the branch needs", async () => {
    // The first branch that tests them takes X and Y as defined: for the second, only Y has to change.
    const source = `#if defined(X) && defined(Y)\n  trace(addr);\n#elif defined(X) && !defined(Y)\n${leak()}\n#endif`;
    expect((await check(define("f", source))).found).toEqual(["f: leaked-pages (if Y is not defined)"]);
    const both = `#if defined(X) || defined(Y)\n  trace(addr);\n#else\n${leak()}\n#endif`;
    expect((await check(define("f", both))).found).toEqual([
      "f: leaked-pages (if X is not defined and Y is not defined)",
    ]);
  });

  it("keeps the values that other branches rest on", async () => {
    // Z is taken as defined by the first test; the variant for Y must not lose that.
    const first = `#ifdef Z\n#define ASK 1\n#else\n#define ASK 0\n#endif`;
    const body = `#if defined(Y)\n  trace(addr);\n#elif defined(Z)\n${leak()}\n#endif`;
    expect((await check(`${first}\n${define("f", body)}`)).found).toEqual([
      "f: leaked-pages (if Y is not defined)",
    ]);
  });

  it("follows the file's own definitions to the symbol behind them", async () => {
    const head = "#ifdef CONFIG_FAST\n#define USE_FAST\n#endif\n";
    const { found } = await check(
      head + define("f", `#ifdef USE_FAST\n  trace(addr);\n#else\n${leak()}\n#endif`),
    );
    expect(found).toEqual(["f: leaked-pages (if CONFIG_FAST is off)"]);
  });

  it("words comparisons of symbols nobody knows", async () => {
    const { found } = await check(define("f", `#if DEPTH > 3\n  trace(addr);\n#else\n${leak()}\n#endif`));
    expect(found).toEqual(["f: leaked-pages (if 3 < DEPTH does not hold)"]);
  });

  it("reads two functions under the same symbol at once and others as they are", async () => {
    const body = `#ifdef CONFIG_FAST\n  trace(addr);\n#else\n${leak()}\n#endif`;
    const { found, stats } = await check(define("f", body) + define("g", leak()) + define("h", body));
    expect(found).toEqual([
      "f: leaked-pages (if CONFIG_FAST is off)",
      "g: leaked-pages",
      "h: leaked-pages (if CONFIG_FAST is off)",
    ]);
    expect(stats.variants).toEqual({ functions: 2, readings: 2, overLimit: 0, notSelectable: 0 });
  });

  it("reads whole functions that stand in such a branch, and their callers", async () => {
    const wrapper = (body: string) => `
static int take(unsigned long addr, struct page **page)
{
  ${body}
}
`;
    const { found } = await check(
      `#ifdef CONFIG_STUB${wrapper("return -ENOSYS;")}#else${wrapper(
        "return pin_user_pages_fast(addr, 1, FOLL_WRITE, page) == 1 ? 0 : -EFAULT;",
      )}#endif${define("f", "  if (take(addr, &page))\n    return -EFAULT;\n  if (bad(page->flags))\n    return -EINVAL;\n  unpin_user_page(page);")}`,
    );
    expect(found).toEqual(["f: leaked-pages (if CONFIG_STUB is off)"]);
  });

  it("stops at four variants of a function and counts the rest", async () => {
    const branch = (name: string) => `#ifdef CONFIG_${name}\n  trace(addr);\n#else\n${leak()}\n#endif\n`;
    const names = ["A", "B", "C", "D", "E", "F"];
    const { found, stats } = await check(define("f", names.map(branch).join("")));
    expect(found).toEqual(["A", "B", "C", "D"].map((name) => `f: leaked-pages (if CONFIG_${name} is off)`));
    expect(stats.variants).toEqual({ functions: 1, readings: 4, overLimit: 2, notSelectable: 0 });
  });

  it("leaves alone what only another version, a fixed symbol or nothing selects", async () => {
    const old = "#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 6, 0)";
    for (const test of [
      old,
      `${old}\n#define OLD\n#endif\n#ifdef OLD`,
      "#if 0",
      "#ifdef __cplusplus",
      "#ifdef CONFIG_GIVEN",
      `#ifdef CONFIG_A\n${old}`,
    ]) {
      const ends = test.includes("CONFIG_A\n") ? "#endif\n#endif" : "#endif";
      const { found, stats } = await check(define("f", `${test}\n${leak()}\n${ends}`), {
        defines: new Map([["CONFIG_GIVEN", false]]),
      });
      expect(found, test).toEqual([]);
      expect(stats.variants, test).toEqual({ functions: 0, readings: 0, overLimit: 0, notSelectable: 2 });
    }
  });

  it("does nothing for files without such calls", async () => {
    const quiet = [
      "#ifdef CONFIG_A\n#else\n  put(page);\n#endif",
      '#if 0\n  /* pin_user_pages(a) */ note("put_user_page("); // unpin_user_page(x)\n#endif',
      "#ifdef CONFIG_A\n#else\n#define LET_GO(p) \\\n  unpin_user_page(p)\n#endif",
    ];
    for (const text of quiet) {
      const { stats } = await check(define("f", `${text}\n${clean}`));
      expect(stats.variants, text).toBeUndefined();
    }
  });

  it("knows calls from declarations", () => {
    const source = `long pin_user_pages(int a);
struct page **
put_user_page(int b)
{
	return
		pin_user_pages(a);
	if (a) x(); else unpin_user_page(b);
	n = a * pin_user_pages(c);
	*pin_user_pages(d) = 1;
}
static struct page *follow_page(int a);
`;
    const found = trackedCallsIn(source, [{ start: 0, end: source.length }]);
    const last = source.lastIndexOf("pin_user_pages(a)");
    expect(found).toEqual([
      last,
      source.indexOf("unpin_user_page"),
      source.indexOf("pin_user_pages(c)"),
      source.indexOf("pin_user_pages(d)"),
    ]);
  });

  it("finds calls where they are", () => {
    const source = "x = pin_user_pages (a); my_pin_user_pages(b); '\"'; unpin_user_page(c);";
    const at = (word: string) => source.indexOf(word);
    expect(trackedCallsIn(source, [{ start: 0, end: source.length }])).toEqual([
      at("pin_user_pages ("),
      at("unpin_user_page("),
    ]);
    expect(trackedCallsIn(source, [{ start: 10, end: source.length }])).toEqual([at("unpin_user_page(")]);
  });
});

describe("several kernels", () => {
  const kernels: CheckSettings["kernels"] = [
    { version: "v5.10", patch: 0 },
    { version: "v6.6", patch: 0 },
  ];
  const old = "#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 0, 0)";

  it("names the versions of a finding that not all show", async () => {
    const source = define("f", `${old}\n${leak()}\n#else\n${clean}\n#endif`) + define("g", leak());
    expect((await check(source, { kernels })).found).toEqual([
      "f: leaked-pages (only in 5.10)",
      "g: leaked-pages",
    ]);
  });

  it("names both a version and a symbol", async () => {
    const branch = `#ifdef CONFIG_FAST\n  trace(addr);\n#else\n${leak()}\n#endif`;
    const under = define("f", `${old}\n${branch}\n#endif`);
    expect((await check(under, { kernels })).found).toEqual([
      "f: leaked-pages (only in 5.10, if CONFIG_FAST is off)",
    ]);
    expect((await check(define("f", branch), { kernels })).found).toEqual([
      "f: leaked-pages (if CONFIG_FAST is off)",
    ]);
    const needless = `#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 0, 0) && defined(CONFIG_FAST)\n  trace(addr);\n#else\n${leak()}\n#endif`;
    expect((await check(define("f", needless), { kernels })).found).toEqual([
      "f: leaked-pages (in 5.10 only if CONFIG_FAST is off)",
    ]);
  });

  it("keeps two acquisitions apart that one exit loses", async () => {
    const two = `  struct page *other;
  if (pin_user_pages_fast(addr, 1, FOLL_WRITE, &page) != 1)
    return -EFAULT;
  if (pin_user_pages_fast(addr + 4096, 1, FOLL_WRITE, &other) != 1) {
    unpin_user_page(page);
    return -EFAULT;
  }
  use(page->flags, other->flags);`;
    const single = await check(define("f", two));
    expect(single.found).toEqual(["f: leaked-pages", "f: leaked-pages"]);
    expect((await check(define("f", two), { kernels })).found).toEqual(single.found);
  });
});
