/**
 * Puts layers of configuration together: defaults < editor settings < the user's `.pinscope.json` < the tree's < command
 * line.
 * The only place where precedence is decided. Knows no file system.
 */
import { type DialectTables, defaultTables, mergeTables } from "@pinscope/grammars/dialect";
import type { Severity } from "@pinscope/server/checker";
import type { ConfigLayer, EraSettings, ResolvedConfig } from "./types.ts";

/**
 * @param layers weakest first. Scalars and lists of a later layer replace those of an earlier one; `rules`,
 *   `defines`, `eras` and `dialect` are merged key by key; `ignore` and `includeFolders` add up.
 * @param ruleNames every rule, needed to turn the others off where a layer names the only ones wanted.
 */
export function resolveConfig(layers: readonly ConfigLayer[], ruleNames: readonly string[]): ResolvedConfig {
  const severities = new Map<string, Severity | "off">();
  const defines = new Map<string, string | false>();
  const eras = new Map<string, EraSettings>();
  const ignore: string[] = [];
  const includeFolders: string[] = [];
  let scalars: ConfigLayer = {};
  let tables: DialectTables = defaultTables;
  for (const layer of layers) {
    scalars = { ...scalars, ...layer };
    for (const [rule, severity] of Object.entries(layer.rules ?? {})) {
      if (severity !== undefined) severities.set(rule, severity);
    }
    for (const [symbol, value] of Object.entries(layer.defines ?? {})) defines.set(symbol, defineText(value));
    for (const [name, settings] of Object.entries(layer.eras ?? {})) eras.set(name, settings);
    ignore.push(...(layer.ignore ?? []));
    includeFolders.push(...(layer.includeFolders ?? []));
    if (layer.dialect !== undefined) tables = mergeTables(tables, layer.dialect);
  }
  const only = scalars.onlyRules;
  if (only !== undefined && only.length > 0) {
    for (const rule of ruleNames) {
      if (!only.includes(rule)) severities.set(rule, "off");
      else if (severities.get(rule) === "off") severities.delete(rule);
    }
  }
  return {
    kernel: scalars.kernel ?? [],
    severities,
    severity: scalars.severity ?? "information",
    failOn: scalars.failOn ?? "warning",
    deep: scalars.deep ?? false,
    defines,
    kernelConfig: scalars.kernelConfig,
    includeFolders,
    ignore,
    tables,
    eras,
  };
}

function defineText(value: string | number | boolean): string | false {
  if (typeof value === "boolean") return value ? "1" : false;
  return String(value);
}

/**
 * `CONFIG_*` symbols of a kernel `.config`: `y` and `m` as 1 (with `CONFIG_X_MODULE` for `m`), `is not set` as
 * not defined, other values as written.
 */
export function parseKernelConfig(text: string): ReadonlyMap<string, string | false> {
  const defines = new Map<string, string | false>();
  for (const line of text.split(/\r?\n/)) {
    const unset = /^# (CONFIG_\w+) is not set$/.exec(line);
    if (unset?.[1] !== undefined) defines.set(unset[1], false);
    const set = /^(CONFIG_\w+)=(.*)$/.exec(line);
    if (set?.[1] === undefined || set[2] === undefined) continue;
    if (set[2] === "m") {
      defines.set(set[1], false);
      defines.set(`${set[1]}_MODULE`, "1");
    } else defines.set(set[1], set[2] === "y" ? "1" : set[2]);
  }
  return defines;
}
