/** Inlay hints behind calls: `+pin × ret`, `−ref × n`. Off unless asked for. */
import type { Effect, Family } from "@pinscope/simulator/catalogue";
import type { InlayHint } from "vscode-languageserver";
import { type CallSite, callSites } from "../core/call-sites.ts";
import { termText } from "../core/contract.ts";
import type { ServerContext } from "../core/server-context.ts";

/** Families that hints are about, and what they are called. */
const familyNames: Readonly<Partial<Record<Family, string>>> = {
  pin: "pin",
  reference: "ref",
  allocation: "page",
};

/** Answers `textDocument/inlayHint`. Works on the text alone. */
export function answerInlayHints({ connection, documents, projects, settingsOf }: ServerContext): void {
  connection.languages.inlayHint.on(async ({ textDocument: { uri }, range }) => {
    const { inlayHints } = await settingsOf(uri);
    const open = documents.get(uri);
    if (!inlayHints || open === undefined || !open.isChecked) return [];
    const { settings } = await projects.of(uri);
    const [kernel] = settings.kernels;
    if (kernel === undefined || documents.get(uri)?.revision !== open.revision) return [];
    const { document, text } = open;
    const from = document.offsetAt(range.start);
    return callSites(text, kernel.version, from, document.offsetAt(range.end)).flatMap(
      (site): InlayHint[] => {
        const label = hintOf(site);
        if (label === null) return [];
        return [{ position: document.positionAt(site.end), label, paddingLeft: true }];
      },
    );
  });
}

function hintOf(site: CallSite): string | null {
  const parts = new Set<string>();
  for (const { name, effects } of site.bound.outcomes) {
    if (name === "short" || name === "error") continue;
    for (const effect of effects) {
      const part = partOf(effect, site);
      if (part !== null) parts.add(part);
    }
  }
  return parts.size === 0 ? null : [...parts].join(" ");
}

function partOf(effect: Effect, site: CallSite): string | null {
  if (effect.kind !== "acquire" && effect.kind !== "release") return null;
  const family = familyNames[effect.family];
  if (family === undefined || effect.holder !== undefined) return null;
  const sign = effect.kind === "acquire" ? "+" : "−";
  const { target } = effect;
  const argument = (name: string): string => site.arguments[site.bound.position.get(name) ?? -1] ?? name;
  switch (target.kind) {
    case "slots":
      return `${sign}${family} × ${termText(target.end, argument)}`;
    case "contents":
      return `${sign}${family} × all`;
    default:
      return target.count.kind === "constant" && target.count.value === 1
        ? `${sign}${family}`
        : `${sign}${family} × ${termText(target.count, argument)}`;
  }
}
