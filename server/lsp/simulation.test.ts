/** Functions run on the kernel model, as a client asks for it. */
import { afterEach, describe, expect, it } from "vitest";
import {
  type CodeAction,
  CodeActionRequest,
  type CodeLens,
  CodeLensRequest,
  ExecuteCommandRequest,
  type Hover,
  HoverRequest,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { LspClient } from "../../test-fixtures/harness/lsp-client.ts";

const driver = `#include <linux/mm.h>
static int read_pages(struct device *dev, unsigned long start)
{
	struct page *pages[4];
	dma_addr_t address;
	int got = pin_user_pages_fast(start, 4, FOLL_WRITE, pages);

	if (got < 0)
		return got;
	address = dma_map_page(dev, pages[0], 0, PAGE_SIZE, DMA_FROM_DEVICE);
	if (dma_mapping_error(dev, address))
		goto err_map;
	dma_unmap_page(dev, address, PAGE_SIZE, DMA_FROM_DEVICE);
	unpin_user_pages(pages, got);
	return 0;

err_map:
	pages[0] = NULL;
	return -EIO;
}
`;

let client: LspClient;
afterEach(() => client.stop());

async function opened(): Promise<string> {
  client = await LspClient.start({ settings: { kernel: "6.12" } });
  return client.open("a.c", driver);
}

function placeOf(uri: string, line: string, name: string) {
  const document = TextDocument.create(uri, "c", 0, client.text(uri));
  const at = document.getText().indexOf(name, document.getText().indexOf(line));
  return document.positionAt(at);
}

async function hover(uri: string, line: string, name: string): Promise<string> {
  const answer: Hover | null = await client.connection.sendRequest(HoverRequest.type, {
    textDocument: { uri },
    position: placeOf(uri, line, name),
  });
  return (answer?.contents as { readonly value: string } | undefined)?.value ?? "";
}

function execute(command: string, argument: unknown): Promise<unknown> {
  return client.connection.sendRequest(ExecuteCommandRequest.type, {
    command: `pinscope.server.${command}`,
    arguments: [argument],
  });
}

describe("hover", () => {
  it("tells what pages become in the line, on the success path and where the call in it fails", async () => {
    const uri = await opened();
    const text = await hover(uri, "pin_user_pages_fast", "pages)");
    expect(text).toContain("Simulated on v6.12 (read from source)");
    expect(text).toContain(
      "**success path** (returns 0, balanced): `pages[0..3]` not set → pinned, refcount 1025, anon",
    );
    expect(text).toContain(
      "**`pin_user_pages_fast()` at line 6 fails** (returns -14, balanced): `pages[0..3]` not set",
    );
  });

  it("tells of a line on an error path what the path that comes there makes of it", async () => {
    const uri = await opened();
    const text = await hover(uri, "pages[0] = NULL", "pages");
    expect(text).toContain("**success path** (returns 0, balanced): does not come to this line");
    expect(text).toMatch(
      /\*\*`dma_\w+\(\)` at line \d+ fails\*\* \(returns -5, 4 pages leaked\): `pages\[0..3\]` pinned, refcount 1025, anon/,
    );
  });

  it("tells of a line that no failing call leads to what any path that comes there makes of it", async () => {
    client = await LspClient.start({ settings: { kernel: "6.12" } });
    const odd = driver.replace("if (dma_mapping_error(dev, address))", "if (start & 1)");
    const uri = await client.open("a.c", odd);
    expect(await hover(uri, "pages[0] = NULL", "pages")).toMatch(
      /a path through the line\*\* \(returns -5, 4 pages leaked\): `pages\[0..3\]` pinned, refcount 1025, anon → /,
    );
  });

  it("follows edits, also those that only move the function", async () => {
    const uri = await opened();
    await hover(uri, "pages[0] = NULL", "pages");
    const above = { line: 0, character: 0 };
    await client.change(uri, [{ range: { start: above, end: above }, text: "/* one\n * more */\n" }]);
    expect(await hover(uri, "pin_user_pages_fast", "pages)")).toContain("at line 8 fails");
    const at = placeOf(uri, "unpin_user_pages", "unpin");
    await client.change(uri, [
      { range: { start: at, end: { ...at, character: at.character + 5 } }, text: "put" },
    ]);
    expect(await hover(uri, "put_user_pages(pages", "pages")).not.toContain("let go");
  });
});

describe("simulating", () => {
  it("is offered above functions that take pages, and on findings that have a path", async () => {
    const uri = await opened();
    const lenses: CodeLens[] | null = await client.connection.sendRequest(CodeLensRequest.type, {
      textDocument: { uri },
    });
    expect(lenses?.map(({ command }) => command)).toContainEqual({
      title: "Simulate",
      command: "pinscope.server.simulate",
      arguments: [{ uri, function: "read_pages" }],
    });
    const [diagnostic] = await client.diagnostics(uri);
    if (diagnostic === undefined) throw new Error("no diagnostic");
    const actions = (await client.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri },
      range: diagnostic.range,
      context: { diagnostics: [diagnostic] },
    })) as CodeAction[];
    const replay = actions.find(({ title }) => title === "Replay this path");
    expect(replay).toMatchObject({ kind: "quickfix", diagnostics: [diagnostic] });
    const answer = await execute("simulate", replay?.command?.arguments?.[0]);
    expect(answer).toMatchObject({ function: "read_pages", exit: "failure", imbalances: 1, html: null });
    expect((answer as { readonly text: string }).text).toContain("4 LEAKED");
  });

  it("answers with a report of the success path, and of scenarios that are chosen from those offered", async () => {
    const uri = await opened();
    const { offers } = (await execute("scenarios", { uri, function: "read_pages" })) as {
      readonly offers: readonly { readonly label: string; readonly scenario: readonly string[] }[];
    };
    expect(offers[0]).toMatchObject({ label: "Success path", scenario: [] });
    const short = offers.find(({ label }) => label === "pin_user_pages_fast() gets 1 of 4 pages");
    expect(offers.map(({ label }) => label)).toEqual(
      expect.arrayContaining(["dma_map_page() fails", "Transparent huge pages", "Kernel 6.1.y"]),
    );
    const nonce = "0123456789abcdef";
    const usual = await execute("simulate", { uri, function: "read_pages", nonce });
    expect(usual).toMatchObject({ title: "read_pages()", exit: "success", imbalances: 0 });
    const { html, documents } = usual as {
      readonly html: string;
      readonly documents: Record<string, string>;
    };
    expect(html.includes(`<script nonce="${nonce}">`)).toBe(true);
    expect(html.includes(`href="${uri}#L14"`)).toBe(true);
    expect(Object.values(documents)).toEqual([uri]);
    const chosen = await execute("simulate", { uri, function: "read_pages", scenario: short?.scenario });
    expect(chosen).toMatchObject({
      title: "read_pages(): short=pin_user_pages_fast: 1 of 4",
      exit: "success",
    });
  });

  it("runs selected lines, also of an error path, and says where none are", async () => {
    const uri = await opened();
    const start = placeOf(uri, "goto err_map", "goto");
    const range = { start: { ...start, character: 0 }, end: { line: start.line + 1, character: 0 } };
    const actions = (await client.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri },
      range,
      context: { diagnostics: [] },
    })) as CodeAction[];
    const [action] = actions.filter(({ title }) => title === "Simulate these lines");
    const answer = await execute("simulate", action?.command?.arguments?.[0]);
    expect(answer).toMatchObject({ title: "read_pages(): line 12", exit: "failure", imbalances: 1 });
    const label = placeOf(uri, "static int", "static").line;
    const blank = { start: { line: label + 1, character: 0 }, end: { line: label + 2, character: 0 } };
    await expect(execute("simulate", { uri, range: blank })).rejects.toThrow(
      "nothing that is run begins in line 3 of read_pages()",
    );
  });

  it("runs the function around a place", async () => {
    const uri = await opened();
    const at = placeOf(uri, "goto err_map", "goto");
    const answer = await execute("simulate", { uri, range: { start: at, end: at } });
    expect(answer).toMatchObject({ function: "read_pages", exit: "success" });
  });

  it("refuses what it cannot run, with the reason", async () => {
    const uri = await opened();
    await expect(execute("simulate", { uri, function: "write_pages" })).rejects.toThrow(
      'no function "write_pages"',
    );
    await expect(execute("simulate", { uri, function: "read_pages", scenario: ["luck=1"] })).rejects.toThrow(
      'there is no key "luck"',
    );
    await expect(execute("simulate", { uri: `${uri}x`, function: "read_pages" })).rejects.toThrow("not open");
    await expect(execute("simulate", {})).rejects.toThrow("names nothing to simulate");
  });
});
