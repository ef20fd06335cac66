/**
 * Collects a translation unit: a file and what it includes, over a map from path to text.
 * Quoted includes are looked for beside the including file, then in the include folders; `<linux/…>` and the kernel's
 * other folders are not followed. Reads nothing itself: paths the map lacks are named and the host calls again.
 */
import { type FileIndex, indexFile } from "./file-index.ts";
import { buildProgram, type ProgramFile } from "./program.ts";
import type { IncludeItem, Region } from "./scan.ts";
import type { FunctionSignature, ProgramResult } from "./types.ts";

/** Files of one unit that are followed; includes beyond are left out. */
export const maximumFiles = 1024;

export interface CollectOptions {
  /** Folders searched behind the including file's own, as paths in the map's spelling. */
  readonly includeFolders?: readonly string[];
  /** Files read before the unit's own, as if it included them first. */
  readonly before?: readonly string[];
  /** Signatures the host adds; a declaration in the project beats them, they beat the built-in ones. */
  readonly signatures?: ReadonlyMap<string, FunctionSignature>;
  /** Branches of `#if` that are not taken in a file: sorted, disjoint offset ranges, or undefined where not known. */
  readonly unselected?: (path: string, text: string) => readonly Region[] | undefined;
}

/** First folders of `<…>` that belong to the kernel and are never searched. */
const kernelFolders = new Set(
  (
    "linux asm asm-generic uapi net drm media rdma sound scsi trace video crypto kunit xen dt-bindings soc math-emu " +
    "memory misc pcmcia ras target vdso acpi clocksource cxl keys kvm ufs hyperv generated rv mtd"
  ).split(" "),
);

/**
 * Collects the program of `path`. `files` maps paths (with `/`) to texts; null marks a path known to be absent.
 * Macros: a redefinition counts only behind an `#undef`, then the last one wins wherever it is used; an `#undef` at
 * the end does not hide the macro from the code above it.
 */
export function collectProgram(
  path: string,
  files: ReadonlyMap<string, string | null>,
  options: CollectOptions = {},
): ProgramResult {
  const { indexes, missing } = followIncludes(path, files, options);
  const collected: ProgramFile[] = indexes.map((index) => ({
    index,
    unselected: options.unselected?.(index.path, index.text) ?? index.dead,
  }));
  return { program: buildProgram(collected, options.signatures), missing };
}

/** What `collectProgram` would name as missing, for far less work. */
export function missingIncludes(
  path: string,
  files: ReadonlyMap<string, string | null>,
  options: Pick<CollectOptions, "includeFolders" | "before"> = {},
): readonly string[] {
  return followIncludes(path, files, options).missing;
}

/** The indexes of a file and of what it includes, in order, and the paths that the map lacks. */
function followIncludes(
  path: string,
  files: ReadonlyMap<string, string | null>,
  { includeFolders = [], before = [] }: Pick<CollectOptions, "includeFolders" | "before">,
): { readonly indexes: readonly FileIndex[]; readonly missing: readonly string[] } {
  const missing = new Set<string>();
  const indexes: FileIndex[] = [];
  const seen = new Set<string>([path, ...before]);
  const queue: string[] = [path, ...before];
  for (let at = 0; at < queue.length && indexes.length < maximumFiles; at++) {
    const current = queue[at] ?? "";
    const text = files.get(current);
    if (text === undefined) missing.add(current);
    if (text === undefined || text === null) continue;
    const index = indexFile(current, text);
    indexes.push(index);
    for (const include of index.includes) {
      const found = resolve(current, include, files, includeFolders, missing);
      if (found !== undefined && !seen.has(found)) {
        seen.add(found);
        queue.push(found);
      }
    }
  }
  return { indexes, missing: [...missing] };
}

/** The file an include names; candidates the map lacks are added to `missing`. */
function resolve(
  from: string,
  include: IncludeItem,
  files: ReadonlyMap<string, string | null>,
  folders: readonly string[],
  missing: Set<string>,
): string | undefined {
  const candidates: string[] = [];
  if (include.quoted) candidates.push(joinPath(folderOf(from), include.spelling));
  else if (kernelFolders.has(include.spelling.split("/", 1)[0] ?? "")) return undefined;
  for (const folder of folders) candidates.push(joinPath(folder, include.spelling));
  for (const candidate of candidates) {
    const text = files.get(candidate);
    if (typeof text === "string") return candidate;
    if (text === undefined) missing.add(candidate);
  }
  return undefined;
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, Math.max(slash, 1));
}

/** Joins and normalizes: `.` and `..` are resolved as far as the path goes. */
function joinPath(folder: string, relative: string): string {
  const whole = relative.startsWith("/") || folder === "" ? relative : `${folder}/${relative}`;
  const parts: string[] = [];
  for (const part of whole.split("/")) {
    if (part === "..") {
      const last = parts.at(-1);
      if (last === undefined || last === "..") parts.push(part);
      else parts.pop();
    } else if (part !== "." && part !== "") parts.push(part);
  }
  return (whole.startsWith("/") ? "/" : "") + parts.join("/");
}
