/**
 * Random edits of real kernel files against the language server:
 *   npm run fuzz:edits -- [--edits N] [--seed N] [--tree FOLDER] [--file PATH] [--each N]
 * One server lives through all edits; the files are those of the tree that name a trigger, in an order of the seed's.
 * Each file is taken twice, half of the edits apart, so that the heap can be compared.
 * After each hundred edits the diagnostics, lenses and links of the settled document must equal those of a
 * server that was started for this text. No answer may point outside the text, nothing may be logged as a
 * defect, and when all is closed the heap must be what it was. Fails otherwise, with what reproduces it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isDeepStrictEqual, parseArgs } from "node:util";
import {
  CodeLensRequest,
  type Diagnostic,
  DidChangeWorkspaceFoldersNotification,
  DocumentLinkRequest,
  ExecuteCommandRequest,
  HoverRequest,
  InlayHintRequest,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { URI } from "vscode-uri";
import { namesTrigger } from "../../server/lsp/core/relevance.ts";
import { LspClient } from "../../test-fixtures/harness/lsp-client.ts";
import { drawEdits, type Edit, EditedText } from "./edits.ts";

/** Edits between comparisons, and comparisons of one file before the next is taken. */
const between = 100;
const comparisonsOfFile = 2;

/** Folders of the tree from which files are taken. */
const folders = [
  "mm",
  "drivers/misc",
  "drivers/infiniband",
  "drivers/gpu/drm",
  "drivers/media",
  "net",
  "fs",
  "io_uring",
  "block",
  "virt",
  "drivers/vfio",
  "drivers/xen",
  "drivers/dma-buf",
];

/** How often each file is taken: a server remembers what it read, so only the second time is like the first. */
const rounds = 2;

/** UTF-16 units above which a file is left out: a hundred edits of it take minutes. */
const longestFile = 120_000;

/** Megabytes by which the heap may grow between the end of the first round and that of the last. */
const growth = 4;

/** @returns the process's exit code */
export async function run(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tree: { type: "string", default: ".cache/corpus/linux-source-6.12" },
      edits: { type: "string", default: "10000" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      file: { type: "string" },
    },
  });
  const tree = resolve(values.tree);
  const seed = Number(values.seed);
  const count = Number(values.edits);
  const perRound = Math.ceil(count / (between * comparisonsOfFile) / rounds);
  const files = values.file === undefined ? filesOf(tree, seed).slice(0, perRound) : [values.file];
  console.log(`seed ${seed}: ${count} edits of ${files.length} files`);
  const client = await LspClient.start({ settings: { codeLens: "acquisitions", inlayHints: true } });
  const heaps: number[] = [];
  let done = 0;
  let failures = 0;
  const began = performance.now();
  for (let turn = 0; done < count; turn++) {
    const file = files[turn % files.length];
    if (file === undefined) throw new Error("no files");
    const wanted = Math.min(between * comparisonsOfFile, count - done);
    const started = performance.now();
    const problems = await editFile(client, join(tree, file), wanted, seed + turn);
    done += wanted;
    failures += problems.length;
    for (const problem of problems)
      console.log(
        `FAILED ${file}: ${problem}\n  again: npm run fuzz:edits -- --edits ${wanted} --seed ${seed + turn} --file ${file}`,
      );
    heaps.push(await heapInUse(client));
    console.log(
      `${done} ${file}: ${((performance.now() - started) / 1000).toFixed(1)} s, heap ${heaps.at(-1)?.toFixed(1)} MB, resident ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB`,
    );
  }
  const defects = client.logs.filter((line) => /internal error|defect|TypeError|RangeError/.test(line));
  for (const defect of defects.slice(0, 10)) console.log(`LOGGED ${defect}`);
  await client.stop();
  const [first = 0, last = 0] = [heaps[Math.min(files.length, heaps.length) - 1], heaps.at(-1)];
  const grew = last - first > growth;
  console.log(
    `${done} edits in ${((performance.now() - began) / 1000).toFixed(0)} s: ${failures} failures, ${defects.length} defects logged; ` +
      `heap ${first.toFixed(1)} MB after the first round, ${last.toFixed(1)} MB at the end${grew ? ": IT GREW" : ""}`,
  );
  return failures > 0 || defects.length > 0 || grew ? 1 : 0;
}

/** Files of the tree that are worth checking, shuffled. */
function filesOf(tree: string, seed: number): readonly string[] {
  const found: string[] = [];
  for (const folder of folders) {
    for (const entry of readdirSync(join(tree, folder), { recursive: true, encoding: "utf8" })) {
      if (!entry.endsWith(".c")) continue;
      const path = join(folder, entry);
      const text = readFileSync(join(tree, path), "utf8");
      if (text.length <= longestFile && namesTrigger(text)) found.push(path);
    }
  }
  // A linear congruential generator (Numerical Recipes) is random enough for an order.
  let state = seed >>> 0;
  const keys = new Map(
    found.sort().map((path) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return [path, state];
    }),
  );
  return found.sort((left, right) => (keys.get(left) ?? 0) - (keys.get(right) ?? 0));
}

