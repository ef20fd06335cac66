/** `--via`, `--path` and `--against` of `pinscope simulate`, in process, on a folder of their own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runInProcess } from "./command-fixture.ts";

const FILES: Readonly<Record<string, string>> = {
  "window.h": `struct window { struct page *pages[4]; int count; };
int window_map(struct window *window, unsigned long address);
static inline int window_check(unsigned long address)
{
	return address & ~PAGE_MASK ? -EINVAL : 0;
}
`,
  "entry.c": `#include "window.h"
static int helper(struct window *window)
{
	return 0;
}
int window_ioctl(struct window *window, unsigned int command, unsigned long address)
{
	int ret = window_check(address);

	if (ret)
		return ret;
	if (command == 7)
		return window_map(window, address);
	return helper(window);
}
`,
  "map.c": `#include "window.h"
static int helper(struct window *window)
{
	if (window->count != 4)
		return -EFAULT;
	return window_account(window->count);
}
int window_map(struct window *window, unsigned long address)
{
	window->count = pin_user_pages_fast(address, 4, FOLL_WRITE, window->pages);
	return helper(window);
}
`,
  "far/account.c": `int window_account(int count)
{
	return count > 1024 ? -ENOMEM : 0;
}
`,
  "zero.c": `int zero_pin(unsigned long address)
{
	struct page *page;

	if (pin_user_pages_fast(address, 1, 0, &page) != 1)
		return -EFAULT;
	unpin_user_page(page);
	return 0;
}
int zero_keep(unsigned long address)
{
	struct page *page;

	if (pin_user_pages_fast(address, 1, 0, &page) != 1)
		return -EFAULT;
	return 0;
}
`,
};

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pinscope-simulate-options-"));
  mkdirSync(join(folder, "far"));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function pinscope(command: string, ...args: readonly string[]) {
  const placed = args.map((one) => one.replaceAll("DIR", folder));
  const { status: code, ...printed } = await runInProcess([command, "--kernel", "6.12", ...placed]);
  return { code, ...printed };
}

describe("functions of other files", () => {
  it("are stepped into where they stand in a header or in the folder; static ones of another file are others", async () => {
    const { stdout } = await pinscope("simulate", "DIR/entry.c:window_ioctl", "--format", "json");
    const { steps, exit } = JSON.parse(stdout) as {
      steps: { stack: string[]; location: { file: string; line: number } }[];
      exit: { kind: string };
    };
    expect(exit.kind).toBe("success");
    const places = steps.map(
      ({ stack, location }) => `${stack.join(">")} ${location.file.split("/").at(-1)}`,
    );
    expect(places).toContain("window_ioctl>window_check window.h");
    expect(places).toContain("window_ioctl>window_map>helper map.c");
  });
});

describe("--via", () => {
  it("leads along a chain through several files, with the files' names beside their lines", async () => {
    const chain = "window_ioctl,window_map,window_account";
    const { code, stdout } = await pinscope(
      "simulate",
      "DIR/entry.c:window_ioctl",
      "DIR/far",
      "--via",
      chain,
    );
    expect(code).toBe(0);
    expect(stdout).toContain("through: window_ioctl() → window_map() → window_account()");
    expect(stdout).toMatch(/map\.c:10 +pin_user_pages_fast/);
    expect(stdout).toMatch(/map\.c:6 +window_account\(window->count\)/);
    expect(stdout).toContain("command = 7");
  });

  it("says where a chain ends that cannot be followed", async () => {
    const { code, stdout } = await pinscope(
      "simulate",
      "DIR/entry.c:window_ioctl",
      "--via",
      "window_map,kfree",
    );
    expect(code).toBe(4);
    expect(stdout).toContain("the chain ends in window_map(): kfree() is not called from it");
    const none = await pinscope("simulate", "DIR/entry.c:window_ioctl", "--via", "nowhere");
    expect(none.stdout).toContain(
      "the chain ends in window_ioctl(): nowhere() is not called from it: nothing in sight",
    );
  });
});

describe("--path", () => {
  it("runs the path of a finding that check names", async () => {
    const checked = await pinscope("check", "--show-ids", "--no-cache", "DIR/zero.c");
    const id = /\[leaked-pages\] ([0-9a-f]{16})$/m.exec(checked.stdout)?.[1] ?? "";
    const { code, stdout } = await pinscope("simulate", "DIR/zero.c", "--path", id);
    expect(code).toBe(1);
    expect(stdout).toContain("zero_keep(), simulated on");
    expect(stdout).toContain("1 LEAKED");
    const json = await pinscope("check", "--format", "json", "--no-cache", "DIR/zero.c");
    expect(json.stdout).toContain(id);
    expect((await pinscope("simulate", "DIR/zero.c", "--path", id.slice(0, 6))).code).toBe(1);
  });

  it("lists the findings with paths where the name is none of them", async () => {
    const { code, stderr } = await pinscope("simulate", "DIR/zero.c", "--path", "feed");
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /has no finding "feed"; those with a path:\n {2}[0-9a-f]{16} {2}leaked-pages in zero_keep\(\)/,
    );
  });
});

describe("--against", () => {
  const zero = ["DIR/zero.c:zero_pin", "--scenario", "buffer=zero", "--era", "v6.1"];

  it("tells the steps at which the pages differ under two kernels", async () => {
    const { code, stdout } = await pinscope("simulate", ...zero, "--against", "6.12.y");
    expect(code).toBe(0);
    expect(stdout).toContain("simulated on v6.1 (read from source) against 6.12.y (recorded)");
    expect(stdout).toMatch(/ 5 {2}pin_user_pages_fast\(address, 1, 0, &page\) +1025\/0 \| 1\/0/);
    expect(stdout).toContain("balanced on this sequential path");
  });

  it("says so where nothing differs, and exits as for the worse one", async () => {
    const { code, stdout } = await pinscope(
      "simulate",
      "DIR/zero.c:zero_keep",
      "--era",
      "6.1.y",
      "--against",
      "6.12.y",
    );
    expect(stdout).toMatch(/all \d+ steps leave the pages alike under both/);
    expect(code).toBe(1);
  });

  it("gives both simulations and the differences as JSON", async () => {
    const { stdout } = await pinscope("simulate", ...zero, "--against", "6.12.y", "--format", "json");
    const { differences, simulations } = JSON.parse(stdout) as {
      differences: { line: number }[];
      simulations: { era: string }[];
    };
    expect(differences[0]?.line).toBe(5);
    expect(simulations.map(({ era }) => era)).toEqual(["v6.1", "6.12.y"]);
  });
});

describe("an era of the configuration", () => {
  it("is simulated, by --era and --against", async () => {
    const settings = {
      eras: { ours: { from: "6.12.y", switches: { zeroPageExempt: false } } },
    };
    const config = join(folder, "own.json");
    writeFileSync(config, JSON.stringify(settings));
    const zero = ["DIR/zero.c:zero_pin", "--scenario", "buffer=zero", "--config", config];
    const { code, stdout } = await pinscope("simulate", ...zero, "--era", "ours", "--against", "6.12.y");
    expect(code).toBe(0);
    expect(stdout).toMatch(/pin_user_pages_fast\(address, 1, 0, &page\) +1025\/0 \| 1\/0/);
    const unknown = await pinscope("simulate", ...zero, "--era", "theirs");
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("eras: ours, v5.2");
  });
});

describe("wrong use", () => {
  it.each([
    [["DIR/zero.c:zero_pin", "--against", "5.0"], "--against: kernel 5.0 is older"],
    [["DIR/zero.c:zero_pin", "--against", "6.1.y", "--format", "html"], "--against prints text or json"],
    [["DIR/zero.c:zero_pin", "--via", "a b"], "--via: expected names of functions"],
    [["DIR/zero.c:zero_pin", "--via", "f", "--lines", "5-6"], "--lines and --via do not go together"],
    [["DIR/zero.c"], "say which function"],
    [["DIR/none.c:zero_pin"], "cannot be read"],
  ])("%j is told", async (args, message) => {
    const { code, stderr } = await pinscope("simulate", ...args);
    expect(code).not.toBe(0);
    expect(stderr).toContain(message);
  });
});
