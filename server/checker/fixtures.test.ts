/**
 * Every fixture and every example of a rule's page, checked: exactly the findings that they ask for, no more.
 */
import { defaultTables } from "@pinscope/grammars/dialect";
import { type CheckSettings, checkFile, type Finding } from "@pinscope/server/checker";
import { describe, expect, it } from "vitest";
import type { Expectation } from "../../test-fixtures/harness/expectations.ts";
import { listFixtures, readFixture } from "../../test-fixtures/harness/fixtures.ts";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { listRulePages, readRulePage } from "../../test-fixtures/harness/rule-pages.ts";

interface Text {
  readonly path: string;
  readonly kernel: string;
  readonly source: string;
  readonly expectations: readonly Expectation[];
}

function settingsFor(kernel: string): CheckSettings {
  const [major = "6", minor = "12"] = kernel.split(".");
  return {
    kernels: [{ version: `v${Number(major)}.${Number(minor)}`, patch: 0 }],
    tables: defaultTables,
    defines: new Map(),
    includeFolders: [],
    severities: new Map(),
    deep: true,
  };
}

/** Checks a text; gives the findings and the line of each, from 1. */
async function check(text: Text): Promise<{ finding: Finding; line: number }[]> {
  const { path, source } = text;
  const parser = await loadParser();
  const files = new Map([[path, source]]);
  const { findings, missing } = checkFile({
    path,
    source,
    files,
    parser,
    settings: settingsFor(text.kernel),
  });
  expect(missing).toEqual([]);
  return findings.map((finding) => ({ finding, line: lineAt(source, finding.location.start) }));
}

function lineAt(source: string, offset: number): number {
  return source.slice(0, offset).split("\n").length;
}

/** `12 leaked-pages`, sorted: what is compared, so that a difference reads well. */
function summary(places: readonly { line: number; rule: string }[]): string[] {
  return places.map(({ line, rule }) => `${String(line).padStart(4)} ${rule}`).sort();
}

async function expectExactly(text: Text): Promise<void> {
  const found = await check(text);
  expect(summary(found.map(({ finding, line }) => ({ line, rule: finding.rule })))).toEqual(
    summary(text.expectations.map(({ line, rule }) => ({ line: line + 1, rule }))),
  );
  for (const expectation of text.expectations) {
    const match = found.find(
      ({ finding, line }) => line === expectation.line + 1 && finding.rule === expectation.rule,
    )?.finding;
    expect(match?.message).toContain(expectation.text);
    const steps = (match?.path ?? []).map((step) => ({
      line: lineAt(text.source, step.location.start) - 1,
      message: step.message,
    }));
    let from = 0;
    for (const note of [...expectation.notes].sort((a, b) => a.number - b.number)) {
      const at = steps.findIndex(
        (step, index) => index >= from && step.line === note.line && step.message.includes(note.text),
      );
      expect(at, `note ${note.number} in ${JSON.stringify(steps)}`).toBeGreaterThanOrEqual(from);
      from = at + 1;
    }
  }
}

describe("fixtures", () => {
  it.each([...listFixtures("rules"), ...listFixtures("bugs")])("%s", async (name) => {
    await expectExactly(readFixture(name));
  });
});

describe("examples of the page of", () => {
  it.each(listRulePages())("%s", async (name) => {
    for (const example of readRulePage(name).examples) await expectExactly(example);
  });
});
