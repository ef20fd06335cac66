import { expect, test } from "vitest";
import {
  catalogue,
  findEntry,
  follFlags,
  internalFlags,
  invalidFlagCombinations,
  isRejected,
  type KernelVersion,
  namesOfFlags,
  rejectionsOf,
  triggerLiterals,
  triggerNames,
} from "./index.ts";
import { sampledVersions } from "./sampled-versions.ts";

const reasons = (name: string, version: KernelVersion, ...flags: string[]) =>
  rejectionsOf(name, version)
    .filter((rejection) => !rejection.when && isRejected(rejection, new Set(flags)))
    .map(({ reason, returns }) => `${reason} ${returns}`);

test("flags have the values of their version, each bit once", () => {
  expect(follFlags("v6.1").get("FOLL_WRITE")).toBe(1);
  expect(follFlags("v6.1").get("FOLL_PIN")).toBe(0x40000);
  expect(follFlags("v6.1").get("FOLL_LONGTERM")).toBe(0x10000);
  expect(follFlags("v6.1").has("FOLL_PCI_P2PDMA")).toBe(false);
  expect(follFlags("v6.2").get("FOLL_INTERRUPTIBLE")).toBe(0x200000);
  expect(follFlags("v6.3").get("FOLL_PIN")).toBe(1 << 19);
  expect(follFlags("v6.12").get("FOLL_LONGTERM")).toBe(1 << 8);
  expect(follFlags("v6.12").get("FOLL_MADV_POPULATE")).toBe(1 << 22);
  expect(follFlags("v6.8").has("FOLL_MADV_POPULATE")).toBe(false);
  expect(follFlags("v5.4").has("FOLL_PIN")).toBe(false);
  for (const version of sampledVersions) {
    const values = [...follFlags(version).values()];
    expect(new Set(values).size, version).toBe(values.length);
    for (const value of values) expect(Math.log2(value) % 1, version).toBe(0);
  }
});

test("a literal is read as the flags of its version", () => {
  expect(namesOfFlags(0x10001, "v6.1")).toEqual(["FOLL_WRITE", "FOLL_LONGTERM"]);
  expect(namesOfFlags(0x101, "v6.12")).toEqual(["FOLL_WRITE", "FOLL_LONGTERM"]);
  expect(namesOfFlags(0, "v6.12")).toEqual([]);
  expect(namesOfFlags(0x80000000, "v6.12")).toBeUndefined();
});

test("mm's own flags are FOLL_PIN from 5.6 and the whole group from 6.3", () => {
  expect([...internalFlags("v5.4")]).toEqual([]);
  expect([...internalFlags("v6.1")]).toEqual(["FOLL_PIN"]);
  expect([...internalFlags("v6.12")].sort()).toEqual([
    "FOLL_FAST_ONLY",
    "FOLL_MADV_POPULATE",
    "FOLL_PIN",
    "FOLL_REMOTE",
    "FOLL_TOUCH",
    "FOLL_TRIED",
    "FOLL_UNLOCKABLE",
  ]);
  for (const version of sampledVersions)
    for (const name of internalFlags(version))
      expect(follFlags(version).has(name), `${name} ${version}`).toBe(true);
});

test("the kernel turns flags down by call and version", () => {
  expect(reasons("get_user_pages", "v5.9", "FOLL_LONGTERM")).toEqual([]);
  expect(reasons("get_user_pages", "v5.10", "FOLL_LONGTERM")).toEqual(["longterm-without-pin -EINVAL"]);
  expect(reasons("get_user_pages", "v6.12", "FOLL_WRITE", "FOLL_LONGTERM")).toEqual([
    "longterm-without-pin -EINVAL",
  ]);
  expect(reasons("pin_user_pages", "v6.12", "FOLL_GET")).toEqual(["get-with-pin 0"]);
  expect(reasons("pin_user_pages", "v6.1", "FOLL_GET")).toEqual(["get-with-pin -EINVAL"]);
  expect(reasons("pin_user_pages_fast", "v6.12", "FOLL_GET")).toEqual(["get-with-pin -EINVAL"]);
  expect(reasons("pin_user_pages_fast", "v6.12", "FOLL_NOWAIT")).toEqual(["outside-fast-mask -EINVAL"]);
  expect(reasons("pin_user_pages_fast", "v5.15", "FOLL_NOFAULT")).toEqual(["outside-fast-mask -EINVAL"]);
  expect(reasons("pin_user_pages_fast", "v6.1", "FOLL_NOFAULT")).toEqual([]);
  expect(reasons("pin_user_pages_fast", "v6.12", "FOLL_WRITE", "FOLL_LONGTERM")).toEqual([]);
  expect(reasons("pin_user_pages", "v6.12", "FOLL_PIN")).toEqual(["internal-flag 0"]);
  expect(reasons("pin_user_pages_remote", "v6.12", "FOLL_LONGTERM", "FOLL_PCI_P2PDMA")).toEqual([
    "longterm-with-p2pdma 0",
  ]);
  expect(reasons("pin_user_pages_unlocked", "v6.1", "FOLL_LONGTERM")).toEqual([
    "longterm-unsupported -EINVAL",
  ]);
  expect(reasons("pin_user_pages_unlocked", "v6.3", "FOLL_LONGTERM")).toEqual([]);
  expect(reasons("follow_page", "v6.1")).toEqual(["not-held unheld"]);
  expect(reasons("follow_page", "v6.1", "FOLL_GET")).toEqual([]);
  expect(reasons("follow_page", "v6.12")).toEqual([]);
});

test("rejections name calls that take flags, and flags that exist at some time", () => {
  const everyFlag = new Set(sampledVersions.flatMap((version) => [...follFlags(version).keys()]));
  for (const { calls, flags } of invalidFlagCombinations) {
    for (const name of calls) expect(catalogue.get(name)?.flagsParameter, name).toBeDefined();
    for (const name of Object.values(flags).flat()) expect(everyFlag.has(name), name).toBe(true);
  }
});

test("every trigger contains a literal of the prefilter, and no literal contains another", () => {
  const literals = triggerLiterals();
  for (const name of triggerNames())
    expect(
      literals.some((text) => name.includes(text)),
      name,
    ).toBe(true);
  for (const one of literals)
    for (const other of literals)
      if (one !== other) expect(one.includes(other), `${one} contains ${other}`).toBe(false);
  expect(literals).toContain("FOLL_");
});

test("what acquires or lets go user pages is a trigger", () => {
  const wanted = [...catalogue.keys()].filter((name) =>
    /^(?:(?:get|pin|unpin|put)_user_(?:page|folio)|memfd_pin|unpin_folio)/.test(name),
  );
  expect(wanted.length).toBeGreaterThan(25);
  for (const name of wanted)
    if (!catalogue.get(name)?.neverMerged) expect(catalogue.get(name)?.role, name).toBe("trigger");
});

test("families of borrows are known by their prefix", () => {
  expect(findEntry("trace_xhci_urb_enqueue")?.role).toBe("borrow");
  expect(findEntry("pr_warn_ratelimited")?.role).toBe("borrow");
  expect(findEntry("traceable_thing")).toBeUndefined();
});
