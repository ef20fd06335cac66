/** What clients send that they should not, and what the machine does that nobody wants: the server lives. */
import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ExecuteCommandRequest, HoverRequest } from "vscode-languageserver";
import { LspClient } from "../../test-fixtures/harness/lsp-client.ts";

const leak =
  "int leak(void)\n{\n\tstruct page *page;\n\n\tif (pin_user_pages_fast(0, 1, 0, &page) != 1)\n\t\treturn 1;\n\treturn 0;\n}\n";

let client: LspClient;
afterEach(() => client.stop());

/** The server still answers rightly. */
async function lives(): Promise<void> {
  const uri = await client.open(`alive-${Math.random()}.c`, leak);
  expect((await client.diagnostics(uri)).length).toBe(1);
}

describe("malformed traffic", () => {
  it("costs a line in the log", async () => {
    client = await LspClient.start();
    const { connection } = client;
    await connection.sendNotification("textDocument/didOpen", {});
    await connection.sendNotification("textDocument/didOpen", { textDocument: { uri: 17, text: null } });
    await connection.sendNotification("textDocument/didChange", { textDocument: { uri: "file:///no.c" } });
    await connection.sendNotification("textDocument/didChange", {
      textDocument: { uri: "file:///no.c", version: 1 },
      contentChanges: [],
    });
    await connection.sendNotification("textDocument/didClose", { textDocument: null });
    await connection.sendNotification("workspace/didChangeWatchedFiles", { changes: 3 });
    await connection.sendNotification("workspace/didChangeConfiguration", null);
    await connection.sendNotification("no/such/notification", { x: 1 });
    for (const method of ["diagnostic", "hover", "codeAction", "codeLens", "inlayHint", "documentLink"])
      await connection.sendRequest(`textDocument/${method}`, {}).catch(() => undefined);
    await expect(connection.sendRequest("no/such/request", [])).rejects.toThrow();
    await lives();
    expect(client.logs.join("\n")).toContain("didOpen");
    expect(client.logs.join("\n")).toContain("file:///no.c was changed but is not open");
  });

  it("documents that are not open have no answers", async () => {
    client = await LspClient.start();
    const nowhere = client.uri("nowhere.c");
    expect(await client.diagnostics(nowhere)).toEqual([]);
    const position = { line: 3, character: 3 };
    expect(
      await client.connection.sendRequest(HoverRequest.type, { textDocument: { uri: nowhere }, position }),
    ).toBeNull();
    expect(await client.diagnostics("no uri at all")).toEqual([]);
  });

  it("versions out of order and ranges outside the text are taken as well as can be", async () => {
    client = await LspClient.start();
    const uri = await client.open("a.c", leak);
    const far = { line: 1_000, character: 1_000 };
    await client.change(uri, [{ range: { start: far, end: far }, text: "/* end */\n" }], 7);
    await client.change(
      uri,
      [{ range: { start: { line: 0, character: 4 }, end: { line: 0, character: 8 } }, text: "leek" }],
      3,
    );
    await client.change(uri, [{ range: { start: far, end: { line: 0, character: 0 } }, text: "" }], 8);
    await client.change(uri, [{ text: leak }], 9);
    expect((await client.diagnostics(uri)).length).toBe(1);
    expect(client.logs.join("\n")).toContain("version 3 came after version 7");
    const position = { line: 99_999, character: 0 };
    expect(
      await client.connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position }),
    ).toBeNull();
    await lives();
  });
});

describe("odd documents", () => {
  it("are read as far as they can be", async () => {
    client = await LspClient.start();
    const odd = [
      "",
      "\0\0\0",
      "{".repeat(5_000),
      `#include "x.h"\n#if\n#endif\n#else\n${leak}`,
      "\ud800 𝒳 \u2028",
      `${leak.replaceAll("\n", "\r\n")}`,
      `${leak.replaceAll("\n", "\r")}`,
      "/* pin_user_pages_fast".repeat(1_000),
      `pin_user_pages_fast(${"(".repeat(2_000)}`,
    ];
    for (const [index, text] of odd.entries()) {
      const uri = await client.open(`odd${index}.c`, text);
      expect(Array.isArray(await client.diagnostics(uri)), JSON.stringify(text.slice(0, 20))).toBe(true);
    }
    await lives();
  });

  it("of 20 MB are left alone, and typed in without waiting", async () => {
    client = await LspClient.start();
    const uri = await client.open("big.c", `${leak}/*${"x".repeat(20 << 20)}*/\n`);
    const started = performance.now();
    for (let index = 0; index < 5; index++)
      await client.change(uri, [
        { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "/" },
      ]);
    expect(await client.diagnostics(uri)).toEqual([]);
    expect(performance.now() - started).toBeLessThan(5_000);
    await lives();
  });
});

describe("the disk", () => {
  it("may lose the folder, and refuse to keep the baseline", async () => {
    client = await LspClient.start();
    client.write("sub/.pinscope.json", "{}");
    const uri = await client.open("sub/a.c", leak);
    const [diagnostic] = await client.diagnostics(uri);
    rmSync(join(client.folder, "sub"), { recursive: true });
    await client.touched("sub/.pinscope.json", "sub/a.c", "sub");
    expect((await client.diagnostics(uri)).length).toBe(1);
    // A file where the folder of baselines should be: nothing can be written below it.
    client.write("state", "in the way");
    const accept = await client.connection.sendRequest(ExecuteCommandRequest.type, {
      command: "pinscope.server.addToBaseline",
      arguments: [{ uri, ...(diagnostic?.data as object) }],
    });
    expect(accept).toMatchObject({ where: expect.stringContaining("cannot be written") as string });
    expect(client.logs.join("\n")).toContain("cannot be written");
    expect(await client.diagnostics(uri)).toEqual([]);
    await lives();
  });

  it("may hold a baseline that is none, which is kept as it is", async () => {
    client = await LspClient.start({ settings: { baseline: "accepted.json" } });
    client.write("accepted.json", "{");
    await lives();
    expect(client.logs.join("\n")).toContain("not a baseline");
    mkdirSync(join(client.folder, "closed"));
    chmodSync(join(client.folder, "closed"), 0);
    await client.open("closed/a.c", leak);
    await lives();
    chmodSync(join(client.folder, "closed"), 0o700);
  });
});
