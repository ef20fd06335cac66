/** What the server offers beside diagnostics, as a client gets it. */
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import {
  type CodeAction,
  CodeActionRequest,
  type CodeLens,
  CodeLensRequest,
  type Diagnostic,
  DocumentLinkRequest,
  ExecuteCommandRequest,
  type Hover,
  HoverRequest,
  InlayHintRequest,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { LspClient } from "../../test-fixtures/harness/lsp-client.ts";

const leak = `#include <linux/mm.h>
static int leak(unsigned long start)
{
	struct page *page;
	int got = pin_user_pages_fast(start, 1, 0, &page);

	if (got != 1)
		return -EFAULT;
	if (start & 1)
		goto err_odd;
	unpin_user_page(page);
	return 0;

err_odd:
	return -EINVAL;
}
`;
const mismatch = `static int mismatch(unsigned long start)
{
	struct page *page;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	put_page(page);
	return 0;
}
`;

let client: LspClient;
afterEach(() => client.stop());

async function actionsOn(uri: string, diagnostic: Diagnostic): Promise<readonly CodeAction[]> {
  const actions = await client.connection.sendRequest(CodeActionRequest.type, {
    textDocument: { uri },
    range: diagnostic.range,
    context: { diagnostics: [diagnostic] },
  });
  return (actions ?? []) as CodeAction[];
}

/** The only diagnostic of a document and the actions on it. */
async function onlyOne(uri: string): Promise<{ diagnostic: Diagnostic; actions: readonly CodeAction[] }> {
  const [diagnostic, ...others] = await client.diagnostics(uri);
  expect(others).toEqual([]);
  if (diagnostic === undefined) throw new Error("no diagnostic");
  return { diagnostic, actions: await actionsOn(uri, diagnostic) };
}

function positionOf(uri: string, text: string, shift = 0) {
  const document = TextDocument.create(uri, "c", 0, client.text(uri));
  const at = document.getText().indexOf(text);
  expect(at, text).toBeGreaterThanOrEqual(0);
  return document.positionAt(at + shift);
}

async function hover(uri: string, text: string, shift = 0): Promise<string | null> {
  const answer: Hover | null = await client.connection.sendRequest(HoverRequest.type, {
    textDocument: { uri },
    position: positionOf(uri, text, shift),
  });
  const contents = answer?.contents as { readonly value: string } | undefined;
  return contents?.value ?? null;
}

describe("code actions", () => {
  it("put the right release in place; the finding goes", async () => {
    client = await LspClient.start();
    const uri = await client.open("a.c", mismatch);
    const { diagnostic, actions } = await onlyOne(uri);
    const [fix] = actions;
    expect(fix).toMatchObject({
      title: "Let go with unpin_user_page()",
      kind: "quickfix",
      isPreferred: true,
      diagnostics: [diagnostic],
    });
    await client.apply(fix?.edit ?? {});
    expect(client.text(uri)).toContain("\tunpin_user_page(page);");
    expect(await client.diagnostics(uri)).toEqual([]);
  });

  it("ask for a look where somebody has to think", async () => {
    client = await LspClient.start({ settings: { kernel: "6.12" } });
    const uri = await client.open(
      "drivers/a.c",
      mismatch.replace("FOLL_WRITE", "FOLL_WRITE | FOLL_FORCE").replace("put_page", "unpin_user_page"),
    );
    const { actions } = await onlyOne(uri);
    expect(actions[0]).toMatchObject({
      title: "Drop FOLL_FORCE (to be reviewed)",
      edit: { changeAnnotations: { review: { needsConfirmation: true } } },
    });
    expect(actions[0]?.isPreferred).toBeUndefined();
    await client.apply(actions[0]?.edit ?? {});
    expect(client.text(uri)).toContain("(start, 1, FOLL_WRITE, &page)");
  });

  it("accept a finding in a baseline outside the tree, one and no other", async () => {
    client = await LspClient.start();
    const uri = await client.open("sub/a.c", mismatch + leak);
    const before = await client.diagnostics(uri);
    expect(before.map(({ code }) => code)).toEqual(["mismatched-release", "leaked-pages"]);
    const [, leaked] = before as [Diagnostic, Diagnostic];
    const accept = (await actionsOn(uri, leaked)).find(({ title }) => title.includes("baseline"));
    expect(accept?.command).toBeDefined();
    const answer = (await client.connection.sendRequest(ExecuteCommandRequest.type, {
      command: accept?.command?.command ?? "",
      arguments: accept?.command?.arguments ?? [],
    })) as { readonly where: string };
    expect((await client.diagnostics(uri)).map(({ code }) => code)).toEqual(["mismatched-release"]);
    expect(JSON.parse(readFileSync(answer.where, "utf8"))).toMatchObject({
      version: 1,
      findings: [{ file: "sub/a.c", function: "leak", rule: "leaked-pages" }],
    });
    // An edit elsewhere does not bring it back.
    await client.replace(uri, "static int mismatch", "/* one more line */\nstatic int mismatch");
    expect((await client.diagnostics(uri)).map(({ code }) => code)).toEqual(["mismatched-release"]);
  });

  it("write suppressions outside kernel trees only, unless told to", async () => {
    client = await LspClient.start();
    const uri = await client.open("a.c", leak);
    const { actions } = await onlyOne(uri);
    const here = actions.find(({ title }) => title === "Suppress leaked-pages here");
    await client.apply(here?.edit ?? {});
    expect(client.text(uri)).toContain("\n\t/* pinscope-ignore leaked-pages: say why */\n\treturn -EINVAL;");
    expect(await client.diagnostics(uri)).toEqual([]);

    const other = await client.open("b.c", leak);
    const inFile = (await onlyOne(other)).actions.find(({ title }) => title.endsWith("in this file"));
    await client.apply(inFile?.edit ?? {});
    expect(client.text(other).startsWith("/* pinscope-ignore-file leaked-pages: say why */\n#include")).toBe(
      true,
    );
    expect(await client.diagnostics(other)).toEqual([]);

    client.write("linux/Makefile", "VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 0\n");
    const inTree = await client.open("linux/drivers/c.c", leak);
    const titles = async () => (await onlyOne(inTree)).actions.map(({ title }) => title);
    expect(await titles()).toEqual([
      "Replay this path",
      "Accept this finding (leaked-pages): add it to the baseline",
    ]);
    expect((await onlyOne(inTree)).actions[1]?.isPreferred).toBe(true);
    await client.configure({ suppressionActions: "always" });
    expect(await titles()).toHaveLength(4);
  });

  it("remove comments that suppress nothing", async () => {
    client = await LspClient.start();
    const text = mismatch.replace("put_page", "unpin_user_page");
    const uri = await client.open("a.c", `/* pinscope-ignore leaked-pages: once there was one */\n${text}`);
    const { diagnostic, actions } = await onlyOne(uri);
    expect(diagnostic).toMatchObject({ code: "unused-suppression", tags: [1] });
    expect(actions.map(({ title }) => title)).toEqual(["Remove this comment"]);
    await client.apply(actions[0]?.edit ?? {});
    expect(client.text(uri)).toBe(text);
  });
});

describe("hover", () => {
  it("tells an API's contract in the document's kernel", async () => {
    client = await LspClient.start({ settings: { kernel: "6.12" } });
    const uri = await client.open("a.c", leak);
    const text = await hover(uri, "pin_user_pages_fast", 3);
    expect(text).toContain("int pin_user_pages_fast(unsigned long start, int nr_pages,");
    expect(text).toContain("In kernel 6.12:");
    expect(text).toContain("pins `pages`[0 … ret)");
    expect(text).toContain("`unpin_user_page()`");
    expect(text).toContain("catalogue.md#pin_user_pages_fast");
    expect(await hover(uri, "unpin_user_page(page)")).toContain("unpins `page`");
  });

  it("tells what a variable holds at the place", async () => {
    client = await LspClient.start();
    const uri = await client.open("a.c", leak);
    const text = await hover(uri, "page);\n\treturn 0", 1);
    expect(text).toContain("**pins** (1), held since line 5: `pin_user_pages_fast()`");
  });

  it("leaves everything else to others", async () => {
    client = await LspClient.start();
    const uri = await client.open("a.c", `/* pin_user_pages_fast */\n${leak}`);
    expect(await hover(uri, "start)\n{", 1)).toBeNull();
    expect(await hover(uri, "return -EFAULT", 2)).toBeNull();
    expect(await hover(uri, "/* pin_user", 5)).toBeNull();
    expect(await hover(uri, "struct page", 1)).toBeNull();
  });
});

describe("code lenses", () => {
  const titlesOf = async (uri: string): Promise<string[]> => {
    const lenses: CodeLens[] | null = await client.connection.sendRequest(CodeLensRequest.type, {
      textDocument: { uri },
    });
    return (lenses ?? []).map(({ range, command }) => `${range.start.line + 1}: ${command?.title}`);
  };

  it("stand above functions with findings, or above all that acquire, or nowhere", async () => {
    client = await LspClient.start();
    const uri = await client.open("a.c", leak + mismatch.replace("put_page", "unpin_user_page"));
    const first = "2: 1 acquisition · leaks at line 15 (`err_odd`) · Show path";
    expect(await titlesOf(uri)).toEqual([first, "2: Simulate", "17: Simulate"]);
    await client.configure({ codeLens: "acquisitions" });
    expect(await titlesOf(uri)).toEqual([first, "2: Simulate", "17: 1 acquisition", "17: Simulate"]);
    expect(client.received.some(({ method }) => method === "workspace/codeLens/refresh")).toBe(true);
    await client.configure({ codeLens: "off" });
    expect(await titlesOf(uri)).toEqual([]);
  });

  it("show the path", async () => {
    client = await LspClient.start();
    const uri = await client.open("a.c", leak);
    const [lens] =
      (await client.connection.sendRequest(CodeLensRequest.type, { textDocument: { uri } })) ?? [];
    const path = (await client.connection.sendRequest(ExecuteCommandRequest.type, {
      command: lens?.command?.command ?? "",
      arguments: lens?.command?.arguments ?? [],
    })) as {
      readonly steps: readonly { readonly role: string; readonly location: { readonly uri: string } }[];
    };
    expect(path.steps.map(({ role }) => role)).toContain("acquire");
    expect(path.steps.every(({ location }) => location.uri === uri)).toBe(true);
    await client.wait(() =>
      client.received.find(
        ({ method }) => method === "window/showMessage" || method === "window/showMessageRequest",
      ),
    );
  });
});

describe("inlay hints", () => {
  it("are off by default, and tell what calls take and let go", async () => {
    client = await LspClient.start();
    const text = `struct page *get_user_pages_fast(int declared);\n${leak}/* put_page(x) */\nvoid f(struct page **p, int n) { release_pages(p, n); unpin_user_pages(p, n + 1); }\n`;
    const uri = await client.open("a.c", text);
    const hints = async () => {
      const answer = await client.connection.sendRequest(InlayHintRequest.type, {
        textDocument: { uri },
        range: { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } },
      });
      return (answer ?? []).map(({ label, position }) => `${position.line + 1} ${String(label)}`);
    };
    expect(await hints()).toEqual([]);
    await client.configure({ inlayHints: true });
    expect(await hints()).toEqual(["6 +pin × ret", "12 −pin", "19 −ref × n", "19 −pin × n + 1"]);
  });
});

