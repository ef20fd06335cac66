/** What replays said, in SARIF: code of each status, checked, replayed and written as a log. */
import { createRequire } from "node:module";
import sarifSchema from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" with { type: "json" };
import { type CheckSettings, checkFile, type Finding, rules } from "@pinscope/server/checker";
import type { Result } from "sarif";
import { beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { usualSettings } from "../../test-fixtures/harness/settings.ts";
import { emptyStats, formatSarif, locateFindings, type Report } from "./index.ts";

const path = "drivers/crate.c";

/** A leak of all that was pinned, on the way out that `condition` leads to: the record of the pages is freed. */
function fill(name: string, condition: string): string {
  return `int ${name}(struct crate *crate, unsigned long start, int nr, struct page **pages)
{
	int got = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);

	if (got <= 0)
		return -EFAULT;
	if (${condition}) {
		kfree(pages);
		return -EBUSY;
	}
	unpin_user_pages(pages, got);
	return 0;
}
`;
}

/** Pinned as one page, let go as many as its folio has: more than one, which an ordinary page has not. */
const large = `int large(unsigned long start)
{
	struct page *page;
	int i, nr;

	if (pin_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	nr = compound_nr(page);
	for (i = 0; i < nr; i++)
		unpin_user_page(page);
	return 0;
}
`;

const source = [
  "struct crate { int state; };\n",
  fill("confirmed", "start & 1"),
  fill("assumed", "crate->state"),
  large,
].join("\n");

let parser: Awaited<ReturnType<typeof loadParser>>;
beforeAll(async () => {
  parser = await loadParser();
});

function logOf(more: Partial<CheckSettings>): { log: unknown; results: readonly Result[] } {
  const settings = { ...usualSettings, ...more };
  const { findings } = checkFile({ path, source, files: new Map([[path, source]]), parser, settings });
  const report: Report = {
    toolVersion: "0.1.0",
    kernels: [{ kernel: "6.12", reason: "as told" }],
    findings: locateFindings(findings, () => source),
    errors: [],
    stats: emptyStats,
    rules,
  };
  const options = {
    helpUri: (name: string) => `https://example.org/${name}`,
    informationUri: "https://example.org",
  };
  const log = JSON.parse(formatSarif(report, options)) as { runs: [{ results: Result[] }] };
  return { log, results: log.runs[0].results };
}

function witnesses(results: readonly Result[]): ReadonlyMap<string, Finding["witness"]> {
  return new Map(
    results.map(({ locations, properties }) => [
      locations?.[0]?.logicalLocations?.[0]?.name ?? "",
      properties?.["witness"] as Finding["witness"],
    ]),
  );
}

const ground = expect.stringMatching(/^\S+, (?:recorded|read from source)$/) as string;

describe("SARIF of replayed findings", () => {
  it("says what was confirmed, under which assumptions, and what could not be replayed", () => {
    const { log, results } = logOf({});
    expect(schemaErrors(log)).toEqual([]);
    const told = witnesses(results);
    expect(told.get("confirmed")).toEqual({
      status: "confirmed",
      ground,
      summary: expect.stringMatching(/held by nobody; p0 refcount 1 → 1025/) as string,
    });
    expect(told.get("assumed")).toEqual({
      status: "confirmed-if",
      assumptions: [expect.stringMatching(/^crate->state = \S+ at line \d+$/) as string],
      ground,
      summary: expect.stringContaining("held by nobody") as string,
    });
    expect(told.get("large")).toEqual({
      status: "unreplayable",
      reason: expect.stringMatching(/^diverged.* at line \d+$/) as string,
      ground,
    });
    expect(results.map(({ level }) => level)).toEqual(["error", "warning", "warning"]);
  });

  it("says what was refuted where that is asked for", () => {
    const { log, results } = logOf({ assumeUnreleased: true, replay: "show-refuted" });
    expect(schemaErrors(log)).toEqual([]);
    const refuted = results.filter(({ level }) => level === "note");
    expect(refuted.length).toBeGreaterThan(0);
    for (const { properties } of refuted)
      expect(properties?.["witness"]).toEqual({
        status: "refuted",
        ground,
        summary: expect.stringMatching(/^\d+ of \d+ pages let go.*; p\d+ refcount /) as string,
      });
  });
});

interface AjvLike {
  compile(schema: object): ((value: unknown) => boolean) & { errors?: unknown };
}

function schemaErrors(log: unknown): unknown {
  // The schema says draft 4; what it uses means the same in draft 7, its own identifier apart.
  const Ajv = createRequire(import.meta.url)("ajv") as new (o: object) => AjvLike;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false });
  const { $schema: _draft, id: _id, ...schema } = sarifSchema;
  const check = ajv.compile(schema);
  return check(log) ? [] : check.errors;
}
