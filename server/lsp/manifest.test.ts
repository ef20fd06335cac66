/**
 * What the extension's manifest says of settings comes from the rules and from the schema of `.pinscope.json`, and the
 * names that wake the server from the catalogue; `npm run manifest` writes both anew.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rules } from "@pinscope/server/checker";
import { configSchema } from "@pinscope/server/config";
import { triggerLiterals, triggerWords } from "@pinscope/simulator/catalogue";
import { toJsonSchema } from "@valibot/to-json-schema";
import { expect, it } from "vitest";
import { defaultSettings, layerKeys, readSettings } from "./core/settings.ts";

interface Setting {
  readonly default?: unknown;
  readonly [key: string]: unknown;
}

const schema = toJsonSchema(configSchema(rules.map(({ name }) => name))) as unknown as {
  readonly properties: Readonly<Record<string, Setting>>;
};

/** Settings that stand in `.pinscope.json`, too. Those without a value count as not set. */
function shared(): Record<string, Setting> {
  return Object.fromEntries(
    layerKeys.map((key): [string, Setting] => {
      const own = schema.properties[key] ?? {};
      return [`pinscope.${key}`, { scope: "resource", ...own, ...special[key], ...withDefault(key, own) }];
    }),
  );
}

const special: Readonly<Record<string, Setting>> = {
  kernel: {
    anyOf: undefined,
    type: ["string", "array", "null"],
    items: { type: "string" },
    markdownDescription:
      "Kernel version, or versions, that the code is read for, such as `6.12`. Not set: that of the kernel Makefile above the file, else the newest known.",
    description: undefined,
  },
  rules: {
    properties: Object.fromEntries(
      rules.map(({ name, summary, defaultSeverity, replay }) => [
        name,
        {
          enum: ["off", "error", "warning", "information"],
          description: `${summary} By default: ${defaultSeverity}${replay && defaultSeverity === "error" ? ", and warning where no replay has confirmed it" : ""}.`,
        },
      ]),
    ),
    markdownDescription: "Severity by rule; a rule that is not named keeps its own.",
    description: undefined,
  },
  severity: { type: ["string", "null"], enum: ["error", "warning", "information", null] },
};

function withDefault(key: string, { type }: Setting): Setting {
  if (key === "kernel" || key === "severity") return { default: null };
  if (type === "boolean") return { default: false };
  if (type === "string") return { default: "" };
  return { default: type === "array" ? [] : {} };
}

const properties: Record<string, Setting> = {
  ...shared(),
  "pinscope.codeLens": {
    scope: "resource",
    enum: ["findings", "acquisitions", "off"],
    enumDescriptions: ["Above functions with findings.", "Above all functions that take pages.", "Nowhere."],
    default: defaultSettings.codeLens,
    description:
      "Above which functions a lens tells what they take and leak. Simulate stands above all that take pages, unless off.",
  },
  "pinscope.inlayHints": {
    scope: "resource",
    type: "boolean",
    default: defaultSettings.inlayHints,
    description: "Show behind calls what they pin, take or let go.",
  },
  "pinscope.scope": {
    scope: "window",
    enum: ["openFiles", "workspace"],
    enumDescriptions: ["Files that are open.", "All files of the workspace, in the background."],
    default: defaultSettings.scope,
    description: "What is checked without being asked.",
  },
  "pinscope.suppressionActions": {
    scope: "resource",
    enum: ["auto", "always", "never"],
    enumDescriptions: ["Outside kernel trees.", "Everywhere.", "Nowhere."],
    default: defaultSettings.suppressionActions,
    description: "Where comments that suppress a finding are offered. The baseline is offered everywhere.",
  },
  "pinscope.baseline": {
    scope: "resource",
    type: "string",
    default: "",
    description: "File of accepted findings, relative to the folder. Not set: one outside the tree.",
  },
  "pinscope.documentation": {
    scope: "window",
    type: "string",
    default: "",
    description: "Address of the rules' pages. Not set: the pages that come with the extension.",
  },
  "pinscope.trace.server": {
    scope: "window",
    enum: ["off", "messages", "verbose"],
    default: "off",
    description: "What of the talk with the language server is written to the output.",
  },
};

const manifestFile = fileURLToPath(new URL("../../package.json", import.meta.url));
const manifest = JSON.parse(readFileSync(manifestFile, "utf8")) as { readonly contributes: object };

it("the manifest's settings are those that the server reads", async () => {
  const expected = {
    ...manifest,
    contributes: { ...manifest.contributes, configuration: { title: "Pinscope", properties } },
  };
  await expect(`${JSON.stringify(expected, null, 2)}\n`).toMatchFileSnapshot(manifestFile);
});

it("the manifest's defaults are the server's", () => {
  const values = Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [key.slice("pinscope.".length), value.default]),
  );
  expect(readSettings(values)).toEqual({
    settings: { ...defaultSettings, layer: { deep: false } },
    problems: [],
  });
});

it("the names that wake the server are the catalogue's", async () => {
  const names = { literals: triggerLiterals(), words: triggerWords() };
  await expect(`${JSON.stringify(names, null, 2)}\n`).toMatchFileSnapshot(
    "../../client/extension/tracked-names.json",
  );
});
