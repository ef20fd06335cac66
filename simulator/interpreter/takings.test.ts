import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { simulateText } from "./simulation-fixture.ts";

const parser = await loadParser();

const SEEN = `
void keep(struct page *page);
int twice(unsigned long start)
{
	struct page *page;

	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	put_page(page);
	keep(page);
	put_page(page);
	return 0;
}`;

const REFILLED = `
struct table { struct page **pages; unsigned long count; };
int refill(struct table *table);
int empty(struct table *table)
{
	int ret;

	unpin_user_pages(table->pages, table->count);
	ret = refill(table);
	if (ret)
		return ret;
	unpin_user_pages(table->pages, table->count);
	return 0;
}`;

describe("calls out of sight", () => {
  it("may have taken a reference that is let go of behind them: that is an assumption", () => {
    const { assumptions, balance, imbalances, pages } = simulateText(SEEN, "twice", parser);
    expect(imbalances).toEqual([]);
    expect(assumptions.map(({ text }) => text)).toContain("references taken by keep() = true");
    expect(balance).toMatchObject([
      { callee: "get_user_pages_fast", taken: 1, released: 1 },
      { callee: "keep", taken: 1, released: 1 },
    ]);
    expect(pages.map(({ start, end }) => end.refcount - start.refcount)).toEqual([0]);
  });

  it("have not where nothing of them was given the page", () => {
    const { imbalances } = simulateText(SEEN.replace("keep(page);", "keep(NULL);"), "twice", parser);
    expect(imbalances.map(({ kind }) => kind)).toContain("not-held");
  });

  it("have not where the scenario says so", () => {
    const { imbalances } = simulateText(SEEN, "twice", parser, ["set=references taken by keep()=0"]);
    expect(imbalances.map(({ kind }) => kind)).toContain("not-held");
  });

  it("may have pinned again the pages of an array that they were led to", () => {
    const { assumptions, imbalances } = simulateText(REFILLED, "empty", parser);
    expect(imbalances).toEqual([]);
    expect(assumptions.map(({ text }) => text)).toContain("pins taken by refill() = true");
  });
});

describe("a further reference on a page that the function was given", () => {
  const HOLDS = `
struct box { struct page *page; int full; };
int hold(struct box *box, struct page *page)
{
	get_page(page);
	if (box->full)
		return -EBUSY;
	box->page = page;
	return 0;
}`;
  it("is owned by what names the page", () => {
    const { balance } = simulateText(HOLDS, "hold", parser, ["set=box->full=0"]);
    expect(balance).toMatchObject([{ owned: [{ owner: "box->page", pages: 1 }], leaked: 0 }]);
  });

  it("is lost where the function fails and nothing names it", () => {
    const { imbalances } = simulateText(HOLDS, "hold", parser, ["set=box->full=1"]);
    expect(imbalances.map(({ kind }) => kind)).toEqual(["leak"]);
  });

  it("is the caller's where the function succeeds", () => {
    const { imbalances } = simulateText(HOLDS.replace("-EBUSY", "0"), "hold", parser, ["set=box->full=1"]);
    expect(imbalances).toEqual([]);
  });
});
