/** The host of a server that runs as a process. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createWebParser } from "@pinscope/grammars/syntax";
import { URI } from "vscode-uri";
import manifest from "../../../package.json" with { type: "json" };
import type { ServerHost } from "../core/host.ts";
import { checkFolder } from "./check-folder.ts";
import { readDisk, writeDisk } from "./disk.ts";

/**
 * @param baselineFolder where accepted findings are kept; by default in the user's state folder, outside every tree.
 */
export function nodeHost(baselineFolder = stateFolder()): ServerHost {
  return {
    version: manifest.version,
    readText: readDisk,
    writeText: writeDisk,
    loadParser: () =>
      createWebParser({
        runtime: readBinary("web-tree-sitter", "web-tree-sitter.wasm"),
        grammar: readBinary("tree-sitter-c", "tree-sitter-c.wasm"),
      }),
    async ruleDocumentation(rule) {
      if (!/^[\w-]+$/.test(rule)) return null;
      const beside = fileURLToPath(new URL(`./rules/${rule}.md`, import.meta.url));
      const inSources = fileURLToPath(new URL(`../../../docs/rules/${rule}.md`, import.meta.url));
      return readDisk(URI.file(existsSync(beside) ? beside : inSources).toString());
    },
    baselineUri(folderUri) {
      const { fsPath } = URI.parse(folderUri);
      const name = fsPath.split(/[\\/]/).filter(Boolean).at(-1) ?? "root";
      const hash = createHash("sha256").update(fsPath).digest("hex").slice(0, 12);
      return URI.file(join(baselineFolder, `${name}-${hash}.json`)).toString();
    },
    checkFolder,
    memory: () => process.memoryUsage().rss,
    yieldToMessages: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

function stateFolder(): string {
  const { XDG_STATE_HOME: state, LOCALAPPDATA: local } = process.env;
  const base = process.platform === "win32" && local ? local : state || join(homedir(), ".local", "state");
  return join(base, "pinscope", "baselines");
}

/** The binaries lie beside the bundle, or in node_modules when run from the sources. */
function readBinary(packageName: string, file: string): Uint8Array {
  const beside = new URL(`./${file}`, import.meta.url);
  if (existsSync(beside)) return readFileSync(beside);
  return readFileSync(createRequire(import.meta.url).resolve(`${packageName}/${file}`));
}
