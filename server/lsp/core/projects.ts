/**
 * Which configuration and which kernel govern a document: the same resolver as the command line's, with the editor's
 * settings as a further layer. Remembers the answer per folder until a configuration changes.
 */

import type { Severity } from "@pinscope/server/checker";
import { type CheckSettings, rules } from "@pinscope/server/checker";
import {
  type ConfigProblem,
  formatKernel,
  joinPath,
  kernelDetector,
  nearestConfig,
  openConfig,
  parentFolder,
  parseKernel,
  settingsFor,
} from "@pinscope/server/config";
import { newestVersion } from "@pinscope/simulator/catalogue";
import { pathOf, uriBeside } from "./documents.ts";
import type { FileTexts } from "./file-texts.ts";
import type { EditorSettings } from "./settings.ts";

/** What governs a document. One object per folder, so equal objects mean equal settings. */
export interface Project {
  readonly settings: CheckSettings;
  /** Least severity that is reported. */
  readonly severity: Severity;
  /** Patterns left out of folder checks, and the folder they are relative to. */
  readonly ignore: { readonly base: string; readonly patterns: readonly string[] };
  /** For people: `6.12.3`, `5.10, 6.6`. */
  readonly kernel: string;
  readonly kernelReason: string;
  /** Whether the folder lies in a kernel tree, whose maintainers take no comments of tools. */
  readonly isKernelTree: boolean;
  /** The configuration's file; null where there is none. */
  readonly configUri: string | null;
  /** What is wrong with the configuration, which then does not count. */
  readonly messages: readonly string[];
  readonly problems: readonly ConfigProblem[];
}

/** Files that decide about projects, by name. */
const decidingNames = /(?:^|\/)(?:\.pinscope\.json|Makefile|Kbuild)$/;

export class Projects {
  readonly #files: FileTexts;
  readonly #settingsOf: (uri: string) => Promise<EditorSettings>;
  readonly #folderOf: (uri: string) => string | undefined;
  readonly #userConfig: string | undefined;
  #byFolder = new Map<string, Promise<Project>>();
  /** Files, beside those of `decidingNames`, that a configuration was made from. */
  #read = new Set<string>();

  /**
   * @param settingsOf the editor's settings for a document.
   * @param folderOf URI of the workspace folder that holds a document.
   * @param userConfig absolute path of the user's own configuration, which need not exist.
   */
  constructor(
    files: FileTexts,
    settingsOf: (uri: string) => Promise<EditorSettings>,
    folderOf: (uri: string) => string | undefined,
    userConfig?: string,
  ) {
    this.#files = files;
    this.#settingsOf = settingsOf;
    this.#folderOf = folderOf;
    this.#userConfig = userConfig;
  }

  /** The project of a document. Never rejects for what stands in files. */
  of(uri: string): Promise<Project> {
    // An unsaved document belongs where the workspace is.
    const isPlaced = !uri.startsWith("untitled:");
    const base = isPlaced ? uri : (this.#folderOf(uri) ?? uri);
    const folder = isPlaced ? parentFolder(pathOf(uri)) : pathOf(base);
    const key = uriBeside(base, folder);
    let project = this.#byFolder.get(key);
    if (project === undefined) {
      project = this.#open(uri, base, folder);
      this.#byFolder.set(key, project);
    }
    return project;
  }

  /** Whether projects have to be opened anew after a change of this file. */
  dependOn(uri: string): boolean {
    return decidingNames.test(pathOf(uri)) || this.#read.has(uri);
  }

  forgetAll(): void {
    this.#byFolder = new Map();
    this.#read = new Set();
  }

  async #open(uri: string, base: string, folder: string): Promise<Project> {
    const { layer } = await this.#settingsOf(uri);
    const ruleNames = rules.map((rule) => rule.name);
    return this.#files.reading(base, (read) => {
      const path = nearestConfig(folder, read);
      const file = path === undefined ? undefined : { path, shown: path };
      const own = this.#userConfig;
      const user = own === undefined || read(own) === null ? undefined : { path: own, shown: own };
      const sources = { file, user, below: layer, folder, ruleNames };
      const remember = (name: string): string | null => {
        if (!decidingNames.test(name)) this.#read.add(uriBeside(base, name));
        return read(name);
      };
      let opened = openConfig(sources, remember);
      let messages: readonly string[] = [];
      let problems: readonly ConfigProblem[] = [];
      if ("messages" in opened) {
        ({ messages, problems } = opened);
        opened = openConfig({ ...sources, file: undefined, user: undefined }, remember);
        // Then the editor's own settings are wrong: without a kernel configuration, which is all that can fail.
        if ("messages" in opened) {
          const { kernelConfig: _, ...rest } = layer;
          opened = openConfig({ ...sources, file: undefined, user: undefined, below: rest }, remember);
        }
        if ("messages" in opened) throw new Error(opened.messages.join("; "));
      }
      const { config, base: configBase } = opened;
      const detected = kernelDetector({ version: newestVersion, patch: 0 }, read)(joinPath(folder, "x.c"));
      const told = config.kernel.map(parseKernel).filter((kernel) => kernel !== undefined);
      const kernels = told.length > 0 ? told : [detected.kernel];
      const includeFolders = config.includeFolders.map((one) => joinPath(configBase, one));
      return {
        settings: settingsFor(opened, kernels, includeFolders),
        severity: config.severity,
        ignore: { base: configBase, patterns: config.ignore },
        kernel: kernels.map(formatKernel).join(", "),
        kernelReason: told.length > 0 ? "as told" : detected.reason,
        isKernelTree: /(?:^|\/)Makefile$/.test(detected.reason) && !detected.reason.startsWith("KDIR"),
        configUri: path === undefined ? null : uriBeside(base, path),
        messages,
        problems,
      };
    });
  }
}
