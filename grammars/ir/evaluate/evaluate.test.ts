import { type ConditionSettings, defaultTables, passText } from "@pinscope/grammars/dialect";
import { collectProgram } from "@pinscope/grammars/program";
import { describe, expect, it } from "vitest";
import { loadParser } from "../../../test-fixtures/harness/parser.ts";
import { type FunctionIr, listFunctions, lowerFunction, openUnit } from "../index.ts";
import { type EvaluationSettings, evaluateFunction, runMachine } from "./evaluate.ts";
import type { CallEvent, EvaluationHost, Outcome } from "./host.ts";
import { createMachine, enterFunction, step } from "./machine.ts";

const SETTINGS: ConditionSettings = { version: [6, 12, 0], defines: new Map(), assumptions: new Map() };
const parser = await loadParser();

function lower(source: string): {
  functions: Map<string, FunctionIr>;
  records: EvaluationSettings["records"];
} {
  const { program } = collectProgram("test.c", new Map([["test.c", source]]));
  const passed = passText(source, defaultTables, SETTINGS);
  const unit = openUnit({ path: "test.c", source, passed, program, parser });
  const functions = new Map(
    listFunctions(unit).map((outline) => [outline.name, lowerFunction(unit, outline)]),
  );
  return { functions, records: (tag) => program.record(tag) };
}

/** Runs the last function; calls of the others are entered, any other call is answered by `answer`. */
function run(
  source: string,
  values: readonly bigint[] = [],
  answer: (event: CallEvent) => bigint = () => 0n,
  stepBudget?: number,
): { outcome: Outcome; calls: string[] } {
  const { functions, records } = lower(source);
  const calls: string[] = [];
  const host: EvaluationHost = {
    call(event) {
      const known = functions.get(event.name ?? "");
      if (known !== undefined) return { kind: "enter", function: known };
      calls.push(`${event.name}(${event.arguments.map(({ value }) => String(value)).join(", ")})`);
      return { kind: "value", value: answer(event) };
    },
  };
  const main = [...functions.values()].at(-1);
  if (main === undefined) throw new Error("no function");
  const outcome = evaluateFunction(main, host, {
    arguments: values,
    ...(records === undefined ? {} : { records }),
    ...(stepBudget === undefined ? {} : { stepBudget }),
  });
  return { outcome, calls };
}

