/** Typing: whatever is typed, the settled result is that of a fresh server, and no push is for a text that is gone. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterEach, expect, it } from "vitest";
import { type Diagnostic, ExecuteCommandRequest } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { LspClient, pushCapabilities } from "../../test-fixtures/harness/lsp-client.ts";

const sample = readFileSync(
  fileURLToPath(new URL("../../test-fixtures/sample/frame-grabber.c", import.meta.url)),
  "utf8",
);

let client: LspClient;
afterEach(() => client.stop());

/** The diagnostics of a document once the server has done all there is to do. */
async function settledDiagnostics(uri: string): Promise<readonly Diagnostic[]> {
  for (;;) {
    await client.diagnostics(uri);
    const { documents } = (await client.connection.sendRequest(ExecuteCommandRequest.type, {
      command: "pinscope.server.status",
      arguments: [uri],
    })) as { readonly documents: readonly { readonly settled: boolean }[] };
    if (documents[0]?.settled === true) return client.diagnostics(uri);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const pieces = [
  ";",
  "}",
  "{",
  "\n",
  "/*",
  "*/",
  "unpin_user_page(page);\n",
  "return 0;\n",
  "put_page(page);\n",
  "if (x)\n",
  "#if 0\n",
  "#endif\n",
  " ",
  "goto unpin;\n",
];

it("ends where a fresh server begins", async () => {
  client = await LspClient.start();
  const seed = 20_261_121;
  const edits = fc.sample(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.integer({ min: 0, max: 12 }),
      put: fc.constantFrom(...pieces),
    }),
    { numRuns: 60, seed },
  );
  const uri = await client.open("typed.c", sample);
  for (const [index, { at, remove, put }] of edits.entries()) {
    const document = TextDocument.create(uri, "c", 0, client.text(uri));
    const start = Math.floor(at * client.text(uri).length);
    const range = { start: document.positionAt(start), end: document.positionAt(start + remove) };
    await client.change(uri, [{ range, text: put }]);
    if (index % 20 !== 19) continue;
    const typed = await settledDiagnostics(uri);
    const fresh = await client.open(`fresh-${index}.c`, client.text(uri));
    const expected = await settledDiagnostics(fresh);
    const plain = (list: readonly Diagnostic[]) =>
      list.map(({ code, range: where, message }) => ({ code, where, message }));
    expect(plain(typed), `seed ${seed}, edit ${index}`).toEqual(plain(expected));
  }
}, 60_000);

it("publishes nothing for a text that is gone", async () => {
  client = await LspClient.start({ capabilities: pushCapabilities });
  const uri = await client.open("typed.c", sample);
  const line = "\tunpin_user_page(page);\n";
  const at = TextDocument.create(uri, "c", 0, sample).positionAt(sample.indexOf("\t/* Mistake 3"));
  for (const [index, character] of [...line].entries()) {
    const position = index === line.length ? at : { line: at.line, character: at.character + index };
    await client.change(uri, [{ range: { start: position, end: position }, text: character }]);
  }
  await client.wait(() => client.published.find((one) => one.uri === uri && one.version === line.length + 1));
  const versions = client.published.filter((one) => one.uri === uri).map((one) => one.version ?? 0);
  expect(versions).toEqual([...versions].sort((left, right) => left - right));
  expect(versions.at(-1)).toBe(line.length + 1);
});
