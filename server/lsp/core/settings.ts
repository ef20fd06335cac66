/**
 * The editor's settings, section `pinscope`: a configuration layer below `.pinscope.json`, and switches of the editor's
 * own features. Never throws: what is wrong is named and left out.
 */
import { rules } from "@pinscope/server/checker";
import { type ConfigLayer, formatProblem, parseConfig } from "@pinscope/server/config";

/** What only an editor has. */
export interface EditorSettings {
  readonly layer: ConfigLayer;
  /** Above which functions a lens stands. */
  readonly codeLens: "findings" | "acquisitions" | "off";
  readonly inlayHints: boolean;
  /** What is checked unasked. */
  readonly scope: "openFiles" | "workspace";
  /** Actions that write suppression comments: everywhere but in kernel trees, always, never. */
  readonly suppressionActions: "auto" | "always" | "never";
  /** A baseline to use instead of the one that the server keeps. */
  readonly baseline: string | null;
  /** Where rule pages are, without a slash at the end. */
  readonly documentation: string;
}

export const defaultSettings: EditorSettings = {
  layer: {},
  codeLens: "findings",
  inlayHints: false,
  scope: "openFiles",
  suppressionActions: "auto",
  baseline: null,
  documentation: "https://github.com/pinscope/pinscope/blob/main/docs/rules",
};

/** Keys of the settings that are those of `.pinscope.json`. */
export const layerKeys = [
  "kernel",
  "rules",
  "severity",
  "deep",
  "defines",
  "kernelConfig",
  "includeFolders",
  "ignore",
  "dialect",
] as const;

/** Reads the section as the client sends it. */
export function readSettings(section: unknown): {
  readonly settings: EditorSettings;
  readonly problems: readonly string[];
} {
  if (typeof section !== "object" || section === null) return { settings: defaultSettings, problems: [] };
  const values = section as Readonly<Record<string, unknown>>;
  const problems: string[] = [];
  const choice = <Value extends string>(key: string, values_: readonly Value[], otherwise: Value): Value => {
    const value = values[key];
    if (value === undefined || value === null) return otherwise;
    const found = values_.find((one) => one === value);
    if (found === undefined) problems.push(`pinscope.${key}: expected one of ${values_.join(", ")}`);
    return found ?? otherwise;
  };
  const hints = values["inlayHints"];
  if (hints !== undefined && hints !== null && typeof hints !== "boolean")
    problems.push("pinscope.inlayHints: expected true or false");
  const layer = readLayer(values, problems);
  return {
    settings: {
      layer,
      codeLens: choice("codeLens", ["findings", "acquisitions", "off"], defaultSettings.codeLens),
      inlayHints: hints === true,
      scope: choice("scope", ["openFiles", "workspace"], defaultSettings.scope),
      suppressionActions: choice(
        "suppressionActions",
        ["auto", "always", "never"],
        defaultSettings.suppressionActions,
      ),
      baseline: textOf(values["baseline"]),
      documentation: textOf(values["documentation"])?.replace(/\/+$/, "") ?? defaultSettings.documentation,
    },
    problems,
  };
}

/** Each key by itself, so that one wrong value does not cost the others. */
function readLayer(values: Readonly<Record<string, unknown>>, problems: string[]): ConfigLayer {
  const ruleNames = rules.map((rule) => rule.name);
  let layer: ConfigLayer = {};
  for (const key of layerKeys) {
    const value = values[key];
    if (isUnset(value)) continue;
    const parsed = parseConfig(JSON.stringify({ [key]: value }), "settings", ruleNames);
    problems.push(
      ...parsed.problems.map((problem) =>
        formatProblem(problem).replace(/^settings:\d+:\d+: /, "pinscope: "),
      ),
    );
    layer = { ...layer, ...parsed.layer };
  }
  return layer;
}

/** Editors fill in empty values for settings that nobody made. */
function isUnset(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
}
