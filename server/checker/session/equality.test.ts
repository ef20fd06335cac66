/** After any edits a settled session says what checking its text from nothing says. */
import { type CheckResult, checkFile, openSession } from "@pinscope/server/checker";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readFixture } from "../../../test-fixtures/harness/fixtures.ts";
import { loadParser } from "../../../test-fixtures/harness/parser.ts";
import { usualSettings as settings } from "../../../test-fixtures/harness/settings.ts";

const parser = await loadParser();

const fixtures = [
  "leaked-pages/helpers.c",
  "leaked-pages/loops.c",
  "leaked-pages/single-page.c",
  "mismatched-release/extracted.c",
].map((name) => readFixture(`rules/${name}`).source);

const header = `#define FREE_ALL(pages, n) unpin_user_pages(pages, n)
struct pool { struct page *pages[16]; struct { int used; } count; };
static int helper(struct page **pages, int n)
{
	FREE_ALL(pages, n);
	return 0;
}
#ifdef CONFIG_POOL
static int other(struct pool *pool, unsigned long start)
{
	int n = pin_user_pages_fast(start, 16, FOLL_WRITE, pool->pages);

	if (n != 16)
		return -EFAULT;
	return helper(pool->pages, n);
}
#else
static int other(struct pool *pool, unsigned long start)
{
	return pin_user_pages_fast(start, 1, FOLL_WRITE, pool->pages);
}
#endif
static int outer(struct pool *pool, unsigned long start)
{
	int ret = other(pool, start);

	return ret < 0 ? ret : 0;
}
static int outermost(unsigned long start)
{
	struct pool *pool = kzalloc(sizeof(*pool), GFP_KERNEL);
	int ret = outer(pool, start);

	kfree(pool);
	return ret;
}
`;

/** What is typed: whole lines, and pieces that unbalance, comment out, redefine and open branches. */
const pieces = [
  ..."{}();\n \"'\\,*&",
  "/*",
  "*/",
  "if (x) ",
  "else ",
  "return 0;",
  "goto out;",
  "int y;",
  "put_page(page);",
  "unpin_user_pages(pages, n);",
  "n = get_user_pages(start, n, FOLL_WRITE, pages);",
  "\n#if 0\n",
  "\n#ifdef CONFIG_POOL\n",
  "\n#else\n",
  "\n#endif\n",
  "\n#define FREE_ALL(pages, n) put_page(pages[0])\n",
  "\nstatic int late(struct page *page)\n{\n\treturn helper(&page, 1);\n}\n",
  "typedef int helper_t;\n",
];

const edit = fc.record({
  at: fc.nat(),
  removed: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 60 })),
  text: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...pieces) }, fc.constant("")),
  budget: fc.constantFrom(0, 2, 20),
});

/** Everything but the time it took, and broken functions: a session knows those, too, that mattered before. */
function said({ findings, functions, stats }: Pick<CheckResult, "findings" | "functions" | "stats">) {
  return { findings, functions, stats: { ...stats, ms: null, functionsWithSyntaxErrors: null } };
}

describe("a settled session", () => {
  it("equals a fresh check after any edits", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...fixtures),
        fc.array(fc.array(edit, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 6 }),
        (fixture, batches) => {
          const files = new Map();
          const session = openSession({ path: "a.c", source: header + fixture, files, parser, settings });
          for (const batch of batches) {
            for (const { at, removed, text, budget } of batch) {
              const start = at % (session.source.length + 1);
              const end = Math.min(session.source.length, start + removed);
              const result = session.edit({ start, end }, text, { milliseconds: budget });
              for (const { location } of result.findings) {
                expect(location.end).toBeLessThanOrEqual(session.source.length);
              }
            }
            const settled = session.advance();
            expect(settled.settled || settled.missing.length > 0).toBe(true);
            const { source } = session;
            const fresh = checkFile({
              path: "a.c",
              source,
              files: new Map([["a.c", source]]),
              parser,
              settings,
            });
            expect(settled.missing).toEqual(fresh.missing);
            expect(said(settled)).toEqual(said(fresh));
          }
          session.close();
        },
      ),
      { numRuns: 10 },
    );
  }, 120_000);

  it("finds what it knew when an edit is taken back", () => {
    const [fixture = ""] = fixtures;
    const session = openSession({ path: "a.c", source: fixture, files: new Map(), parser, settings });
    const first = session.advance();
    const at = fixture.indexOf("{", fixture.length >> 1);
    const broken = session.edit({ start: at, end: at + 1 }, "", { milliseconds: 0 });
    expect(broken.revision).toBe(1);
    const mended = session.edit({ start: at, end: at }, "{", { milliseconds: 0 });
    // No time was given: nothing was analyzed again.
    expect(mended.pending).toEqual([]);
    expect(mended.findings).toEqual(first.findings);
    session.close();
  });

  it("moves what it knows with the text above", () => {
    const [fixture = ""] = fixtures;
    const session = openSession({ path: "a.c", source: fixture, files: new Map(), parser, settings });
    session.advance();
    const above = "/* a line\n and another */\n";
    const moved = session.edit({ start: 0, end: 0 }, above, { milliseconds: 0 });
    expect(moved.pending).toEqual([]);
    const source = above + fixture;
    const fresh = checkFile({ path: "a.c", source, files: new Map([["a.c", source]]), parser, settings });
    expect(fresh.findings.length).toBeGreaterThan(0);
    expect(moved.findings).toEqual(fresh.findings);
    session.close();
  });
});
