/** The published schema is the one that the validation gives; `npm run schema` writes it anew. */
import { rules } from "@pinscope/server/checker";
import { toJsonSchema } from "@valibot/to-json-schema";
import { Ajv } from "ajv";
import { expect, it } from "vitest";
import { configSchema, parseConfig } from "./index.ts";

const names = rules.map((rule) => rule.name);
const published = {
  title: "Configuration of Pinscope (.pinscope.json)",
  ...toJsonSchema(configSchema(names)),
};

it("schemas/pinscope.schema.json is up to date", async () => {
  await expect(`${JSON.stringify(published, null, 2)}\n`).toMatchFileSnapshot(
    "../../schemas/pinscope.schema.json",
  );
});

it.each([
  [{ kernel: "6.12", rules: { "leaked-pages": "off" } }, true],
  [{ kernel: ["6.12", "5.10.1"], dialect: { fileScope: ["MY_MODULE"] } }, true],
  [{ defines: { A: 1, B: false, C: "x" }, deep: true }, true],
  [{ kernel: "six" }, false],
  [{ kernel: [] }, false],
  [{ rules: { nonsense: "off" } }, false],
  [{ rules: { "leaked-pages": "warn" } }, false],
  [{ unknown: 1 }, false],
  [{ dialect: { loops: [{ name: "x" }] } }, false],
  [{ dialect: { annotations: [{ name: "not a name", withArguments: true }] } }, false],
])("the schema and the parser agree on %j", (value, valid) => {
  const check = new Ajv({ strict: false }).compile(published as object);
  expect(check(value)).toBe(valid);
  expect(parseConfig(JSON.stringify(value), "x", names).problems.length === 0).toBe(valid);
});
