/**
 * The few path operations that looking for configuration needs, for paths with `/` and with `\`. Knows no file
 * system, so it serves a process and a browser's worker alike.
 */

/** Answers with a file's text; null when there is no such file or it cannot be read. */
export type TextReader = (path: string) => string | null;

/** The folder that holds `path`; a root is its own parent. */
export function parentFolder(path: string): string {
  const at = lastSeparator(path);
  if (at < 0) return path;
  return at === 0 ? path.slice(0, 1) : path.slice(0, at);
}

/** `path` below `folder`, with `.` and `..` resolved; an absolute `path` stands for itself. */
export function joinPath(folder: string, path: string): string {
  if (isAbsolutePath(path)) return path;
  const separator = folder.includes("\\") && !folder.includes("/") ? "\\" : "/";
  const isRooted = /^[\\/]/.test(folder);
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split(/[\\/]/)) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || !isRooted) parts.push(part);
  }
  return (isRooted ? separator : "") + parts.join(separator);
}

function isAbsolutePath(path: string): boolean {
  return /^(?:[\\/]|[A-Za-z]:[\\/])/.test(path);
}

/** `folder` and all folders above it, nearest first. */
export function foldersUpFrom(folder: string): string[] {
  const chain = [folder];
  for (let parent = parentFolder(folder); parent !== chain.at(-1); parent = parentFolder(parent))
    chain.push(parent);
  return chain;
}

function lastSeparator(path: string): number {
  return Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
}