describe("evaluateFunction", () => {
  it("returns values converted to the returned type", () => {
    expect(run("unsigned char f(int x) { return x + 1; }", [511n]).outcome).toMatchObject({
      kind: "returned",
      value: 0n,
    });
    expect(run("long f(unsigned int x) { return -x; }", [1n]).outcome).toMatchObject({ value: 0xffff_ffffn });
    expect(run("int f(int x) { x = 3; }", [1n]).outcome).toMatchObject({ kind: "returned", value: null });
  });

  it("records calls in order, through pointers too, and lets the host answer", () => {
    const source = `int ask(int); void note(int);
      int f(void) { int (*p)(int) = ask; int sum = 0; for (int i = 0; i < 3; i++) sum += p(i) * 10; note(sum); return sum; }`;
    const { outcome, calls } = run(source, [], (event) => {
      const value = event.arguments[0]?.value;
      return typeof value === "bigint" ? value + 1n : 0n;
    });
    expect(calls).toEqual(["ask(0)", "ask(1)", "ask(2)", "note(60)"]);
    expect(outcome).toMatchObject({ value: 60n });
  });

  it("enters known functions with frames of their own", () => {
    const source = `static int fact(int n) { int m = n - 1; return n <= 1 ? 1 : n * fact(m); }
      static void twice(int *p) { *p *= 2; }
      int f(int n) { int r = fact(n); twice(&r); return r; }`;
    expect(run(source, [5n]).outcome).toMatchObject({ kind: "returned", value: 240n });
  });

  it("keeps records, arrays, unions and copies of them", () => {
    const source = `struct in { short s; int list[3]; };
      struct out { char c; struct in in; union { unsigned int w; unsigned char b[4]; } u; };
      int f(void) {
        struct out a = { .in = { .list = { [1] = 7 } }, .u.w = 0x01020304 };
        struct out b = a;
        struct in *p = &b.in;
        p->list[1]++;
        b.in.s = -1;
        return b.in.list[1] * 1000 + a.in.list[1] * 100 + a.u.b[3] * 10 + (b.in.s < 0) + a.c;
      }`;
    expect(run(source).outcome).toMatchObject({ kind: "returned", value: 8711n });
  });

  it("keeps static locals from call to call", () => {
    const source = `static int next(void) { static int count; return ++count; }
      int f(void) { next(); next(); return next(); }`;
    expect(run(source).outcome).toMatchObject({ value: 3n });
    const table = `static int at(int i) { static const int list[] = { 5, [2] = 7, -1 }; static int calls = 100; return list[i] + calls++; }
      int f(void) { at(0); return at(2) * 1000 + at(3); }`;
    expect(run(table).outcome).toMatchObject({ value: 108_101n });
  });

  it("ends with a clear outcome whatever the function does", () => {
    expect(run("int f(int x) { BUG(); return x; }", [1n]).outcome).toMatchObject({ kind: "unreachable" });
    expect(run("int f(int x) { while (1) x++; }", [1n], undefined, 500).outcome).toEqual({
      kind: "budget",
      steps: 500,
    });
    const stuck = (source: string, values: bigint[] = []) => {
      const { outcome } = run(source, values);
      return outcome.kind === "stuck" ? `${outcome.cause} in ${outcome.function}` : outcome.kind;
    };
    expect(stuck("int f(int *p) { return *p; }", [0n])).toBe("null-pointer in f");
    expect(stuck("int f(int x) { int y; return x + y; }", [1n])).toBe("uninitialized in f");
    expect(stuck("int f(int x) { return 1 / x; }", [0n])).toBe("undefined-arithmetic in f");
    expect(stuck("int f(int x) { return 1 << x; }", [32n])).toBe("undefined-arithmetic in f");
    expect(stuck("int f(int x) { int a[2] = { 0 }; return a[x]; }", [2n])).toBe("out-of-bounds in f");
    expect(stuck("static int *g(void) { int x = 1; return &x; } int f(void) { return *g(); }")).toBe(
      "dead-object in f",
    );
    expect(stuck("int f(void) { return SOME_UNKNOWN_CONSTANT; }")).toBe("unknown-value in f");
    expect(stuck("double f(double d) { return d + 1.5; }")).toBe("unsupported in f");
  });

  it("names the place of an uninitialized read", () => {
    const { outcome } = run(
      "struct s { int a; }; int f(void) { struct s s; struct s *p = &s; return p->a; }",
    );
    expect(outcome).toMatchObject({ kind: "stuck", message: "p->a is read before it is written" });
  });

  it("asks the host for what nothing wrote and keeps its answer", () => {
    const { functions } = lower("int f(struct unseen *p) { return p->a * 100 + p->b * 10 + p->a; }");
    const ir = functions.get("f");
    if (ir === undefined) throw new Error("no function");
    let asked = 0n;
    const host: EvaluationHost = {
      call: () => ({ kind: "stop", reason: "no call expected" }),
      indeterminate: () => ++asked,
    };
    const machine = createMachine({ host });
    const object = machine.memory.allocate({ label: "p", kind: "host", size: null, fill: "indeterminate" });
    enterFunction(machine, ir, [object.base]);
    expect(runMachine(machine)).toMatchObject({ kind: "returned", value: 121n });
    expect(asked).toBe(2n);
  });

  it("stops where the host says so, and between any two steps", () => {
    const { functions } = lower("void stop(void); int f(void) { int x = 1; stop(); return x; }");
    const ir = functions.get("f");
    if (ir === undefined) throw new Error("no function");
    const host: EvaluationHost = { call: ({ name }) => ({ kind: "stop", reason: String(name) }) };
    const machine = createMachine({ host });
    enterFunction(machine, ir, []);
    expect(step(machine)).toBeNull();
    expect(machine.frames.at(-1)?.next).toBe(1);
    expect(runMachine(machine)).toMatchObject({ kind: "stopped", reason: "stop" });
  });
});
