/** Which way the imports point: the arrows of ARCHITECTURE.md, the inner ones too. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const packages = ["grammars", "simulator", "server", "client"];

interface Import {
  /** From the root, with `/`. */
  readonly file: string;
  readonly specifier: string;
  /** `grammars/ir`, `server/cli`: the folder below the package that is reached; null for npm and node: modules. */
  readonly target: string | null;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ["node_modules", "dist"].includes(entry.name) ? [] : sourceFiles(path);
    return /\.(ts|mts|mjs|js)$/.test(entry.name) ? [path] : [];
  });
}

/** Whether a file is for tests: the file itself, or a folder of test helpers. */
function isTest(file: string): boolean {
  return /\.test\.ts$/.test(file) || file.startsWith("test-fixtures/") || file.startsWith("bench/");
}

function importsOf(path: string): Import[] {
  const text = readFileSync(path, "utf8");
  const file = relative(root, path).replaceAll("\\", "/");
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^"';]*?\bfrom\s*["']([^"']+)["']|(?:^|\n)\s*import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/g;
  return [...text.matchAll(pattern)].map((match) => {
    const specifier = match[1] ?? match[2] ?? match[3] ?? "";
    return { file, specifier, target: targetOf(path, specifier) };
  });
}

function targetOf(path: string, specifier: string): string | null {
  if (specifier.startsWith("@pinscope/")) return specifier.slice("@pinscope/".length);
  if (!specifier.startsWith(".")) return null;
  const reached = relative(root, resolve(dirname(path), specifier))
    .replaceAll("\\", "/")
    .split("/");
  return reached.slice(0, 2).join("/");
}

const files = packages.flatMap((name) => sourceFiles(join(root, name)));
const imports = files.flatMap(importsOf);
const production = imports.filter((one) => !isTest(one.file));

function folderOf(file: string): string {
  return file.split("/").slice(0, 2).join("/");
}

/** `from` may reach `to` only if a pair of prefixes here allows it; a folder always reaches itself. */
const allowed: readonly (readonly [from: string, to: string])[] = [
  ["grammars/", "grammars/"],
  ["simulator/", "grammars/"],
  ["simulator/", "simulator/"],
  ["server/checker", "grammars/"],
  ["server/checker", "simulator/catalogue"],
  ["server/checker", "simulator/interpreter"],
  ["server/report", "grammars/"],
  ["server/report", "server/checker"],
  ["server/config", "grammars/"],
  ["server/config", "server/checker"],
  ["server/config", "simulator/catalogue"],
  ["server/lsp", "grammars/"],
  ["server/lsp", "simulator/"],
  ["server/lsp", "server/"],
  ["server/cli", "grammars/"],
  ["server/cli", "simulator/"],
  ["server/cli", "server/"],
  ["server/bin", "server/"],
];

/** Exceptions from `allowed`: inside the simulator only the interpreter and conformance join kernel and catalogue. */
const forbidden: readonly (readonly [from: string, to: string])[] = [
  ["simulator/kernel", "simulator/catalogue"],
  ["simulator/catalogue", "simulator/kernel"],
  ["simulator/catalogue", "simulator/interpreter"],
  ["simulator/kernel", "simulator/interpreter"],
  ["simulator/interpreter", "simulator/report"],
  ["simulator/report", "simulator/catalogue"],
  ["simulator/kernel", "grammars/program"],
  ["server/cli", "server/lsp"],
];

/** Folders that may touch files, processes and threads. */
const mayDoInputOutput = ["server/cli", "server/lsp", "server/bin", "client/"];

function show(list: readonly Import[]): string[] {
  return list.map((one) => `${one.file} imports ${one.specifier}`);
}

describe("import arrows", () => {
  it("the language server reaches the command line only where it runs as a process", () => {
    const wrong = production.filter(
      ({ file, target }) =>
        file.startsWith("server/lsp/") &&
        !file.startsWith("server/lsp/node/") &&
        target?.startsWith("server/cli") === true,
    );
    expect(show(wrong)).toEqual([]);
  });

  it("finds imports at all", () => {
    expect(files.length).toBeGreaterThan(20);
    expect(production.some((one) => one.target === "grammars/ir")).toBe(true);
    expect(production.some((one) => one.specifier.startsWith("node:"))).toBe(true);
  });

  it("point only where the table allows", () => {
    const wrong = production.filter(({ file, target }) => {
      if (target === null) return false;
      const from = folderOf(file);
      const to = folderOf(target);
      if (from === to || to === "package.json") return false;
      const pair = ([left, right]: readonly [string, string]): boolean =>
        `${from}/`.startsWith(left) && `${to}/`.startsWith(right);
      return forbidden.some(pair) || !allowed.some(pair);
    });
    expect(show(wrong)).toEqual([]);
  });

  it("the client imports types only", () => {
    const wrong = files
      .filter((path) => relative(root, path).startsWith("client"))
      .flatMap((path) =>
        [...readFileSync(path, "utf8").matchAll(/^import (?!type\b)[^"']*["'](@pinscope\/[^"']+)["']/gm)].map(
          (match) => `${relative(root, path)} imports ${match[1]}`,
        ),
      );
    expect(wrong).toEqual([]);
  });

  it("cross packages and their folders only by the public faces", () => {
    const wrong = imports.filter(({ file, specifier }) => {
      if (specifier.startsWith("@pinscope/")) return !/^@pinscope\/[a-z]+\/[a-z-]+$/.test(specifier);
      if (!specifier.startsWith(".")) return false;
      const reached = relative(root, resolve(root, dirname(file), specifier)).replaceAll("\\", "/");
      const leaves = folderOf(reached) !== folderOf(file) && !isTest(file);
      return (
        leaves &&
        reached !== "package.json" &&
        !/^(grammars|simulator)\/[a-z-]+\/(index|types)\.ts$/.test(reached)
      );
    });
    expect(show(wrong)).toEqual([]);
  });

  it("only the command line and the language server touch the machine", () => {
    const wrong = production.filter(
      ({ file, specifier }) =>
        (specifier.startsWith("node:") ||
          ["fs", "path", "os", "child_process", "worker_threads"].includes(specifier)) &&
        !mayDoInputOutput.some((folder) => `${folderOf(file)}/`.startsWith(folder)),
    );
    expect(show(wrong)).toEqual([]);
    const globals = files
      .map((path) => relative(root, path).replaceAll("\\", "/"))
      .filter(
        (file) =>
          !isTest(file) && !mayDoInputOutput.some((folder) => `${folderOf(file)}/`.startsWith(folder)),
      )
      .filter((file) => /(?<![\w.$"'`])process\.\w|\bfetch\(/.test(codeOf(join(root, file))));
    expect(globals).toEqual([]);
  });

  it("each editor library is imported in one place", () => {
    const wrong = imports.filter(
      ({ file, specifier }) =>
        (specifier.startsWith("vscode-languageserver") && folderOf(file) !== "server/lsp") ||
        (specifier === "vscode" && !file.startsWith("client/")),
    );
    expect(show(wrong)).toEqual([]);
  });
});

/** The text without comments. */
function codeOf(path: string): string {
  return readFileSync(path, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}
