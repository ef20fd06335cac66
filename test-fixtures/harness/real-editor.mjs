// Drives a real editor by a script in its own language: with the bundled server, a sample document, nothing of the user's.
import { ok } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A wrong release on line 9, a leak on line 19. */
const text = `#include <linux/mm.h>

static int wrong(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	put_page(page);
	return 0;
}

static int leaks(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, 0, &page) != 1)
		return -EFAULT;
	return 0;
}
`;

/**
 * Runs `program` with `args`; its script finds NODE, PINSCOPE (the command line's bundle) and FILE in the environment and
 * prints `{"event": …, "value": …}` a line. Hands the values by event, and the editor's version, to `judge`.
 * Ends the process with 2 where the editor is not installed; `debian` names its package.
 */
export function driveEditor({ program, args, debian }, judge) {
  const version = spawnSync(program, ["--version"], { encoding: "utf8" });
  if (version.error !== undefined) {
    process.stderr.write(`${program} is not installed: apt-get install ${debian}\n`);
    process.exit(2);
  }
  const folder = mkdtempSync(join(tmpdir(), "pinscope-editor-"));
  const bundle = join(root, ".cache", `editor-${process.pid}`);
  try {
    const built = spawnSync(process.execPath, ["build.mjs", bundle], { cwd: root, encoding: "utf8" });
    ok(built.status === 0, built.stderr);
    const home = join(folder, "home");
    mkdirSync(home);
    const file = join(folder, "driver.c");
    writeFileSync(file, text);
    const run = spawnSync(program, args, {
      cwd: folder,
      encoding: "utf8",
      timeout: 120_000,
      env: {
        ...process.env,
        HOME: home,
        XDG_CONFIG_HOME: home,
        XDG_DATA_HOME: home,
        XDG_STATE_HOME: home,
        XDG_CACHE_HOME: home,
        NODE: process.execPath,
        PINSCOPE: join(bundle, "pinscope.mjs"),
        FILE: file,
      },
    });
    const seen = new Map(
      run.stdout
        .split("\n")
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line))
        .map(({ event, value }) => [event, value]),
    );
    ok(!seen.has("failure"), `${seen.get("failure")}\n${run.stderr}`);
    ok(run.status === 0, `${program} ended with ${run.status}\n${run.stdout}\n${run.stderr}`);
    judge(seen, version.stdout.split("\n")[0]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(bundle, { recursive: true, force: true });
  }
}
