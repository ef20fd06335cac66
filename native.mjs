// Builds the optional compiled parser: the packages tree-sitter and tree-sitter-c, which `npm ci` installs but, with
// scripts off, does not build. Takes the binaries that the packages bring where they run on this machine, compiles
// where they do not (a C++ compiler, make and Python are needed then), and parses a line to see that it works.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const packages = ["tree-sitter", "tree-sitter-c"];

function fail(message) {
  process.stderr.write(`native: ${message}\n`);
  process.exit(1);
}

/** Runs JavaScript in a fresh process; what it wrote to standard error when it failed, else undefined. */
function problemOf(script) {
  const result = spawnSync(process.execPath, ["-e", script], {
    encoding: "utf8",
    cwd: dirname(new URL(import.meta.url).pathname),
  });
  return result.status === 0 ? undefined : result.stderr;
}

function compile(name) {
  process.stdout.write(`native: ${name} brings no binary that runs here; compiling it\n`);
  const npm = process.env.npm_execpath;
  const [program, before] = npm === undefined ? ["npm", []] : [process.execPath, [npm]];
  const args = ["rebuild", name, "--ignore-scripts=false", "--build-from-source", "--foreground-scripts"];
  const result = spawnSync(program, [...before, ...args], { encoding: "utf8" });
  if (result.status !== 0) fail(`${name} cannot be compiled:\n${result.stdout}${result.stderr}`);
}

for (const name of packages) {
  const folder = join(dirname(new URL(import.meta.url).pathname), "node_modules", name);
  if (!existsSync(folder)) fail(`${name} is not installed; run \`npm ci\` without --omit=optional`);
  if (problemOf(`require(${JSON.stringify(name)})`) !== undefined) compile(name);
}
const problem = problemOf(`
  const Parser = require("tree-sitter");
  const parser = new Parser();
  parser.setLanguage(require("tree-sitter-c"));
  const { rootNode } = parser.parse("int f(void) { return 1; }");
  if (rootNode.hasError || rootNode.child(0).type !== "function_definition") throw new Error(rootNode.toString());
`);
if (problem !== undefined) fail(`built, but it does not work:\n${problem}`);
const versions = packages.map((name) => `${name} ${require(`${name}/package.json`).version}`);
process.stdout.write(`native: ${versions.join(" with ")} is in use; PINSCOPE_PARSER=web does without\n`);
