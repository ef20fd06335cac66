/** Runs through selected lines and along chains of calls. */
import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { type Goal, linesGoal } from "./goal.ts";
import { programOf, simulateText } from "./simulation-fixture.ts";
import type { Simulation } from "./types.ts";

const parser = await loadParser();

const MAP = `
int prepare(struct window *window, struct page **pages, int count)
{
	if (window->frozen)
		return -EBUSY;
	return sg_alloc_table_from_pages(&window->table, pages, count, 0, count << PAGE_SHIFT, GFP_KERNEL);
}
int map(struct window *window, unsigned long start, int count)
{
	struct page **pages = kvmalloc_array(count, sizeof(*pages), GFP_KERNEL);
	int got, ret;

	if (!pages)
		return -ENOMEM;
	got = pin_user_pages_fast(start, count, FOLL_WRITE, pages);
	if (got != count) {
		ret = -EFAULT;
		goto release;
	}
	ret = prepare(window, pages, count);
	if (ret)
		goto release;
	window->pages = pages;
	return 0;
release:
	if (got > 0)
		unpin_user_pages(pages, got);
	kvfree(pages);
	return ret;
}
int enter(struct window *window, unsigned long start, unsigned int command)
{
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	switch (command) {
	case 1:
		return map(window, start, 4);
	case 2:
		return close(window);
	}
	return -ENOTTY;
}`;

function goalThrough(name: string, from: string, to: string): Goal {
  const ir = programOf(MAP, parser).lookup(name);
  const start = MAP.indexOf(from);
  const goal =
    ir === null ? null : linesGoal(ir, MAP.slice(start, MAP.indexOf(to, start) + to.length), start);
  if (goal === null) throw new Error("no code there");
  return goal;
}

function through(from: string, to: string, scenario: readonly string[] = []): Simulation {
  return simulateText(MAP, "map", parser, scenario, { goal: goalThrough("map", from, to) });
}

function ran({ steps }: Simulation): readonly string[] {
  return steps.map(({ location }) => MAP.slice(location.start, location.end));
}

describe("selected lines", () => {
  it("are passed on the success path where that goes through them", () => {
    const simulation = through("ret = prepare", "goto release;");
    expect(simulation.exit).toMatchObject({ kind: "success" });
    expect(simulation.selection).not.toBeNull();
  });

  it("that are a test with its error branch lead into the branch", () => {
    const simulation = through("if (got != count)", "goto release;");
    expect(simulation.exit).toMatchObject({ kind: "failure", value: "-14" });
    expect(simulation.balance).toMatchObject([{ taken: 1, released: 1 }]);
    expect(simulation.assumptions.map(({ text, reason }) => `${text} ${reason}`)).toContain(
      "pages of pin_user_pages_fast() = 1 path",
    );
  });

  it("may be a single goto, of which the graph keeps an edge only", () => {
    const after = MAP.indexOf("if (ret)");
    const ir = programOf(MAP, parser).lookup("map");
    const at = MAP.indexOf("goto release;", after);
    const goal = ir === null ? null : linesGoal(ir, MAP.slice(at, at + 5), at);
    const simulation = simulateText(MAP, "map", parser, [], goal === null ? {} : { goal });
    expect(simulation.exit.kind).toBe("failure");
    expect(ran(simulation)).toContain("prepare(window, pages, count)");
  });

  it("of an error path are come to with pages taken", () => {
    const simulation = through("unpin_user_pages", ";");
    expect(simulation.exit.kind).toBe("failure");
    expect(simulation.balance).toMatchObject([{ taken: 4, released: 4 }]);
  });

  it("inside a helper that fails are reached through what the helper's branch rests on", () => {
    const goal = goalThrough("prepare", "return -EBUSY", ";");
    const simulation = simulateText(MAP, "prepare", parser, [], { goal });
    expect(simulation.exit).toMatchObject({ kind: "failure", value: "-16" });
  });

  it("against a scenario are reported with both lines", () => {
    const simulation = through("window->pages = pages", ";", ["fail=kvmalloc_array"]);
    expect(simulation.exit).toMatchObject({ kind: "diverged" });
    const [contradiction] = simulation.contradictions;
    expect(contradiction?.text).toContain("the scenario has result of kvmalloc_array() = NULL");
    expect(MAP.slice(contradiction?.location.start).startsWith("!pages")).toBe(true);
    expect(MAP.slice(contradiction?.with?.start ?? 0).startsWith("kvmalloc_array(")).toBe(true);
  });

  it("against a call that the scenario lets fail on the way, too", () => {
    const simulation = through("window->pages = pages", ";", ["fail=pin_user_pages_fast"]);
    expect(simulation.contradictions).toMatchObject([
      { text: expect.stringContaining("the scenario makes pin_user_pages_fast() fail") },
    ]);
    expect(simulation.contradictions[0]?.with).not.toBeNull();
  });

  it("that no way leads through end the run where it cannot get", () => {
    const source = "int f(int a)\n{\n\tif (a)\n\t\treturn 1;\n\treturn 2;\n\ta = 3;\n\treturn a;\n}\n";
    const ir = programOf(source, parser).lookup("f");
    const goal =
      ir === null ? null : linesGoal(ir, source.slice(source.indexOf("a = 3")), source.indexOf("a = 3"));
    const simulation = simulateText(source, "f", parser, [], goal === null ? {} : { goal });
    expect(simulation.exit).toMatchObject({
      kind: "diverged",
      message: "the first selected code is not reached: no way leads here",
    });
  });

  it("without code are none", () => {
    const ir = programOf(MAP, parser).lookup("map");
    const start = MAP.indexOf("int got, ret");
    expect(ir === null ? 0 : linesGoal(ir, MAP.slice(start, start + 12), start)).toBeNull();
  });
});

describe("a chain of calls", () => {
  it("is followed, through branches that the success path does not need", () => {
    const goal: Goal = { kind: "calls", functions: ["map", "prepare", "sg_alloc_table_from_pages"] };
    const simulation = simulateText(MAP, "enter", parser, [], { goal });
    expect(simulation.exit.kind).toBe("success");
    expect(simulation.through).toEqual(goal.functions);
    expect(simulation.steps.some(({ stack }) => stack.join() === "enter,map,prepare")).toBe(true);
    const other = simulateText(MAP, "enter", parser, [], { goal: { kind: "calls", functions: ["close"] } });
    expect(ran(other)).toContain("close(window)");
  });

  it("says where it ends", () => {
    const goal: Goal = { kind: "calls", functions: ["map", "close"] };
    const simulation = simulateText(MAP, "enter", parser, [], { goal });
    expect(simulation.exit).toMatchObject({
      kind: "diverged",
      message: expect.stringContaining("the chain ends in map(): close() is not called from it"),
    });
  });
});

describe("a scenario", () => {
  it("that nothing on the path has to do with is told", () => {
    const simulation = simulateText(MAP, "map", parser, [
      "fail=kmaloc",
      "short=get_user_pages: 1 of 4",
      "set=window->bsy=1",
    ]);
    expect(simulation.unmet).toEqual([
      expect.stringContaining(
        "fail=kmaloc: no such call that can fail is on this path; what can: kvmalloc_array",
      ),
      "short=get_user_pages: it took no pages on this path",
      "set=window->bsy: the code does not leave open such a value on this path",
    ]);
    expect(simulateText(MAP, "map", parser, ["fail=kvmalloc_array"]).unmet).toEqual([]);
  });
});
