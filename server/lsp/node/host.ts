/** The host of a server that runs as a process. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { createWebParser } from "@pinscope/grammars/syntax";
import { baselineFile, baselineFolder, userConfigFile } from "@pinscope/server/cli";
import { URI } from "vscode-uri";
import manifest from "../../../package.json" with { type: "json" };
import type { ServerHost } from "../core/host.ts";
import { checkFolder } from "./check-folder.ts";
import { readDisk, writeDisk } from "./disk.ts";

/**
 * @param baselines the folder where accepted findings are kept; by default in the user's state folder, outside every tree.
 */
export function nodeHost(baselines = baselineFolder(process.env)): ServerHost {
  return {
    version: manifest.version,
    readText: readDisk,
    writeText: writeDisk,
    userConfig: userConfigFile(process.env),
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
      return URI.file(baselineFile(URI.parse(folderUri).fsPath, baselines)).toString();
    },
    checkFolder,
    memory: () => process.memoryUsage().rss,
    yieldToMessages: () => new Promise((resolve) => setImmediate(resolve)),
  };
}

/** The binaries lie beside the bundle, or in node_modules when run from the sources. */
function readBinary(packageName: string, file: string): Uint8Array {
  const beside = new URL(`./${file}`, import.meta.url);
  if (existsSync(beside)) return readFileSync(beside);
  return readFileSync(createRequire(import.meta.url).resolve(`${packageName}/${file}`));
}
