/** Each fix: the finding goes, nothing comes, the file still parses; and none where it would not. */

import { defaultTables } from "@pinscope/grammars/dialect";
import type { KernelVersion } from "@pinscope/simulator/catalogue";
import { describe, expect, it } from "vitest";
import { loadParser } from "../../../test-fixtures/harness/parser.ts";
import { checkFile } from "../check-file.ts";
import type { CheckInput } from "../types.ts";
import { withoutFlag } from "./drop-flag.ts";
import { applyEdits, holdsUp, proposeFixes } from "./index.ts";

async function inputOf(source: string, version: KernelVersion, path: string): Promise<CheckInput> {
  return {
    path,
    source,
    files: new Map([[path, source]]),
    parser: await loadParser(),
    settings: {
      kernels: [{ version, patch: 0 }],
      tables: defaultTables,
      defines: new Map(),
      includeFolders: [],
      severities: new Map(),
      deep: false,
    },
  };
}

/** Finding by finding, the fixes that hold up, with the text that each makes of `source`. */
async function fixesIn(source: string, version: KernelVersion = "v6.12", path = "drivers/x/y.c") {
  const input = await inputOf(source, version, path);
  const before = checkFile(input);
  return before.findings.map((finding) => ({
    rule: finding.rule,
    fixes: proposeFixes({ finding, file: path, source, kernels: input.settings.kernels })
      .filter((fix) => holdsUp(fix, finding, input, before))
      .map(({ title, kind, edits }) => ({ title, kind, text: applyEdits(source, edits) })),
  }));
}

function single(acquire: string, release: string): string {
  return `int f(unsigned long a)\n{\n\tstruct page *page;\n\n\tif (${acquire} != 1)\n\t\treturn -EFAULT;\n\t${release};\n\treturn 0;\n}\n`;
}

function many(acquire: string, release: string): string {
  return `int f(unsigned long a, struct page **pages, int n)\n{\n\tint got = ${acquire};\n\n\tif (got <= 0)\n\t\treturn -EFAULT;\n\t${release};\n\treturn 0;\n}\n`;
}

const pin = "pin_user_pages_fast(a, 1, 0, &page)";
const get = "get_user_pages_fast(a, 1, 0, &page)";

describe("the right release family", () => {
  it.each([
    [single(pin, "put_page(page)"), "unpin_user_page"],
    [single(get, "unpin_user_page(page)"), "put_page"],
    [many("pin_user_pages_fast(a, n, 0, pages)", "release_pages(pages, got)"), "unpin_user_pages"],
    [many("get_user_pages_fast(a, n, 0, pages)", "unpin_user_pages(pages, got)"), "release_pages"],
  ])("is put in place: %#", async (source, name) => {
    const [one, ...others] = await fixesIn(source);
    expect(others).toEqual([]);
    expect(one?.rule).toBe("mismatched-release");
    expect(one?.fixes[0]).toMatchObject({ title: `Let go with ${name}()`, kind: "safe" });
    expect(one?.fixes[0]?.text).toContain(`\t${name}(`);
    expect(await fixesIn(one?.fixes[0]?.text ?? "")).toEqual([]);
  });

  it("is not offered where the call does more than let go", async () => {
    const [one] = await fixesIn(
      many("get_user_pages_fast(a, n, 0, pages)", "unpin_user_pages_dirty_lock(pages, got, true)"),
    );
    expect(one).toEqual({ rule: "mismatched-release", fixes: [] });
  });

  it("is a call that the kernel has", async () => {
    const source =
      "int f(unsigned long a)\n{\n\tstruct page *page;\n\tstruct folio *folio;\n\n\tif (pin_user_pages_fast(a, 1, 0, &page) != 1)\n\t\treturn -EFAULT;\n\tfolio = page_folio(page);\n\tfolio_put(folio);\n\treturn 0;\n}\n";
    for (const [version, titles] of [
      ["v6.1", []],
      ["v6.12", ["Let go with unpin_folio()"]],
    ] as const) {
      const fixes = (await fixesIn(source, version)).flatMap((one) => one.fixes.map(({ title }) => title));
      expect(fixes, version).toEqual(titles);
    }
  });
});

