/** The bundled program as a user runs it: a process, its threads, its exit code. */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inFolder, leak, leakLine, put, type Result, useFolder, userEnvironment } from "./command-fixture.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bundle = join(root, ".cache", `end-to-end-${process.pid}`);

function run(cwd: string, args: readonly string[]): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(bundle, "pinscope.mjs"), ...args], {
    cwd,
    encoding: "utf8",
    env: { ...process.env, ...userEnvironment() },
  });
  return { status, stdout, stderr };
}

const pinscope = (...args: readonly string[]): Result => run(inFolder("."), args);

useFolder();

beforeAll(() => {
  const built = spawnSync(process.execPath, ["build.mjs", bundle], { cwd: root, encoding: "utf8" });
  expect(built.stderr).toBe("");
}, 60_000);

afterAll(() => rmSync(bundle, { recursive: true, force: true }));

describe("pinscope check", () => {
  it("prints a finding and its path, each line as a compiler would, and exits with 1", () => {
    const { status, stdout, stderr } = pinscope("check", "leak.c");
    expect(stdout).toMatch(leakLine);
    const lines = stdout.trimEnd().split("\n");
    for (const line of lines.slice(0, -1)) {
      expect(line).toMatch(/^leak\.c:\d+:\d+: ((?:warning|error): .* \[[a-z-]+\]|note: .*)$/);
    }
    expect(lines.at(-1)).toMatch(/^Simulated on one CPU, /);
    expect(stdout).toMatch(/^leak\.c:5:12: note: /m);
    expect(stderr).toMatch(/^pinscope: kernel \d+\.\d+ \(the newest known/);
    expect(status).toBe(1);
  });

  it("prints the same with one thread and with two, whole trees and single files", () => {
    for (const name of ["a", "b", "c", "d"]) put(`many/${name}/leak.c`, leak);
    const [one, two] = ["1", "2"].map((jobs) => pinscope("check", "--jobs", jobs, "many"));
    expect(one?.stdout).toContain("many/d/leak.c:10:3: warning: ");
    expect(two?.stdout).toBe(one?.stdout);
    const deep = pinscope("check", "--deep", "many");
    expect(deep.stdout).toBe(one?.stdout);
    const files = ["d", "b", "a", "c"].map((name) => `many/${name}/leak.c`);
    expect(pinscope("check", ...files).stdout).toBe(one?.stdout);
  });

  it("survives what is no C", () => {
    put(
      "odd/binary.c",
      Uint8Array.from({ length: 4096 }, (_, index) => (index * 37) % 256),
    );
    put("odd/invalid.c", Buffer.concat([Buffer.from("int \xff\xfe(", "latin1"), Buffer.from(leak)]));
    put("odd/crlf.c", leak.replaceAll("\n", "\r\n"));
    put("odd/unbalanced.c", `}}}}){{{{((\n${leak}`);
    put("odd/nested.c", `int f(void)\n{\n${"{".repeat(10_000)}pin_user_pages(0);${"}".repeat(10_000)}\n}\n`);
    put(
      "odd/parentheses.c",
      `int f(void)\n{\nreturn ${"(".repeat(10_000)}pin_user_pages(0)${")".repeat(10_000)};\n}\n`,
    );
    put("odd/long.c", `int x[] = {${"1,".repeat(1 << 20)}};\nint f(void) { return pin_user_pages(0); }\n`);
    put("odd/empty.c", "");
    const { stdout, stderr } = pinscope("check", "--deep", "--format", "json", "odd");
    const report = JSON.parse(stdout) as {
      errors: unknown[];
      findings: { place: { file: string; line: number } }[];
    };
    expect(report.errors).toEqual([]);
    expect(stderr).not.toContain("internal");
    expect(report.findings.map(({ place }) => `${place.file}:${place.line}`)).toContain("odd/crlf.c:10");
  }, 120_000);
});

describe("pinscope kbuild", () => {
  const module = `#include <linux/mm.h>
#include "shared.h"
static long leak(unsigned long start)
{
	struct page *page;
	long got = pin_user_pages_fast(start, 1, 0, &page);

	GIVE_UP_UNLESS(got == 1);
#ifdef CHECK_START
	if (start & LEAK_MASK)
		return -EINVAL;
#endif
#ifdef CONFIG_SURE
	if (start & 2)
		return -EINVAL;
#endif
#ifdef CONFIG_NO_SUCH_THING
	if (start & 4)
		return -EINVAL;
#endif
	unpin_user_page(page);
	return 0;
}
`;
  const flags = (...more: string[]): string[] => [
    ..."-D__linux__ -Wbitwise --arch=x86 -Wp,-MMD,.leak.o.d -nostdinc -I./kernel/include -Iinc".split(" "),
    ..."-include ./kernel/include/linux/kconfig.h -DLEAK_MASK=1".split(" "),
    ...more,
    "module.c",
  ];

  it("reads symbols, macros and folders from the compiler's flags, and fails only when told", () => {
    put("kbuild/module.c", module);
    put("kbuild/inc/shared.h", "#define GIVE_UP_UNLESS(what) if (!(what)) return -EFAULT\n");
    put("kbuild/pre.h", "#define CHECK_START 1\n");
    put("kbuild/kernel/Makefile", "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 9\n");
    put("kbuild/kernel/include/generated/autoconf.h", "#define CONFIG_SURE 1\n");
    put("kbuild/kernel/include/linux/kconfig.h", "#define broken (\n");
    const kbuild = (...args: string[]): Result => run(inFolder("kbuild"), ["kbuild", ...args]);
    const lines = ({ stderr }: Result): string[] =>
      [...stderr.matchAll(/^module\.c:(\d+):\d+: (?:warning|error)/gm)].map((match) => match[1] ?? "");
    const both = kbuild(...flags("-include", "pre.h"));
    expect([both.status, both.stdout, lines(both)]).toEqual([0, "", ["11", "15"]]);
    // The mask of the first condition is the macro of the command line.
    expect(both.stderr).not.toContain("internal error");
    const one = kbuild("--fail-on", "warning", ...flags("-UCHECK_START"));
    expect([one.status, lines(one)]).toEqual([1, ["15"]]);
    expect(kbuild(...flags("-UCHECK_START", "-UCONFIG_SURE")).stderr).toBe("");
    expect(kbuild("-DX", "entry.S").status).toBe(0);
    expect(kbuild("-DX").status).toBe(2);
  });
});

it("the sample has findings with paths", () => {
  const sample = join(root, "test-fixtures", "sample");
  const { stdout } = pinscope("check", sample);
  const rules = [...stdout.matchAll(/\[([a-z-]+)\]$/gm)].map((match) => match[1]).sort();
  expect(rules).toEqual(["leaked-pages", "mismatched-release", "partial-pin-leak"]);
  expect(readFileSync(join(sample, "frame-grabber.c"), "utf8").match(/Mistake \d/g)).toHaveLength(3);
});
