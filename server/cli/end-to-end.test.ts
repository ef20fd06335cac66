/** The bundled program as a user runs it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { defaultTables } from "@pinscope/grammars/dialect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { threadExecutor } from "./pool.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bundle = join(root, ".cache", `end-to-end-${process.pid}`);
const leak = `#include <linux/mm.h>
static int leak(unsigned long start)
{
	struct page *page;
	int got = pin_user_pages_fast(start, 1, 0, &page);

	if (got != 1)
		return -EFAULT;
	if (start & 1)
		return -EINVAL;
	unpin_user_page(page);
	return 0;
}
`;
let folder = "";

interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function pinscope(...args: readonly string[]): Result {
  const result = spawnSync(process.execPath, [join(bundle, "pinscope.mjs"), ...args], {
    cwd: folder,
    encoding: "utf8",
    // The user's own files are those of the test.
    env: {
      ...process.env,
      XDG_CONFIG_HOME: join(folder, "home-config"),
      APPDATA: join(folder, "home-config"),
      XDG_STATE_HOME: join(folder, "home-state"),
      LOCALAPPDATA: join(folder, "home-state"),
    },
  });
  return { status: result.status, stdout: result.stdout, stderr: result.stderr };
}

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}

beforeAll(() => {
  const built = spawnSync(process.execPath, ["build.mjs", bundle], { cwd: root, encoding: "utf8" });
  expect(built.stderr).toBe("");
  folder = mkdtempSync(join(tmpdir(), "pinscope-cli-"));
  put("leak.c", leak);
  put("clean.c", "int nothing(void)\n{\n\treturn 0;\n}\n");
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(bundle, { recursive: true, force: true });
});

const leakLine = /^leak\.c:10:3: warning: .* \[leaked-pages\]$/m;

describe("pinscope check", () => {
  it("prints a finding and its path, each line as a compiler would, and exits with 1", () => {
    const { status, stdout, stderr } = pinscope("check", "leak.c");
    expect(stdout).toMatch(leakLine);
    for (const line of stdout.trimEnd().split("\n")) {
      expect(line).toMatch(/^leak\.c:\d+:\d+: (warning: .* \[[a-z-]+\]|note: .*)$/);
    }
    expect(stdout).toMatch(/^leak\.c:5:12: note: /m);
    expect(stderr).toMatch(/^pinscope: kernel \d+\.\d+ \(the newest known/);
    expect(status).toBe(1);
  });

  it("heeds --fail-on, --severity, --rule and --ignore", () => {
    expect(pinscope("check", "--fail-on", "never", "leak.c").status).toBe(0);
    expect(pinscope("check", "--fail-on", "error", "leak.c").status).toBe(0);
    expect(pinscope("check", "--severity", "error", "leak.c")).toMatchObject({ status: 0, stdout: "" });
    expect(pinscope("check", "--rule", "double-release", "leak.c")).toMatchObject({ status: 0, stdout: "" });
    expect(pinscope("check", "--ignore", "leaked-pages", "leak.c").stdout).not.toMatch(leakLine);
    expect(pinscope("check", "--rule", "leaked-page", "leak.c")).toMatchObject({
      status: 2,
      stderr: 'pinscope: --rule: there is no rule "leaked-page"; did you mean "leaked-pages"?\n',
    });
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

  it("counts what it left out", () => {
    const { stats } = JSON.parse(pinscope("check", "--format", "json", "leak.c", "clean.c").stdout) as {
      stats: Record<string, unknown>;
    };
    expect(stats).toMatchObject({ files: 2, filesSkippedByPrefilter: 1, functions: 1, functionsAnalyzed: 1 });
    expect(stats["acquisitions"]).toMatchObject({ seen: 1 });
    const deep = JSON.parse(pinscope("check", "--deep", "--format", "json", "leak.c", "clean.c").stdout) as {
      stats: Record<string, unknown>;
    };
    expect(deep.stats).toMatchObject({
      files: 2,
      filesSkippedByPrefilter: 0,
      functions: 2,
      functionsAnalyzed: 2,
    });
  });

  it("writes SARIF with the finding, its flow and the figures", () => {
    const log = JSON.parse(pinscope("check", "--format", "sarif", "leak.c").stdout) as {
      runs: { results: Record<string, unknown>[]; tool: { driver: { rules: { id: string }[] } } }[];
    };
    const run = log.runs[0];
    expect(run?.results.map((result) => result["ruleId"])).toContain("leaked-pages");
    expect(run?.tool.driver.rules.map((rule) => rule.id)).toContain("leaked-pages");
  });

  it("goes on past files that cannot be read", () => {
    const { status, stdout, stderr } = pinscope("check", "gone.c", "leak.c");
    expect(stdout).toMatch(leakLine);
    expect(stderr).toContain("gone.c: error: cannot be read: there is no such file or folder\n");
    expect(status).toBe(1);
    expect(pinscope("check", "gone.c").status).toBe(3);
    expect(pinscope("check", "gone.c", "clean.c").status).toBe(0);
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

  it("reads quoted headers for macros", () => {
    put("with-header/api.h", "#define GRAB(a, p) pin_user_pages_fast(a, 1, 0, p)\n");
    put(
      "with-header/use.c",
      leak
        .replace("#include <linux/mm.h>", '#include "api.h"')
        .replace(/pin_user_pages_fast.*;/, "GRAB(start, &page);"),
    );
    expect(pinscope("check", "with-header").stdout).toMatch(
      /^with-header\/use\.c:10:3: warning: .*\[leaked-pages\]$/m,
    );
  });

  it("uses the nearest configuration, and says what is wrong with one", () => {
    put(
      "configured/.pinscope.json",
      '{ "rules": { "leaked-pages": "off" }, "kernel": "6.1", "ignore": ["skipped"] }',
    );
    put("configured/leak.c", leak);
    put("configured/skipped/leak.c", leak.replace("leak(", "other("));
    const configured = pinscope("check", "configured");
    expect(configured).toMatchObject({ status: 0, stdout: "" });
    expect(configured.stderr).toContain("pinscope: kernel 6.1 (as told)\n");
    put("wrong.json", '{ "failOn": "often" }');
    expect(pinscope("check", "--config", "wrong.json", "leak.c")).toMatchObject({
      status: 2,
      stderr:
        'pinscope: wrong.json:1:13: key "failOn": expected ("error" | "warning" | "information" | "never"), got "often"\n',
    });
    expect(pinscope("check", "--config", "gone.json", "leak.c").status).toBe(2);
  });

  it("heeds suppressions and reports unused ones", () => {
    put(
      "quiet/leak.c",
      leak.replace(
        "\t\treturn -EINVAL;",
        "\t\treturn -EINVAL; /* pinscope-ignore leaked-pages: by design */",
      ),
    );
    expect(pinscope("check", "quiet")).toMatchObject({ status: 0, stdout: "" });
    put(
      "unused/ok.c",
      "/* pinscope-ignore leaked-pages: none here */\nint f(struct page *p) { unpin_user_page(p); return 0; }\n",
    );
    expect(pinscope("check", "unused").stdout).toMatch(
      /^unused\/ok\.c:1:1: info: .* \[unused-suppression\]$/m,
    );
  });

  it("refuses wrong use with 2", () => {
    for (const args of [
      ["check"],
      ["nonsense"],
      ["check", "--kernel", "six", "leak.c"],
      ["check", "--jobs", "0", "leak.c"],
    ]) {
      expect(pinscope(...args).status, args.join(" ")).toBe(2);
    }
    expect(pinscope("--help").status).toBe(0);
    expect(pinscope("--version").stdout).toMatch(/^pinscope \d+\.\d+\.\d+\n$/);
  });
});

