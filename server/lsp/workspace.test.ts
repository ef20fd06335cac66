/** Folders: checks of everything, several roots, changes on disk, and that the command line finds the same. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { ReportedFinding } from "@pinscope/server/report";
import { afterEach, describe, expect, it } from "vitest";
import {
  CancellationTokenSource,
  type Diagnostic,
  DidChangeWorkspaceFoldersNotification,
  ExecuteCommandRequest,
  type WorkspaceDiagnosticReport,
  WorkspaceDiagnosticRequest,
} from "vscode-languageserver";
import { URI } from "vscode-uri";
import { LspClient, pushCapabilities } from "../../test-fixtures/harness/lsp-client.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const leak =
  "int leak(void)\n{\n\tstruct page *page;\n\n\tif (pin_user_pages_fast(0, 1, 0, &page) != 1)\n\t\treturn 1;\n\treturn 0;\n}\n";
const clean = leak.replace("\treturn 0;", "\tunpin_user_page(page);\n\treturn 0;");

let client: LspClient;
afterEach(() => client.stop());

const checkWorkspace = () =>
  client.connection.sendRequest(ExecuteCommandRequest.type, { command: "pinscope.server.checkWorkspace" });

function publishedFor(path: string): readonly Diagnostic[] | undefined {
  return client.published.findLast(({ uri }) => uri === client.uri(path))?.diagnostics;
}

describe("a check of the workspace", () => {
  it("is run by the command, with progress, past what .gitignore leaves out", async () => {
    client = await LspClient.start();
    client.write("a.c", leak);
    client.write("sub/b.c", clean);
    client.write("ignored/c.c", leak);
    client.write(".gitignore", "ignored/\n");
    mkdirSync(join(client.folder, ".git"));
    expect(await checkWorkspace()).toMatchObject({
      files: 2,
      filesWithFindings: 1,
      findings: 1,
      functions: 2,
      cancelled: false,
      errors: [],
    });
    expect(publishedFor("a.c")).toMatchObject([{ code: "leaked-pages", range: { start: { line: 6 } } }]);
    expect(publishedFor("ignored/c.c")).toBeUndefined();
    const methods = client.received.map(({ method }) => method);
    expect(methods).toContain("window/workDoneProgress/create");
    expect(methods).toContain("$/progress");
    // What is opened is shown by the document's own diagnostics.
    await client.open("a.c", leak);
    await client.wait(() => (publishedFor("a.c")?.length === 0 ? true : undefined));
  });

  it("leaves nothing behind that is no longer true", async () => {
    client = await LspClient.start();
    client.write("a.c", leak);
    client.write("b.c", leak);
    await checkWorkspace();
    expect([publishedFor("a.c")?.length, publishedFor("b.c")?.length]).toEqual([1, 1]);
    client.write("a.c", clean);
    await client.touched("a.c");
    await client.wait(() => (publishedFor("a.c")?.length === 0 ? true : undefined));
    await client.configure({ rules: { "leaked-pages": "information" } });
    await client.wait(() => (publishedFor("b.c")?.[0]?.severity === 3 ? true : undefined));
    // Opened it is the document's business, closed again that of the check.
    const uri = await client.open("b.c", leak);
    await client.wait(() => (publishedFor("b.c")?.length === 0 ? true : undefined));
    await client.close(uri);
    await client.wait(() => (publishedFor("b.c")?.length === 1 ? true : undefined));
    // Renamed or deleted it has nothing to say.
    rmSync(join(client.folder, "b.c"));
    await client.touched("b.c");
    await client.wait(() => (publishedFor("b.c")?.length === 0 ? true : undefined));
  });

  it("is pulled where the setting says so, and stays open until something changes", async () => {
    client = await LspClient.start({ settings: { scope: "workspace" } });
    client.write("a.c", leak);
    client.write("b.c", clean);
    const pull = (previous: WorkspaceDiagnosticReport["items"], token?: CancellationTokenSource["token"]) =>
      client.connection.sendRequest(
        WorkspaceDiagnosticRequest.type,
        { previousResultIds: previous.map(({ uri, resultId }) => ({ uri, value: resultId ?? "" })) },
        token,
      );
    const first = await pull([]);
    expect(first.items).toMatchObject([{ uri: client.uri("a.c"), items: [{ code: "leaked-pages" }] }]);
    let answered = false;
    const second = pull(first.items).then((report) => {
      answered = true;
      return report;
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(answered).toBe(false);
    client.write("b.c", leak);
    client.write("a.c", clean);
    await client.touched("b.c", "a.c");
    const news = await second;
    expect(
      Object.fromEntries(news.items.map((one) => [one.uri, "items" in one ? one.items.length : -1])),
    ).toEqual({
      [client.uri("a.c")]: 0,
      [client.uri("b.c")]: 1,
    });
    const source = new CancellationTokenSource();
    const third = pull(
      [...news.items].filter((one) => one.uri === client.uri("b.c")),
      source.token,
    );
    source.cancel();
    await expect(third).rejects.toMatchObject({ code: -32800 });
  });

  it("answers file by file where the client wants that", async () => {
    client = await LspClient.start({ settings: { scope: "workspace" } });
    client.write("a.c", leak);
    client.write("b.c", leak);
    const report = await client.connection.sendRequest(WorkspaceDiagnosticRequest.type, {
      previousResultIds: [],
      partialResultToken: "part",
      workDoneToken: "work",
    });
    expect(report.items).toEqual([]);
    const progress = client.received
      .filter(({ method }) => method === "$/progress")
      .map(
        ({ params }) =>
          params as { readonly token: string; readonly value: Partial<WorkspaceDiagnosticReport> },
      );
    const parts = progress.filter(({ token }) => token === "part");
    expect(parts.flatMap(({ value }) => value.items?.map(({ uri }) => uri) ?? []).sort()).toEqual(
      ["a.c", "b.c"].map((name) => client.uri(name)),
    );
    expect(parts.length).toBe(2);
    expect(progress.filter(({ token }) => token === "work").map(({ value }) => value)).toMatchObject([
      { kind: "begin", cancellable: true },
      ...Array(3).fill({ kind: "report" }),
      { kind: "end" },
    ]);
  });

  it("is done unasked for clients that do not pull, where the setting says so", async () => {
    client = await LspClient.start({ capabilities: pushCapabilities });
    client.write("a.c", leak);
    await client.configure({ scope: "workspace" });
    await client.wait(() => (publishedFor("a.c")?.length === 1 ? true : undefined));
    client.write("a.c", clean);
    await client.touched("a.c");
    await client.wait(() => (publishedFor("a.c")?.length === 0 ? true : undefined));
  });

  it("goes on while files change, and is begun anew when a header does", async () => {
    client = await LspClient.start();
    for (let index = 0; index < 30; index++) client.write(`${index}.c`, leak);
    client.write("a.h", "");
    const run = checkWorkspace();
    await client.wait(() => client.received.find(({ method }) => method === "$/progress"));
    client.write("0.c", clean);
    await client.touched("a.h");
    await client.touched("0.c");
    expect(await run).toMatchObject({ cancelled: false, files: 30 });
    await client.wait(() => (publishedFor("0.c")?.length === 1 ? undefined : true));
    expect(publishedFor("1.c")?.length).toBe(1);
  });

  it("can be cancelled, and survives a folder that disappears", async () => {
    client = await LspClient.start({ folders: ["one", "two"] });
    mkdirSync(join(client.folder, "one"));
    client.write("two/a.c", leak);
    rmSync(join(client.folder, "one"), { recursive: true });
    expect(await checkWorkspace()).toMatchObject({
      findings: 1,
      errors: [expect.stringContaining("one") as string],
    });
    for (let index = 0; index < 60; index++) client.write(`two/${index}.c`, leak);
    const run = checkWorkspace();
    const token = await client.wait(
      () =>
        client.received.filter(({ method }) => method === "window/workDoneProgress/create").at(1)?.params as
          | { readonly token: string }
          | undefined,
    );
    await client.connection.sendNotification("window/workDoneProgress/cancel", token);
    expect(await run).toMatchObject({ cancelled: true });
    const uri = await client.open("two/a.c", leak);
    expect((await client.diagnostics(uri)).length).toBe(1);
  });
});

describe("several folders", () => {
  it("have configurations of their own, and come and go", async () => {
    client = await LspClient.start({ folders: ["one"] });
    client.write("one/.pinscope.json", '{ "rules": { "leaked-pages": "off" } }');
    client.write("two/.pinscope.json", '{ "rules": { "leaked-pages": "information" } }');
    client.write("two/b.c", leak);
    const one = await client.open("one/a.c", leak);
    const two = await client.open("two/a.c", leak);
    expect(await client.diagnostics(one)).toEqual([]);
    expect((await client.diagnostics(two))[0]?.severity).toBe(3);
    expect(await checkWorkspace()).toMatchObject({ findings: 0 });
    const added = { uri: client.uri("two"), name: "two" };
    await client.connection.sendNotification(DidChangeWorkspaceFoldersNotification.type, {
      event: { added: [added], removed: [] },
    });
    expect(await checkWorkspace()).toMatchObject({ findings: 1 });
    await client.connection.sendNotification(DidChangeWorkspaceFoldersNotification.type, {
      event: { added: [], removed: [added] },
    });
    expect(await checkWorkspace()).toMatchObject({ findings: 0 });
  });
});

describe("the command line and the server", () => {
  it("find the same on the same tree, in open documents and in folders", async () => {
    client = await LspClient.start();
    for (const folder of ["rules", "bugs", "sample"])
      cpSync(join(root, "test-fixtures", folder), join(client.folder, folder), { recursive: true });
    client.write(".pinscope.json", '{ "kernel": "6.12", "rules": { "obsolete-page-api": "warning" } }');
    client.write("odd/.pinscope.json", '{ "kernel": ["5.10", "6.6"], "deep": true }');
    cpSync(join(root, "test-fixtures/rules/invalid-foll-flags"), join(client.folder, "odd/flags"), {
      recursive: true,
    });
    const bundle = join(root, ".cache", `lsp-equal-${process.pid}`);
    spawnSync(process.execPath, ["build.mjs", bundle], { cwd: root });
    // Folder by folder, so that each is governed by its own configuration.
    const { stdout } = spawnSync(
      process.execPath,
      [
        join(bundle, "pinscope.mjs"),
        ...["check", "--format", "json", "--fail-on", "never", "rules", "bugs", "sample", "odd"],
      ],
      { cwd: client.folder, encoding: "utf8", maxBuffer: 1 << 28 },
    );
    const { findings: fromCommandLine } = JSON.parse(stdout) as {
      readonly findings: readonly ReportedFinding[];
    };
    rmSync(bundle, { recursive: true, force: true });
    const files = [...new Set(fromCommandLine.map(({ place }) => place.file))];
    expect(files.length).toBeGreaterThan(20);
    const expected = fromCommandLine.map(
      ({ place, rule, severity, fingerprint }) =>
        `${place.file} ${place.line}:${place.column}-${place.endLine}:${place.endColumn} ${rule} ${severity} ${fingerprint}`,
    );
    const severities = ["", "error", "warning", "information"];
    const lineOf = (file: string, { range, code, severity, data }: Diagnostic): string => {
      const at = ({ line, character }: Diagnostic["range"]["start"]) => `${line + 1}:${character + 1}`;
      const { fingerprint } = data as { readonly fingerprint: string };
      return `${file} ${at(range.start)}-${at(range.end)} ${code} ${severities[severity ?? 0]} ${fingerprint}`;
    };

    await checkWorkspace();
    const published = new Map(client.published.map(({ uri, diagnostics }) => [uri, diagnostics]));
    const fromFolders = [...published].flatMap(([uri, diagnostics]) =>
      diagnostics.map((one) => lineOf(relative(client.folder, URI.parse(uri).fsPath), one)),
    );
    expect(fromFolders.sort()).toEqual([...expected].sort());

    const fromDocuments: string[] = [];
    for (const file of files) {
      const uri = await client.open(file, readFileSync(join(client.folder, file), "utf8"));
      for (const one of await client.diagnostics(uri)) fromDocuments.push(lineOf(file, one));
      await client.close(uri);
    }
    expect(fromDocuments.sort()).toEqual([...expected].sort());
  }, 120_000);
});
