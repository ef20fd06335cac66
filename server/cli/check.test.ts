/** `pinscope check` in process: options, configuration, formats, baselines. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { inFolder, leak, leakLine, pinscope, put, useFolder } from "./command-fixture.ts";

useFolder();

describe("pinscope check", () => {
  it("heeds --fail-on, --severity, --rule and --ignore", async () => {
    expect((await pinscope("check", "--fail-on", "never", "leak.c")).status).toBe(0);
    expect((await pinscope("check", "--fail-on", "error", "leak.c")).status).toBe(0);
    expect(await pinscope("check", "--severity", "error", "leak.c")).toMatchObject({ status: 0, stdout: "" });
    expect(await pinscope("check", "--rule", "double-release", "leak.c")).toMatchObject({
      status: 0,
      stdout: "",
    });
    expect((await pinscope("check", "--ignore", "leaked-pages", "leak.c")).stdout).not.toMatch(leakLine);
    expect(await pinscope("check", "--rule", "leaked-page", "leak.c")).toMatchObject({
      status: 2,
      stderr: 'pinscope: --rule: there is no rule "leaked-page"; did you mean "leaked-pages"?\n',
    });
  });

  it("prints what the extension's problem matcher reads", async () => {
    const [matcher] = manifest.contributes.problemMatchers;
    const [line = ""] = (await pinscope("check", "leak.c")).stdout.split("\n");
    const found = new RegExp(matcher?.pattern.regexp ?? "").exec(line);
    const { file, line: row, column, severity, message, code } = matcher?.pattern ?? {};
    const read = [file, row, column, severity, code].map((group) => found?.[group ?? -1]);
    expect(read).toEqual(["leak.c", "10", "3", "warning", "leaked-pages"]);
    expect(found?.[message ?? -1]).toMatch(/still held at this return/);
  });

  it("counts what it left out", async () => {
    const { stats } = JSON.parse(
      (await pinscope("check", "--format", "json", "leak.c", "clean.c")).stdout,
    ) as {
      stats: Record<string, unknown>;
    };
    expect(stats).toMatchObject({ files: 2, filesSkippedByPrefilter: 1, functions: 1, functionsAnalyzed: 1 });
    expect(stats["acquisitions"]).toMatchObject({ seen: 1 });
    const deep = JSON.parse(
      (await pinscope("check", "--deep", "--format", "json", "leak.c", "clean.c")).stdout,
    ) as {
      stats: Record<string, unknown>;
    };
    expect(deep.stats).toMatchObject({
      files: 2,
      filesSkippedByPrefilter: 0,
      functions: 2,
      functionsAnalyzed: 2,
    });
  });

  it("writes SARIF with the finding, its flow and the figures", async () => {
    const log = JSON.parse((await pinscope("check", "--format", "sarif", "leak.c")).stdout) as {
      runs: { results: Record<string, unknown>[]; tool: { driver: { rules: { id: string }[] } } }[];
    };
    const run = log.runs[0];
    expect(run?.results.map((result) => result["ruleId"])).toContain("leaked-pages");
    expect(run?.tool.driver.rules.map((rule) => rule.id)).toContain("leaked-pages");
  });

  it("goes on past files that cannot be read", async () => {
    const { status, stdout, stderr } = await pinscope("check", "gone.c", "leak.c");
    expect(stdout).toMatch(leakLine);
    expect(stderr).toContain("gone.c: error: cannot be read: there is no such file or folder\n");
    expect(status).toBe(1);
    expect((await pinscope("check", "gone.c")).status).toBe(3);
    expect((await pinscope("check", "gone.c", "clean.c")).status).toBe(0);
  });

  it("reads quoted headers for macros", async () => {
    put("with-header/api.h", "#define GRAB(a, p) pin_user_pages_fast(a, 1, 0, p)\n");
    put(
      "with-header/use.c",
      leak
        .replace("#include <linux/mm.h>", '#include "api.h"')
        .replace(/pin_user_pages_fast.*;/, "GRAB(start, &page);"),
    );
    expect((await pinscope("check", "with-header")).stdout).toMatch(
      /^with-header\/use\.c:10:3: warning: .*\[leaked-pages\]$/m,
    );
  });

  it("uses the nearest configuration, and says what is wrong with one", async () => {
    put(
      "configured/.pinscope.json",
      '{ "rules": { "leaked-pages": "off" }, "kernel": "6.1", "ignore": ["skipped"] }',
    );
    put("configured/leak.c", leak);
    put("configured/skipped/leak.c", leak.replace("leak(", "other("));
    const configured = await pinscope("check", "configured");
    expect(configured).toMatchObject({ status: 0, stdout: "" });
    expect(configured.stderr).toContain("pinscope: kernel 6.1 (as told)\n");
    put("wrong.json", '{ "failOn": "often" }');
    expect(await pinscope("check", "--config", "wrong.json", "leak.c")).toMatchObject({
      status: 2,
      stderr:
        'pinscope: wrong.json:1:13: key "failOn": expected ("error" | "warning" | "information" | "never"), got "often"\n',
    });
    expect((await pinscope("check", "--config", "gone.json", "leak.c")).status).toBe(2);
  });

  it("heeds suppressions and reports unused ones", async () => {
    put(
      "quiet/leak.c",
      leak.replace(
        "\t\treturn -EINVAL;",
        "\t\treturn -EINVAL; /* pinscope-ignore leaked-pages: by design */",
      ),
    );
    expect(await pinscope("check", "quiet")).toMatchObject({ status: 0, stdout: "" });
    put(
      "unused/ok.c",
      "/* pinscope-ignore leaked-pages: none here */\nint f(struct page *p) { unpin_user_page(p); return 0; }\n",
    );
    expect((await pinscope("check", "unused")).stdout).toMatch(
      /^unused\/ok\.c:1:1: info: .* \[unused-suppression\]$/m,
    );
  });

  it("refuses wrong use with 2", async () => {
    for (const args of [
      ["check"],
      ["nonsense"],
      ["check", "--kernel", "six", "leak.c"],
      ["check", "--jobs", "0", "leak.c"],
    ]) {
      expect((await pinscope(...args)).status, args.join(" ")).toBe(2);
    }
    expect((await pinscope("--help")).status).toBe(0);
    expect((await pinscope("--version")).stdout).toMatch(/^pinscope \d+\.\d+\.\d+\n$/);
  });
});

