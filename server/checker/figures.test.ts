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