describe("flags", () => {
  it("FOLL_PIN is dropped, from pin calls without a second look", async () => {
    const [one] = await fixesIn(
      single("pin_user_pages_fast(a, 1, FOLL_WRITE | FOLL_PIN, &page)", "unpin_user_page(page)"),
    );
    expect(one).toMatchObject({
      rule: "foll-pin-outside-mm",
      fixes: [{ title: "Drop FOLL_PIN", kind: "safe" }],
    });
    expect(one?.fixes[0]?.text).toContain("(a, 1, FOLL_WRITE, &page)");
    const [other] = await fixesIn(single("get_user_pages_fast(a, 1, FOLL_PIN, &page)", "put_page(page)"));
    expect(other).toMatchObject({
      rule: "foll-pin-outside-mm",
      fixes: [{ title: "Drop FOLL_PIN", kind: "review" }],
    });
  });

  it("FOLL_GET is dropped from pin calls", async () => {
    const [one] = await fixesIn(
      single("pin_user_pages_fast(a, 1, FOLL_GET | FOLL_WRITE, &page)", "unpin_user_page(page)"),
      "v5.10",
    );
    expect(one).toMatchObject({
      rule: "invalid-foll-flags",
      fixes: [{ title: "Drop FOLL_GET", kind: "safe" }],
    });
    expect(one?.fixes[0]?.text).toContain("(a, 1, FOLL_WRITE, &page)");
  });

  it("FOLL_FORCE is dropped from 6.2 on, to be reviewed", async () => {
    const source = single(
      "pin_user_pages_fast(a, 1, FOLL_WRITE | FOLL_FORCE, &page)",
      "unpin_user_page(page)",
    );
    expect(await fixesIn(source)).toMatchObject([
      { rule: "foll-force-in-driver", fixes: [{ title: "Drop FOLL_FORCE", kind: "review" }] },
    ]);
    expect(await fixesIn(source, "v6.1")).toEqual([]);
  });

  it.each([
    ["A | FOLL_PIN", "A"],
    ["FOLL_PIN | A", "A"],
    ["A | FOLL_PIN | B", "A | B"],
    ["A|FOLL_PIN|B", "A|B"],
    ["FOLL_PIN", "0"],
    ["(FOLL_PIN)", "(0)"],
    ["write ? FOLL_PIN | A : FOLL_PIN", "write ? A : 0"],
    ["write ? A | FOLL_PIN : 0", "write ? A : 0"],
    ["A |\n\tFOLL_PIN", "A"],
    ["flags & FOLL_PIN", null],
    ["~FOLL_PIN", null],
    ["A | ~FOLL_PIN", null],
    ["FOLL_PINNED", null],
  ])("%j without FOLL_PIN is %j", (expression, expected) => {
    const edits = withoutFlag(expression, "FOLL_PIN");
    expect(edits === null ? null : applyEdits(expression, edits)).toBe(expected);
  });
});

describe("obsolete names", () => {
  it("give way to successors that are called alike", async () => {
    const found = await fixesIn(single(pin, "put_user_page(page)"));
    expect(found.find(({ rule }) => rule === "obsolete-page-api")).toMatchObject({
      rule: "obsolete-page-api",
      fixes: [{ title: "Use unpin_user_page()" }],
    });
  });

  it("stay where the successor is called in another way or would let go wrongly", async () => {
    const other = await fixesIn(
      "ssize_t f(struct iov_iter *i, struct page **pages)\n{\n\tsize_t off;\n\n\treturn iov_iter_get_pages2(i, pages, 4096, 1, &off);\n}\n",
    );
    expect(other).toEqual([{ rule: "obsolete-page-api", fixes: [] }]);
    const wrong = await fixesIn(single(get, "put_user_page(page)"));
    expect(wrong.filter(({ rule }) => rule === "obsolete-page-api")).toEqual([
      { rule: "obsolete-page-api", fixes: [] },
    ]);
  });
});