describe("links and commands", () => {
  it("lead from suppression comments to the rules' pages", async () => {
    client = await LspClient.start({ settings: { documentation: "https://example.org/rules/" } });
    const uri = await client.open("a.c", `/* pinscope-ignore-file leaked-pages, no-rule: why */\n${leak}`);
    const links = await client.connection.sendRequest(DocumentLinkRequest.type, { textDocument: { uri } });
    expect(links).toMatchObject([
      {
        range: { start: { line: 0, character: 24 }, end: { line: 0, character: 36 } },
        target: "https://example.org/rules/leaked-pages.md",
      },
    ]);
  });

  it("explain a rule, and say what they do not know", async () => {
    client = await LspClient.start();
    const run = (command: string, ...given: unknown[]) =>
      client.connection.sendRequest(ExecuteCommandRequest.type, { command, arguments: given });
    expect(await run("pinscope.server.explainRule", "leaked-pages")).toMatchObject({
      markdown: expect.stringContaining("# leaked-pages") as string,
    });
    expect(await run("pinscope.server.explainRule", "../../package")).toMatchObject({ markdown: null });
    await expect(run("pinscope.server.nonsense")).rejects.toThrow("no command");
    await expect(run("pinscope.server.addToBaseline", 17)).rejects.toThrow("names no finding");
  });

  it("tell the status", async () => {
    client = await LspClient.start({ initializationOptions: { status: true }, settings: { kernel: "6.1" } });
    const uri = await client.open("a.c", leak);
    const status = await client.connection.sendRequest(ExecuteCommandRequest.type, {
      command: "pinscope.server.status",
      arguments: [uri],
    });
    const own = {
      uri,
      kernel: "6.1",
      kernelReason: "as told",
      functions: 1,
      functionsAnalyzed: 1,
      findings: 1,
    };
    expect(status).toMatchObject({ documents: [own] });
    const sent = await client.wait(() => client.received.find(({ method }) => method === "pinscope/status"));
    expect(sent.params).toMatchObject(own);
  });
});
