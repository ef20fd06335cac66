/** What the figures of a check count. */
import { checkFile } from "@pinscope/server/checker";
import { expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { usualSettings as settings } from "../../test-fixtures/harness/settings.ts";

async function acquisitionsOf(body: string) {
  const path = "driver.c";
  const source = `static int take(unsigned long addr, struct page **pages)\n{\n${body}\n}\n`;
  const files = new Map([[path, source]]);
  return checkFile({ path, source, files, parser: await loadParser(), settings }).stats.acquisitions;
}

it("counts an acquisition that a path came to as followed", async () => {
  expect(await acquisitionsOf("return get_user_pages_fast(addr, 1, 0, pages);")).toEqual({
    seen: 1,
    followed: 1,
    givenUp: {},
  });
});

it("counts an acquisition that no path comes to, and says so", async () => {
  expect(
    await acquisitionsOf(
      "if (sizeof(char) == 2) return get_user_pages_fast(addr, 1, 0, pages);\nreturn put_user(0, pages);",
    ),
  ).toEqual({ seen: 1, followed: 0, givenUp: { "no path comes to it": 1 } });
});

it("counts recursions that are cut, and claims of joined paths only where no single path shows them", async () => {
  const path = "driver.c";
  const source = `
static int climb(struct page **pages, int depth)
{
	if (depth > 3)
		return get_user_pages_fast(0, 1, 0, pages);
	return climb(pages, depth + 1);
}
static int stay(struct page **pages)
{
	return get_user_pages_fast(0, 1, 0, pages);
}
`;
  const files = new Map([[path, source]]);
  const { stats } = checkFile({ path, source, files, parser: await loadParser(), settings });
  expect(stats.walks).toEqual({ recursionsCut: 1, unconfirmedClaims: 0 });
});
