import { beforeAll, describe, expect, test } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { readFile } from "./model.ts";
import { propose } from "./mutants.ts";
import { applyEdits } from "./text.ts";
import type { FileModel, OperatorName } from "./types.ts";

type Parser = Awaited<ReturnType<typeof loadParser>>;
let parser: Parser;
beforeAll(async () => {
  parser = await loadParser();
});

function read(source: string): FileModel {
  return readFile({ path: "fixture.c", source, files: new Map([["fixture.c", source]]), parser });
}

interface Changed {
  readonly change: string;
  readonly text: string;
}

/** What the operator does to a function, and what it leaves out and why. */
function changes(
  source: string,
  operator: OperatorName,
  name = "take",
): { tried: Changed[]; equivalent: string[] } {
  const file = read(source);
  const subject = file.functions.find((one) => one.name === name);
  if (subject === undefined) throw new Error(`${name} is no subject`);
  const { mutants, equivalent } = propose(subject, file, operator);
  return {
    tried: mutants.map(({ candidate }) => ({
      change: candidate.change,
      text: applyEdits(source, candidate.edits),
    })),
    equivalent: equivalent.map(({ reason }) => reason),
  };
}

const goodPin = `
int take(unsigned long start, int want, struct page **slots)
{
	int got, err = 0;

	if (want > 8)
		goto out;
	got = pin_user_pages_fast(start, want, FOLL_WRITE, slots);
	if (got < 0) {
		err = got;
		goto give_back;
	}
	if (got != want) {
		err = -EFAULT;
		goto give_back;
	}
	err = enable(slots[0]);
	if (err)
		goto give_back;
	return 0;
give_back:
	unpin_user_pages(slots, got);
free_slots:
	kfree(slots);
out:
	return err;
}
`;

describe("delete-release", () => {
  test("deletes the statement and keeps the lines", () => {
    const { tried } = changes(goodPin, "delete-release");
    expect(tried).toHaveLength(1);
    expect(tried[0]?.text).not.toContain("unpin_user_pages(");
    expect(tried[0]?.text.split("\n")).toHaveLength(goodPin.split("\n").length);
  });

  test("deletes a loop that only releases as a whole", () => {
    const source = `
int take(unsigned long start, struct page **slots)
{
	int i, got = get_user_pages_fast(start, 4, 0, slots);
	if (got < 4) {
		for (i = 0; i < got; i++) {
			set_page_dirty(slots[i]);
			put_page(slots[i]);
		}
		return -EFAULT;
	}
	return 0;
}
`;
    const { tried } = changes(source, "delete-release");
    expect(tried.map(({ change }) => change)).toEqual(["delete put_page(slots[i]) (whole loop)"]);
    expect(tried[0]?.text).not.toContain("for (");
  });

  test("keeps a loop that does other work", () => {
    const source = `
int take(unsigned long start, struct page **slots)
{
	int i, got = get_user_pages_fast(start, 4, 0, slots);
	for (i = 0; i < got; i++) {
		consume(slots[i]);
		put_page(slots[i]);
	}
	return got;
}
`;
    const [only] = changes(source, "delete-release").tried;
    expect(only?.text).toContain("consume(slots[i]);");
    expect(only?.text).not.toContain("put_page(");
  });

  test("leaves out what runs only on success, before the acquisition, or where it failed", () => {
    const onSuccess = `
int take(unsigned long start, struct page **slots)
{
	if (pin_user_pages_fast(start, 1, 0, slots) != 1)
		return -EFAULT;
	unpin_user_page(slots[0]);
	return 0;
}
`;
    expect(changes(onSuccess, "delete-release").tried).toEqual([]);
    const failed = `
int take(unsigned long start, struct page **slots)
{
	int got;
	got = pin_user_pages_fast(start, 4, 0, slots);
	if (got < 0) {
		unpin_user_pages(slots, 0);
		return got;
	}
	keep(slots, got);
	return 0;
}
`;
    expect(changes(failed, "delete-release")).toEqual({
      tried: [],
      equivalent: ["stands where the only acquisition failed"],
    });
  });
});

