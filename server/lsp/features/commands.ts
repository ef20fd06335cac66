/** `workspace/executeCommand`: what has no request of its own. Answers are plain data, so that clients may show them. */
import type { Finding } from "@pinscope/server/checker";
import { type CancellationToken, LSPErrorCodes, ResponseError } from "vscode-languageserver";
import type { Checked } from "../core/checked.ts";
import { documentationOf, messageOf, notesOf, stepText } from "../core/diagnostics.ts";
import { pathOf } from "../core/documents.ts";
import { positionsOf } from "../core/positions.ts";
import type { ServerContext } from "../core/server-context.ts";
import {
  addToBaselineCommand,
  checkWorkspaceCommand,
  explainRuleCommand,
  type FindingReference,
  readReference,
  scenariosCommand,
  showPathCommand,
  simulateCommand,
  statusCommand,
} from "./finding-reference.ts";
import { showText } from "./show-text.ts";
import { offerScenarios, simulate } from "./simulate.ts";

/** What other features do for commands. */
export interface CommandTargets {
  checkWorkspace(): Promise<unknown>;
  status(uri: string | undefined): Promise<unknown>;
}

export const commandNames: readonly string[] = [
  addToBaselineCommand,
  showPathCommand,
  explainRuleCommand,
  checkWorkspaceCommand,
  statusCommand,
  simulateCommand,
  scenariosCommand,
];

/** Answers `workspace/executeCommand`. */
export function answerCommands(context: ServerContext, targets: CommandTargets): void {
  const run: Readonly<Record<string, (first: unknown, token: CancellationToken) => Promise<unknown>>> = {
    [addToBaselineCommand]: (first) => addToBaseline(context, needReference(first)),
    [showPathCommand]: (first) => showPath(context, needReference(first)),
    [explainRuleCommand]: (first) => explainRule(context, String(first)),
    [checkWorkspaceCommand]: () => targets.checkWorkspace(),
    [statusCommand]: (first) => targets.status(typeof first === "string" ? first : undefined),
    [simulateCommand]: (first, token) => simulate(context, first, token),
    [scenariosCommand]: (first, token) => offerScenarios(context, first, token),
  };
  context.connection.onExecuteCommand(async ({ command, arguments: given }, token) => {
    const handle = run[command];
    if (handle === undefined) return new ResponseError(LSPErrorCodes.RequestFailed, `no command ${command}`);
    return handle(given?.[0], token);
  });
}

function needReference(value: unknown): FindingReference {
  const reference = readReference(value);
  if (reference === null)
    throw new ResponseError(
      LSPErrorCodes.RequestFailed,
      "the argument names no finding: {uri, rule, function, fingerprint}",
    );
  return reference;
}

/** The finding, in the newest result there is. */
function find(
  context: ServerContext,
  reference: FindingReference,
): { checked: Checked; finding: Finding } | null {
  const checked = context.analyzer.latest(reference.uri);
  const finding = checked?.findings.find(
    (one) =>
      one.rule === reference.rule &&
      one.function === reference.function &&
      one.fingerprint === reference.fingerprint,
  );
  return checked === undefined || finding === undefined ? null : { checked, finding };
}

/** Accepts a finding. Answers with the place where that is written. */
async function addToBaseline(
  context: ServerContext,
  reference: FindingReference,
): Promise<{ readonly where: string }> {
  const { uri, rule, function: name, fingerprint } = reference;
  const folder = context.baselineFolder(uri);
  const path = pathOf(uri);
  const base = `${pathOf(folder)}/`;
  const file = path.startsWith(base) ? path.slice(base.length) : path.slice(path.lastIndexOf("/") + 1);
  const settings = await context.settingsOf(uri);
  const where = await context.baselines.add(folder, settings, [{ file, function: name, rule, fingerprint }]);
  context.log.info(`accepted ${rule} in ${name}() of ${file}: written to ${where}`);
  context.refresh();
  return { where };
}

/** The path of a finding: message, and each step with its place. Null where the finding is gone. */
async function showPath(context: ServerContext, reference: FindingReference): Promise<unknown> {
  const found = find(context, reference);
  if (found === null) return null;
  const { checked, finding } = found;
  const positions = positionsOf(checked);
  const steps = notesOf(finding.path).map((step) => ({
    message: stepText(step),
    role: step.role,
    nesting: step.nesting,
    location: positions.location(step.location),
  }));
  const message = messageOf(finding);
  if (!context.client.showsResults) {
    const lines = steps.map(
      (step, index) => `${index + 1}. line ${step.location.range.start.line + 1}: ${step.message}`,
    );
    await showText([message, ...lines].join("\n"), context);
  }
  return { rule: finding.rule, function: finding.function, message, steps };
}

/** A rule's page: where it is, and its text where the server has it. */
async function explainRule(context: ServerContext, rule: string): Promise<unknown> {
  const { documentation } = await context.generalSettings();
  const markdown = await context.host.ruleDocumentation(rule);
  return { rule, uri: documentationOf(rule, documentation), markdown };
}
