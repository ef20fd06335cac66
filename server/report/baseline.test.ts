/** Baselines: what they accept, and that their text comes back as it went. */
import { describe, expect, it } from "vitest";
import { baselineFilter, formatBaseline, parseBaseline } from "./index.ts";

const one = { file: "drivers/a.c", function: "f", rule: "leaked-pages", fingerprint: "00ff" };
const two = { file: "b.c", function: "g", rule: "double-release", fingerprint: "11aa" };

describe("a baseline", () => {
  it("is read as it was written, sorted and without repetitions", () => {
    const text = formatBaseline([one, two, one]);
    expect(parseBaseline(text)).toEqual([two, one]);
    expect(text).toBe(formatBaseline([two, one]));
    expect(parseBaseline(formatBaseline([]))).toEqual([]);
  });

  it("accepts by file, function and fingerprint, wherever the tree lies", () => {
    const accepted = baselineFilter([one]);
    expect(accepted("/home/linux/drivers/a.c", "f", "00ff")).toBe(true);
    expect(accepted("drivers\\a.c", "f", "00ff")).toBe(true);
    expect(accepted("./drivers/a.c", "f", "00ff")).toBe(true);
    expect(accepted("/home/linux/otherdrivers/a.c", "f", "00ff")).toBe(false);
    expect(accepted("drivers/a.c", "g", "00ff")).toBe(false);
    expect(accepted("drivers/a.c", "f", "00fe")).toBe(false);
  });

  it("says what is wrong with a text", () => {
    expect(parseBaseline("{")).toMatch(/JSON/);
    expect(parseBaseline('{ "version": 2, "findings": [] }')).toBe('key "version": expected 1, got 2');
    expect(parseBaseline('{ "version": 1, "findings": [{ "file": 1 }] }')).toContain('key "findings.0.file"');
  });
});
