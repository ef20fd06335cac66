/** The rules' pages, which travel with the extension: opened without a network, in a desktop and in a browser. */
import * as vscode from "vscode";

/** Scheme of the links in diagnostics. */
const scheme = "pinscope-rule";

/** Where links of diagnostics lead to. */
export function rulePageLink(rule: string): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${rule}.md` });
}

export function servePages({ extensionUri }: vscode.ExtensionContext): vscode.Disposable {
  const folder = vscode.Uri.joinPath(extensionUri, "server/dist/rules");
  return vscode.workspace.registerTextDocumentContentProvider(scheme, {
    async provideTextDocumentContent({ path }) {
      const name = path.slice(1);
      if (!/^[\w-]+\.md$/.test(name)) return null;
      return new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, name)));
    },
  });
}

/** Shows a rule's page; asks which where none is given. */
export async function explainRule({ extension }: vscode.ExtensionContext, rule: unknown): Promise<void> {
  const chosen = typeof rule === "string" ? rule : await askForRule(extension.packageJSON);
  if (chosen === undefined) return;
  await vscode.commands.executeCommand("markdown.showPreview", rulePageLink(chosen));
}

interface Manifest {
  readonly contributes: {
    readonly configuration: {
      readonly properties: {
        readonly "pinscope.rules": {
          readonly properties: Readonly<Record<string, { readonly description: string }>>;
        };
      };
    };
  };
}

async function askForRule({ contributes }: Manifest): Promise<string | undefined> {
  const { properties } = contributes.configuration.properties["pinscope.rules"];
  const items = Object.entries(properties).map(([label, { description }]) => ({
    label,
    detail: description,
  }));
  const here = vscode.window.activeTextEditor;
  const marked =
    here === undefined
      ? []
      : vscode.languages
          .getDiagnostics(here.document.uri)
          .filter(({ source, range }) => source === "pinscope" && range.contains(here.selection.active))
          .map(({ code }) => String(typeof code === "object" ? code.value : code));
  if (marked[0] !== undefined) return marked[0];
  return (await vscode.window.showQuickPick(items, { placeHolder: "Which rule?" }))?.label;
}
