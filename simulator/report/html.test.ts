import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { simulateText } from "../interpreter/simulation-fixture.ts";
import { renderSimulationHtml } from "./html.ts";
import { SCRIPT, SCRIPT_HASH } from "./html-script.ts";
import { STYLE, STYLE_HASH } from "./html-style.ts";

const parser = await loadParser();

const SOURCE = `int window_read(unsigned long start, int *sum)
{
	struct page *pages[2];
	int got = get_user_pages_fast(start, 2, 0, pages);

	if (got < 2) /* <b>short</b> */
		return -EFAULT;
	*sum = got;
	put_page(pages[0]);
	put_page(pages[1]);
	return 0;
}
`;
const sourceOf = () => SOURCE;

function page(scenario: readonly string[] = [], options = {}): string {
  return renderSimulationHtml(simulateText(SOURCE, "window_read", parser, scenario), sourceOf, options);
}

/** Digest of a text as a content policy names it. */
function digest(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

describe("renderSimulationHtml", () => {
  it("is one page that reaches for nothing and allows its own style and script only", () => {
    const text = page();
    expect([STYLE_HASH, SCRIPT_HASH]).toEqual([digest(STYLE), digest(SCRIPT)]);
    expect(text).toContain(`default-src &#39;none&#39;; style-src &#39;${STYLE_HASH}&#39;`);
    expect(text).not.toMatch(/<link|<img|<iframe|\bsrc=|https?:|\sstyle="|\son\w+="|@import|url\(/i);
    expect(text.match(/<script/g)).toHaveLength(1);
  });

  it("carries a nonce where the host has a policy of its own", () => {
    const text = page([], { nonce: "abc123" });
    expect(text.match(/nonce="abc123"/g)).toHaveLength(2);
    expect(text).toContain("script-src &#39;nonce-abc123&#39;");
  });

  it("tells the head, the steps with pages as columns, the balance sheet, assumptions and what is not modelled", () => {
    const text = page();
    for (const part of [
      "<title>window_read() on 6.12.y: balanced on this sequential path</title>",
      '<th class="page" title="page frame 4096">p0<small>anon</small></th>',
      '<td class="page changed"><span class="from">1 &#8594;</span>2</td>',
      "<h2>Balance</h2>",
      "pages of get_user_pages_fast() = 2",
      "Not modelled: races of fast GUP",
      "(recorded)",
    ])
      expect(text).toContain(part);
    // The line of the call, with the step's number and what it did.
    expect(text).toMatch(/id="f0-4" class="ran".*<td class="mark" title="step 1">1<.*p0, p1: 1 → 2/);
  });

  it("shows a leak at its line, with what the kernel says of it later, and the scenario", () => {
    const text = page(["short=1 of 2"]);
    expect(text).toContain('<span class="verdict wrong">1 page leaked</span>');
    expect(text).toContain("<code>short=1 of 2</code>");
    expect(text).toContain("the pages are never freed");
  });

  it("links lines where the host says how", () => {
    const text = page([], { linkTo: (file: string, line: number) => `editor:${file}?a&b"#${line}` });
    expect(text).toContain(
      '<a class="line to-line" href="editor:test.c?a&amp;b&quot;#4" data-file="test.c" data-line="4">4</a>',
    );
    expect(page()).not.toContain("<a ");
  });

  it("escapes all that comes from code, whatever it is called", () => {
    const hostile = `<script>alert("1")</script>'&\u0000`;
    const real = simulateText(SOURCE, "window_read", parser, ["short=1 of 2"]);
    const at = { file: hostile, start: 0, end: 5 };
    const renamed = JSON.parse(JSON.stringify(real), (_key, value: unknown) => {
      if (
        typeof value === "string" &&
        !["success", "failure", "crash", "call", "branch", "return"].includes(value)
      )
        return hostile;
      return value;
    });
    const text = renderSimulationHtml(
      {
        ...renamed,
        exit: { kind: "crash", message: hostile, location: at },
        contradictions: [{ text: hostile, location: at, with: at }],
        scenario: [hostile],
      },
      () => `${hostile}\n${hostile}`,
      { linkTo: () => hostile, nonce: hostile },
    );
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(text).not.toContain('alert("1")');
    expect(text).not.toContain("\u0000");
    expect(text).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;");
  });

  it("reads without source texts", () => {
    const simulation = simulateText(SOURCE, "window_read", parser);
    expect(renderSimulationHtml(simulation, () => null)).toContain("get_user_pages_fast(start, 2");
  });
});
