import { openSession } from "@pinscope/server/checker";
import { describe, expect, it } from "vitest";
import { loadParser } from "../../../test-fixtures/harness/parser.ts";
import { usualSettings as settings } from "../../../test-fixtures/harness/settings.ts";

const parser = await loadParser();

const leaking = `#include "local.h"

static int grab(unsigned long start, struct page **pages)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	if (broken(page_address(page))) {
		return -EIO;
	}
	unpin_user_page(page);
	return 0;
}
`;

describe("a session", () => {
  it("asks for headers, and reports and drops a finding as the text changes", () => {
    const session = openSession({ path: "a.c", source: leaking, files: new Map(), parser, settings });
    expect(session.advance()).toMatchObject({ missing: ["local.h"], settled: false, findings: [] });
    const first = session.supply(new Map([["local.h", null]]));
    expect(first).toMatchObject({ settled: true, missing: [], pending: [] });
    expect(first.findings.map(({ rule }) => rule)).toEqual(["leaked-pages"]);

    const at = leaking.indexOf("\t\treturn -EIO;");
    const mended = session.edit({ start: at, end: at }, "\t\tunpin_user_page(page);\n");
    expect(mended.revision).toBe(2);
    expect(mended.findings).toEqual([]);
    expect(session.update(leaking).findings).toEqual(first.findings);
    expect(() => session.edit({ start: 0, end: leaking.length + 1 }, "")).toThrow(RangeError);
    session.close();
  });
});
