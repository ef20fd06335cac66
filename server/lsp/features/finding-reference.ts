/** How commands name a finding or what is to be simulated, and what they are called. */
import type { Range } from "vscode-languageserver";

/** Names a finding of an open document. */
export interface FindingReference {
  readonly uri: string;
  readonly rule: string;
  readonly function: string;
  readonly fingerprint: string;
}

/** What is to be simulated: a function of an open document, or the lines of one that a range touches. */
export type SimulationTarget =
  | { readonly uri: string; readonly function: string }
  | { readonly uri: string; readonly range: Range };

export const simulateCommand = "pinscope.server.simulate";
export const scenariosCommand = "pinscope.server.scenarios";
export const addToBaselineCommand = "pinscope.server.addToBaseline";
export const showPathCommand = "pinscope.server.showPath";
export const explainRuleCommand = "pinscope.server.explainRule";
export const checkWorkspaceCommand = "pinscope.server.checkWorkspace";
export const statusCommand = "pinscope.server.status";

/** Reads a reference from what a client sent; null where it is none. */
export function readReference(value: unknown): FindingReference | null {
  if (typeof value !== "object" || value === null) return null;
  const { uri, rule, function: name, fingerprint } = value as Readonly<Record<string, unknown>>;
  if (typeof uri !== "string" || typeof rule !== "string") return null;
  if (typeof name !== "string" || typeof fingerprint !== "string") return null;
  return { uri, rule, function: name, fingerprint };
}
