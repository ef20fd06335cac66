/** Prose decides nothing: no code reads an entry's `notes`. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** Sources that may import the catalogue, tests apart. The dialect's own notes are read as `passed.notes`. */
function sources(): string[] {
  return ["simulator", "server", "client"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => /\.tsx?$/.test(path) && !/\.test\.ts$|node_modules|(^|\/)dist\//.test(path))
      .map((path) => join(folder, path)),
  );
}

/**
 * The interpreter's steps have notes of their own, which are nobody's decision either; the reports of them cannot reach
 * the catalogue (test-fixtures/structure.test.ts).
 */
function readsOwnNotes(path: string): boolean {
  return (
    path === join("simulator", "interpreter", "recorder.ts") || dirname(path) === join("simulator", "report")
  );
}

/** Reads of a property named `notes`: `x.notes`, `x["notes"]`, `const { notes }` and `{ notes: name }` patterns. */
export function readsNotes(text: string): string[] {
  const member = [...text.matchAll(/(\w*)\??\.notes\b|\[\s*["'`]notes["'`]\s*\]/g)]
    .filter(([, receiver]) => receiver !== "passed")
    .map(([read]) => read);
  const patterns = [
    ...text.matchAll(/\{[^{}]*\bnotes\b\s*(?:[,}]|:\s*[A-Za-z_]\w*\s*[,}])[^{}]*\}?\s*(?:=|:|\))/g),
  ];
  return [...member, ...patterns.map(([read]) => read)];
}

test("the scan sees every way to read a property", () => {
  expect(readsNotes("entry.notes")).toHaveLength(1);
  expect(readsNotes("call?.entry?.notes.length")).toHaveLength(1);
  expect(readsNotes('entry["notes"]')).toHaveLength(1);
  expect(readsNotes("const { name, notes } = entry;")).toHaveLength(1);
  expect(readsNotes("const { notes: text } = entry;")).toHaveLength(1);
  expect(readsNotes("entries.map(({ notes }) => notes)")).toHaveLength(1);
  expect(readsNotes('api("f", { notes: "prose" })')).toHaveLength(0);
  expect(readsNotes("passed.notes")).toHaveLength(0);
});

test("no source reads the notes of an entry", () => {
  const files = sources();
  expect(files).toContain(join("simulator", "catalogue", "bind.ts"));
  const readers = files
    .filter((path) => !path.endsWith(join("catalogue", "entry.ts")) && !readsOwnNotes(path))
    .filter((path) => readsNotes(readFileSync(join(root, path), "utf8")).length > 0);
  expect(readers).toEqual([]);
});
