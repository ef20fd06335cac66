/** Which documents are Pinscope's business. */
import type * as vscode from "vscode";

/** For the server: C, and headers and C files that the editor takes for C++. No scheme: files, unsaved, virtual ones. */
export const documentSelector: readonly { readonly language: string; readonly pattern?: string }[] = [
  { language: "c" },
  { language: "cpp", pattern: "**/*.{c,h}" },
];

/** The same, decided here. */
export function isOurs({ languageId, uri }: vscode.TextDocument): boolean {
  return languageId === "c" || (languageId === "cpp" && /\.[ch]$/.test(uri.path));
}
