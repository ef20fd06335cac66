/** Links in documents: from the rule names of suppression comments to their pages. */
import { findRule } from "@pinscope/server/checker";
import type { DocumentLink } from "vscode-languageserver";
import { documentationOf } from "../core/diagnostics.ts";
import type { ServerContext } from "../core/server-context.ts";

const comment = /pinscope-ignore(?:-file)?[ \t]+([\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)/g;

/** Answers `textDocument/documentLink`. */
export function answerDocumentLinks({ connection, documents, settingsOf }: ServerContext): void {
  connection.onDocumentLinks(async ({ textDocument: { uri } }) => {
    const open = documents.get(uri);
    if (open === undefined || !open.isChecked || !open.text.includes("pinscope-ignore")) return [];
    const { documentation } = await settingsOf(uri);
    const { document, text } = open;
    const links: DocumentLink[] = [];
    for (const match of text.matchAll(comment)) {
      const names = match[1] ?? "";
      const from = match.index + match[0].length - names.length;
      for (const name of names.matchAll(/[\w-]+/g)) {
        const rule = findRule(name[0]);
        if (rule === undefined) continue;
        const start = from + name.index;
        links.push({
          range: { start: document.positionAt(start), end: document.positionAt(start + rule.name.length) },
          target: documentationOf(rule.name, documentation),
          tooltip: rule.summary,
        });
      }
    }
    return links;
  });
}