describe("retarget-goto", () => {
  test("goes to the next label where a release stands between and pages can be held", () => {
    const { tried, equivalent } = changes(goodPin, "retarget-goto");
    expect(tried.map(({ change }) => change)).toEqual([
      "goto give_back → free_slots",
      "goto give_back → free_slots",
    ]);
    expect(equivalent).toEqual(["stands where the only acquisition failed"]);
  });

  test("leaves out labels with no release between", () => {
    const source = goodPin.replace("goto out;", "goto free_slots;");
    expect(changes(source, "retarget-goto").equivalent).toContain("no release between the labels");
  });
});

describe("duplicate-release", () => {
  const release = (statement: string, type = "int"): string => `
int take(unsigned long start, struct page **slots)
{
	${type} got = pin_user_pages_fast(start, 4, 0, slots);
	if (got != 4) {
		${statement}
		return -EFAULT;
	}
	return 0;
}
`;
  test("repeats the statement", () => {
    const { tried } = changes(release("unpin_user_pages(slots, got);"), "duplicate-release");
    expect(tried[0]?.text).toContain("{ unpin_user_pages(slots, got); unpin_user_pages(slots, got); }");
  });

  test("leaves out loops whose condition stays false", () => {
    for (const loop of [
      "while (got > 0) unpin_user_page(slots[--got]);",
      "while (--got >= 0) unpin_user_page(slots[got]);",
    ])
      expect(changes(release(loop), "duplicate-release").tried).toEqual([]);
  });

  test("repeats loops that would start anew or run wild", () => {
    for (const [loop, type] of [
      ["while (got--) unpin_user_page(slots[got]);", "int"],
      ["while (got-- > 0) unpin_user_page(slots[got]);", "unsigned int"],
      ["for (; got > 0; got--) unpin_user_page(slots[got - 1]);", "int"],
    ] as const)
      expect(changes(release(loop, type), "duplicate-release").tried).toHaveLength(1);
  });
});

test("swap-family changes the name and drops arguments that the other one lacks", () => {
  const source = `
int take(unsigned long start, struct page **slots)
{
	int got = pin_user_pages_fast(start, 4, 0, slots);
	if (got > 0)
		unpin_user_pages_dirty_lock(slots, got, true);
	return got;
}
`;
  const { tried } = changes(source, "swap-family");
  expect(tried.map(({ text }) => text.includes("get_user_pages_fast(start, 4, 0, slots)"))).toEqual([
    true,
    false,
  ]);
  expect(tried[1]?.text).toContain("release_pages(slots, got);");
});

describe("widen-count", () => {
  test("asks for the number requested", () => {
    const { tried } = changes(goodPin, "widen-count");
    expect(tried.map(({ change }) => change)).toEqual(["unpin_user_pages(slots, got): got → want"]);
    expect(tried[0]?.text).toContain("unpin_user_pages(slots, want);");
  });

  test("leaves out releases behind the proof that all were obtained", () => {
    const source = `
int take(unsigned long start, int want, struct page **slots)
{
	int got = pin_user_pages_fast(start, want, 0, slots);
	if (want != got)
		return -EFAULT;
	unpin_user_pages(slots, got);
	return 0;
}
`;
    expect(changes(source, "widen-count")).toEqual({
      tried: [],
      equivalent: ["reached only where as many were obtained as asked for"],
    });
  });

  test("leaves out an overwritten request", () => {
    const source = `
int take(unsigned long start, int want, struct page **slots)
{
	int got = pin_user_pages_fast(start, want, 0, slots);
	want = got;
	unpin_user_pages(slots, got);
	return got;
}
`;
    expect(changes(source, "widen-count").equivalent).toEqual([
      "the number asked for was overwritten before the release",
    ]);
  });
});

