/** The bundled server as an editor starts it. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  createMessageConnection,
  DidChangeWorkspaceFoldersNotification,
  DidOpenTextDocumentNotification,
  ExecuteCommandRequest,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bundle = join(root, ".cache", `lsp-stdio-${process.pid}`);
let server: ChildProcess | undefined;

beforeAll(() => {
  const built = spawnSync(process.execPath, ["build.mjs", bundle], { cwd: root, encoding: "utf8" });
  expect(built.stderr).toBe("");
  expect(existsSync(join(bundle, "folder-worker.mjs"))).toBe(true);
}, 60_000);

afterAll(() => {
  server?.kill();
  rmSync(bundle, { recursive: true, force: true });
});

it("pinscope lsp --stdio serves, and ends with its client", async () => {
  const child = spawn(process.execPath, [join(bundle, "pinscope.mjs"), "lsp", "--stdio"]);
  server = child;
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const published = new Promise<PublishDiagnosticsParams>((resolve) => {
    connection.onNotification(PublishDiagnosticsNotification.type, resolve);
  });
  connection.listen();
  const { serverInfo } = await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: null,
    capabilities: { workspace: { workspaceFolders: true } },
  });
  expect(serverInfo?.name).toBe("pinscope");
  await connection.sendNotification(InitializedNotification.type, {});
  const text =
    "int f(void)\n{\n\tstruct page *page;\n\n\tif (pin_user_pages_fast(0, 1, 0, &page) != 1)\n\t\treturn 1;\n\treturn 0;\n}\n";
  await connection.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: { uri: "file:///f.c", languageId: "c", version: 1, text },
  });
  const { diagnostics } = await published;
  expect(diagnostics).toMatchObject([{ code: "leaked-pages", range: { start: { line: 6 } } }]);
  const folder = mkdtempSync(join(tmpdir(), "pinscope-stdio-"));
  writeFileSync(join(folder, "f.c"), text);
  await connection.sendNotification(DidChangeWorkspaceFoldersNotification.type, {
    event: { added: [{ uri: pathToFileURL(folder).href, name: "folder" }], removed: [] },
  });
  // In the bundle a check of folders runs in a thread of its own.
  expect(
    await connection.sendRequest(ExecuteCommandRequest.type, { command: "pinscope.server.checkWorkspace" }),
  ).toMatchObject({ files: 1, findings: 1, errors: [] });
  rmSync(folder, { recursive: true });
  // No notes in this client: the path stands in the message.
  expect(diagnostics[0]?.message).toContain("\n1/");
  const code = new Promise((resolve) => child.on("exit", resolve));
  await connection.sendRequest(ShutdownRequest.type);
  await connection.sendNotification(ExitNotification.type);
  expect(await code).toBe(0);
});

it("says how it is started", () => {
  const { status, stderr } = spawnSync(process.execPath, [join(bundle, "pinscope.mjs"), "lsp"], {
    encoding: "utf8",
  });
  expect(status).toBe(2);
  expect(stderr).toContain("pinscope lsp --stdio");
});
