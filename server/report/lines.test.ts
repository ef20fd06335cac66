/** The formats for GitHub Actions and for readers of checkpatch. */
import { describe, expect, it } from "vitest";
import { emptyStats, formatCheckpatch, formatGithub, type Report, type ReportedFinding } from "./index.ts";

const source = "int f(void)\n{\n\treturn -1;\n}\n";
const start = source.indexOf("return");
const place = { file: "a,b:c.c", line: 3, column: 2, endLine: 3, endColumn: 12, start, end: start + 10 };
const finding: ReportedFinding = {
  rule: "leaked-pages",
  severity: "warning",
  message: "100 % of the pages\nare still held.",
  place,
  function: "f",
  path: [{ place, message: "returns here", nesting: 0, role: "exit" }],
  fingerprint: "00",
  variant: "only in 5.10",
};
const report: Report = {
  toolVersion: "0",
  kernels: [],
  findings: [finding, { ...finding, severity: "information", place: { ...place, endLine: 4 }, path: [] }],
  errors: [],
  stats: { ...emptyStats, files: 7 },
  rules: [],
};

describe("the github format", () => {
  it("is one escaped workflow command per finding, its path in the text", () => {
    expect(formatGithub(report).split("\n")).toEqual([
      "::warning file=a%2Cb%3Ac.c,line=3,endLine=3,col=2,endColumn=12,title=pinscope%3A leaked-pages" +
        "::100 %25 of the pages are still held. (only in 5.10)%0A1. a,b:c.c:3: returns here",
      "::notice file=a%2Cb%3Ac.c,line=3,endLine=4,title=pinscope%3A leaked-pages" +
        "::100 %25 of the pages are still held. (only in 5.10)",
      "",
    ]);
  });
});

describe("the checkpatch format", () => {
  it("has level and type, place, code and a total", () => {
    expect(formatCheckpatch(report, () => source).split("\n")).toEqual([
      "WARNING:LEAKED_PAGES: 100 % of the pages are still held. (only in 5.10)",
      "#3: FILE: a,b:c.c:3:",
      "+\treturn -1;",
      " a,b:c.c:3: returns here",
      "",
      "CHECK:LEAKED_PAGES: 100 % of the pages are still held. (only in 5.10)",
      "#3: FILE: a,b:c.c:3:",
      "+\treturn -1;",
      "",
      "total: 0 errors, 1 warnings, 1 checks, 7 files checked",
      "",
    ]);
    expect(formatCheckpatch(report, () => undefined)).not.toContain("+\t");
  });
});
