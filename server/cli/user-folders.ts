/** Where a user's own files lie, outside every tree: configuration, and what the user accepted. */
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration that holds for all trees of the user, below those of the trees. */
export function userConfigFile(environment: Environment): string {
  const { XDG_CONFIG_HOME: config, APPDATA: data } = environment;
  const base =
    process.platform === "win32" && data ? data : config || join(environment["HOME"] ?? homedir(), ".config");
  return join(base, "pinscope", ".pinscope.json");
}

/** The folder of what may be lost at any time. */
export function cacheFolder(environment: Environment): string {
  const { XDG_CACHE_HOME: cache, LOCALAPPDATA: local } = environment;
  const home = environment["HOME"] ?? homedir();
  const base = process.platform === "win32" && local ? local : cache || join(home, ".cache");
  return join(base, "pinscope");
}

/** The folder of baselines that are not told otherwise. */
export function baselineFolder(environment: Environment): string {
  const { XDG_STATE_HOME: state, LOCALAPPDATA: local } = environment;
  const home = environment["HOME"] ?? homedir();
  const base = process.platform === "win32" && local ? local : state || join(home, ".local", "state");
  return join(base, "pinscope", "baselines");
}

/** The baseline of a folder (absolute, without a slash at the end) that is kept for the user. */
export function baselineFile(folder: string, within: string): string {
  const name = folder.split(/[\\/]/).filter(Boolean).at(-1) ?? "root";
  const hash = createHash("sha256").update(folder).digest("hex").slice(0, 12);
  return join(within, `${name}-${hash}.json`);
}
