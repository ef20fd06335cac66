/**
 * Hover, on tracked things only: an API's contract, or what a variable holds. Everything else answers nothing, so that
 * other servers' hovers stand alone.
 */
import { expressionAt, type Held } from "@pinscope/server/checker";
import { findEntry } from "@pinscope/simulator/catalogue";
import type { Hover } from "vscode-languageserver";
import { codeOnly } from "../core/call-sites.ts";
import type { Checked } from "../core/checked.ts";
import { contractOf } from "../core/contract.ts";
import { positionsOf } from "../core/positions.ts";
import type { ServerContext } from "../core/server-context.ts";
import { canNamePages, simulatedState } from "../core/simulated-state.ts";

/** Turns in which an edit that came with the question gets through before it: what follows is not cut short. */
const turnsForEdits = 4;

/** Answers `textDocument/hover`. */
export function answerHovers(context: ServerContext): void {
  const { connection, analyzer, client, settingsOf } = context;
  connection.onHover(async ({ textDocument: { uri }, position }, token) => {
    const outcome = await analyzer.check(uri);
    if (outcome.kind !== "checked" || token.isCancellationRequested) return null;
    const { checked } = outcome;
    const { document, text } = checked.document;
    const word = wordAt(text, document.offsetAt(position));
    if (word === null) return null;
    const { documentation } = await settingsOf(uri);
    const isCancelled = (): boolean => token.isCancellationRequested;
    const value =
      contract(word.text, checked, documentation) ?? (await pages(word.start, checked, context, isCancelled));
    if (value === null) return null;
    const hover: Hover = {
      contents: { kind: client.markdownHover ? "markdown" : "plaintext", value },
      range: positionsOf(checked).range(word.start, word.start + word.text.length),
    };
    return hover;
  });
}

interface Word {
  readonly text: string;
  readonly start: number;
}

/** The name at an offset; null in comments and literals. */
function wordAt(text: string, offset: number): Word | null {
  const code = codeOnly(text);
  const before = /\w*$/.exec(code.slice(Math.max(0, offset - 200), offset))?.[0] ?? "";
  const word = before + (/^\w*/.exec(code.slice(offset, offset + 200))?.[0] ?? "");
  return /^[A-Za-z_]/.test(word) ? { text: word, start: offset - before.length } : null;
}

function contract(name: string, { project }: Checked, documentation: string): string | null {
  const entry = findEntry(name);
  const [kernel] = project.settings.kernels;
  if (entry === undefined || kernel === undefined || entry.role === "support") return null;
  // What only borrows pages is nothing that anybody tracks.
  if (entry.role === "borrow") return null;
  return contractOf(entry, kernel.version, `${documentation}/../catalogue.md#${name.toLowerCase()}`);
}

const familyWords: Readonly<Record<Held["family"], string>> = {
  pin: "pins",
  reference: "page references",
  allocation: "pages of its own",
  memory: "memory",
  object: "objects",
};

/** What the checker says that a name holds, and what it stands for when the function runs; null where it is neither. */
async function pages(
  offset: number,
  checked: Checked,
  { analyzer }: ServerContext,
  isCancelled: () => boolean,
): Promise<string | null> {
  const open = await analyzer.functionsOf(checked);
  if (open === null) return null;
  const { functions, simulations, isOutdated, yieldToMessages } = open;
  const key = `${checked.resultId} ${offset}`;
  const known = simulations.answers.get(key);
  if (known !== undefined) return known;
  const isUnwanted = (): boolean => isCancelled() || isOutdated();
  for (let turn = 0; turn < turnsForEdits; turn++) {
    await yieldToMessages();
    if (isUnwanted()) return null;
  }
  const { text } = checked.document;
  const around = functions.at(offset);
  const expression = expressionAt(text, offset);
  if (around === null || expression === null) return null;
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", offset);
  const lineEnd = end < 0 ? text.length : end;
  const line = text.slice(lineStart, lineEnd);
  const named = { around, expression, offset, lineStart, lineEnd, line };
  const holdings = (functions.heldAt(offset) ?? []).filter(({ family }) => family !== "memory");
  const parts = holdings.length === 0 ? [] : [held(holdings, checked)];
  if (holdings.length > 0 || canNamePages(named, functions)) {
    await yieldToMessages();
    if (isUnwanted()) return null;
    const context = { functions, yieldToMessages, isCancelled: isUnwanted };
    const lineOf = (at: number): number => positionsOf(checked).range(at, at).start.line + 1;
    const lines = await simulatedState(named, simulations, context, lineOf);
    if (lines === null) return null;
    if (lines.length > 0) parts.push(lines.join("\n"));
  }
  const answer = parts.length === 0 ? null : parts.join("\n\n");
  simulations.keepAnswer(key, answer);
  return answer;
}

/** What the checker says that a variable or field holds at the place. */
function held(holdings: readonly Held[], checked: Checked): string {
  const positions = positionsOf(checked);
  const lines = holdings.map(({ family, count, api, file, offset: at, handedTo, always, releaseWith }) => {
    const { range } = positions.location({ file, start: at, end: at });
    const many = count === null ? "an unknown number of" : count;
    const where =
      file === checked.document.path ? `line ${range.start.line + 1}` : `${file}:${range.start.line + 1}`;
    const certain = always ? "" : " on some paths";
    const owner =
      handedTo === null
        ? ` Only this function owns them: let them go with ${releaseWith
            .slice(0, 3)
            .map((one) => `\`${one}()\``)
            .join(", ")}.`
        : ` Others may own them by now: ${handedTo}.`;
    return `- **${familyWords[family]}** (${many}), held${certain} since ${where}: \`${api}()\`.${owner}`;
  });
  return ["Held here:", "", ...lines].join("\n");
}
