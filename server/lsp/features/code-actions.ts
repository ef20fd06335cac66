/**
 * Quick fixes, each tried before it is offered, and the two ways to live with a finding: accepting it in the baseline,
 * or a comment where comments are wanted.
 */
import type { Finding, Fix } from "@pinscope/server/checker";
import { unusedSuppressionRule } from "@pinscope/server/report";
import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Diagnostic,
  type Position,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver";
import type { Checked } from "../core/checked.ts";
import { positionsOf, touches } from "../core/positions.ts";
import type { ServerContext } from "../core/server-context.ts";
import type { EditorSettings } from "../core/settings.ts";
import {
  addToBaselineCommand,
  type FindingReference,
  type SimulationTarget,
  simulateCommand,
} from "./finding-reference.ts";
import { removeSuppression, suppressHere, suppressInFile } from "./suppression-edits.ts";

/** Fixes remembered, so that moving the cursor on a finding tries them once. */
const memorySize = 200;

/** Answers `textDocument/codeAction`. */
export function answerCodeActions(context: ServerContext): void {
  const { connection, analyzer, settingsOf } = context;
  const tried = new Map<string, readonly Fix[]>();
  const fixesOf = async (checked: Checked, finding: Finding): Promise<readonly Fix[]> => {
    const key = `${checked.resultId} ${finding.fingerprint} ${finding.location.start}`;
    let fixes = tried.get(key);
    if (fixes === undefined) {
      fixes = await analyzer.fixesFor(checked, finding);
      if (tried.size >= memorySize) tried.clear();
      tried.set(key, fixes);
    }
    return fixes;
  };

  connection.onCodeAction(async (params, token) => {
    const { uri } = params.textDocument;
    if (!wants(params, CodeActionKind.QuickFix)) return [];
    const outcome = await analyzer.check(uri);
    if (outcome.kind !== "checked" || token.isCancellationRequested) return [];
    const { checked } = outcome;
    const open = await analyzer.functionsOf(checked);
    const settings = await settingsOf(uri);
    const positions = positionsOf(checked);
    const actions: CodeAction[] = [];
    for (const finding of checked.findings) {
      const { range } = positions.location(finding.location);
      if (finding.location.file !== checked.document.path || !touches(range, params.range)) continue;
      const diagnostics = params.context.diagnostics.filter((one) => isOf(one, finding, range.start.line));
      const fixes = await fixesOf(checked, finding);
      if (token.isCancellationRequested) return [];
      const own = [
        ...fixes.map((fix, index) => fixAction(fix, index === 0, checked, context)),
        ...(open?.functions.pathOf(finding) == null ? [] : [replayAction(finding, checked)]),
        ...acceptanceActions(finding, checked, settings, !fixes.some(({ kind }) => kind === "safe"), context),
      ];
      actions.push(...own.map((action) => ({ ...action, ...(diagnostics.length > 0 && { diagnostics }) })));
    }
    if (params.context.only === undefined) actions.push(...simulateActions(params, checked));
    return actions;
  });
}

function referenceOf(
  { rule, function: name, fingerprint }: Finding,
  { document }: Checked,
): FindingReference {
  return { uri: document.uri, rule, function: name, fingerprint };
}

function replayAction(finding: Finding, checked: Checked): CodeAction {
  const title = "Replay this path";
  return {
    title,
    kind: CodeActionKind.QuickFix,
    command: { title, command: simulateCommand, arguments: [referenceOf(finding, checked)] },
  };
}

/** For selected lines of a function that takes pages. Of no kind: it changes nothing. */
function simulateActions(
  { range, context: { diagnostics } }: CodeActionParams,
  { document, functions }: Checked,
): CodeAction[] {
  if (isAt(range.start, range.end)) return [];
  // Asked for a finding's own place, nobody has selected it.
  if (diagnostics.some((one) => isAt(one.range.start, range.start) && isAt(one.range.end, range.end)))
    return [];
  const start = document.document.offsetAt(range.start);
  const end = document.document.offsetAt(range.end);
  const around = functions.find((one) => one.start <= start && one.end >= end && one.acquisitions.length > 0);
  if (around === undefined) return [];
  const title = "Simulate these lines";
  const target: SimulationTarget = { uri: document.uri, range };
  return [{ title, command: { title, command: simulateCommand, arguments: [target] } }];
}

