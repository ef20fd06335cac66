/**
 * Every slot walk recognized in the fixtures, run for 0, 1, 2 and 5 slots, with and without holes: the slots handed
 * over are those announced, in the order announced.
 */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import type { Machine } from "./evaluate/host.ts";
import { createMachine, enterFunction, evaluateIn, step } from "./evaluate/machine.ts";
import { lowerSource } from "./lowering-fixture.ts";
import type { BlockId, Expression, FunctionIr, LoopAnnotation } from "./types.ts";

const parser = await loadParser();
const { functions, program } = lowerSource(parser, readFileSync("test-fixtures/cfg/slots.c", "utf8"));

/** The pages in the slots: recognizable numbers, NULL in holes. */
function pageAt(slot: number, holes: boolean): bigint {
  return holes && slot % 2 === 1 ? 0n : BigInt(0x1000 + slot);
}

interface Announced {
  readonly first: bigint;
  readonly low: bigint;
  readonly end: bigint;
  readonly array: bigint;
  readonly after: bigint;
}

function loopHead(ir: FunctionIr, note: LoopAnnotation): BlockId {
  const loop = ir.loops.find((candidate) => candidate.blocks.join() === note.blocks.join());
  return loop?.head ?? -1;
}

function announce(machine: Machine, note: LoopAnnotation): Announced {
  const number = (expression: Expression): bigint => {
    const value = evaluateIn(machine, expression);
    if (typeof value !== "bigint") throw new Error("the annotation cannot be evaluated");
    return value;
  };
  return {
    first: number(note.first),
    low: number(note.low),
    end: number(note.end),
    array: number(note.array),
    after: number(note.indexAfter),
  };
}

/** Runs a function on an array of pages; what was announced at the loop's entry, what was handed over, the index after. */
function walk(ir: FunctionIr, note: LoopAnnotation, count: number, holes: boolean) {
  const handed: bigint[] = [];
  const machine = createMachine({
    records: (tag) => program.record(tag),
    host: {
      call(event) {
        if (event.name === note.callee) {
          const value = note.argument === -1 ? null : event.arguments[note.argument]?.value;
          if (typeof value === "bigint") handed.push(value);
          if (note.argument === -1) {
            handed.push(pageAt(handed.length, holes));
            return { kind: "value", value: handed.at(-1) ?? 0n };
          }
        }
        return { kind: "value", value: 1n };
      },
    },
  });
  const slots = machine.memory.allocate({ label: "slots", kind: "host", size: 64, fill: "zero" });
  for (let slot = 0; slot < count; slot++) {
    machine.memory.write(slots.base + BigInt(slot * 8), 8, pageAt(slot, holes));
  }
  const holder = machine.memory.allocate({ label: "holder", kind: "host", size: 16, fill: "zero" });
  machine.memory.write(holder.base, 8, slots.base);
  machine.memory.write(holder.base + 8n, 4, BigInt(count));
  const values = ir.parameters.map((id) => {
    const name = ir.variables[id]?.name;
    if (name === "pages") return slots.base;
    if (name === "h") return holder.base;
    return name === "last" ? BigInt(count - 1) : BigInt(count);
  });
  enterFunction(machine, ir, values);
  const head = loopHead(ir, note);
  const inLoop = new Set(note.blocks);
  let announced: Announced | null = null;
  let after: bigint | null = null;
  for (let steps = 0; steps < 10_000; steps++) {
    const frame = machine.frames.at(-1);
    if (frame === undefined) break;
    if (announced === null && frame.block.id === head && frame.next === 0)
      announced = announce(machine, note);
    if (announced !== null && after === null && !inLoop.has(frame.block.id)) {
      const variable = ir.variables[note.index];
      if (variable === undefined) throw new Error("no index");
      const place = { kind: "variable", id: variable.id, type: variable.type } as const;
      const value = evaluateIn(machine, { kind: "load", place, type: variable.type });
      after = typeof value === "bigint" ? value : null;
    }
    if (step(machine) !== null) break;
  }
  return { announced, handed, after };
}

const walks = [...functions.values()].flatMap((ir) => ir.annotations.map((note) => ({ ir, note })));

describe("slot walks", () => {
  it("are recognized in most fixtures", () => {
    expect(walks.length).toBeGreaterThan(12);
  });

  for (const { ir, note } of walks) {
    for (const count of [0, 1, 2, 5]) {
      for (const holes of note.slotCondition === "non-null" ? [false, true] : [false]) {
        it(`${ir.name}: ${note.callee}, ${count} slots${holes ? " with holes" : ""}`, () => {
          // A loop over a local array has its own count.
          const { announced, handed, after } = walk(ir, note, count, holes);
          expect(announced).not.toBeNull();
          if (announced === null) return;
          const { first, low, end } = announced;
          const expected: bigint[] = [];
          const local = ir.parameters.length === 0;
          for (let slot = first; slot >= low && slot < end; slot += BigInt(note.step)) {
            const page = local ? 0n : pageAt(Number(slot), holes);
            if (note.slotCondition !== "non-null" || page !== 0n) expected.push(page);
          }
          if (note.atLeastOnce === true && expected.length === 0)
            expected.push(count === 0 ? 0n : pageAt(0, holes));
          expect(handed).toEqual(expected);
          if (end > low && !note.earlyExits) expect(after).toBe(announced.after);
        });
      }
    }
  }
});
