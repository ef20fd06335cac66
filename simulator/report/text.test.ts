import { explore } from "@pinscope/simulator/interpreter";
import { DEFAULT_MACHINE, findEra } from "@pinscope/simulator/kernel";
import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { programOf, simulateText } from "../interpreter/simulation-fixture.ts";
import { simulationToJson } from "./json.ts";
import { renderExploration, renderSimulation } from "./text.ts";

const parser = await loadParser();

const SOURCE = `struct window { struct page **pages; int busy; };
int window_fill(struct window *window, unsigned long start, int count)
{
	int got;

	if (window->busy)
		return -EBUSY;
	window->pages = kcalloc(count, sizeof(*window->pages), GFP_KERNEL);
	if (!window->pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, count,
				  FOLL_WRITE | FOLL_LONGTERM, window->pages);
	if (got != count)
		return -EFAULT;
	return 0;
}
`;
const sourceOf = (file: string): string | null => (file === "test.c" ? SOURCE : null);

describe("renderSimulation", () => {
  it("is a table with the pages as columns and the code as it is written", () => {
    const table = renderSimulation(simulateText(SOURCE, "window_fill", parser), sourceOf);
    expect(table).toContain("p0 anon    p1 anon");
    expect(table).toMatch(/ 11 {2}pin_user_pages_fast\(start, count, FOLL_WRITE \| FOLL_LONGTERM.*1025\/0\*/);
    expect(table).toContain("4 owned by window->pages");
    expect(table).toContain("result of kcalloc() = a valid pointer");
    expect(table).not.toContain("scenario:");
  });

  it("tells the scenario, what leaks and what that means, and lets changes and wrongs stand out", () => {
    const mark = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
    const paint = {
      changed: mark("changed"),
      wrong: mark("wrong"),
      right: mark("right"),
      faint: mark("faint"),
      strong: mark("strong"),
    };
    const leak = simulateText(
      SOURCE.replaceAll("window->pages", "pages").replace("int got", "struct page **pages; int got"),
      "window_fill",
      parser,
      ["short=3 of 4"],
    );
    const text = renderSimulation(leak, sourceOf, paint);
    expect(text).toContain("scenario: short=3 of 4");
    expect(text).toMatch(/<changed>1025\/0\* +<\/changed>/);
    expect(text).toMatch(/<wrong> +line .*3 LEAKED<\/wrong>/);
    expect(text).toContain("nr_foll_pin_acquired stays ahead");
  });

  it("names places in files whose texts are not at hand by their offsets", () => {
    expect(renderSimulation(simulateText(SOURCE, "window_fill", parser), () => null)).toMatch(/test\.c\+\d+/);
  });
});

describe("renderSimulation of loops", () => {
  it("counts calls that ended alike", () => {
    const loop = `
int window_hold(unsigned long start)
{
	struct page *page;
	int i;

	for (i = 0; i < 3; i++) {
		if (get_user_pages_fast(start + i * PAGE_SIZE, 1, 0, &page) != 1)
			return -EFAULT;
		put_page(page);
	}
	return 0;
}`;
    const text = renderSimulation(simulateText(loop, "window_hold", parser), () => loop);
    expect(text).toContain("line 8: 3 × get_user_pages_fast() took 1 (reference): 1 released");
  });
});

describe("simulationToJson", () => {
  it("has every place with its line", () => {
    const simulation = simulateText(SOURCE, "window_fill", parser);
    expect(JSON.parse(simulationToJson(simulation, sourceOf))).toMatchObject({
      schema_version: 1,
      acquisitions: 1,
      exit: { kind: "success", location: { line: 15 } },
      balance: [{ location: { line: 11 } }],
    });
  });
});

describe("renderExploration", () => {
  it("tells each imbalance with its scenario", () => {
    const exploration = explore({
      program: programOf(SOURCE.replace("if (got != count)", "if (got != count || window->busy)"), parser),
      function: "window_fill",
      profile: { era: findEra("6.12.y"), machine: DEFAULT_MACHINE },
    });
    const text = renderExploration(exploration, sourceOf);
    expect(text).toMatch(/explored on 6\.12\.y .*: \d+ scenarios/);
    expect(text).toContain("balanced under every scenario");
  });
});
