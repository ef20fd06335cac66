/**
 * Reads the documentation pages of the rules: their headings and the examples in them, which are fixtures, too.
 * Tests only; knows neither the rules nor the checker.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Expectation, parseExpectations } from "./expectations.ts";

/** A code block of a page: ` ```c bad ` or ` ```c ok `, with ` kernel=6.1 ` behind it where it is not about 6.12. */
interface PageExample {
  readonly kind: "bad" | "ok";
  readonly kernel: string;
  /** The path that the checker is told; ` path=drivers/x.c ` where it matters. */
  readonly path: string;
  readonly source: string;
  readonly expectations: readonly Expectation[];
}

export interface RulePage {
  readonly name: string;
  /** The paragraph below the title. */
  readonly summary: string;
  /** The line of facts below the summary, without its emphasis. */
  readonly facts: string;
  readonly headings: readonly string[];
  readonly examples: readonly PageExample[];
}

const FOLDER = fileURLToPath(new URL("../../docs/rules/", import.meta.url));

/** Text of a file in `docs/rules/`. */
export function readRuleDocument(file: string): string {
  return readFileSync(join(FOLDER, file), "utf8");
}

/** Names of the rules that have a page, sorted. */
export function listRulePages(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(".md") && file !== "coverage.md")
    .map((file) => file.slice(0, -".md".length))
    .sort();
}

/**
 * One page.
 *
 * @throws Error when there is none, its title is not the name, or a marker in an example cannot be read.
 */
export function readRulePage(name: string): RulePage {
  const text = readRuleDocument(`${name}.md`);
  const [title, summary, facts] = text.split(/\n\n+/);
  if (title !== `# ${name}`) throw new Error(`${name}.md: the title is not the rule's name`);
  const examples = [...text.matchAll(/^```c (bad|ok)((?: [a-z]+=\S+)*)\n(.*?)^```$/gms)].map(
    (match): PageExample => {
      const [, kind, settings = "", source = ""] = match;
      return {
        kind: kind === "bad" ? "bad" : "ok",
        kernel: / kernel=(\S+)/.exec(settings)?.[1] ?? "6.12",
        path: / path=(\S+)/.exec(settings)?.[1] ?? `docs/rules/${name}.c`,
        source,
        expectations: parseExpectations(source),
      };
    },
  );
  return {
    name,
    summary: (summary ?? "").replace(/\n/g, " "),
    facts: (facts ?? "").replace(/\n/g, " "),
    headings: [...text.matchAll(/^## (.+)$/gm)].map((match) => match[1] ?? ""),
    examples,
  };
}
