/** The threads of the pool: what becomes of files when one dies or hangs. */
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { usualSettings as settings } from "../../test-fixtures/harness/settings.ts";
import { inFolder, useFolder } from "./command-fixture.ts";
import { threadExecutor } from "./pool.ts";

useFolder();

describe("the thread pool", () => {
  it("replaces a thread that dies or hangs, and loses one file by it", async () => {
    const script = inFolder("worker.mjs");
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
    const executor = threadExecutor(1, pathToFileURL(inFolder("no-such-worker.mjs")));
    const results = await Promise.all(["a", "b"].map((name) => executor.run(name, settings)));
    expect(results.flatMap((result) => result.errors)).toHaveLength(2);
    await executor.close();
  });
});
