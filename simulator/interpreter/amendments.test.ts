/** Choices that are changed in the middle of a run: the run ends as one that had begun with them. */
import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { simulateText } from "./simulation-fixture.ts";

const parser = await loadParser();

/** Functions whose branches ask for values that are used in one way or another before and behind them. */
const bodies = {
  "fields and results":
    "\tif (!crane->ready || lift(crane) < 0)\n\t\treturn -EIO;\n\tgot = pin_user_pages_fast(start, crane->count, 0, crane->pages);",
  "a count that a loop used":
    "\tint i, sum = 0;\n\tfor (i = 0; i < crane->count; i++)\n\t\tsum += crane->weights[i];\n\tif (sum < 3)\n\t\treturn -EINVAL;\n\tgot = pin_user_pages_fast(start, crane->count, 0, crane->pages);",
  "a count that an allocation used":
    "\tint nr = crane->count;\n\tstruct page **pages = kcalloc(nr, sizeof(*pages), GFP_KERNEL);\n\tif (!pages)\n\t\treturn -ENOMEM;\n\tif (nr < 3)\n\t\treturn -EINVAL;\n\tgot = pin_user_pages_fast(start, nr, 0, pages);",
  "sizes that allocations and checks rest on":
    "\tunsigned long end;\n\tstruct page **pages;\n\tif (check_add_overflow(start, crane->both, &end) || !access_ok((void *)start, crane->both))\n\t\treturn -EINVAL;\n\tpages = kmalloc(array_size((end - start) >> PAGE_SHIFT, 8), GFP_KERNEL);\n\tif (!pages)\n\t\treturn -ENOMEM;\n\tatomic64_add_return(crane->both, &pinned);\n\tgot = pin_user_pages_fast(start, (end - start) >> PAGE_SHIFT, 0, pages);",
  "a copied record":
    "\tstruct load load = crane->load;\n\tif (crane->load.count < 2)\n\t\treturn -EINVAL;\n\tgot = pin_user_pages_fast(load.start, load.count, 0, crane->pages);",
  "half of a number":
    "\tu64 both = crane->both;\n\tu32 low = *(u32 *)&both;\n\tif (both >> 32 != 2 || low != 0)\n\t\treturn -EINVAL;\n\tgot = pin_user_pages_fast(start, both >> 32, 0, crane->pages);",
};

function sourceOf(body: string): string {
  return `
struct load { unsigned long start; int count; };
struct crane { int ready, count; int weights[8]; u64 both; struct load load; struct page *pages[64]; };
int hoist(struct crane *crane, unsigned long start)
{
	int got;
${body}
	if (got < 2)
		return -EFAULT;
	return 0;
}`;
}

describe("an amended run", () => {
  it.each(Object.entries(bodies))("ends as one that starts again: %s", (_, body) => {
    const [again, amended] = [false, true].map((mayAmend) => {
      return simulateText(sourceOf(body), "hoist", parser, [], { trace: false, mayAmend });
    });
    const told = (one: typeof again) => [
      one?.exit,
      one?.balance,
      one?.pages.map(({ start, end }) => [start, end]),
      one?.assumptions.map(({ text }) => text).sort(),
    ];
    expect(told(amended)).toEqual(told(again));
    expect(amended?.runs).toBeLessThanOrEqual(again?.runs ?? 0);
  });

  it.each(["fields and results", "sizes that allocations and checks rest on"] as const)(
    "needs one run where nothing has used what is changed: %s",
    (name) => {
      const source = sourceOf(bodies[name]);
      const runs = (mayAmend: boolean) =>
        simulateText(source, "hoist", parser, [], { trace: false, mayAmend }).runs;
      expect(runs(true)).toBe(1);
      expect(runs(false)).toBeGreaterThan(2);
    },
  );
});
