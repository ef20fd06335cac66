/** An iterator whose pages were counted gives no more of them, in however many parts. */
import { checkFile } from "@pinscope/server/checker";
import { expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { usualSettings as settings } from "../../test-fixtures/harness/settings.ts";

/** Takes some of an iterator's pages, then more; what is beyond the number that was counted is lost with the array. */
async function rulesIn(limit: string, moved = ""): Promise<string[]> {
  const path = "driver.c";
  const source = `static int gather(struct iov_iter *iter, struct page **pages)
{
	int room = iov_iter_npages(iter, ${limit});
	struct page *first;
	size_t start;
	ssize_t got;
	int part;

	got = iov_iter_get_pages2(iter, &first, LONG_MAX, 1, &start);
	if (got <= 0)
		return -EFAULT;
	put_page(first);
	${moved}
	pages = kvmalloc_array(64, sizeof(*pages), GFP_KERNEL);
	if (!pages)
		return -ENOMEM;
	got = iov_iter_get_pages2(iter, pages, LONG_MAX, 64, &start);
	if (got <= 0) {
		kvfree(pages);
		return -EFAULT;
	}
	part = DIV_ROUND_UP(got + start, PAGE_SIZE);
	if (part + 1 <= room)
		release_pages(pages, part);
	kvfree(pages);
	return 0;
}
`;
  const files = new Map([[path, source]]);
  const { findings } = checkFile({ path, source, files, parser: await loadParser(), settings });
  return findings.map(({ rule }) => rule).filter((rule) => rule !== "obsolete-page-api");
}

it("all pages counted", async () => {
  expect(await rulesIn("INT_MAX")).toEqual([]);
});

it("counted up to a limit only", async () => {
  expect(await rulesIn("16")).toEqual(["leaked-pages"]);
});

it("moved since", async () => {
  expect(await rulesIn("INT_MAX", "rewind(iter);")).toEqual(["leaked-pages"]);
});
