import { createRequire } from "node:module";
import sarifSchema from "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json" with { type: "json" };
import { type Finding, type RuleMetadata, STANDING_TEXT } from "@pinscope/server/checker";
import type { Result } from "sarif";
import { describe, expect, it } from "vitest";
import {
  addFile,
  applySuppressions,
  compareFindings,
  emptyStats,
  formatJson,
  formatSarif,
  formatStats,
  formatText,
  LineTable,
  locateFindings,
  type Report,
  sarifLog,
  uriOf,
} from "./index.ts";

const source = ["int f(void)", "{", "\tpin(a);", "\tif (x)", "\t\treturn -1;", "\tunpin(a);", "}", ""].join(
  "\n",
);

function at(text: string, file = "drivers/a b.c"): Finding["location"] {
  const start = source.indexOf(text);
  return { file, start, end: start + text.length };
}

const finding: Finding = {
  rule: "leaked-pages",
  severity: "warning",
  message: "The pages of a are still held here.\nRelease them.",
  location: at("return -1"),
  function: "f",
  path: [
    { location: at("pin(a)"), message: "acquired here", nesting: 0, role: "acquire" },
    {
      location: { ...at("(x)"), expandedFrom: { macro: "BAD", file: "a.h", start: 3, end: 5 } },
      message: "x is true",
      nesting: 1,
      role: "branch",
      edge: 2,
    },
    { location: at("return -1"), message: "returns without release", nesting: 0, role: "exit" },
  ],
  fingerprint: "abc123",
  witness: { status: "unreplayable", reason: "no interpreter" },
  variant: "only in 5.10",
};

const rule: RuleMetadata = {
  name: "leaked-pages",
  summary: "Pages are still held.",
  defaultSeverity: "error",
  confidence: "high",
  replay: true,
  fix: "none",
  covers: ["R01"],
  since: "0.1.0",
};

const texts = (file: string): string | undefined => (file === "a.h" ? "ab\ncde\n" : source);
const located = locateFindings([finding], texts);

const report: Report = {
  toolVersion: "0.1.0",
  kernels: [{ kernel: "6.12", reason: "as told" }],
  findings: located,
  errors: [{ file: "gone.c", message: "cannot be read: there is no such file or folder", kind: "read" }],
  stats: emptyStats,
  rules: [rule],
};

describe("lines and columns", () => {
  it("are those that counting gives", () => {
    const text = "ab\n\ncd\r\nx";
    const table = new LineTable(text);
    for (let offset = 0; offset <= text.length; offset++) {
      const before = text.slice(0, offset).split("\n");
      expect(table.position(offset)).toEqual({
        line: before.length,
        column: (before.at(-1) ?? "").length + 1,
      });
    }
  });
});

