import { describe, expect, it } from "vitest";
import type { CType } from "../ir/types.ts";
import { builtInTags } from "./kernel-records.ts";
import { builtInSignatureNames } from "./kernel-signatures.ts";
import { emptyProgram } from "./program.ts";

const program = emptyProgram();

/** Names of types inside a type that nothing explains. */
function unknowns(type: CType): string[] {
  switch (type.kind) {
    case "unknown":
      return [type.name ?? ""];
    case "pointer":
      return unknowns(type.to);
    case "array":
      return unknowns(type.of);
    case "function":
      return [type.returns, ...type.parameters].flatMap(unknowns);
    default:
      return [];
  }
}

describe("the built-in tables", () => {
  it("read as C, every type known but those marked", () => {
    const bad: string[] = [];
    for (const tag of builtInTags()) {
      const fields = program.record(tag)?.fields ?? new Map<string, CType>();
      if (fields.size === 0) bad.push(tag);
      for (const [field, type] of fields)
        if (unknowns(type).some((name) => name !== "unknown_t")) bad.push(`${tag}.${field}`);
    }
    for (const name of builtInSignatureNames()) {
      const signature = program.signature(name);
      if (signature?.name !== name || unknowns(signature.returns).length > 0) bad.push(name);
      for (const parameter of signature?.parameters ?? [])
        if (unknowns(parameter.type).some((found) => found !== "unknown_t")) bad.push(`${name}: parameter`);
    }
    expect(bad).toEqual([]);
  });

  it("hold enough to be worth having", () => {
    expect(builtInTags().length).toBeGreaterThan(600);
    expect(builtInSignatureNames().length).toBeGreaterThan(1000);
  });

  it.each([
    ["mutex_lock_interruptible", 32, true],
    ["copy_from_user", 64, false],
    ["dma_map_sg", 32, true],
    ["sg_alloc_table", 32, true],
    ["schedule_timeout", 64, true],
  ])("%s returns %i bits, signed %s", (name, bits, signed) => {
    expect(program.signature(name)?.returns).toMatchObject({ kind: "integer", bits, signed });
  });
});
