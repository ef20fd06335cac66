/** The kernel tree: which files to look at, and their texts. The only part that reads the disk beside the workers. */
import { type Dirent, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { triggerLiterals } from "@pinscope/simulator/catalogue";

/** Folders at the top of the tree whose code is not driver code. */
const skipped: ReadonlySet<string> = new Set(["mm", "tools"]);

function* sources(folder: string, top: boolean): Generator<string> {
  const entries: Dirent[] = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!top || !skipped.has(entry.name)) yield* sources(path, false);
    } else if (entry.isFile() && entry.name.endsWith(".c")) yield path;
  }
}

/** Files of the tree that name a trigger of the catalogue, in a fixed order. */
export function triggerFiles(root: string): string[] {
  const literals = triggerLiterals().map((text) => Buffer.from(text));
  const found: string[] = [];
  for (const path of sources(root, true)) {
    const bytes = readFileSync(path);
    if (literals.some((literal) => bytes.includes(literal))) found.push(path);
  }
  return found;
}

/** Reads texts of headers once; null for what is not there. */
export function createReader(): (path: string) => string | null {
  const known = new Map<string, string | null>();
  return (path) => {
    const text = known.get(path);
    if (text !== undefined) return text;
    const read = existsSync(path) ? readFileSync(path, "utf8") : null;
    known.set(path, read);
    return read;
  };
}

/** Calls `missing` until it asks for nothing new, and gives the texts it asked for. */
export function loadIncludes(
  path: string,
  source: string,
  read: (path: string) => string | null,
  missing: (files: ReadonlyMap<string, string | null>) => readonly string[],
): Map<string, string | null> {
  const files = new Map<string, string | null>([[path, source]]);
  for (let round = 0; round < 16; round++) {
    const wanted = missing(files).filter((one) => !files.has(one));
    if (wanted.length === 0) break;
    for (const one of wanted) files.set(one, round < 15 ? read(one) : null);
  }
  return files;
}