describe("text", () => {
  it("is one line per finding and step, as compilers print them", () => {
    expect(formatText(report, { colors: false })).toBe(
      [
        "drivers/a b.c:5:3: warning: The pages of a are still held here. Release them. (only in 5.10) [leaked-pages]",
        "drivers/a b.c:3:2: note: acquired here",
        "drivers/a b.c:4:5: note: x is true (in macro BAD, a.h:2:1)",
        "drivers/a b.c:5:3: note: returns without release",
        "drivers/a b.c:5:3: note: not replayed: no interpreter",
        "",
      ].join("\n"),
    );
  });

  it("says what a replay showed, and what it was simulated without", () => {
    const witness = {
      status: "confirmed-if" as const,
      assumptions: ["result of f() = -5 at line 3"],
      ground: "6.12.y, recorded",
      summary: "0 of 4 pages let go",
    };
    const replayed = located.map((finding) => ({ ...finding, witness }));
    const lines = formatText({ ...report, findings: replayed }, { colors: false }).split("\n");
    expect(lines.slice(-3)).toEqual([
      "drivers/a b.c:5:3: note: replayed, confirmed if result of f() = -5 at line 3: 0 of 4 pages let go (6.12.y, recorded)",
      STANDING_TEXT,
      "",
    ]);
  });

  it("shows code and colors when asked", () => {
    const text = formatText(report, { colors: true, frames: texts });
    expect(text).toContain("     5 | \t\treturn -1;\n");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colors are control sequences.
    expect(text.replace(/\u001b\[\d+m/g, "")).toContain("       | \t\t^^^^^^^^^\n");
    expect(text).toContain("\u001b[33mwarning\u001b[39m");
  });

  it("is empty without findings", () => {
    expect(formatText({ ...report, findings: [] }, { colors: false })).toBe("");
  });
});

describe("SARIF", () => {
  const options = {
    helpUri: (name: string) => `https://example.org/${name}.md`,
    informationUri: "https://example.org",
  };
  const log = sarifLog(report, options);
  const validate = (value: unknown): unknown => {
    // The schema says draft 4; what it uses means the same in draft 7, its own identifier apart.
    const Ajv = createRequire(import.meta.url)("ajv") as new (o: object) => AjvLike;
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, unicodeRegExp: false });
    const { $schema: _draft, id: _id, ...schema } = sarifSchema;
    const check = ajv.compile(schema);
    return check(value) ? [] : check.errors;
  };

  it("is valid against the official schema", () => {
    expect(validate(JSON.parse(formatSarif(report, options)))).toEqual([]);
    expect(validate(JSON.parse(formatSarif({ ...report, findings: [], errors: [] }, options)))).toEqual([]);
  });

  it("would not be valid with a wrong level", () => {
    const text = formatSarif(report, options).replaceAll('"level": "warning"', '"level": "bad"');
    expect(validate(JSON.parse(text))).not.toEqual([]);
  });

  it("carries place, function, path, fingerprint, witness and figures", () => {
    const run = log.runs[0];
    const result = run?.results?.[0] as Result;
    expect(result).toMatchObject({ ruleId: "leaked-pages", ruleIndex: 0, level: "warning" });
    expect(result.locations?.[0]?.logicalLocations?.[0]?.name).toBe("f");
    expect(result.locations?.[0]?.physicalLocation?.artifactLocation?.uri).toBe("drivers/a%20b.c");
    expect(result.locations?.[0]?.physicalLocation?.region).toMatchObject({
      startLine: 5,
      startColumn: 3,
      endLine: 5,
      endColumn: 12,
    });
    expect(result.codeFlows).toHaveLength(1);
    const steps = result.codeFlows?.[0]?.threadFlows[0]?.locations ?? [];
    expect(steps.map((step) => step.nestingLevel)).toEqual([0, 1, 0]);
    expect(steps.map((step) => step.location?.message?.text)).toEqual([
      "acquired here",
      "x is true",
      "returns without release",
    ]);
    expect(result.partialFingerprints).toEqual({ "pinscope/v1": "abc123" });
    expect(result.properties?.["witness"]).toEqual({ status: "unreplayable", reason: "no interpreter" });
    expect(Object.keys(run?.properties?.["stats"] ?? {}).sort()).toEqual([
      "acquisitions",
      "files",
      "filesSkippedByPrefilter",
      "functions",
      "functionsAnalyzed",
      "functionsOverBudget",
      "functionsWithSyntaxErrors",
      "ms",
      "replay",
      "unknownConditions",
      "walks",
    ]);
  });

  it("makes URIs of paths", () => {
    expect(uriOf("a/b#c.c")).toBe("a/b%23c.c");
    expect(uriOf("/x y/a.c")).toBe("file:///x%20y/a.c");
    expect(uriOf("C:\\x\\a.c")).toBe("file:///C:/x/a.c");
  });
});

interface AjvLike {
  compile(schema: object): ((value: unknown) => boolean) & { errors?: unknown };
}

it("JSON holds findings, errors and figures", () => {
  const parsed = JSON.parse(formatJson(report)) as Record<string, unknown>;
  expect(Object.keys(parsed)).toEqual(["version", "kernels", "findings", "errors", "stats", "standing"]);
  expect(parsed["findings"]).toEqual(JSON.parse(JSON.stringify(located)));
});

it("orders findings by file, place, rule", () => {
  const one = located[0];
  if (one === undefined) throw new Error("there is one finding");
  const other = (file: string, start: number, name: string) => ({
    ...one,
    rule: name,
    place: { ...one.place, file, start },
  });
  const list = [other("b.c", 1, "x"), other("a.c", 9, "x"), other("a.c", 10, "a"), other("a.c", 9, "a")];
  expect(
    list.sort(compareFindings).map(({ place, rule: name }) => `${place.file} ${place.start} ${name}`),
  ).toEqual(["a.c 9 a", "a.c 9 x", "a.c 10 a", "b.c 1 x"]);
});

