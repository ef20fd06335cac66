/** What is said of a variable at a place. */
import { expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { usualSettings } from "../../test-fixtures/harness/settings.ts";
import { openSession } from "./session/session.ts";

const source = `struct box {
	struct page **pages;
	int count;
};

int fill(struct box *box, unsigned long start, struct page **pages, int n)
{
	struct page *one;
	int got;

	got = pin_user_pages_fast(start, n, FOLL_WRITE, pages);
	if (got <= 0)
		return -EFAULT;
	look(/*1*/pages, got);
	if (get_user_pages_fast(start, 1, 0, &one) != 1) {
		unpin_user_pages(/*2*/pages, got);
		return -EFAULT;
	}
	clear_highpage(/*3*/one);
	put_page(/*4*/one);
	look(/*5*/one);
	box->pages = pages;
	look(box->/*6*/pages);
	unpin_user_pages(box->pages, got);
	look(/*7*/pages);
	return 0;
}
`;

async function held(mark: number) {
  const session = openSession({
    path: "a.c",
    source,
    files: new Map([["a.c", source]]),
    parser: await loadParser(),
    settings: usualSettings,
  });
  session.advance();
  const offset = source.indexOf(`/*${mark}*/`) + `/*${mark}*/`.length;
  const answer = session.functions()?.heldAt(offset);
  session.close();
  return answer?.map(({ family, count, api, offset: at, always }) => ({
    what: `${family} ${count} ${api}`,
    line: source.slice(0, at).split("\n").length,
    always,
  }));
}

const pins = { what: "pin what pin_user_pages_fast() returned pin_user_pages_fast", line: 11, always: true };

it("tells what is held, how many, and since where", async () => {
  expect(await held(1)).toEqual([pins]);
  expect(await held(2)).toEqual([pins]);
  expect(await held(3)).toEqual([{ what: "reference 1 get_user_pages_fast", line: 15, always: true }]);
  expect(await held(4)).toEqual([{ what: "reference 1 get_user_pages_fast", line: 15, always: true }]);
});

it("follows fields, and forgets what was let go", async () => {
  expect(await held(5)).toEqual([]);
  expect(await held(6)).toEqual([pins]);
  expect(await held(7)).toEqual([]);
});
