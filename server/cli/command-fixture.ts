/** Test code only: the command line in this process, in a folder of its own. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { runCommandLine } from "./commands.ts";

/** A driver whose error path keeps its page: one leak, on line 10. */
export const leak = `#include <linux/mm.h>
static int leak(unsigned long start)
{
	struct page *page;
	int got = pin_user_pages_fast(start, 1, 0, &page);

	if (got != 1)
		return -EFAULT;
	if (busy(start))
		return -EINVAL;
	unpin_user_page(page);
	return 0;
}
`;

/** The line of that leak in the text report. */
export const leakLine = /^leak\.c:10:3: warning: .* \[leaked-pages\]$/m;

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let folder = "";

/** Has the tests of a file run in a folder of their own, with `leak.c` and `clean.c` in it. */
export function useFolder(): void {
  const before = process.cwd();
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pinscope-cli-"));
    process.chdir(folder);
    put("leak.c", leak);
    put("clean.c", "int nothing(void)\n{\n\treturn 0;\n}\n");
  });
  afterAll(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true, force: true });
  });
}

/** Path of a file in the folder. */
export function inFolder(path: string): string {
  return join(folder, path);
}

/** Writes a file into the folder. */
export function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(inFolder(path)), { recursive: true });
  writeFileSync(inFolder(path), content);
}

/** Where the user's own files are: those of the test. */
export function userEnvironment(): Readonly<Record<string, string>> {
  return {
    XDG_CONFIG_HOME: inFolder("home-config"),
    APPDATA: inFolder("home-config"),
    XDG_STATE_HOME: inFolder("home-state"),
    LOCALAPPDATA: inFolder("home-state"),
  };
}

/** Runs a command in this process, with the environment given. */
export async function runInProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Result> {
  let stdout = "";
  let stderr = "";
  const status = await runCommandLine(args, {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    environment,
  });
  return { status, stdout, stderr };
}

/** Runs a command in this process and thread. */
export async function pinscope(...args: readonly string[]): Promise<Result> {
  // Threads need the bundle: tests of the bundle have them.
  const isCheck = args[0] === "check" && !args.includes("--jobs");
  return runInProcess(isCheck ? ["check", "--jobs", "1", ...args.slice(1)] : args, userEnvironment());
}
