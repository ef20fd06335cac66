/** The page's script: a step is selected by a click or the arrow keys, its line in the code beside it. */
import { digestOf } from "./html-digests.ts";

export const SCRIPT = `
(() => {
  const rows = [...document.querySelectorAll("tr[data-step]")];
  const stepper = document.querySelector(".stepper");
  const said = stepper.querySelector("output");
  const buttons = [...stepper.querySelectorAll("button")];
  const shown = () => rows.filter((row) => row.getClientRects().length > 0);
  let current = null;
  const bring = (element) => {
    const pane = element.closest(".pane");
    if (pane === null) return;
    const inside = element.getBoundingClientRect();
    const outside = pane.getBoundingClientRect();
    const head = pane.querySelector("thead")?.offsetHeight ?? 0;
    const room = pane.clientHeight - head;
    if (inside.top < outside.top + head || inside.bottom > outside.bottom)
      pane.scrollTop += inside.top - outside.top - head - Math.max(0, (room - inside.height) / 3);
    if (pane.scrollHeight <= pane.clientHeight + 1) {
      const cover = document.querySelector(".source");
      const top = getComputedStyle(cover).position === "sticky" && !cover.contains(pane) ? cover.offsetHeight : 0;
      const place = element.getBoundingClientRect();
      if (place.top < top || place.bottom > innerHeight - 70) scrollBy(0, place.top - top - (innerHeight - top) / 4);
    }
  };
  const select = (row) => {
    for (const one of document.querySelectorAll(".now")) one.classList.remove("now");
    current = row;
    row.classList.add("now");
    const code = document.getElementById(row.dataset.at ?? "");
    if (code !== null) {
      code.classList.add("now");
      bring(code);
    }
    bring(row);
    const all = shown();
    const at = all.indexOf(row);
    const line = row.querySelector(".line");
    said.textContent = "step " + (at + 1) + " of " + all.length + (line === null ? "" : ", line " + line.textContent);
    buttons[0].disabled = at <= 0;
    buttons[1].disabled = at === all.length - 1;
  };
  const go = (by) => {
    const all = shown();
    if (all.length === 0) return;
    const at = current === null ? -1 : all.indexOf(current);
    const next = at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by));
    select(all[next]);
  };
  if (rows.length > 0) stepper.hidden = false;
  said.textContent = shown().length + " steps";
  for (const button of buttons) button.addEventListener("click", () => go(Number(button.dataset.go)));
  for (const row of rows) row.addEventListener("click", () => select(row));
  for (const line of document.querySelectorAll(".code tr.ran"))
    line.addEventListener("click", () => {
      const all = shown().filter((row) => row.dataset.at === line.id);
      if (all.length > 0) select(all[(all.indexOf(current) + 1) % all.length]);
    });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const by = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    go(by);
  });
  const editor = typeof acquireVsCodeApi === "function" ? acquireVsCodeApi() : null;
  if (editor !== null)
    document.addEventListener("click", (event) => {
      const link = event.target instanceof Element ? event.target.closest("a.to-line") : null;
      if (link === null) return;
      event.preventDefault();
      editor.postMessage({ type: "reveal", file: link.dataset.file, line: Number(link.dataset.line) });
    });
})();
`;

export const SCRIPT_HASH = digestOf("script");