describe("a baseline", () => {
  it("accepts what is written into it, and nothing that comes later", () => {
    put("base/leak.c", leak);
    const missing = pinscope("check", "base", "--baseline", "accepted.json");
    expect([missing.status, missing.stderr]).toEqual([
      2,
      "pinscope: --baseline: accepted.json: cannot be read\n",
    ]);
    expect(pinscope("check", "base", "--write-baseline").status).toBe(2);
    const written = pinscope("check", "base", "--baseline", "accepted.json", "--write-baseline");
    expect([written.status, written.stdout]).toEqual([0, ""]);
    expect(readFileSync(join(folder, "accepted.json"), "utf8")).toContain(
      '"file":"leak.c","function":"leak"',
    );
    // Lines above move, the finding stays accepted.
    put("base/leak.c", `/* moved */\n${leak}`);
    const accepted = pinscope("check", "base", "--baseline", "accepted.json");
    expect([accepted.status, accepted.stdout]).toEqual([0, ""]);
    expect(accepted.stderr).toContain("1 findings accepted by accepted.json");
    put("base/other.c", leak.replaceAll("leak", "another"));
    const fresh = pinscope("check", "base", "--baseline", "accepted.json");
    expect([fresh.status, fresh.stdout.match(/^[^:]+/)?.[0]]).toEqual([1, "base/other.c"]);
    put("broken.json", "{}");
    expect(pinscope("check", "base", "--baseline", "broken.json").status).toBe(2);
  });

  it("of the editor lies outside the tree", () => {
    put("edited/leak.c", leak);
    expect(pinscope("check", "edited", "--baseline", "editor").status).toBe(1);
    const written = pinscope("check", "edited", "--baseline", "editor", "--write-baseline");
    expect(written.stderr).toContain(join("home-state", "pinscope", "baselines", "edited-"));
    expect(pinscope("check", "edited", "--baseline", "editor").status).toBe(0);
  });
});

