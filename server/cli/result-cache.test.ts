/** Results are used again only for what they were found for. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CheckSettings } from "@pinscope/server/checker";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { usualSettings as settings } from "../../test-fixtures/harness/settings.ts";
import { digest } from "./digest.ts";
import { cachedExecutor, openResultCache } from "./result-cache.ts";
import { createUnit, type Unit } from "./unit.ts";

const driver = `#include "silo.h"
static int silo_fill(unsigned long start, struct page **pages)
{
	int got = pin_user_pages_fast(start, SILO_PAGES, 0, pages);

	return got < 0 ? got : kfree(pages), 0;
}
`;

let folder: string;
let unit: Unit;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "pinscope-results-"));
  unit = createUnit(await loadParser());
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One run: how many files were found in the cache, and what the file gave. */
async function run(path: string, identity = "program", chosen = settings, within = "cache") {
  let checked = 0;
  const executor = cachedExecutor(openResultCache(join(folder, within), identity), () => ({
    async run(one, of) {
      checked++;
      return unit(one, of);
    },
    async close() {},
  }));
  const result = await executor.run(path, chosen);
  await executor.close();
  return { checked, found: executor.found, findings: result.findings };
}

describe("results of earlier runs", () => {
  it("are used while the file, its headers, the settings and the program stay as they were", async () => {
    const path = join(folder, "silo.c");
    const header = join(folder, "silo.h");
    writeFileSync(path, driver);
    writeFileSync(header, "#define SILO_PAGES 4\n");
    const first = await run(path);
    expect(first).toMatchObject({ checked: 1, found: 0 });
    expect(await run(path)).toEqual({ checked: 0, found: 1, findings: first.findings });

    writeFileSync(path, `${driver}\n`);
    expect(await run(path)).toMatchObject({ checked: 1 });
    expect(await run(path)).toMatchObject({ found: 1 });
    unit = createUnit(await loadParser());
    writeFileSync(header, "#define SILO_PAGES 8\n");
    expect(await run(path)).toMatchObject({ checked: 1 });
    expect(await run(path)).toMatchObject({ found: 1 });
    const others: CheckSettings = { ...settings, severities: new Map([["leaked-pages", "off"]]) };
    expect(await run(path, "program", others)).toMatchObject({ checked: 1 });
    expect(await run(path, "program", others)).toMatchObject({ found: 1 });
    expect(await run(path, "another")).toMatchObject({ checked: 1 });
  });

  it("are kept for two programs", async () => {
    const path = join(folder, "silo.c");
    for (const identity of ["a", "b", "c"]) await run(path, identity, settings, "programs");
    expect(readdirSync(join(folder, "programs")).sort()).toEqual(["b", "c"]);
  });

  it("that cannot be kept or are damaged change nothing", async () => {
    const path = join(folder, "silo.c");
    writeFileSync(join(folder, "no-folder"), "");
    expect(await run(path, "program", settings, "no-folder")).toMatchObject({ checked: 1, found: 0 });
    await run(path, "program", settings, "damaged");
    const entries = join(folder, "damaged", "program");
    for (const name of readdirSync(entries)) writeFileSync(join(entries, name), "{");
    expect(await run(path, "program", settings, "damaged")).toMatchObject({ checked: 1, found: 0 });
  });

  it("rest on names that differ with the text", () => {
    expect(digest("a")).not.toBe(digest("b"));
  });
});
