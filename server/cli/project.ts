/**
 * Finds and reads the configuration of each path given, and makes the settings of a run from it. What is wrong with
 * a configuration comes back as messages that name the file and the key.
 */
import { dirname, relative, resolve } from "node:path";
import { type CheckSettings, type KernelChoice, rules } from "@pinscope/server/checker";
import {
  type ConfigLayer,
  nearestConfig as nearestConfigAbove,
  openConfig,
  type ResolvedConfig,
  settingsFor,
} from "@pinscope/server/config";
import type { Request } from "./request.ts";
import { readText } from "./unit.ts";
import { type IgnoreRules, ignoreRules, isFolder } from "./walk.ts";

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
 * @param user the user's own configuration, which need not exist; the trees' stand above it.
 * @param controls settings that no configuration has.
 */
export function openProjects(
  paths: readonly string[],
  explicit: string | undefined,
  commandLine: ConfigLayer,
  user: string,
  controls: Request["controls"] = {},
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
    const opened = openProject(file, group, commandLine, user, controls);
    if ("length" in opened) messages.push(...opened);
    else projects.push(opened);
  }
  return messages.length > 0 ? { kind: "problems", messages } : { kind: "projects", projects };
}

function nearestConfig(path: string): string | undefined {
  const absolute = resolve(path);
  const file = nearestConfigAbove(isFolder(absolute) ? absolute : dirname(absolute), readText);
  return file === undefined ? undefined : relative(process.cwd(), file) || file;
}

function openProject(
  file: string | undefined,
  paths: readonly string[],
  commandLine: ConfigLayer,
  user: string,
  controls: Request["controls"],
): Project | readonly string[] {
  const opened = openConfig(
    {
      file: file === undefined ? undefined : { path: resolve(file), shown: file },
      user: readText(user) === null ? undefined : { path: user, shown: user },
      above: commandLine,
      folder: process.cwd(),
      ruleNames: rules.map((rule) => rule.name),
    },
    readText,
  );
  if ("messages" in opened) return opened.messages;
  const { config, base } = opened;
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
        settings = { ...settingsFor(opened, kernels, includeFolders), ...controls };
        known.set(key, settings);
      }
      return settings;
    },
  };
}
