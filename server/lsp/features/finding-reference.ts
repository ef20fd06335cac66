/** How commands name a finding, and what they are called. */

/** Names a finding of an open document. */
export interface FindingReference {
  readonly uri: string;
  readonly rule: string;
  readonly function: string;
  readonly fingerprint: string;
}

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
