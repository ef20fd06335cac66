/** Calls out of sight that are given the address of a pointer may let go of the page that it names. */
import { checkFile } from "@pinscope/server/checker";
import { expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { usualSettings as settings } from "../../test-fixtures/harness/settings.ts";

async function rulesIn(call: string): Promise<string[]> {
  const path = "cache.c";
  const source = `static int begin(struct host *host, struct address_space *mapping)
{
	struct folio *folio = filemap_get_folio(mapping, 0);
	int ret;

	if (IS_ERR(folio))
		return PTR_ERR(folio);
	ret = ${call};
	if (ret < 0)
		return ret;
	folio_put(folio);
	return 0;
}
`;
  const files = new Map([[path, source]]);
  const { findings } = checkFile({ path, source, files, parser: await loadParser(), settings });
  return findings.map(({ rule }) => rule);
}

it("the address of the pointer", async () => {
  expect(await rulesIn("host->check(&folio)")).toEqual([]);
});

it("the pointer itself", async () => {
  expect(await rulesIn("host->check(folio)")).toEqual([]);
});

it("neither", async () => {
  expect(await rulesIn("host->check(mapping)")).toEqual(["leaked-pages"]);
});
