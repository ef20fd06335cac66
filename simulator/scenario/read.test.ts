import { expect, it } from "vitest";
import { readTrace } from "./read.ts";

function messagesOf(value: unknown): readonly string[] {
  const read = readTrace(typeof value === "string" ? value : JSON.stringify(value));
  return read.kind === "problems" ? read.messages : [];
}

const one = (steps: unknown): unknown => ({
  schema_version: 2,
  scenarios: [{ scenario: "mine", steps }],
});

it("a scenario with nothing but calls is enough", () => {
  const read = readTrace(JSON.stringify(one([{ call: "mmap(A, 1 page, PRIVATE|ANON)" }])));
  expect(read.kind).toBe("trace");
});

it("names the scenario, the step, the call and what was expected", () => {
  expect(messagesOf(one([{ call: "fork()" }, { call: "fork(1)" }]))).toEqual([
    "scenario mine, step 1, fork(1): expected fork()",
  ]);
  expect(messagesOf(one([{ call: "fork()", who: "sister" }]))).toEqual([
    'scenario mine, step 0, fork(), who: invalid type: Expected ("parent" | "child") but received "sister"',
  ]);
  expect(messagesOf(one([{ who: "parent" }]))).toEqual([
    'scenario mine, step 0, call: invalid key: Expected "call" but received undefined',
  ]);
});

it("a description that no script explains is no call", () => {
  expect(messagesOf(one([{ call: "write A, A1" }]))[0]).toMatch(
    /^scenario mine, step 0, write A, A1: describes what happens.*expected calls such as write \*\(A\) = 1/,
  );
});

it("says what is wrong with the file as a whole", () => {
  expect(messagesOf("{")[0]).toMatch(/^not JSON: /);
  expect(messagesOf({ schema_version: 3, scenarios: [] })[0]).toMatch(/^schema_version: .*1 \| 2/);
  expect(messagesOf("3")[0]).toMatch(/^the file: /);
});
