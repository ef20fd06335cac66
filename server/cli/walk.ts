/**
 * Lists the files of a run: folders recursively, aware of `.gitignore`. Links to folders found on the way are not
 * followed (so loops cannot happen), links to files are, unless their target is listed anyway.
 */
import { type Dirent, existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import ignore, { type Ignore } from "ignore";

export interface FileList {
  /** Files to check, as the user would name them: below the path given. */
  readonly sources: readonly string[];
  /** Headers below the folders given: searched for macros, not checked by themselves. */
  readonly headers: readonly string[];
  /** Folders given that exist. */
  readonly folders: readonly string[];
  /** Paths that do not exist or cannot be entered, with the reason. */
  readonly errors: readonly { readonly file: string; readonly message: string }[];
}

/** Rules of one `.gitignore` (or of the configuration's `ignore`), with the folder they are relative to. */
export interface IgnoreRules {
  /** Absolute. */
  readonly base: string;
  /** All rules; asked about folders. */
  readonly folders: Ignore;
  /** The rules that can match a C source or header; asked about files. */
  readonly files: Ignore;
}

/** Reads ignore rules from their text. `base` is absolute. */
export function ignoreRules(base: string, text: string): IgnoreRules {
  const lines = text.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
  // `*.o` cannot match a C file, and most rules of a kernel tree are of that kind: leaving them out saves most of
  // the time that a walk spends here. A folder above the file has been asked about already.
  const forFiles = lines.filter((line) => !/^!?\*\.[\w.+-]*[^\W]$/.test(line) || /\.[ch]$/.test(line));
  return { base, folders: ignore().add(lines), files: ignore().add(forFiles) };
}

/** The last word on a path: rules nearer to it win. `path` is absolute. */
function isIgnored(path: string, isFolder: boolean, rules: readonly IgnoreRules[]): boolean {
  for (let index = rules.length - 1; index >= 0; index--) {
    const one = rules[index] as IgnoreRules;
    const below = path.slice(one.base.length + (one.base.endsWith(sep) ? 0 : 1)).replaceAll("\\", "/");
    const verdict = isFolder ? one.folders.test(`${below}/`) : one.files.test(below);
    if (verdict.ignored) return true;
    if (verdict.unignored) return false;
  }
  return false;
}

/**
 * Rules of the folders above `folder`, up to its repository's root. Null where `.gitignore` files do not count: outside
 * a repository, and in a folder that its repository ignores (whoever names such a folder wants it checked).
 */
function rulesAbove(folder: string): IgnoreRules[] | null {
  const found: IgnoreRules[] = [];
  let current = folder;
  for (;;) {
    if (current !== folder) {
      const rules = rulesIn(current);
      if (rules !== undefined) found.unshift(rules);
    }
    if (existsSync(join(current, ".git"))) break;
    const parent = dirname(current);
    if (parent === current) return null;
    current = parent;
  }
  for (let one = folder; one !== current; one = dirname(one)) {
    if (
      isIgnored(
        one,
        true,
        found.filter((rules) => one !== rules.base && covers(rules, one)),
      )
    )
      return null;
  }
  return found;
}

function rulesIn(folder: string): IgnoreRules | undefined {
  try {
    return ignoreRules(folder, readFileSync(join(folder, ".gitignore"), "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * @param paths files and folders as the user names them. A file is listed whatever it is called; in folders `.c`
 *   files are.
 * @param extra rules of the configuration.
 */
export function listFiles(paths: readonly string[], extra: readonly IgnoreRules[]): FileList {
  const sources: string[] = [];
  const headers: string[] = [];
  const folders: string[] = [];
  const links: string[] = [];
  const errors: { file: string; message: string }[] = [];

  const walk = (
    shown: string,
    absolute: string,
    above: readonly IgnoreRules[],
    inRepository: boolean,
  ): void => {
    let entries: Dirent[];
    try {
      entries = readdirSync(absolute, { withFileTypes: true });
    } catch (error) {
      errors.push({ file: shown, message: `cannot be read: ${reason(error)}` });
      return;
    }
    let rules = above;
    if (inRepository && entries.some((entry) => entry.name === ".gitignore" && entry.isFile())) {
      const own = rulesIn(absolute);
      if (own !== undefined) rules = [...above, own];
    }
    for (const entry of entries) {
      const { name } = entry;
      const path = absolute === sep ? absolute + name : absolute + sep + name;
      const below = shown === "" ? name : shown.endsWith("/") ? shown + name : `${shown}/${name}`;
      if (entry.isDirectory()) {
        if (name !== ".git" && !isIgnored(path, true, rules)) walk(below, path, rules, inRepository);
        continue;
      }
      const isSource = name.endsWith(".c");
      if (!isSource && !name.endsWith(".h")) continue;
      if (isIgnored(path, false, rules)) continue;
      if (entry.isFile()) (isSource ? sources : headers).push(below);
      else if (entry.isSymbolicLink() && isSource) links.push(below);
    }
  };

  for (const path of paths) {
    const absolute = resolve(path);
    try {
      if (!statSync(absolute).isDirectory()) {
        sources.push(path.startsWith("./") ? path.slice(2) : path);
        continue;
      }
    } catch (error) {
      errors.push({ file: path, message: `cannot be read: ${reason(error)}` });
      continue;
    }
    folders.push(path);
    const above = rulesAbove(absolute);
    const rules = [...extra, ...(above ?? [])].filter((one) => covers(one, absolute));
    walk(shownFolder(path), absolute, rules, above !== null);
  }
  const unique = [...new Set(sources)];
  for (const link of links) addLink(link, unique, errors);
  return { sources: unique, headers, folders, errors };
}

function covers(rules: IgnoreRules, folder: string): boolean {
  return folder === rules.base || folder.startsWith(rules.base.endsWith(sep) ? rules.base : rules.base + sep);
}

/** A folder as it stands before the names below it: `.` is nothing, a trailing slash is dropped. */
function shownFolder(path: string): string {
  const shown = path.replace(/\/+$/, "");
  if (shown === "") return "/";
  if (shown === ".") return "";
  return shown.startsWith("./") ? shown.slice(2) : shown;
}

function addLink(link: string, sources: string[], errors: { file: string; message: string }[]): void {
  try {
    const target = realpathSync(link);
    if (!statSync(target).isFile()) return;
    const shown = relative(process.cwd(), target);
    if (!sources.includes(shown) && !sources.includes(target)) sources.push(link);
  } catch (error) {
    errors.push({ file: link, message: `cannot be read: ${reason(error)}` });
  }
}

/** Whether a path leads to a folder; false when it leads nowhere. */
export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** What a file operation failed with, in few words. */
export function reason(error: unknown): string {
  if (error instanceof Error && "code" in error) {
    const code = String(error.code);
    const words: Readonly<Record<string, string>> = {
      ENOENT: "there is no such file or folder",
      EACCES: "permission denied",
      EISDIR: "it is a folder",
      ELOOP: "too many symbolic links",
      ENOTDIR: "a part of the path is not a folder",
    };
    return words[code] ?? code;
  }
  return error instanceof Error ? error.message : String(error);
}
