import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { readScenario, SCENARIO_KEYS, scenarioTexts } from "./scenario.ts";
import { UnknownFunctionError } from "./simulate.ts";
import { programOf, simulateText } from "./simulation-fixture.ts";

const parser = await loadParser();

const KEEPS = `
struct table { struct page **pages; int count; unsigned long size; };
int fill(struct table *table, unsigned long start, int write)
{
	int npages = table->size >> PAGE_SHIFT;
	struct page **pages;
	int got;

	if (!npages)
		return -EINVAL;
	pages = kvmalloc_array(npages, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, npages, write ? FOLL_WRITE : 0, pages);
	if (got < npages) {
		if (got > 0)
			unpin_user_pages(pages, got);
		kvfree(pages);
		return got < 0 ? got : -EFAULT;
	}
	table->pages = pages;
	table->count = npages;
	return 0;
}`;

const LEAKS = KEEPS.replace("if (got > 0)\n\t\t\tunpin_user_pages(pages, got);\n", "");

describe("simulate", () => {
  it("reaches the success exit of a function that keeps pages, and names the owner", () => {
    const simulation = simulateText(KEEPS, "fill", parser);
    expect(simulation.exit).toMatchObject({ kind: "success", value: "0" });
    expect(simulation.acquisitions).toBe(1);
    expect(simulation.balance).toMatchObject([
      {
        callee: "pin_user_pages_fast",
        taken: 4,
        released: 0,
        leaked: 0,
        owned: [{ owner: "table->pages", pages: 4 }],
      },
    ]);
    expect(simulation.imbalances).toEqual([]);
    expect(simulation.pages.map(({ start, end }) => [start.refcount, end.refcount])).toEqual(
      Array.from({ length: 4 }, () => [1, 1025]),
    );
    expect(simulation.assumptions.map(({ text }) => text)).toContain("table->size = 16384");
  });

  it("ends balanced where a short count is let go", () => {
    const simulation = simulateText(KEEPS, "fill", parser, ["short=3 of 8"]);
    expect(simulation.exit).toMatchObject({ kind: "failure", value: "-14" });
    expect(simulation.balance).toMatchObject([{ taken: 3, released: 3, leaked: 0 }]);
    expect(simulation.imbalances).toEqual([]);
  });

  it("shows the pages of a short count that nobody lets go", () => {
    const simulation = simulateText(LEAKS, "fill", parser, ["short=3 of 8"]);
    expect(simulation.balance).toMatchObject([{ taken: 3, released: 0, leaked: 3 }]);
    expect(simulation.imbalances.map(({ kind }) => kind)).toEqual(["leak"]);
    expect(simulation.pages.map(({ end }) => end.refcount)).toEqual([1025, 1025, 1025]);
  });

  it.each([
    ["fail=pin_user_pages_fast", "-14"],
    ["fail=kvmalloc_array", "-12"],
    ["buffer=hole", "-14"],
  ])("makes a call fail: %s", (scenario, value) => {
    const simulation = simulateText(KEEPS, "fill", parser, [scenario]);
    expect(simulation.exit).toMatchObject({ kind: "failure", value });
    expect(simulation.imbalances).toEqual([]);
  });

  it("counts in the exact counter of a huge page", () => {
    const simulation = simulateText(KEEPS, "fill", parser, ["buffer=thp"]);
    expect(simulation.pages[0]).toMatchObject({ order: 9, end: { pincount: 4 } });
  });

  it("follows the helper of the same file, and knows what it released", () => {
    const source = `
static void drop(struct page **pages, int n)
{
	while (n--)
		unpin_user_page(pages[n]);
}
int use(unsigned long start)
{
	struct page *pages[2];
	int got = pin_user_pages_fast(start, 2, 0, pages);

	if (got < 0)
		return got;
	drop(pages, got);
	return 0;
}`;
    const simulation = simulateText(source, "use", parser);
    expect(simulation.balance).toMatchObject([{ taken: 2, released: 2, leaked: 0 }]);
    expect(simulation.steps.some(({ stack }) => stack.length === 2)).toBe(true);
    expect(simulateText(source, "use", parser, ["short=1 of 2"]).imbalances).toEqual([]);
  });

  it("tells a pin let go as a reference, and a page let go twice", () => {
    const source = `
int wrong(unsigned long start)
{
	struct page *page;
	if (pin_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	put_page(page);
	return 0;
}
int twice(unsigned long start)
{
	struct page *page;
	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	put_page(page);
	put_page(page);
	return 0;
}`;
    expect(simulateText(source, "wrong", parser).imbalances.map(({ kind }) => kind)).toContain(
      "wrong-family",
    );
    expect(simulateText(source, "twice", parser).imbalances.map(({ kind }) => kind)).toContain("not-held");
  });

  it("sees memory that is used after it was freed, or freed twice", () => {
    const source = `
int after(struct page **out)
{
	struct page **pages = kmalloc_array(4, sizeof(*pages), GFP_KERNEL);
	kfree(pages);
	out[0] = pages[0];
	return 0;
}
int twice(void)
{
	void *memory = kmalloc(64, GFP_KERNEL);
	kfree(memory);
	kfree(memory);
	return 0;
}`;
    expect(simulateText(source, "after", parser).exit).toMatchObject({ kind: "crash" });
    expect(simulateText(source, "twice", parser).imbalances.map(({ kind }) => kind)).toContain("double-free");
  });

  it("compares a negative int with an unsigned size as C does", () => {
    const source = `
int convert(unsigned long start, unsigned long n)
{
	struct page *pages[4];
	int got = pin_user_pages_fast(start, 4, 0, pages);
	if (got < 4ul)
		return 1;
	if (got > 0)
		unpin_user_pages(pages, got);
	return 0;
}`;
    const failing = simulateText(source, "convert", parser, ["fail=pin_user_pages_fast"]);
    expect(failing.exit).toMatchObject({ value: "0" });
  });

  it("follows a path, and says where it cannot", () => {
    const program = programOf(KEEPS, parser);
    const ir = program.lookup("fill");
    const toEnd = ir?.blocks.flatMap(({ terminator }) =>
      terminator.kind === "branch" ? [{ function: "fill", edge: terminator.whenTrue }] : [],
    );
    const [first] = toEnd ?? [];
    if (first === undefined) throw new Error("no branch");
    const taken = simulateText(KEEPS, "fill", parser, [], { path: [first] });
    expect(taken).toMatchObject({ followed: true, exit: { kind: "failure", value: "-22" } });
    const wrong = simulateText(KEEPS, "fill", parser, [], { path: [{ function: "fill", edge: 999 }] });
    expect(wrong.exit.kind).toBe("diverged");
  });

  it("ends where a loop never does", () => {
    const simulation = simulateText("int f(void) { for (;;) ; return 0; }", "f", parser);
    expect(simulation.exit.kind).toBe("stuck");
  });

  it("refuses a function that is not there", () => {
    expect(() => simulateText(KEEPS, "empty", parser)).toThrow(UnknownFunctionError);
  });
});