describe("figures", () => {
  it("add up", () => {
    const file = {
      functions: 2,
      functionsAnalyzed: 1,
      functionsWithSyntaxErrors: 0,
      functionsOverBudget: 1,
      acquisitions: { seen: 3, followed: 2, givenUp: { "unknown call": 1 } },
      walks: { recursionsCut: 1, unconfirmedClaims: 3 },
      replay: { confirmed: 1, refuted: 0, unreplayable: 2 },
      ms: { parse: 1, lower: 2, analyze: 3, replay: 4 },
      unknownConditions: 4,
    };
    const total = addFile(addFile(emptyStats, file, 5), file, 6);
    expect(total.acquisitions).toEqual({ seen: 6, followed: 4, givenUp: { "unknown call": 2 } });
    expect(total.ms).toEqual({ total: 0, read: 11, parse: 2, lower: 4, analyze: 6, replay: 8 });
    expect(total.walks).toEqual({ recursionsCut: 2, unconfirmedClaims: 6 });
    expect(formatStats(total)).toContain(
      "recursions cut 2, claims of joined paths that no single path shows 6",
    );
    expect(total.replay).toEqual({ confirmed: 2, refuted: 0, unreplayable: 4 });
    expect(formatStats(total)).toContain("acquisitions 6, followed to every exit 4 (66.7 %)");
    expect(formatStats(total)).toContain("2  unknown call");
    expect(total.variants).toBeUndefined();
    const variants = { functions: 1, readings: 2, overLimit: 0, notSelectable: 3 };
    const varied = addFile(addFile(total, { ...file, variants }, 1), { ...file, variants }, 1);
    expect(varied.variants).toEqual({ functions: 2, readings: 4, overLimit: 0, notSelectable: 6 });
    expect(addFile(varied, file, 1).variants).toEqual(varied.variants);
    expect(formatStats(varied)).toContain("under other #if symbols 2, 4 times");
  });
});

describe("suppressions", () => {
  const find = (text: string, rule = "leaked-pages"): { kept: string[] } => {
    const start = text.indexOf("BAD");
    const one: Finding = { ...finding, rule, location: { file: "a.c", start, end: start + 3 }, path: [] };
    const kept = applySuppressions([one], "a.c", text, (name) => name !== "is-off");
    return {
      kept: kept.map((each) => `${each.rule}${each.message.includes("reason") ? " (no reason)" : ""}`),
    };
  };

  it.each([
    ["x(); /* pinscope-ignore leaked-pages: owned by the table */ BAD", []],
    ["/* pinscope-ignore leaked-pages: why */\n\tBAD", []],
    ["// pinscope-ignore leaked-pages: why\r\n\tBAD", []],
    ["/* pinscope-ignore double-release, leaked-pages: why */\nBAD", ["unused-suppression"]],
    ["BAD\n\n/* pinscope-ignore-file leaked-pages: generated */", []],
    ["/* pinscope-ignore leaked-pages: why */\n\n\tBAD", ["leaked-pages", "unused-suppression"]],
    ["/* pinscope-ignore leaked-pages */\nBAD", ["leaked-pages", "unused-suppression (no reason)"]],
    ["/* pinscope-ignore is-off: why */\nBAD", ["leaked-pages"]],
    ["/* pinscope-ignore over-release: why */\nBAD", ["leaked-pages", "unused-suppression"]],
    ["f(); /* pinscope-ignore leaked-pages: that line */\nBAD", ["leaked-pages", "unused-suppression"]],
  ])("%j", (text, kept) => {
    expect(find(text).kept).toEqual(kept);
  });

  it("leaves findings of other files alone", () => {
    const elsewhere = { ...finding, location: { file: "b.c", start: 0, end: 1 } };
    const text = "/* pinscope-ignore-file leaked-pages: why */";
    expect(applySuppressions([elsewhere], "a.c", text, () => true)).toHaveLength(2);
  });
});
