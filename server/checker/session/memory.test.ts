/** What a session remembers of functions holds none of the texts of the file that they were found in. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { openSession } from "@pinscope/server/checker";
import { expect, it } from "vitest";
import { loadParser } from "../../../test-fixtures/harness/parser.ts";
import { usualSettings } from "../../../test-fixtures/harness/settings.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const body = `static int with_a_long_name(unsigned long with_a_long_address)
{
	struct page *a_page_with_a_name;

	if (pin_user_pages_fast(with_a_long_address, 1, 0, &a_page_with_a_name) != 1)
		return -EFAULT;
	unpin_user_page(a_page_with_a_name);
	return 0;
}
`;

it("grows by functions, not by files", async () => {
  const megabyte = 1 << 20;
  const source = `/*${"x".repeat(megabyte)}*/\n${body}`;
  const session = openSession({
    path: "a.c",
    source,
    files: new Map([["a.c", source]]),
    parser: await loadParser(),
    settings: usualSettings,
  });
  session.advance();
  collect();
  const before = process.memoryUsage().heapUsed;
  const at = source.lastIndexOf("\treturn 0;");
  for (let edit = 0; edit < 40; edit++) {
    session.edit({ start: at, end: at }, ";");
    session.advance();
  }
  collect();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(12 * megabyte);
  session.close();
}, 30_000);
