/** Shows the path of a finding as a list of its steps; moving in the list moves the editor. */
import * as vscode from "vscode";

/** What the server answers to `pinscope.server.showPath`. */
export interface FindingPath {
  readonly rule: string;
  readonly function: string;
  readonly message: string;
  readonly steps: readonly {
    readonly message: string;
    readonly nesting: number;
    readonly location: {
      readonly uri: string;
      readonly range: {
        readonly start: { readonly line: number; readonly character: number };
        readonly end: { readonly line: number; readonly character: number };
      };
    };
  }[];
}

type StepItem = vscode.QuickPickItem & { readonly location: vscode.Location };

export async function showPath(path: FindingPath | null): Promise<void> {
  if (path === null) {
    vscode.window.showInformationMessage("This finding is no longer there.");
    return;
  }
  const items: StepItem[] = path.steps.map(({ message, nesting, location: { uri, range } }, index) => ({
    label: `${index + 1}. ${"  ".repeat(nesting)}${message}`,
    description: `line ${range.start.line + 1}`,
    location: new vscode.Location(
      vscode.Uri.parse(uri),
      new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character),
    ),
  }));
  const before = vscode.window.activeTextEditor;
  const selectionBefore = before?.selection;
  const picked = await vscode.window.showQuickPick(items, {
    title: `${path.rule} in ${path.function}()`,
    placeHolder: path.message,
    matchOnDescription: true,
    onDidSelectItem: (item) => void reveal(item as StepItem, true),
  });
  if (picked !== undefined) await reveal(picked, false);
  else if (before !== undefined && selectionBefore !== undefined) {
    const editor = await vscode.window.showTextDocument(before.document, before.viewColumn);
    editor.selection = selectionBefore;
    editor.revealRange(selectionBefore);
  }
}

async function reveal({ location }: StepItem, preserveFocus: boolean): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(location.uri), {
    selection: location.range,
    preserveFocus,
  });
}
