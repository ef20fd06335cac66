import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ignoreRules, listFiles } from "./walk.ts";

let root = "";
const before = process.cwd();

function put(path: string, text = ""): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "pinscope-walk-"));
  for (const file of [
    "a.c",
    "a.h",
    "b.txt",
    "sub/c.c",
    "sub/deep/d.c",
    "out/e.c",
    "sub/kept.mod.c",
    ".hidden/f.c",
  ]) {
    put(`plain/${file}`);
    put(`repo/${file}`);
  }
  mkdirSync(join(root, "repo/.git"));
  put("repo/.git/g.c");
  put("repo/.gitignore", "# comment\n*.o\n*.mod.c\n/out/\n");
  put("repo/sub/.gitignore", "!kept.mod.c\ndeep\n");
  symlinkSync(".", join(root, "plain/loop"));
  symlinkSync("gone.c", join(root, "plain/dangling.c"));
  symlinkSync("x.c", join(root, "plain/x.c"));
  symlinkSync("a.c", join(root, "plain/again.c"));
  writeFileSync(join(root, "other.c"), "");
  symlinkSync("../other.c", join(root, "plain/linked.c"));
  process.chdir(root);
});

afterAll(() => {
  process.chdir(before);
  rmSync(root, { recursive: true, force: true });
});

describe("listFiles", () => {
  it("lists sources and headers recursively and survives links", () => {
    const list = listFiles(["plain"], []);
    expect([...list.sources].sort()).toEqual([
      "plain/.hidden/f.c",
      "plain/a.c",
      "plain/linked.c",
      "plain/out/e.c",
      "plain/sub/c.c",
      "plain/sub/deep/d.c",
      "plain/sub/kept.mod.c",
    ]);
    expect(list.headers).toEqual(["plain/a.h"]);
    expect(list.errors).toEqual([
      { file: "plain/dangling.c", message: "cannot be read: there is no such file or folder" },
      { file: "plain/x.c", message: "cannot be read: too many symbolic links" },
    ]);
  });

  it("heeds .gitignore in a repository, nearer rules first", () => {
    expect([...listFiles(["repo"], []).sources].sort()).toEqual([
      "repo/.hidden/f.c",
      "repo/a.c",
      "repo/sub/c.c",
      "repo/sub/kept.mod.c",
    ]);
    expect(listFiles(["repo/sub"], []).sources).toEqual(["repo/sub/c.c", "repo/sub/kept.mod.c"]);
  });

  it("checks what is named, ignored or not, whatever it is called", () => {
    expect(listFiles(["repo/out", "./plain/b.txt"], []).sources).toEqual(["repo/out/e.c", "plain/b.txt"]);
  });

  it("heeds the configuration's rules", () => {
    const rules = [ignoreRules(join(root, "plain"), "sub/\n*.mod.c\n.hidden\nlinked.c")];
    expect(listFiles(["plain"], rules).sources).toEqual(["plain/a.c", "plain/out/e.c"]);
  });

  it("names paths below the folder given, each once", () => {
    process.chdir(join(root, "repo"));
    expect(listFiles([".", "a.c", "sub/"], []).sources).toEqual([
      ".hidden/f.c",
      "a.c",
      "sub/c.c",
      "sub/kept.mod.c",
    ]);
    process.chdir(root);
    expect(listFiles([join(root, "repo/sub")], []).sources).toEqual(
      ["c.c", "kept.mod.c"].map((name) => join(root, "repo/sub", name)),
    );
  });

  it("says what is not there", () => {
    expect(listFiles(["nowhere"], []).errors).toEqual([
      { file: "nowhere", message: "cannot be read: there is no such file or folder" },
    ]);
  });
});