async function editFile(
  client: LspClient,
  path: string,
  count: number,
  seed: number,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const text = new EditedText(readFileSync(path, "utf8"));
  const uri = URI.file(path).toString();
  await client.open(uri, text.text);
  for (const [index, draw] of drawEdits(count, seed).entries()) {
    let document = TextDocument.create(uri, "c", 0, text.text);
    const changes = text.apply(draw).map((edit) => {
      const change = changeOf(document, edit);
      document = TextDocument.update(document, [change], 0);
      return change;
    });
    if (changes.length > 0) await client.change(uri, changes);
    const at = `edit ${index + 1}`;
    if (client.text(uri) !== text.text) problems.push(`${at}: the client's text is another`);
    if (draw.asks !== "nothing") {
      const wrong = await ask(client, uri, draw.asks === "everything", draw.at);
      if (wrong !== null) problems.push(`${at}: ${wrong}`);
    }
    if ((index + 1) % between !== 0 && index + 1 !== count) continue;
    const difference = await compare(client, uri, text.text);
    if (difference !== null) problems.push(`${at}: ${difference}`);
  }
  await client.close(uri);
  return problems;
}

function changeOf(document: TextDocument, { start, end, text }: Edit) {
  return { range: { start: document.positionAt(start), end: document.positionAt(end) }, text };
}

/** Asks as an editor does while somebody types. Says what is wrong with an answer. */
async function ask(client: LspClient, uri: string, everything: boolean, at: number): Promise<string | null> {
  const document = TextDocument.create(uri, "c", 0, client.text(uri));
  const textDocument = { uri };
  try {
    const report = await client.pull(uri);
    if (report.kind === "full") {
      const wrong = report.items.find(({ range }) => !isInside(document, range));
      if (wrong !== undefined) return `a mark outside the text: ${JSON.stringify(wrong)}`;
    }
    if (!everything) return null;
    const position = document.positionAt(Math.floor(at * document.getText().length));
    const range = { start: document.positionAt(0), end: document.positionAt(document.getText().length) };
    await Promise.all([
      client.connection.sendRequest(HoverRequest.type, { textDocument, position }),
      client.connection.sendRequest(CodeLensRequest.type, { textDocument }),
      client.connection.sendRequest(InlayHintRequest.type, { textDocument, range }),
      client.connection.sendRequest(DocumentLinkRequest.type, { textDocument }),
    ]);
    return null;
  } catch (error) {
    // Typed over before it could be answered: allowed, and nothing else is.
    const { code, message } = error as { readonly code?: number; readonly message: string };
    return code === -32802 || code === -32801 ? null : `a request failed: ${message}`;
  }
}

function isInside(document: TextDocument, { start, end }: Diagnostic["range"]): boolean {
  return [start, end].every((position) => {
    const back = document.positionAt(document.offsetAt(position));
    return back.line === position.line && back.character === position.character;
  });
}

/** What a settled server says of a document, as plain data. */
async function said(client: LspClient, uri: string): Promise<unknown> {
  for (;;) {
    await client.diagnostics(uri);
    const { documents } = (await client.connection.sendRequest(ExecuteCommandRequest.type, {
      command: "pinscope.server.status",
      arguments: [uri],
    })) as { readonly documents: readonly { readonly settled: boolean; readonly ms: number }[] };
    const [status] = documents;
    if (status === undefined) throw new Error(`${uri} is not checked`);
    if (!status.settled) {
      await new Promise((proceed) => setTimeout(proceed, 20));
      continue;
    }
    const { ms: _, version: __, ...figures } = status as typeof status & { readonly version: number };
    const lenses = await client.connection.sendRequest(CodeLensRequest.type, { textDocument: { uri } });
    return { diagnostics: await client.diagnostics(uri), lenses, figures };
  }
}

/** Says how the document's settled answers differ from those of a fresh server; null where they do not. */
async function compare(client: LspClient, uri: string, text: string): Promise<string | null> {
  const here = await said(client, uri);
  const fresh = await LspClient.start({ settings: client.settings });
  try {
    await fresh.open(uri, text);
    const there = await said(fresh, uri);
    if (isDeepStrictEqual(here, there)) return null;
    return `not what a fresh server says\n  typed: ${JSON.stringify(here)}\n  fresh: ${JSON.stringify(there)}`;
  } finally {
    await fresh.stop();
  }
}

/** Megabytes of the heap that are reachable once nothing of the disk is remembered. */
async function heapInUse(client: LspClient): Promise<number> {
  client.received.splice(0);
  client.published.splice(0);
  await client.connection.sendNotification(DidChangeWorkspaceFoldersNotification.type, {
    event: { added: [], removed: [] },
  });
  // Answered after the notification was handled.
  await client.connection.sendRequest(ExecuteCommandRequest.type, { command: "pinscope.server.status" });
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
