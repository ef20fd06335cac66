/** What names name at a place of the code, on a path that was found before. */
import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { profileOf } from "./profile.ts";
import { readScenario } from "./scenario.ts";
import { simulateInSteps } from "./simulate.ts";
import { programOf } from "./simulation-fixture.ts";
import { isWorthWatching, type StateAt, stateAt } from "./state-at.ts";

const parser = await loadParser();

/** The state of a name in the line that holds `line`, told as `name: before -> after`. */
function told(
  source: string,
  line: string,
  name: string,
  scenario: readonly string[] = [],
): { readonly state: StateAt; readonly before: string; readonly after: string } {
  const program = programOf(source, parser);
  const read = readScenario(scenario);
  if (read.kind === "problem") throw new Error(read.message);
  const steps = simulateInSteps({
    program,
    function: "work",
    profile: profileOf("6.12.0"),
    scenario: read.scenario,
    trace: false,
  });
  let next = steps.next();
  while (next.done !== true) next = steps.next();
  const found = source.indexOf(line);
  expect(found, line).toBeGreaterThanOrEqual(0);
  const start = source.lastIndexOf("\n", found) + 1;
  const end = source.indexOf("\n", found);
  const ir = program.lookup("work");
  if (ir === null) throw new Error("no function work");
  const state = stateAt(next.value, {
    function: ir,
    start,
    end,
    offset: source.indexOf(name, start),
    expression: name,
  });
  const text = (list: StateAt["before"]): string =>
    list.map((one) => `${one.expression}: ${one.text}`).join("; ");
  return { state, before: text(state.before), after: text(state.after) };
}

const DRIVER = `
struct request { struct page **pages; int nr; struct device *dev; };
int work(struct request *request, unsigned long start)
{
	struct page *pages[4];
	int i, ret, got = pin_user_pages_fast(start, 4, FOLL_WRITE, pages);

	if (got < 0)
		return got;
	request->pages = kmalloc_array(got, sizeof(*pages), GFP_KERNEL);
	if (!request->pages) {
		ret = -ENOMEM;
		goto err_unpin;
	}
	for (i = 0; i < got; i++)
		request->pages[i] = pages[i];
	request->nr = got;
	return 0;
err_unpin:
	unpin_user_pages(pages, got);
	return ret;
}`;

describe("the state at a place", () => {
  it("of an array of pages is told in ranges, before and after the line", () => {
    const { before, after, state } = told(DRIVER, "got = pin_user_pages_fast", "pages");
    expect(before).toBe("pages[0..3]: not set");
    expect(after).toBe("pages[0..3]: pinned, refcount 1025, anon");
    expect(state).toMatchObject({ visits: 1, callsBefore: 0 });
  });

  it("follows a field of a record that the function was given", () => {
    const { before, after } = told(DRIVER, "= kmalloc_array", "request->pages");
    expect([before, after]).toEqual(["request->pages: not set", "request->pages[0..3]: not set"]);
    expect(told(DRIVER, "request->nr = got", "request").after).toBe(
      "request->pages[0..3]: pinned, refcount 1025, anon",
    );
  });

  it("of a line in a loop is that before its first turn and after its last", () => {
    const { state, before, after } = told(DRIVER, "request->pages[i] = pages[i]", "request->pages");
    expect(state.visits).toBe(4);
    expect(before).toBe("request->pages[0..3]: not set");
    expect(after).toBe("request->pages[0..3]: pinned, refcount 1025, anon");
  });

  it("of an error path is there where a call fails, and nowhere else", () => {
    expect(told(DRIVER, "unpin_user_pages(pages", "pages").state.visits).toBe(0);
    const { before, after } = told(DRIVER, "unpin_user_pages(pages", "pages", ["fail=kmalloc_array"]);
    expect(before).toBe("pages[0..3]: pinned, refcount 1025, anon");
    expect(after).toBe("pages[0..3]: let go, refcount 1, anon");
  });

  it("tells short counts slot by slot", () => {
    const { after } = told(DRIVER, "got = pin_user_pages_fast", "pages", ["short=1 of 4"]);
    expect(after).toBe("pages[0]: pinned, refcount 1025, anon; pages[1..3]: not set");
  });

  it("of iterators and bios is what is left and what is in them", () => {
    const source = `
int work(struct bio *bio, struct iov_iter *iter)
{
	int ret = bio_iov_iter_get_pages(bio, iter);

	if (ret)
		return ret;
	submit_bio(bio);
	return 0;
}`;
    expect(told(source, "ret = bio_iov_iter", "iter")).toMatchObject({
      before: "iter: as the caller gave it",
      after: "iter: ubuf iterator, 0 bytes left",
    });
    expect(told(source, "submit_bio(bio)", "bio").before).toBe(
      "bio: 4 pages, 16384 bytes: pinned, refcount 1025, anon",
    );
  });

  it("is asked for where a type says that pages may be named", () => {
    const program = programOf(DRIVER, parser);
    const ir = program.lookup("work");
    if (ir === null) throw new Error("no function work");
    const worth = (name: string): boolean => isWorthWatching(ir, name, program);
    expect(
      ["pages", "request", "request->pages", "got", "start", "request->nr", "nothing"].map(worth),
    ).toEqual([true, true, true, false, false, false, false]);
  });
});
