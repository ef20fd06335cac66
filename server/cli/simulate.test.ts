/** `pinscope simulate` in process, on a file of its own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runInProcess } from "./command-fixture.ts";

const SOURCE = `#include <linux/mm.h>
struct window { struct page *page; };
int window_open(struct window *window, unsigned long address)
{
	if (pin_user_pages_fast(address, 1, FOLL_WRITE, &window->page) != 1)
		return -EFAULT;
	return 0;
}
int window_peek(unsigned long address)
{
	struct page *page;

	if (get_user_pages_fast(address, 1, 0, &page) != 1)
		return -EFAULT;
	return 0;
}
int window_spin(void)
{
	for (;;)
		;
}
`;

let folder = "";
let path = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pinscope-simulate-"));
  path = join(folder, "window.c");
  writeFileSync(path, SOURCE);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function pinscope(...args: readonly string[]) {
  const { status: code, ...printed } = await runInProcess(["simulate", "--kernel", "6.12", ...args]);
  return { code, ...printed };
}

describe("pinscope simulate", () => {
  it("exits with 0 when all is balanced, and tells the owner, the ground and the standing text", async () => {
    const { code, stdout } = await pinscope(`${path}:window_open`);
    expect(code).toBe(0);
    expect(stdout).toContain("1 owned by window->page");
    expect(stdout).toMatch(/simulated on v?6\.12\S* \((recorded|read from source)\)/);
    expect(stdout).toContain("Not modelled: races of fast GUP");
  });

  it("exits with 1 when the path leaves something wrong", async () => {
    const { code, stdout } = await pinscope(`${path}:window_peek`);
    expect(code).toBe(1);
    expect(stdout).toContain("1 LEAKED");
  });

  it("exits with 4 where the path cannot be executed, with the reason", async () => {
    const { code, stdout } = await pinscope(`${path}:window_spin`);
    expect(code).toBe(4);
    expect(stdout).toMatch(/stuck at line \d+: the budget/);
  });

  it("tells the same as JSON, under the era asked for", async () => {
    const { code, stdout } = await pinscope("--format", "json", "--era", "6.1.y", `${path}:window_open`);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ era: "6.1.y", acquisitions: 1, exit: { kind: "success" } });
  });

  it("tells the same as a page of its own", async () => {
    const { code, stdout } = await pinscope("--format", "html", `${path}:window_peek`);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^<!doctype html>[\s\S]*1 page leaked[\s\S]*<\/html>\n$/);
    expect(stdout).toContain("get_user_pages_fast");
  });

  it("goes through the lines that are asked for, an error path too, and sums up the steps outside", async () => {
    const { code, stdout } = await pinscope(`${path}:window_open`, "--lines", "5-6");
    expect(code).toBe(0);
    expect(stdout).toContain("through: lines 5 to 6");
    expect(stdout).toMatch(/exit: failure, returns -14, line 6/);
    const open = await pinscope(`${path}:window_open`, "--lines", "7");
    expect(open.stdout).toMatch(/… {2}\d+ steps outside the lines +1025\/0\*/);
  });

  it("reports lines that the scenario excludes with both lines, and exits with 4", async () => {
    const fails = ["--scenario", "fail=pin_user_pages_fast"];
    const { code, stdout } = await pinscope(`${path}:window_open`, "--lines", "7-7", ...fails);
    expect(code).toBe(4);
    expect(stdout).toContain("diverged at line 7: the selected code is not reached");
    expect(stdout).toMatch(/contradiction: line 5 against line 5: .*makes pin_user_pages_fast\(\) fail/);
  });

  it.each([
    [["window_open"], "say which function"],
    [["PATH:window_opne"], 'did you mean "window_open"?'],
    [["PATH:window_open", "--scenario", "fial=kmalloc"], 'there is no key "fial"'],
    [["PATH:window_open", "--scenario", "fial=kmalloc"], "nr_pages"],
    [["PATH:window_open", "--era", "2.6"], "6.12.y"],
    [["PATH:window_open", "--lines", "9-12"], "window_open() stands in lines 3 to 8 of"],
    [["PATH:window_open", "--lines", "8-8"], "code that is run: 5-7"],
    [["PATH:window_open", "--lines", "seven"], "expected FROM-TO such as 120-168"],
    [["PATH:window_open", "--format", "sarif"], "expected one of text, json, html"],
  ])("%j is wrong use", async (args, message) => {
    const { code, stderr } = await pinscope(...args.map((one) => one.replace("PATH", path)));
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
