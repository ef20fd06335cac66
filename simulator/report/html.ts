/**
 * A simulation as one HTML page that needs nothing else: style and script are in it, no network, and a content policy
 * that allows nothing more. It reads without the script, too, as in a mail. Does no I/O: runs in workers and browsers.
 */
import type { Simulation } from "@pinscope/simulator/interpreter";
import { facts, verdictOf } from "./html-facts.ts";
import { SCRIPT, SCRIPT_HASH } from "./html-script.ts";
import { sourcePane } from "./html-source.ts";
import { STYLE, STYLE_HASH } from "./html-style.ts";
import { assumptionList, balanceSheet, contradictionList, imbalanceList } from "./html-summary.ts";
import { traceTable } from "./html-trace.ts";
import type { LinkTo } from "./html-view.ts";
import { html, verbatim } from "./markup.ts";
import { placesOf, type SourceOf } from "./places.ts";

export interface HtmlOptions {
  /**
   * Of the page that shows it, such as an editor's webview: style and script carry it and the policy names it. Without
   * one the policy names their digests, so that the file can be opened from anywhere.
   */
  readonly nonce?: string;
  /** Addresses for line numbers. Without it they are plain. */
  readonly linkTo?: LinkTo;
}

/**
 * The page. Every text that comes from code is escaped. Line numbers carry `data-file` and `data-line`, links among
 * them have the class `to-line`; in a webview of VS Code a click on one posts `{ type: "reveal", file, line }`.
 */
export function renderSimulationHtml(
  simulation: Simulation,
  sourceOf: SourceOf,
  { nonce, linkTo = () => null }: HtmlOptions = {},
): string {
  const places = placesOf(simulation.file, sourceOf);
  const view = { simulation, places, linkTo };
  const policy =
    nonce === undefined
      ? `default-src 'none'; style-src '${STYLE_HASH}'; script-src '${SCRIPT_HASH}'; base-uri 'none'; form-action 'none'`
      : `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  const marked = nonce === undefined ? null : html` nonce="${nonce}"`;
  const { function: name, era, standing, runs, operations } = simulation;
  const verdict = verdictOf(simulation);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="color-scheme" content="light dark">
<title>${name}() on ${era}: ${verdict.text}</title>
<style${marked}>${verbatim(STYLE)}</style>
</head>
<body>
<header>
<h1><code>${name}()</code> <span class="verdict ${verdict.kind}">${verdict.text}</span></h1>
${facts(view)}
</header>
${imbalanceList(view)}
${contradictionList(view)}
<main>
${sourcePane(view)}
${traceTable(view)}
</main>
${balanceSheet(view)}
${assumptionList(view)}
<footer>
<p>${standing}</p>
<p>${operations} operations in ${runs} run${runs === 1 ? "" : "s"}. Made by Pinscope.</p>
</footer>
<nav class="stepper" aria-label="Steps" hidden>
<button type="button" data-go="-1" aria-label="Step before" title="Step before (arrow up)">&#8593;</button>
<output></output>
<button type="button" data-go="1" aria-label="Next step" title="Next step (arrow down)">&#8595;</button>
</nav>
<script${marked}>${verbatim(SCRIPT)}</script>
</body>
</html>
`;
  return page.markup;
}