describe("other formats", () => {
  it("are those of GitHub Actions and of checkpatch", () => {
    const github = pinscope("check", "leak.c", "--format", "github");
    expect(github.stdout).toMatch(/^::warning file=leak\.c,line=10,.*title=pinscope%3A leaked-pages::/);
    const checkpatch = pinscope("check", "leak.c", "--format", "checkpatch");
    expect(checkpatch.stdout).toMatch(
      /^WARNING:LEAKED_PAGES: .*\n#10: FILE: leak\.c:10:\n\+\t\treturn -EINVAL;\n/,
    );
    expect(pinscope("check", "leak.c", "--format", "junit").stderr).toContain(
      "expected one of text, json, sarif, github, checkpatch",
    );
  });
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
    const run = (...args: string[]): Result => {
      const result = spawnSync(process.execPath, [join(bundle, "pinscope.mjs"), "kbuild", ...args], {
        cwd: join(folder, "kbuild"),
        encoding: "utf8",
      });
      return { status: result.status, stdout: result.stdout, stderr: result.stderr };
    };
    const lines = ({ stderr }: Result): string[] =>
      [...stderr.matchAll(/^module\.c:(\d+):\d+: warning/gm)].map((match) => match[1] ?? "");
    const both = run(...flags("-include", "pre.h"));
    expect([both.status, both.stdout, lines(both)]).toEqual([0, "", ["11", "15"]]);
    // The mask of the first condition is the macro of the command line.
    expect(both.stderr).not.toContain("internal error");
    const one = run("--fail-on", "warning", ...flags("-UCHECK_START"));
    expect([one.status, lines(one)]).toEqual([1, ["15"]]);
    expect(run(...flags("-UCHECK_START", "-UCONFIG_SURE")).stderr).toBe("");
    expect(run("-DX", "entry.S").status).toBe(0);
    expect(run("-DX").status).toBe(2);
  });
});

describe("the user's own configuration", () => {
  it("holds below that of the tree", () => {
    put("home-config/pinscope/.pinscope.json", '{ "rules": { "leaked-pages": "off" } }');
    expect(pinscope("check", "leak.c").status).toBe(0);
    put("told/.pinscope.json", '{ "rules": { "leaked-pages": "error" } }');
    put("told/leak.c", leak);
    expect(pinscope("check", "told/leak.c").status).toBe(1);
    put("home-config/pinscope/.pinscope.json", '{ "rulez": {} }');
    const wrong = pinscope("check", "leak.c");
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain("rulez");
    rmSync(join(folder, "home-config"), { recursive: true });
  });
});

