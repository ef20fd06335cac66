// `npm run test:nvim`: the language server under a real neovim (Debian's package `neovim`), headless, with nothing of the
// user's. Bundles the server, lets client.lua drive it, and compares what the editor saw.
import { deepEqual, match, ok } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
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

const folder = mkdtempSync(join(tmpdir(), "pinscope-nvim-"));
const bundle = join(root, ".cache", `nvim-${process.pid}`);
try {
  const version = spawnSync("nvim", ["--version"], { encoding: "utf8" });
  if (version.error !== undefined) {
    process.stderr.write("neovim is not installed: apt-get install neovim\n");
    process.exit(2);
  }
  const built = spawnSync(process.execPath, ["build.mjs", bundle], { cwd: root, encoding: "utf8" });
  ok(built.status === 0, built.stderr);
  mkdirSync(join(folder, "home"));
  const file = join(folder, "driver.c");
  writeFileSync(file, text);
  const home = join(folder, "home");
  const script = fileURLToPath(new URL("client.lua", import.meta.url));
  const run = spawnSync("nvim", ["--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", `luafile ${script}`], {
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
  ok(run.status === 0, `neovim ended with ${run.status}\n${run.stdout}\n${run.stderr}`);
  deepEqual(seen.get("diagnostics"), [
    { line: 9, code: "mismatched-release", source: "pinscope" },
    { line: 19, code: "leaked-pages", source: "pinscope" },
  ]);
  match(seen.get("hover"), /int pin_user_pages_fast\(/);
  deepEqual(seen.get("lenses"), [
    { line: 3, title: "1 acquisition · mismatched-release at line 9 · Show path" },
    { line: 13, title: "1 acquisition · leaks at line 19 · Show path" },
  ]);
  match(seen.get("actions")[0], /unpin_user_page\(\)/);
  deepEqual(seen.get("fixed"), "\tunpin_user_page(page);");
  deepEqual(seen.get("after the fix"), ["leaked-pages"]);
  deepEqual(seen.get("comes back"), "leaked-pages");
  deepEqual(seen.get("stopped"), true);
  process.stdout.write(
    `${version.stdout.split("\n")[0]}: diagnostics, hover, code lens, code action: as expected\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
  rmSync(bundle, { recursive: true, force: true });
}
