/**
 * Finds the fixtures and reads what their header says: `pinscope-kernel: 6.12` is the kernel to check against and
 * `pinscope-path: mm/weave.c` the path the checker is told. Tests only; knows neither the rules nor the checker.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { type Expectation, parseExpectations } from "./expectations.ts";

export interface Fixture {
  /** Relative to `test-fixtures/`, with `/`. */
  readonly name: string;
  readonly source: string;
  /** The path that the checker is told: the header's, or else `test-fixtures/` and the name. */
  readonly path: string;
  /** `6.12`; the header's, or else that. */
  readonly kernel: string;
  readonly expectations: readonly Expectation[];
}

/** Where functions of a fixture begin and end, as lines from 0; both ends included. */
export interface FixtureFunction {
  readonly name: string;
  readonly firstLine: number;
  readonly lastLine: number;
}

const DEFAULT_KERNEL = "6.12";
const ROOT = fileURLToPath(new URL("..", import.meta.url));

function headerValue(source: string, key: string): string | undefined {
  const header = source.slice(0, source.indexOf("*/"));
  return new RegExp(`^ \\* ${key}: (\\S+)$`, "m").exec(header)?.[1];
}

/**
 * Reads one fixture.
 *
 * @param name relative to `test-fixtures/`, with `/`.
 * @throws Error when there is no such file or a marker in it cannot be read.
 */
export function readFixture(name: string): Fixture {
  const source = readFileSync(join(ROOT, name), "utf8");
  return {
    name,
    source,
    path: headerValue(source, "pinscope-path") ?? `test-fixtures/${name}`,
    kernel: headerValue(source, "pinscope-kernel") ?? DEFAULT_KERNEL,
    expectations: parseExpectations(source),
  };
}

/** All `.c` files below a folder of `test-fixtures/`, sorted by name. */
export function listFixtures(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".c"))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
}

/** The fact that a fixture of a real bug cites under a key of its header (`bug`, `subject`, `tree`). */
export function citedFact(fixture: Fixture, key: string): string | undefined {
  const header = fixture.source.slice(0, fixture.source.indexOf("*/"));
  return new RegExp(`^ \\* ${key}: (.+)$`, "m").exec(header)?.[1];
}

/**
 * The functions of a fixture, by the kernel's layout: a line that begins a definition in the first column, and the
 * next line that is a closing brace alone. No parser on purpose: the fixtures judge the parser, too.
 */
export function listFixtureFunctions(source: string): FixtureFunction[] {
  const functions: FixtureFunction[] = [];
  const lines = source.split("\n");
  for (const [firstLine, line] of lines.entries()) {
    const name =
      /^(?:static )?(?:inline )?(?:const )?(?:struct )?[a-z_]\w*[ *]+(?:__\w+ )?\**(\w+)\(.*[^;]$/.exec(
        line,
      )?.[1];
    if (name === undefined) continue;
    const lastLine = lines.indexOf("}", firstLine);
    if (lastLine > 0) functions.push({ name, firstLine, lastLine });
  }
  return functions;
}
