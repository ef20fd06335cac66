/** What stands around the trace: imbalances, contradictions, the balance sheet, the assumptions. */

import { equalLines } from "./equal-lines.ts";
import { placeLink, type View } from "./html-view.ts";
import { html, type Markup } from "./markup.ts";

const NOTHING = html``;

/** What is wrong at the end. */
export function imbalanceList(view: View): Markup {
  const { imbalances } = view.simulation;
  if (imbalances.length === 0) return NOTHING;
  return html`<section class="imbalances"><h2>What is wrong</h2><ul>
${imbalances.map(({ kind, text, location }) => html`<li><span class="tag wrong">${kind}</span> ${text} <span class="where">line ${placeLink(view, location)}</span></li>\n`)}</ul></section>`;
}

/** Demands that exclude each other, both lines. */
export function contradictionList(view: View): Markup {
  const { contradictions, unmet } = view.simulation;
  if (contradictions.length + unmet.length === 0) return NOTHING;
  return html`<section class="contradictions"><h2>What cannot be had</h2><ul>
${contradictions.map(
  ({ text, location, with: other }) =>
    html`<li>line ${placeLink(view, location)}${other === null ? null : html` against line ${placeLink(view, other)}`}: ${text}</li>\n`,
)}${unmet.map((text) => html`<li>not met: ${text}</li>\n`)}</ul></section>`;
}

/** Who holds what was taken. */
export function balanceSheet(view: View): Markup {
  const { balance } = view.simulation;
  if (balance.length === 0)
    return html`<section class="balance"><h2>Balance</h2><p>Nothing was taken.</p></section>`;
  const rows = equalLines(balance).map(({ line, times }) => {
    const { callee, location, family, taken, released, owned, leaked, consequence } = line;
    const often = times === 1 ? null : `${times} × `;
    const owners = owned.map(
      ({ owner, given, pages }) =>
        html`<div><b>${pages}</b> <code>${owner}</code>${given === null ? null : html` <span class="faint">if ${given} keeps them</span>`}</div>`,
    );
    return html`<tr${leaked > 0 ? html` class="wrong"` : null}><td class="at">${placeLink(view, location)}</td><td>${often}<code>${callee}()</code></td><td>${family}</td><td class="count">${taken}</td><td class="count">${released}</td><td class="count leaked">${leaked}</td><td>${owners.length === 0 ? html`<span class="faint">nobody</span>` : owners}</td></tr>\n${consequence === null ? null : html`<tr class="why"><td></td><td colspan="6" class="warning">${consequence}</td></tr>\n`}`;
  });
  return html`<section class="balance"><h2>Balance</h2><div class="pane"><table>
<thead><tr><th class="at">line</th><th>call</th><th>family</th><th class="count">taken</th><th class="count">released</th><th class="count">leaked</th><th>kept by</th></tr></thead>
<tbody>
${rows}</tbody></table></div></section>`;
}

/** What was assumed, with lines and reasons. */
export function assumptionList(view: View): Markup {
  const { assumptions } = view.simulation;
  if (assumptions.length === 0) return NOTHING;
  const rows = assumptions.map(
    ({ text, location, reason, entitled }) =>
      html`<tr><td class="at">${placeLink(view, location)}</td><td><code>${text}</code></td><td class="faint">${reason}${entitled ? ", an outcome of the call" : ""}</td></tr>\n`,
  );
  return html`<section class="assumptions"><h2>Assumed</h2><div class="pane"><table>
<thead><tr><th class="at">line</th><th>value</th><th>why</th></tr></thead>
<tbody>
${rows}</tbody></table></div></section>`;
}
