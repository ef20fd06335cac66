import { expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { countFile } from "./count.ts";
import { codeOnly, textualCalls } from "./text.ts";

const parser = await loadParser();
const names = new Set(["put_page", "kfree"]);
const count = (source: string) =>
  countFile({ path: "a.c", source, files: new Map([["a.c", source]]) }, names, parser);

it("sees code only, at the places of the source", () => {
  const source = `/* put_page(a) */ "put_page(b)" 'p' // put_page(c)
#define DROP(x) put_page(x); \\
	put_page(x)
put_page(d);`;
  const code = codeOnly(source, []);
  expect(code.length).toBe(source.length);
  expect(textualCalls(code, names, () => true)).toEqual([
    { name: "put_page", start: source.indexOf("put_page(d)") },
  ]);
});

it("leaves out fields and declarations, not what follows a keyword", () => {
  const code =
    "void kfree(void *p); void *kfree(int a); ops->kfree(p); ops.kfree(p); return kfree (p); x * kfree(p);";
  const found = (inside: boolean) => textualCalls(code, names, () => inside).map(({ start }) => start);
  expect(found(false)).toEqual([code.indexOf("kfree (p)")]);
  expect(found(true)).toContain(code.indexOf("kfree(p);", code.indexOf("x *")));
});

it("matches calls with operations, also those in macros' arguments and behind cleanups", () => {
  const source = `#define BOTH(x, y) do { x; y; } while (0)
#define kfree(p) release(p)
static void f(struct page *page, struct page *other)
{
#if 0
	put_page(page);
#endif
	put_page(page);
	BOTH(put_page(page), put_page(other));
	kfree(page);
}
`;
  expect(count(source)).toEqual({ textual: 4, lowered: 3, redefined: 1, unmatched: [] });
});

it("names what is not in a graph, with its line", () => {
  const source = `int before(int a)
{
	return sizeof(put_page(a));
}
int lonely = put_page(3);
`;
  expect(count(source)).toMatchObject({
    textual: 2,
    lowered: 0,
    unmatched: [
      { name: "put_page", line: 3, function: "before" },
      { name: "put_page", line: 5, function: null },
    ],
  });
});
