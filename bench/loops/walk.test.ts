import { readdirSync, readFileSync } from "node:fs";
import type { Expression } from "@pinscope/grammars/ir";
import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { lowerText } from "../ir-gcc/lower.ts";
import { WANTED_SLOTS, walkLoop } from "./walk.ts";

const parser = await loadParser();
const folder = new URL("../../test-fixtures/cfg/", import.meta.url);
const loops = readdirSync(folder)
  .filter((file) => file.endsWith(".c"))
  .flatMap((file) => {
    const { functions, program } = lowerText(file, readFileSync(new URL(file, folder), "utf8"), parser);
    return [...functions.values()].flatMap((ir) =>
      ir.annotations.map((annotation) => ({
        name: `${file} ${ir.name} ${annotation.callee}`,
        ir,
        annotation,
        program,
      })),
    );
  });

describe("recognized loops, run concretely", () => {
  it("finds loops in the fixtures", () => {
    expect(loops.length).toBeGreaterThan(10);
  });

  it.each(loops)("$name", ({ ir, annotation, program }) => {
    const records = (tag: string) => program.record(tag);
    let agreed = 0;
    for (const wanted of WANTED_SLOTS)
      for (const filler of [0n, 1n])
        for (const holes of annotation.slotCondition === undefined && !annotation.earlyExits
          ? [false]
          : [false, true]) {
          const walk = walkLoop(ir, annotation, wanted, { records, filler, holes });
          expect(walk).not.toMatchObject({ kind: "differs" });
          if (walk.kind === "agrees") agreed += 1;
        }
    expect(agreed).toBeGreaterThan(0);
  });

  it("sees an annotation that promises a slot too many", () => {
    const exact = loops.filter(
      ({ annotation }) =>
        !annotation.earlyExits && annotation.slotCondition === undefined && annotation.atLeastOnce !== true,
    );
    expect(exact.length).toBeGreaterThan(5);
    for (const { ir, annotation, program } of exact) {
      const { end } = annotation;
      const one: Expression = { kind: "constant", value: 1n, type: end.type };
      const wrong = {
        ...annotation,
        end: { kind: "binary" as const, operator: "+" as const, left: end, right: one, type: end.type },
      };
      const settings = { records: (tag: string) => program.record(tag), filler: 0n, holes: false };
      const kinds = [1, 2, 5].map((wanted) => walkLoop(ir, wrong, wanted, settings).kind);
      expect(kinds).toContain("differs");
      expect(kinds).not.toContain("agrees");
    }
  });
});
