/** The outputs in `docs/examples` are what the command prints. `UPDATE_EXAMPLES=1` writes them; whoever does reads them. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runCommandLine } from "./commands.ts";

const FOLDER = "docs/examples";
const UPDATE = process.env["UPDATE_EXAMPLES"] === "1";
const BLOCK = /```console\n\$ pinscope ([^\n]*)\n([\s\S]*?)```/g;

async function outputOf(command: string): Promise<string> {
  let stdout = "";
  await runCommandLine(command.split(" "), {
    stdout: (text) => {
      stdout += text;
    },
    stderr: () => {},
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    environment: {},
  });
  return stdout;
}

const pages = readdirSync(FOLDER).filter((name) => name.endsWith(".md"));

describe("docs/examples", () => {
  it("has both comparisons of kernels", () => {
    expect(pages.sort()).toEqual(["direct-read-across-fork.md", "zero-page-write.md"]);
  });

  it.each(pages)("%s shows what the command prints", async (name) => {
    const path = `${FOLDER}/${name}`;
    const text = readFileSync(path, "utf8");
    const blocks = [...text.matchAll(BLOCK)];
    expect(blocks.length).toBeGreaterThan(0);
    let updated = text;
    for (const [whole, command = "", shown = ""] of blocks) {
      const real = await outputOf(command);
      if (UPDATE)
        updated = updated.replace(whole, () => `\`\`\`console\n$ pinscope ${command}\n${real}\`\`\``);
      else expect(shown).toBe(real);
    }
    if (UPDATE) writeFileSync(path, updated);
  });
});
