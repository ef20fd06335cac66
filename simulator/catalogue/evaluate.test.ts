import { expect, test } from "vitest";
import { type CallFacts, type Condition, catalogue, evaluateCondition, evaluateInteger } from "./index.ts";
import {
  add,
  amount,
  both,
  compare,
  constant,
  either,
  flag,
  isErrorValue,
  not,
  notNull,
  pagesOfBytes,
  pointer,
} from "./term.ts";

const nothing: CallFacts = {
  integer: () => undefined,
  pointer: () => undefined,
  flag: () => undefined,
  predicate: () => undefined,
};
const n = (value: bigint): CallFacts => ({ ...nothing, integer: () => value });
const [one, two] = [constant(1), constant(2)];
const yes = compare(one, "<", two);
const no = compare(two, "<", one);
const unknown = flag("gup_flags", "FOLL_WRITE");

test("what is not known leaves a condition open, unless the rest decides", () => {
  const truth = (condition: Condition) => evaluateCondition(condition, nothing);
  expect([truth(both(yes, unknown)), truth(both(no, unknown)), truth(both(yes, yes))]).toEqual([
    undefined,
    false,
    true,
  ]);
  expect([truth(either(no, unknown)), truth(either(yes, unknown)), truth(either(no, no))]).toEqual([
    undefined,
    true,
    false,
  ]);
  expect([truth(not(unknown)), truth(not(no)), truth(notNull(pointer("pages")))]).toEqual([
    undefined,
    true,
    undefined,
  ]);
  expect(evaluateInteger(add(one, amount("nr_pages")), nothing)).toBeUndefined();
});

test("an errno is recognized in every width", () => {
  const errno = (value: bigint) => evaluateCondition(isErrorValue(amount("npages")), n(value));
  expect([-1n, -4095n, 2n ** 64n - 14n, 2n ** 32n - 14n].map(errno)).toEqual([true, true, true, true]);
  expect([0n, 1n, -4096n, 2n ** 64n - 4096n, 2n ** 32n].map(errno)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});

test("pages of bytes round up from the page in which they begin", () => {
  const pages = (bytes: number, offset: number, pageSize?: bigint) =>
    evaluateInteger(pagesOfBytes(constant(bytes), constant(offset)), {
      ...nothing,
      ...(pageSize && { pageSize }),
    });
  expect([pages(0, 0), pages(1, 0), pages(4096, 0), pages(4097, 0), pages(4096, 4095)]).toEqual([
    0n,
    1n,
    1n,
    2n,
    2n,
  ]);
  expect(pages(4097, 0, 65536n)).toBe(1n);
});

test("calls that write through a pointer say through which", () => {
  expect(catalogue.get("copy_from_user")?.writes).toEqual([0]);
  expect(catalogue.get("memcpy")?.writes).toEqual([0]);
  expect(catalogue.get("import_iovec")?.writes).toEqual([4, 5]);
  expect(catalogue.get("copy_to_user")?.writes).toBeUndefined();
  for (const { name, writes = [] } of catalogue.values())
    for (const position of writes) expect(Number.isInteger(position) && position >= 0, name).toBe(true);
});