function isAt(one: Position, other: Position): boolean {
  return one.line === other.line && one.character === other.character;
}

/** Whether the client asks for actions of this kind; `only` names kinds whose children are meant, too. */
function wants({ context: { only } }: CodeActionParams, kind: string): boolean {
  return only === undefined || only.some((one) => one === "" || kind === one || kind.startsWith(`${one}.`));
}

function isOf({ code, source, range }: Diagnostic, finding: Finding, line: number): boolean {
  return source === "pinscope" && code === finding.rule && range.start.line === line;
}

function fixAction(fix: Fix, isFirst: boolean, checked: Checked, context: ServerContext): CodeAction {
  const positions = positionsOf(checked);
  const edits = fix.edits.map(({ start, end, text }) => ({
    range: positions.range(start, end),
    newText: text,
  }));
  return {
    title: fix.kind === "safe" ? fix.title : `${fix.title} (to be reviewed)`,
    kind: CodeActionKind.QuickFix,
    ...(fix.kind === "safe" && isFirst && { isPreferred: true }),
    edit: workspaceEdit(edits, checked, context, fix.kind === "review" ? fix.title : null),
  };
}

/** The edits on the text that was checked; `confirm` asks for a look at what it says before they are made. */
function workspaceEdit(
  edits: readonly TextEdit[],
  { document: { uri, version } }: Checked,
  { client }: ServerContext,
  confirm: string | null,
): WorkspaceEdit {
  if (!client.documentChanges) return { changes: { [uri]: [...edits] } };
  const annotated = confirm !== null && client.changeAnnotations;
  const annotationId = "review";
  return {
    documentChanges: [
      {
        textDocument: { uri, version },
        edits: edits.map((edit) => (annotated ? { ...edit, annotationId } : edit)),
      },
    ],
    ...(annotated && {
      changeAnnotations: { [annotationId]: { label: confirm, needsConfirmation: true } },
    }),
  };
}

function acceptanceActions(
  finding: Finding,
  checked: Checked,
  settings: EditorSettings,
  nothingSafe: boolean,
  context: ServerContext,
): CodeAction[] {
  const { document, project } = checked;
  const positions = positionsOf(checked);
  const edit = ({ start, end, text }: { start: number; end: number; text: string }): WorkspaceEdit =>
    workspaceEdit([{ range: positions.range(start, end), newText: text }], checked, context, null);
  const kind = CodeActionKind.QuickFix;
  if (finding.rule === unusedSuppressionRule) {
    const { start, end } = finding.location;
    return [{ title: "Remove this comment", kind, edit: edit(removeSuppression(document.text, start, end)) }];
  }
  const reference = referenceOf(finding, checked);
  const title = `Accept this finding (${finding.rule}): add it to the baseline`;
  const baseline: CodeAction = {
    title,
    kind,
    ...(project.isKernelTree && nothingSafe && { isPreferred: true }),
    command: { title, command: addToBaselineCommand, arguments: [reference] },
  };
  const wanted = settings.suppressionActions;
  if (wanted === "never" || (wanted === "auto" && project.isKernelTree)) return [baseline];
  const here = suppressHere(document.text, finding.location.start, finding.rule);
  return [
    baseline,
    ...(here === null ? [] : [{ title: `Suppress ${finding.rule} here`, kind, edit: edit(here) }]),
    {
      title: `Suppress ${finding.rule} in this file`,
      kind,
      edit: edit(suppressInFile(document.text, finding.rule)),
    },
  ];
}
