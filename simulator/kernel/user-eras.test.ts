import { describe, expect, it } from "vitest";
import { readEra } from "./user-eras.ts";

describe("an era of the configuration", () => {
  it("is a known one with some switches set otherwise", () => {
    const read = readEra("ours", { from: "6.1.192", switches: { zeroPageExempt: false, lruBatch: 31 } });
    expect(read.kind === "era" && read.era.switches).toMatchObject({
      zeroPageExempt: false,
      lruBatch: 31,
      doubleMap: true,
    });
    expect(read.kind === "era" && read.era.note).toBe("derived from 6.1.y");
  });

  it.each([
    [{ from: "3.2", switches: {} }, /era ours: kernel 3\.2 is older/],
    [{ from: "6.1", switches: { zeroPage: true } }, /no switch "zeroPage"; there are pinFunctions/],
    [{ from: "6.1", switches: { zeroPageExempt: 1 } }, /zeroPageExempt is one of false, true, not 1/],
    [
      { from: "6.1", switches: { cowReuse: "always" } },
      /cowReuse is one of one-mapping, one-reference, exclusive/,
    ],
  ])("%j is refused with what it may be", (definition, message) => {
    const read = readEra("ours", definition);
    expect(read.kind === "problem" && read.message).toMatch(message);
  });

  it("may not take the name of a kernel that is modeled", () => {
    expect(readEra("6.12.y", { from: "6.1", switches: {} }).kind).toBe("problem");
  });
});
