/**
 * Opens the configuration that governs a path: finds `.pinscope.json`, reads it and the kernel configuration that it
 * names, and puts the layers together. The command line and the language server both go through here, so they
 * cannot differ. Knows no file system: texts come from a reader.
 */
import type { CheckSettings, KernelChoice } from "@pinscope/server/checker";
import { formatProblem, parseConfig } from "./parse.ts";
import { foldersUpFrom, joinPath, parentFolder, type TextReader } from "./paths.ts";
import { parseKernelConfig, resolveConfig } from "./resolve.ts";
import type { ConfigLayer, ConfigProblem, ResolvedConfig } from "./types.ts";

/** Name of a project's configuration file. */
export const configName = ".pinscope.json";

/** A configuration that is ready to be used. */
export interface OpenedConfig {
  readonly config: ResolvedConfig;
  /** Symbols of the kernel configuration, those of `defines` over them. */
  readonly defines: ReadonlyMap<string, string | false>;
  /** What `includeFolders` and `ignore` are relative to: the file's folder, else the one given. */
  readonly base: string;
}

export interface ConfigSources {
  /** The file that governs, and how it is called in messages; undefined where there is none. */
  readonly file?: { readonly path: string; readonly shown: string } | undefined;
  /** The user's own file for all trees: weaker than `file`, stronger than an editor's settings. */
  readonly user?: { readonly path: string; readonly shown: string } | undefined;
  /** Weaker than the files: an editor's settings. */
  readonly below?: ConfigLayer | undefined;
  /** Stronger than the file: the command line. */
  readonly above?: ConfigLayer | undefined;
  /** Absolute; serves as base where there is no file. */
  readonly folder: string;
  readonly ruleNames: readonly string[];
}

/** Path of the nearest configuration file in `folder` (absolute) or above it; undefined where there is none. */
export function nearestConfig(folder: string, read: TextReader): string | undefined {
  return foldersUpFrom(folder)
    .map((one) => joinPath(one, configName))
    .find((file) => read(file) !== null);
}

/**
 * Puts a configuration together.
 * @returns the configuration, or what is wrong with it: messages for people, and where the file can be blamed, the
 *   places in it.
 */
export function openConfig(
  sources: ConfigSources,
  read: TextReader,
): OpenedConfig | { readonly messages: readonly string[]; readonly problems: readonly ConfigProblem[] } {
  const { file, user, below, above, ruleNames } = sources;
  const layers: ConfigLayer[] = [below ?? {}];
  for (const one of [user, file]) {
    if (one === undefined) continue;
    const text = read(one.path);
    if (text === null) return { messages: [`${one.shown}: cannot be read`], problems: [] };
    const parsed = parseConfig(text, one.shown, ruleNames);
    if (parsed.problems.length > 0) {
      return { messages: parsed.problems.map(formatProblem), problems: parsed.problems };
    }
    layers.push(parsed.layer);
  }
  const config = resolveConfig([...layers, above ?? {}], ruleNames);
  const base = file === undefined ? sources.folder : parentFolder(file.path);
  let { defines } = config;
  if (config.kernelConfig !== undefined) {
    const text = read(joinPath(base, config.kernelConfig));
    if (text === null) {
      const message = `key "kernelConfig": ${config.kernelConfig}: cannot be read`;
      return { messages: [`${file?.shown ?? "settings"}: ${message}`], problems: [] };
    }
    defines = new Map([...parseKernelConfig(text), ...defines]);
  }
  return { config, defines, base };
}

/** The settings of a check under a configuration. `includeFolders` in the form that the host names files in. */
export function settingsFor(
  { config, defines }: OpenedConfig,
  kernels: readonly KernelChoice[],
  includeFolders: readonly string[],
): CheckSettings {
  const { tables, severities, deep } = config;
  return { kernels, tables, defines, includeFolders, severities, deep };
}
