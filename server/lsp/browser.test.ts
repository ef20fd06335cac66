/**
 * The server's bundle for browsers, in a global scope that has what a worker's has and nothing of Node. That a real
 * browser runs it is the extension's test.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bundle = join(root, ".cache", `lsp-browser-${process.pid}`);

beforeAll(() => {
  const built = spawnSync(process.execPath, ["build.mjs", bundle], { cwd: root, encoding: "utf8" });
  expect(built.stderr).toBe("");
}, 60_000);

afterAll(() => rmSync(bundle, { recursive: true, force: true }));

interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
}

interface Written {
  readonly uri: string;
  readonly text: string;
}

it("diagnoses, reads headers through its client, and has it keep what was accepted", async () => {
  const sent: Message[] = [];
  const read: string[] = [];
  const written: Written[] = [];
  let wake = (): void => {};
  const scope: Record<string, unknown> = {
    // Messages are taken by `onmessage`; the listeners are for errors.
    addEventListener() {},
    ...{ TextDecoder, TextEncoder, URL, performance, console, atob, MessageChannel },
    ...{ setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask },
    postMessage: (message: Message) => {
      sent.push(message);
      wake();
      if (message.method === "pinscope/writeFile") {
        written.push(message.params as Written);
        receive({ jsonrpc: "2.0", id: message.id, result: null });
      }
      if (message.method !== "pinscope/readFile") return;
      const { uri } = message.params as { readonly uri: string };
      read.push(uri);
      const text = uri.endsWith("/take.h") ? "#define TAKE pin_user_pages_fast\n" : null;
      receive({ jsonrpc: "2.0", id: message.id, result: text });
    },
  };
  scope["self"] = scope;
  scope["globalThis"] = scope;
  createContext(scope);
  runInContext(readFileSync(join(bundle, "lsp-browser.js"), "utf8"), scope);
  const receive = (data: unknown): void => {
    setTimeout(() => {
      (scope["onmessage"] as (event: { readonly data: unknown }) => void)({ data });
    });
  };
  const answer = async <Result>(look: (message: Message) => boolean): Promise<Result> => {
    for (;;) {
      const found = sent.find(look);
      if (found !== undefined) return (found.result ?? found.params) as Result;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const request = <Result>(id: number, method: string, params: unknown): Promise<Result> => {
    receive({ jsonrpc: "2.0", id, method, params });
    return answer((message) => message.id === id && message.method === undefined);
  };
  const binary = (name: string): string => readFileSync(join(bundle, name)).toString("base64");
  const { serverInfo } = await request<{ readonly serverInfo: { readonly name: string } }>(1, "initialize", {
    processId: null,
    rootUri: null,
    capabilities: { textDocument: { publishDiagnostics: { dataSupport: true } } },
    initializationOptions: {
      runtime: binary("web-tree-sitter.wasm"),
      grammar: binary("tree-sitter-c.wasm"),
      readsFiles: true,
      storage: "vscode-userdata:/User/globalStorage/pinscope",
    },
  });
  expect(serverInfo.name).toBe("pinscope");
  receive({ jsonrpc: "2.0", method: "initialized", params: {} });
  const uri = "vscode-remote://host/src/driver.c";
  const text =
    '#include "take.h"\nint f(void)\n{\n\tstruct page *page;\n\n\tif (TAKE(0, 1, 0, &page) != 1)\n\t\treturn 1;\n\treturn 0;\n}\n';
  receive({
    jsonrpc: "2.0",
    method: "textDocument/didOpen",
    params: { textDocument: { uri, languageId: "c", version: 1, text } },
  });
  const published = await answer<{ readonly diagnostics: readonly unknown[] }>(
    ({ method, params }) =>
      method === "textDocument/publishDiagnostics" && (params as { readonly uri: string }).uri === uri,
  );
  expect(published.diagnostics).toMatchObject([{ code: "leaked-pages", range: { start: { line: 7 } } }]);
  expect(read).toContain("vscode-remote://host/src/take.h");
  expect(read).toContain("vscode-remote://host/src/.pinscope.json");

  const [diagnostic] = published.diagnostics as { readonly data: object }[];
  const { where } = await request<{ readonly where: string }>(2, "workspace/executeCommand", {
    command: "pinscope.server.addToBaseline",
    arguments: [{ uri, ...diagnostic?.data }],
  });
  expect(written).toHaveLength(1);
  expect(written[0]?.uri).toMatch(
    /^vscode-userdata:\/User\/globalStorage\/pinscope\/baselines\/[\w.]+\.json$/,
  );
  expect(written[0]?.text).toContain("leaked-pages");
  expect(where).toContain("globalStorage");
});