describe("a fork while the path runs", () => {
  const READS = `
int read_page(unsigned long start)
{
	struct page *page;

	if (TAKE(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	start_dma(page);
	RELEASE(page);
	return 0;
}`;
  const notes = (take: string, release: string, era: string): readonly string[] =>
    simulateText(READS.replace("TAKE", take).replace("RELEASE", release), "read_page", parser, [
      `fork=${take}`,
      `era=${era}`,
    ]).steps.flatMap((step) => step.notes);

  it("loses referenced pages to the child, and leaves pinned ones with the process", () => {
    const lost = "p0 is no page of the process any more: what a device writes there it never sees";
    expect(notes("get_user_pages_fast", "put_page", "6.12.y")).toContain(lost);
    expect(notes("pin_user_pages_fast", "unpin_user_page", "6.12.y")).toEqual([
      "the process forks, then writes to its buffer",
    ]);
    expect(notes("pin_user_pages_fast", "unpin_user_page", "v5.7")).toContain(lost);
  });

  it("at a call that is not made is not met", () => {
    expect(simulateText(KEEPS, "fill", parser, ["fork=submit_bio"]).unmet).toEqual([
      "fork=submit_bio: it is not called on this path",
    ]);
  });
});

describe("scenarios", () => {
  it("are texts again", () => {
    const texts = [
      "fail=kmalloc#2:-16",
      "fail=kfree",
      "short=pin_user_pages: 3 of 8",
      "set=a->b=ERR_PTR(-12)",
    ];
    const more = ["buffer=thp", "iter=bvec", "offset=512", "loop=2", "fork=pin_user_pages"];
    const read = readScenario([...texts, ...more]);
    expect(read.kind === "scenario" && scenarioTexts(read.scenario)).toEqual([...texts, ...more]);
    const pages = readScenario(["nr_pages=8"]);
    expect(pages.kind === "scenario" && scenarioTexts(pages.scenario)).toEqual(["nr_pages=8"]);
  });

  it("lists the keys for one that does not exist", () => {
    const read = readScenario(["pages=4"]);
    expect(read.kind).toBe("problem");
    for (const key of Object.keys(SCENARIO_KEYS))
      expect(read).toMatchObject({ message: expect.stringContaining(key) });
  });

  it.each(["short=4 of 4", "nr_pages=x", "buffer=none", "era=1.0", "fail=", "nonsense", "fail=a b"])(
    "refuses %s",
    (text) => {
      expect(readScenario([text]).kind).toBe("problem");
    },
  );
});
