import { DEFAULT_MACHINE, findEra } from "@pinscope/simulator/kernel";
import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { type Exploration, explore } from "./explore.ts";
import { programOf } from "./simulation-fixture.ts";

const parser = await loadParser();

function explored(source: string, name: string): Exploration {
  const profile = { era: findEra("6.12.y"), machine: DEFAULT_MACHINE };
  return explore({ program: programOf(source, parser), function: name, profile });
}

const BUSY = `
struct device { int busy; };
int submit(struct device *device, unsigned long start)
{
	struct page *pages[4];
	int got = pin_user_pages_fast(start, 4, 0, pages);

	if (got < 0)
		return got;
	if (device->busy)
		return -EBUSY;
	unpin_user_pages(pages, got);
	return 0;
}`;

describe("explore", () => {
  it("finds the branch on an unknown field that leaves with the pages, and says how to see it again", () => {
    const { imbalances, runs } = explored(BUSY, "submit");
    expect(runs[0]).toMatchObject({ scenario: "", simulation: { exit: { kind: "success" } } });
    expect(imbalances).toMatchObject([{ scenario: "set=device->busy=1", imbalance: { kind: "leak" } }]);
  });

  it("finds nothing where every path lets the pages go", () => {
    const fixed = BUSY.replace("return -EBUSY;", "{ unpin_user_pages(pages, got); return -EBUSY; }");
    const { imbalances, runs } = explored(fixed, "submit");
    expect(imbalances).toEqual([]);
    const scenarios = runs.map(({ scenario }) => scenario);
    expect(scenarios).toContain("fail=pin_user_pages_fast#1");
    expect(scenarios).toContain("short=pin_user_pages_fast: 1 of 4");
  });

  it("sees slots that a short count left unfilled", () => {
    const { imbalances } = explored(
      BUSY.replace("unpin_user_pages(pages, got)", "unpin_user_pages(pages, 4)"),
      "submit",
    );
    const unfilled = imbalances.filter(({ imbalance }) => imbalance.kind === "not-held");
    expect(unfilled.map(({ scenario }) => scenario)).toContain("short=pin_user_pages_fast: 1 of 4");
  });

  const RACK = `
struct rack { struct page *slots[4]; int held; int locked; };
void rack_empty(struct rack *rack)
{
	while (rack->held)
		unpin_user_page(rack->slots[--rack->held]);
}
int rack_fill(struct rack *rack, unsigned long start)
{
	int got;

	rack->held = 0;
	got = pin_user_pages_fast(start, 4, FOLL_WRITE, rack->slots);
	if (got <= 0)
		return -EFAULT;
	if (rack->locked)
		return -EBUSY;
	rack->held = got;
	return 0;
}`;

  it("runs what empties a record behind the path that fails, and finds what it misses", () => {
    const { imbalances } = explored(RACK, "rack_fill");
    expect(imbalances).toMatchObject([
      {
        scenario: "set=rack->locked=1; after=rack_empty",
        imbalance: { kind: "missed", text: expect.stringContaining("rack->slots") },
      },
    ]);
  });

  it("says nothing where it comes to all, where what it comes to is open, or where who calls is in sight", () => {
    const early = RACK.replace("\tif (rack->locked)", "\track->held = got;\n\tif (rack->locked)");
    const open = RACK.replace("\track->held = 0;\n", "");
    const called = `${RACK}
int rack_try(struct rack *rack, unsigned long start)
{
	int ret = rack_fill(rack, start);

	if (ret == -EBUSY)
		unpin_user_pages(rack->slots, 4);
	return ret;
}`;
    for (const source of [early, open, called])
      expect(explored(source, "rack_fill").imbalances, source).toEqual([]);
  });
});
