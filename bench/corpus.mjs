// Installs Debian's kernel sources and unpacks them into .cache/corpus (git-ignored); `npm run corpus`.
// Skips what is there. No kernel source is ever committed.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const packages = ["linux-source-6.12", "linux-source-6.1"];
const corpus = join(dirname(dirname(fileURLToPath(import.meta.url))), ".cache", "corpus");

/** Ends the program with a message and exit code 1. */
function fail(message) {
  process.stderr.write(`corpus: ${message}\n`);
  process.exit(1);
}

/** Runs a program to its end, its output shown; ends this program when it fails. */
function run(program, args, whatFor) {
  const result = spawnSync(program, args, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (result.error !== undefined) fail(`${whatFor}: ${program} cannot be run: ${result.error.message}`);
  if (result.status !== 0) fail(`${whatFor}: ${program} ended with exit code ${result.status}`);
}

function has(program) {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
}

/** The archive that the package puts into /usr/src; undefined when it is not installed. */
function archiveOf(name) {
  const folder = "/usr/src";
  if (!existsSync(folder)) return undefined;
  const file = readdirSync(folder).find((entry) => entry.startsWith(`${name}.tar.`));
  return file === undefined ? undefined : join(folder, file);
}

/** Whether the tree is unpacked to its end: both files are needed by what reads it. */
function isComplete(folder) {
  return existsSync(join(folder, "Makefile")) && existsSync(join(folder, "mm", "gup.c"));
}

const wanted = packages.filter((name) => !isComplete(join(corpus, name)));
const uninstalled = wanted.filter((name) => archiveOf(name) === undefined);
if (uninstalled.length > 0) {
  if (!has("apt-get")) {
    fail(
      `apt-get is not on this machine. Unpack the sources yourself, to ${join(corpus, packages[0])} and the like.`,
    );
  }
  if (process.getuid?.() !== 0) {
    fail(
      `installing packages needs root: run as root, or run \`apt-get install ${uninstalled.join(" ")}\` first.`,
    );
  }
  run("apt-get", ["update", "-q"], "updating the package lists");
  for (const name of uninstalled) {
    run("apt-get", ["install", "-q", "-y", "--no-install-recommends", name], `installing ${name}`);
  }
}
mkdirSync(corpus, { recursive: true });
for (const name of packages) {
  const folder = join(corpus, name);
  if (wanted.includes(name)) {
    const archive = archiveOf(name);
    if (archive === undefined) fail(`${name} is installed, but its archive is not in /usr/src`);
    if (!has("tar")) fail("tar is not on this machine");
    // Unpacked beside its place and moved there at the end: an interrupted run leaves nothing half done.
    const partial = `${folder}.partial`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial);
    run("tar", ["-xf", archive, "-C", partial, "--strip-components=1"], `unpacking ${archive}`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
  }
  if (!isComplete(folder)) fail(`${folder} does not look like a kernel tree`);
  process.stdout.write(`${name}: ${folder}${wanted.includes(name) ? "" : " (was there)"}\n`);
}
