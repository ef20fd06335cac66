/** The head of the page: what was run, on which kernel, and how it ended. */
import type { Simulation } from "@pinscope/simulator/interpreter";
import { placeLink, type View } from "./html-view.ts";
import { html, type Markup } from "./markup.ts";
import { selectionText } from "./text.ts";

export interface Verdict {
  readonly kind: "right" | "wrong" | "open";
  readonly text: string;
}

/** The result in a few words. */
export function verdictOf({ exit, imbalances, balance }: Simulation): Verdict {
  if (exit.kind === "stuck" || exit.kind === "diverged")
    return { kind: "open", text: "not executed to the end" };
  if (exit.kind === "crash") return { kind: "wrong", text: "the kernel would crash" };
  const leaked = balance.reduce((sum, line) => sum + line.leaked, 0);
  if (leaked > 0) return { kind: "wrong", text: `${leaked} page${leaked === 1 ? "" : "s"} leaked` };
  const { length } = imbalances;
  if (length > 0) return { kind: "wrong", text: `${length} imbalance${length === 1 ? "" : "s"}` };
  return { kind: "right", text: "balanced on this sequential path" };
}

/** The facts, as pairs. */
export function facts(view: View): Markup {
  const { function: name, file, era, ground, scenario, selection, through, exit } = view.simulation;
  const told =
    "message" in exit
      ? html`${exit.kind} at line ${placeLink(view, exit.location)}: ${exit.message}`
      : html`${exit.kind}${exit.value === null ? "" : `, returns ${exit.value}`}, line ${placeLink(view, exit.location)}`;
  return html`<dl class="facts">
<div><dt>File</dt><dd><code>${file}</code></dd></div>
<div><dt>Kernel</dt><dd>${era} <span class="faint">(${ground})</span></dd></div>
<div><dt>Scenario</dt><dd>${scenario.length === 0 ? "the usual one" : html`<code>${scenario.join("; ")}</code>`}</dd></div>
${selection === null ? null : html`<div><dt>Through</dt><dd>${selectionText(selection, view.places)}</dd></div>\n`}${
  through.length === 0
    ? null
    : html`<div><dt>Through</dt><dd><code>${[name, ...through].map((one) => `${one}()`).join(" → ")}</code></dd></div>\n`
}<div><dt>Exit</dt><dd>${told}</dd></div>
</dl>`;
}
