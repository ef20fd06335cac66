/**
 * Finds and reads the configuration of each path given, and makes the settings of a run from it. What is wrong with
 * a configuration comes back as messages that name the file and the key.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { type CheckSettings, type KernelChoice, rules } from "@pinscope/server/checker";
import {
  type ConfigLayer,
  formatProblem,
  parseConfig,
  parseKernelConfig,
  type ResolvedConfig,
  resolveConfig,
} from "@pinscope/server/config";
import { type IgnoreRules, ignoreRules, isFolder, reason } from "./walk.ts";

const configName = ".pinscope.json";

/** Paths that one configuration governs. */
export interface Project {
  readonly config: ResolvedConfig;
  readonly paths: readonly string[];
  readonly ignore: readonly IgnoreRules[];
  /** The same settings for the same kernels, so that they cross to a thread once. */
  settings(kernels: readonly KernelChoice[]): CheckSettings;
}

export type Projects =
  | { readonly kind: "projects"; readonly projects: readonly Project[] }
  | { readonly kind: "problems"; readonly messages: readonly string[] };

/**
 * @param paths files and folders as given.
 * @param explicit the file of `--config`, which then governs all paths.
 * @param commandLine the strongest layer.
 */
export function openProjects(
  paths: readonly string[],
  explicit: string | undefined,
  commandLine: ConfigLayer,
): Projects {
  const byConfig = new Map<string | undefined, string[]>();
  for (const path of paths) {
    const file = explicit ?? nearestConfig(path);
    const group = byConfig.get(file);
    if (group === undefined) byConfig.set(file, [path]);
    else group.push(path);
  }
  const messages: string[] = [];
  const projects: Project[] = [];
  for (const [file, group] of byConfig) {
    const opened = openProject(file, group, commandLine);
    if (Array.isArray(opened)) messages.push(...opened);
    else projects.push(opened);
  }
  return messages.length > 0 ? { kind: "problems", messages } : { kind: "projects", projects };
}

function nearestConfig(path: string): string | undefined {
  const absolute = resolve(path);
  let folder = isFolder(absolute) ? absolute : dirname(absolute);
  for (;;) {
    const file = join(folder, configName);
    if (existsSync(file)) return relative(process.cwd(), file) || file;
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}

function openProject(
  file: string | undefined,
  paths: readonly string[],
  commandLine: ConfigLayer,
): Project | string[] {
  const ruleNames = rules.map((rule) => rule.name);
  let layer: ConfigLayer = {};
  if (file !== undefined) {
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (error) {
      return [`${file}: cannot be read: ${reason(error)}`];
    }
    const parsed = parseConfig(text, file, ruleNames);
    if (parsed.problems.length > 0) return parsed.problems.map(formatProblem);
    layer = parsed.layer;
  }
  const config = resolveConfig([layer, commandLine], ruleNames);
  const base = file === undefined ? process.cwd() : dirname(resolve(file));
  let defines = config.defines;
  if (config.kernelConfig !== undefined) {
    try {
      const symbols = parseKernelConfig(readFileSync(resolve(base, config.kernelConfig), "utf8"));
      defines = new Map([...symbols, ...defines]);
    } catch (error) {
      return [`${file ?? "command line"}: key "kernelConfig": ${config.kernelConfig}: ${reason(error)}`];
    }
  }
  const includeFolders = config.includeFolders.map(
    (folder) => relative(process.cwd(), resolve(base, folder)) || ".",
  );
  const known = new Map<string, CheckSettings>();
  return {
    config,
    paths,
    ignore: config.ignore.length === 0 ? [] : [ignoreRules(base, config.ignore.join("\n"))],
    settings(kernels) {
      const key = kernels.map((kernel) => `${kernel.version}.${kernel.patch}`).join(",");
      let settings = known.get(key);
      if (settings === undefined) {
        const { tables, severities, deep } = config;
        settings = { kernels, tables, defines, includeFolders, severities, deep };
        known.set(key, settings);
      }
      return settings;
    },
  };
}