describe("late-count", () => {
  const counted = (check: string, start = "want"): string => `
int take(unsigned long start, int want, struct page **slots)
{
	int got, held = ${start};

	got = pin_user_pages_fast(start, want, 0, slots);
	held = got;
	${check}
	return 0;
undo:
	unpin_user_pages(slots, held);
	return -EFAULT;
}
`;
  test("moves the update behind the check that leaves", () => {
    const { tried } = changes(counted("if (got != want)\n\t\tgoto undo;"), "late-count");
    expect(tried).toHaveLength(1);
    expect(tried[0]?.text.replace(/\s+/g, " ")).toContain(
      "; if (got != want) goto undo; held = got; return 0;",
    );
  });

  test("deletes it in front of a jump", () => {
    const source = counted("if (got != want)\n\t\tgoto undo;")
      .replace("\theld = got;\n", "")
      .replace("goto undo;", "{ held = got; goto undo; }");
    const { tried } = changes(source, "late-count");
    expect(tried.map(({ change }) => change)).toEqual(["held = got; deleted before the jump"]);
  });

  test("leaves out a count that nothing reads, and one that starts right", () => {
    expect(changes(counted("if (got != want)\n\t\treturn -EFAULT;"), "late-count").equivalent).toEqual([
      "held is not read where the check leaves",
    ]);
    expect(changes(counted("if (got < 0)\n\t\tgoto undo;", "0"), "late-count").equivalent).toEqual([
      "the check leaves only where nothing was taken, and the count starts at 0",
    ]);
  });

  test("leaves out copies of the result that are no count", () => {
    const source = counted("if (got != want)\n\t\tgoto undo;").replace("held = got", "error = got");
    expect(changes(source, "late-count")).toEqual({ tried: [], equivalent: [] });
  });
});

test("an acquisition without an array takes nothing in either family", () => {
  const source = `
int take(unsigned long start)
{
	return get_user_pages(start, 1, FOLL_NOWAIT, NULL);
}
`;
  expect(changes(source, "swap-family").equivalent).toEqual(["no array: nothing is taken"]);
});

test("a release that clears its pointer does nothing the second time", () => {
  const source = `
int take(unsigned long start, unsigned long size)
{
	int count;
	struct page **slots = io_pin_pages(start, size, &count);
	io_pages_free(&slots, count);
	return -EFAULT;
}
`;
  expect(changes(source, "duplicate-release").equivalent).toEqual([
    "the call clears the pointer that it is given",
  ]);
});

test("a page that does not stem from user pages is nobody's subject", () => {
  const source = `
int take(unsigned long start)
{
	struct page *own = alloc_page(GFP_KERNEL), *page, *same;
	if (get_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	same = compound_head(page);
	put_page(own);
	put_page(same);
	return -EBUSY;
}
`;
  expect(changes(source, "delete-release").tried.map(({ change }) => change)).toEqual([
    "delete put_page(same)",
  ]);
});

test("a loop that takes pages is never deleted as a whole", () => {
  const source = `
int take(unsigned long start, int want)
{
	while (want--) {
		struct page *page = NULL;
		if (get_user_pages_fast(start, 1, 0, &page) == 1)
			put_page(page);
	}
	return -EBUSY;
}
`;
  expect(changes(source, "delete-release").tried.map(({ change }) => change)).toEqual([
    "delete put_page(page)",
  ]);
});

test("a change never spans a preprocessor line", () => {
  const source = `
int take(unsigned long start, struct page **slots)
{
	int i, got = get_user_pages_fast(start, 4, 0, slots);
	for (i = 0; i < got; i++) {
#ifdef CONFIG_MMU
		put_page(slots[i]);
#endif
	}
	return -EFAULT;
}
`;
  expect(changes(source, "delete-release").tried).toEqual([]);
});

test("pages put in a function are user pages only where the file takes such pages around it", () => {
  const source = `
static void drop(struct page *one) { put_page(one); }
static void other(struct page *one) { put_page(one); }
int take(unsigned long start, struct page **slots)
{
	if (get_user_pages_fast(start, 1, 0, slots) != 1)
		return -EFAULT;
	drop(slots[0]);
	return 0;
}
`;
  expect(read(source).functions.map(({ name }) => name)).toEqual(["drop", "take"]);
});