describe("pinscope dump", () => {
  it("prints a graph as text and for Graphviz", () => {
    expect(pinscope("dump", "--cfg", "leak.c:leak").stdout).toContain("pin_user_pages_fast(start, 1, ");
    expect(pinscope("dump", "--format", "dot", "--cfg", "leak.c:leak").stdout).toMatch(
      /^digraph "leak" \{\n/,
    );
    expect(pinscope("dump", "--cfg", "leak.c:lek")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('leak.c: no function "lek"; did you mean "leak"?\n') as string,
    });
  });
});

describe("pinscope syntax", () => {
  it("lists what it could not read, with figures per folder", () => {
    put("syntax/good/a.c", leak);
    put("syntax/bad/b.c", "int whole(void)\n{\n\treturn 1;\n}\n\nint broken(void)\n{\n\treturn (1 + ;\n}\n");
    const report = JSON.parse(pinscope("syntax", "--format", "json", "syntax").stdout) as Record<
      string,
      unknown
    >;
    expect(report).toMatchObject({
      functions: 3,
      functionsWithSyntaxErrors: 1,
      folders: {
        good: { functions: 1, functionsWithSyntaxErrors: 0 },
        bad: { functions: 2, functionsWithSyntaxErrors: 1 },
      },
      list: [{ file: "syntax/bad/b.c", line: 8, function: "broken" }],
    });
    expect(pinscope("syntax", "syntax").stdout).toMatch(
      /^syntax\/bad\/b\.c:8:1: warning: broken\(\) is not read whole: /m,
    );
    expect(pinscope("syntax", "nowhere").status).toBe(3);
  });
});

describe("the thread pool", () => {
  const settings = {
    kernels: [{ version: "v6.12", patch: 0 }],
    tables: defaultTables,
    defines: new Map(),
    includeFolders: [],
    severities: new Map(),
    deep: false,
  } as const;

  it("replaces a thread that dies or hangs, and loses one file by it", async () => {
    const script = join(folder, "worker.mjs");
    writeFileSync(
      script,
      `import { parentPort } from "node:worker_threads";
       parentPort.on("message", (message) => {
         if (message.kind !== "check") return;
         if (message.path === "dies") throw new Error("a defect");
         if (message.path === "hangs") for (;;);
         parentPort.postMessage({ id: message.id, result: { findings: [], stats: null, readMs: 0, errors: [] } });
       });`,
    );
    const executor = threadExecutor(2, pathToFileURL(script), { fileTimeLimit: 4000 });
    try {
      const names = ["a", "dies", "b", "hangs", "c", "d", "dies", "e"];
      const results = await Promise.all(names.map((name) => executor.run(name, settings)));
      expect(results.map((result) => result.errors.map((error) => error.message))).toEqual([
        [],
        ["internal error: the thread ended: a defect"],
        [],
        ["internal error: the thread ended: the file took longer than 4 s"],
        [],
        [],
        ["internal error: the thread ended: a defect"],
        [],
      ]);
    } finally {
      await executor.close();
    }
  }, 60_000);

  it("answers every file when no thread can start", async () => {
    const executor = threadExecutor(1, pathToFileURL(join(folder, "no-such-worker.mjs")));
    const results = await Promise.all(["a", "b"].map((name) => executor.run(name, settings)));
    expect(results.flatMap((result) => result.errors)).toHaveLength(2);
    await executor.close();
  });
});

it("the sample has findings with paths", () => {
  const sample = join(root, "test-fixtures", "sample");
  const { stdout } = pinscope("check", sample);
  const rules = [...stdout.matchAll(/\[([a-z-]+)\]$/gm)].map((match) => match[1]).sort();
  expect(rules).toEqual(["leaked-pages", "mismatched-release", "partial-pin-leak"]);
  expect(readFileSync(join(sample, "frame-grabber.c"), "utf8").match(/Mistake \d/g)).toHaveLength(3);
});
