/** Pages taken chunk by chunk into arrays of their own, and a teardown that walks the chunks by one total. */
import { checkFile } from "@pinscope/server/checker";
import { expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { usualSettings as settings } from "../../test-fixtures/harness/settings.ts";

/** `letGo`: what the teardown does with a chunk's pages. */
async function rulesIn(letGo: string): Promise<string[]> {
  const path = "driver.c";
  const source = `static int hold(struct chunk *chunks, unsigned long va, int left)
{
	int i, got = 0, total = 0;

	for (i = 0; left; i++) {
		int room = min_t(int, left, 512);
		struct page **pages = kcalloc(room, sizeof(*pages), GFP_KERNEL);

		if (!pages)
			goto out;
		chunks[i].pages = pages;
		while (room) {
			got = pin_user_pages(va, room, FOLL_LONGTERM, pages);
			if (got < 0)
				goto out;
			total += got;
			va += got * PAGE_SIZE;
			pages += got;
			room -= got;
			left -= got;
		}
	}
	return total;
out:
	for (i = 0; total; i++) {
		int part = min_t(int, 512, total);

		${letGo}
		kfree(chunks[i].pages);
		total -= part;
	}
	return -EFAULT;
}
`;
  const files = new Map([[path, source]]);
  const { findings } = checkFile({ path, source, files, parser: await loadParser(), settings });
  return findings.map(({ rule }) => rule);
}

it("all are let go", async () => {
  expect(await rulesIn("unpin_user_pages(chunks[i].pages, part);")).toEqual([]);
});

it("one of each chunk is not", async () => {
  expect(await rulesIn("unpin_user_pages(chunks[i].pages, part - 1);")).not.toEqual([]);
});
