/** The page's style sheet. Takes colors of a VS Code webview where there are such. */
import { digestOf } from "./html-digests.ts";

export const STYLE = `
:root {
  --back: #fbfcfb; --raised: #ffffff; --ink: #17211e; --soft: #55635e; --line: #d9e0dd; --accent: #1d6b57;
  --pin: #d8efe6; --change: #0b5c8a; --change-back: #e3f1fa; --wrong: #b3261e; --wrong-back: #fdeceb;
  --right: #1d6b57; --right-back: #e2f3ec; --open: #8a5a00; --open-back: #fdf3df; --now: #fff3c4; --passed: #6f7c77;
  --keyword: #6a3fa0; --string: #9a4a00; --comment: #66736e;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
}
@media (prefers-color-scheme: dark) { :root:not(:has(body.vscode-light, body.vscode-high-contrast-light)) { --back: #121715; --raised: #1a211e; --ink: #e4ebe8; --soft: #9eaca6; --line: #303b36; --accent: #6fc7ab;
  --pin: #1c4236; --change: #8cc8f2; --change-back: #16303f; --wrong: #ff9d94; --wrong-back: #40201d;
  --right: #7fd6ba; --right-back: #173a2f; --open: #f0c060; --open-back: #3a2d12; --now: #4a4215; --passed: #75837d;
  --keyword: #c9a6f5; --string: #efb071; --comment: #84938d; } }
:root:has(body.vscode-dark, body.vscode-high-contrast:not(.vscode-high-contrast-light)) { --back: #121715; --raised: #1a211e; --ink: #e4ebe8; --soft: #9eaca6; --line: #303b36; --accent: #6fc7ab;
  --pin: #1c4236; --change: #8cc8f2; --change-back: #16303f; --wrong: #ff9d94; --wrong-back: #40201d;
  --right: #7fd6ba; --right-back: #173a2f; --open: #f0c060; --open-back: #3a2d12; --now: #4a4215; --passed: #75837d;
  --keyword: #c9a6f5; --string: #efb071; --comment: #84938d; }
body[class*="vscode-"] { --back: var(--vscode-editor-background); --raised: var(--vscode-editorWidget-background); --ink: var(--vscode-editor-foreground); }
* { box-sizing: border-box; }
body { margin: 0; padding: 1.25rem clamp(.75rem, 2.5vw, 2rem) 4.5rem; background: var(--back); color: var(--ink); font: 15px/1.5 var(--sans); }
code { padding: 0; background: none; color: inherit; }
code, .code, .steps td, .at { font-family: var(--mono); font-size: 12.5px; }
h1 { display: flex; flex-wrap: wrap; align-items: center; gap: .6rem; margin: 0 0 .75rem; font-size: 1.45rem; line-height: 1.25; }
h1 code { font-size: inherit; overflow-wrap: anywhere; }
h2 { margin: 0 0 .5rem; font-size: 1rem; }
h3 { position: sticky; left: 0; margin: 0; padding: .55rem .75rem .35rem; font-size: .85rem; }
p { margin: 0; }
.verdict { padding: .15rem .7rem; border-radius: 99px; font-size: .85rem; font-weight: 600; }
.verdict.right { background: var(--right-back); color: var(--right); }
.verdict.wrong { background: var(--wrong-back); color: var(--wrong); }
.verdict.open { background: var(--open-back); color: var(--open); }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: 0 0 1.25rem; }
.facts dt { color: var(--soft); font-size: .75rem; }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.faint, .where, .in, .legend, footer, small, th { color: var(--soft); }
section { margin: 0 0 1.25rem; }
.imbalances, .contradictions { padding: .75rem 1rem; border-radius: 8px; background: var(--wrong-back); }
.contradictions { background: var(--open-back); }
.imbalances ul, .contradictions ul { margin: 0; padding: 0; list-style: none; }
.imbalances li, .contradictions li { padding: .15rem 0; overflow-wrap: anywhere; }
main { display: grid; grid-template-columns: minmax(0, 6fr) minmax(0, 7fr); gap: 1.25rem; align-items: start; }
main > section { min-width: 0; }
.pane { overflow: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--raised); }
main .pane { max-height: calc(100vh - 9rem); }
.pane:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
table { border-collapse: collapse; width: 100%; }
th { font-size: .75rem; font-weight: 600; text-align: left; vertical-align: bottom; }
th, td { padding: .3rem .6rem; vertical-align: top; }
thead th { position: sticky; top: 0; z-index: 1; background: var(--raised); box-shadow: inset 0 -1px var(--line); }
tbody tr + tr > td { border-top: 1px solid var(--line); }
.number, .at, .count, .mark { text-align: right; white-space: nowrap; }
.number { color: var(--soft); font-size: 11.5px; }
.line { color: var(--soft); text-decoration: none; font-variant-numeric: tabular-nums; }
a.line { color: var(--accent); }
a.line:hover, a.line:focus-visible { text-decoration: underline; }

.code { border-spacing: 0; margin-bottom: .5rem; }
.code td { padding: 0 .5rem; border: 0 !important; line-height: 1.55; white-space: pre; }
.code td.number { width: 1%; padding-left: .75rem; }
.code td.mark { width: 1%; min-width: 2.4em; padding: 0 .4rem; color: var(--accent); font-weight: 700; }
.code code { tab-size: 4; }
.code b { font-weight: 500; color: var(--keyword); }
.code i { font-style: normal; color: var(--comment); }
.code s { text-decoration: none; color: var(--string); }
.code .passed code, .code .passed b, .code .passed s { color: var(--passed); }
.code .ran { box-shadow: inset 3px 0 var(--accent); }
.code .ran.wrong { box-shadow: inset 3px 0 var(--wrong); background: var(--wrong-back); }
.code .wrong td.mark { color: var(--wrong); }
.code .selected td.number { background: var(--change-back); }
.code .selected td.number .line { color: var(--change); font-weight: 700; }
.code .gap td { padding: .2rem .5rem; color: var(--soft); font-family: var(--sans); font-size: .75rem; }
.change { display: table; margin: 0 0 .15rem 2rem; padding: 0 .5em; border-radius: 4px; background: var(--change-back); color: var(--change); font: 11.5px/1.5 var(--sans); white-space: nowrap; }
tr.now > td, .code tr.now > td { background: var(--now); }

#all-steps { margin: 0 .4em 0 0; vertical-align: -1px; accent-color: var(--accent); }
label { color: var(--soft); font-size: .8rem; }
.trace h2 { display: inline-block; margin-right: 1rem; }
.source h2 { line-height: 1.6; }
.trace .pane { margin-top: 0; }
.trace > label { display: inline; }
.trace:not(:has(#all-steps:checked)) .minor { display: none; }
.trace:has(#all-steps:checked) .outside { display: none; }
.steps .outside td:nth-child(3) { color: var(--soft); font-family: var(--sans); }
.steps tbody tr[data-step] { cursor: pointer; }
.steps td:nth-child(3) { min-width: 14rem; overflow-wrap: break-word; }
.steps td:nth-child(3) code { display: block; padding-left: 1.2em; text-indent: -1.2em; white-space: normal; overflow-wrap: break-word; }
.steps .minor code { color: var(--soft); }
.depth-1 { padding-left: 1.2em !important; } .depth-2 { padding-left: 2em !important; } .depth-3 { padding-left: 2.8em !important; }
.depth-4 { padding-left: 3.6em !important; } .depth-5 { padding-left: 4.4em !important; }
.steps p, .steps .in { display: block; font: 12px/1.45 var(--sans); }
.steps p { padding-left: 1.2em; }
.warning { color: var(--wrong); }
.note, .assumed { color: var(--soft); }
th.page, td.page { text-align: right; white-space: nowrap; }
th.page small { display: block; font-weight: 400; }
td.page { border-left: 1px solid var(--line); color: var(--soft); font-variant-numeric: tabular-nums; }
td.page.none { color: var(--line); }
td.page.pinned, .sample.pinned { background: var(--pin); }
td.page.changed { color: var(--change); font-weight: 700; box-shadow: inset 0 -2px var(--change); }
td.page.changed:not(.pinned) { background: var(--change-back); }
td.page.freed { opacity: .7; }
.from { display: block; font-weight: 400; font-size: 11px; line-height: 1.3; color: var(--soft); }
.tag { display: inline-block; margin-left: .35em; padding: 0 .4em; border: 1px solid currentColor; border-radius: 4px; font: 600 10.5px/1.5 var(--sans); text-decoration: none; }
.tag.wrong { margin: 0 .35em 0 0; color: var(--wrong); font-size: 11.5px; }
.sample { padding: 0 .35em; border-radius: 3px; }
.legend { margin-top: .4rem; font-size: .78rem; }
.balance tr.wrong .leaked { color: var(--wrong); font-weight: 700; }
.balance table, .assumptions table { font-size: 13.5px; }
.balance td:nth-child(7) { min-width: 8rem; }
.balance tr.why td { padding-top: 0; border-top: 0; }
.assumptions code { overflow-wrap: anywhere; }
.balance td.at, .assumptions td.at { width: 1%; }
footer { display: grid; gap: .4rem; padding-top: .75rem; border-top: 1px solid var(--line); font-size: .8rem; }
.stepper { position: fixed; right: 1rem; bottom: 1rem; display: flex; align-items: center; gap: .25rem; max-width: calc(100vw - 2rem); padding: .25rem; border: 1px solid var(--line); border-radius: 99px; background: var(--raised); box-shadow: 0 4px 18px rgb(0 0 0 / .18); }
.stepper[hidden] { display: none; }
.stepper button { flex: none; width: 2.5rem; height: 2.5rem; border: 0; border-radius: 50%; background: var(--accent); color: var(--back); font-size: 1.1rem; cursor: pointer; }
.stepper button:disabled { opacity: .35; cursor: default; }
.stepper output { overflow: hidden; padding: 0 .6rem; font-size: .85rem; text-overflow: ellipsis; white-space: nowrap; }
@media (max-width: 900px) {
  main { grid-template-columns: minmax(0, 1fr); gap: .75rem; }
  main .pane { max-height: none; }
  .source .pane { max-height: 42vh; }
  .source { position: sticky; top: 0; z-index: 2; padding-top: .25rem; background: var(--back); }
  .source h2 { display: none; }
  .facts { gap: .35rem 1.25rem; }
  .steps td:nth-child(3) { min-width: 11rem; }
  th, td { padding: .3rem .45rem; }
  .stepper { left: 1rem; justify-content: space-between; }
}
@media print { .stepper, #all-steps, label { display: none; } main { display: block; } main .pane { max-height: none; } body { padding-bottom: 0; } }
`;

export const STYLE_HASH = digestOf("style");
