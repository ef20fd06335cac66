import { expect, test } from "vitest";
import { bindCall, catalogue } from "./index.ts";

const at = (name: string, types: (string | null)[], version: `v${number}.${number}`) =>
  bindCall(name, types.length, types, version);
const unknown = (count: number): null[] => Array.from({ length: count }, () => null);

test("the arity chooses the signature", () => {
  expect(at("get_user_pages", unknown(8), "v4.4")?.position.get("pages")).toBe(6);
  expect(at("get_user_pages", unknown(6), "v4.6")?.position.get("pages")).toBe(4);
  expect(at("get_user_pages", unknown(5), "v6.1")?.position.get("pages")).toBe(3);
  expect(at("get_user_pages", unknown(4), "v6.12")?.position.get("pages")).toBe(3);
  expect(at("get_user_pages_unlocked", unknown(4), "v6.12")?.position.get("pages")).toBe(2);
  expect(at("get_user_pages", unknown(3), "v6.12")).toBeUndefined();
});

test("where arities are equal the version chooses, and argument types beat it", () => {
  const modern = [
    null,
    "struct mm_struct *",
    "unsigned long",
    "unsigned long",
    "unsigned int",
    "struct page **",
    null,
    "int *",
  ];
  const old = [
    null,
    "struct mm_struct *",
    "unsigned long",
    "unsigned long",
    "int",
    "int",
    "struct page **",
    null,
  ];
  expect(at("get_user_pages_remote", unknown(8), "v4.6")?.position.get("pages")).toBe(6);
  expect(at("get_user_pages_remote", unknown(8), "v5.4")?.position.get("pages")).toBe(5);
  expect(at("get_user_pages_remote", modern, "v4.6")?.position.get("pages")).toBe(5);
  expect(at("get_user_pages_remote", old, "v5.4")?.position.get("pages")).toBe(6);
});

test("a call of another time says so and takes the effects of its time", () => {
  const call = at("get_user_pages", unknown(5), "v6.12");
  expect(call?.caveat).toBe("get_user_pages is called as in v4.9 to v6.4, not as in v6.12; read as there");
  expect(call?.effectVersion).toBe("v6.4");
  expect(at("put_user_page", unknown(1), "v6.12")?.caveat).toBe(
    "put_user_page is not in v6.12 but in v5.2 to v5.5; read as there",
  );
  expect(at("get_user_pages", unknown(8), "v4.4")?.caveat).toBe(
    "kernels before v5.2 were not read: effects of v5.2 stand in for v4.4",
  );
  expect(at("get_user_pages", unknown(8), "v4.4")?.effectVersion).toBe("v5.2");
  expect(at("get_user_pages", unknown(4), "v6.12")?.caveat).toBeUndefined();
});

test("outcomes and effects are those of the version", () => {
  const zero = (version: `v${number}.${number}`) =>
    at("pin_user_pages_fast", unknown(4), version)?.outcomes.filter(({ name }) => name === "zero").length;
  expect([zero("v5.7"), zero("v5.15"), zero("v6.4"), zero("v6.5"), zero("v6.12")]).toEqual([1, 1, 1, 0, 0]);
  const tolerance = (version: `v${number}.${number}`) =>
    at("unpin_user_pages", unknown(2), version)?.outcomes[0]?.effects.map(
      (effect) => effect.kind === "release" && effect.skipsNull,
    );
  expect(tolerance("v5.9")).toEqual([false]);
  expect(tolerance("v6.11")).toEqual([false]);
  expect(tolerance("v6.12")).toEqual(["leading"]);
  expect(tolerance("v6.13")).toEqual(["leading"]);
  expect(at("folios_put", unknown(2), "v6.12")?.outcomes[0]?.effects[0]).toMatchObject({
    target: { kind: "slots" },
  });
  expect(at("folios_put", unknown(1), "v6.12")?.outcomes[0]?.effects[0]).toMatchObject({
    target: { kind: "contents" },
  });
});

test("an unknown name binds to nothing", () => {
  expect(catalogue.has("driver_private_helper")).toBe(false);
  expect(bindCall("driver_private_helper", 0, [], "v6.12")).toBeUndefined();
});
