/** Files by URI, on a machine's disk. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { URI } from "vscode-uri";

/** The text of a file; null where there is none, it cannot be read, or it is not on this disk. */
export async function readDisk(uri: string): Promise<string | null> {
  const { scheme, fsPath } = URI.parse(uri);
  if (scheme !== "file") return null;
  try {
    return await readFile(fsPath, "utf8");
  } catch {
    return null;
  }
}

/** Writes a file and the folders above it. */
export async function writeDisk(uri: string, text: string): Promise<void> {
  const { fsPath } = URI.parse(uri);
  await mkdir(dirname(fsPath), { recursive: true });
  await writeFile(fsPath, text);
}