describe("a baseline", async () => {
  it("accepts what is written into it, and nothing that comes later", async () => {
    put("base/leak.c", leak);
    const missing = await pinscope("check", "base", "--baseline", "accepted.json");
    expect([missing.status, missing.stderr]).toEqual([
      2,
      "pinscope: --baseline: accepted.json: cannot be read\n",
    ]);
    expect((await pinscope("check", "base", "--write-baseline")).status).toBe(2);
    const written = await pinscope("check", "base", "--baseline", "accepted.json", "--write-baseline");
    expect([written.status, written.stdout]).toEqual([0, ""]);
    expect(readFileSync(inFolder("accepted.json"), "utf8")).toContain('"file":"leak.c","function":"leak"');
    // Lines above move, the finding stays accepted.
    put("base/leak.c", `/* moved */\n${leak}`);
    const accepted = await pinscope("check", "base", "--baseline", "accepted.json");
    expect([accepted.status, accepted.stdout]).toEqual([0, ""]);
    expect(accepted.stderr).toContain("1 findings accepted by accepted.json");
    put("base/other.c", leak.replaceAll("leak", "another"));
    const fresh = await pinscope("check", "base", "--baseline", "accepted.json");
    expect([fresh.status, fresh.stdout.match(/^[^:]+/)?.[0]]).toEqual([1, "base/other.c"]);
    put("broken.json", "{}");
    expect((await pinscope("check", "base", "--baseline", "broken.json")).status).toBe(2);
  });

  it("of the editor lies outside the tree", async () => {
    put("edited/leak.c", leak);
    expect((await pinscope("check", "edited", "--baseline", "editor")).status).toBe(1);
    const written = await pinscope("check", "edited", "--baseline", "editor", "--write-baseline");
    expect(written.stderr).toContain(join("home-state", "pinscope", "baselines", "edited-"));
    expect((await pinscope("check", "edited", "--baseline", "editor")).status).toBe(0);
  });
});

describe("other formats", async () => {
  it("are those of GitHub Actions and of checkpatch", async () => {
    const github = await pinscope("check", "leak.c", "--format", "github");
    expect(github.stdout).toMatch(/^::warning file=leak\.c,line=10,.*title=pinscope%3A leaked-pages::/);
    const checkpatch = await pinscope("check", "leak.c", "--format", "checkpatch");
    expect(checkpatch.stdout).toMatch(
      /^WARNING:LEAKED_PAGES: .*\n#10: FILE: leak\.c:10:\n\+\t\treturn -EINVAL;\n/,
    );
    expect((await pinscope("check", "leak.c", "--format", "junit")).stderr).toContain(
      "expected one of text, json, sarif, github, checkpatch",
    );
  });
});

describe("the user's own configuration", async () => {
  it("holds below that of the tree", async () => {
    put("home-config/pinscope/.pinscope.json", '{ "rules": { "leaked-pages": "off" } }');
    expect((await pinscope("check", "leak.c")).status).toBe(0);
    put("told/.pinscope.json", '{ "rules": { "leaked-pages": "error" } }');
    put("told/leak.c", leak);
    expect((await pinscope("check", "told/leak.c")).status).toBe(1);
    put("home-config/pinscope/.pinscope.json", '{ "rulez": {} }');
    const wrong = await pinscope("check", "leak.c");
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toContain("rulez");
    rmSync(inFolder("home-config"), { recursive: true });
  });
});
