/** The commands of the palette. */
import * as vscode from "vscode";
import { DocumentDiagnosticRequest } from "vscode-languageclient";
import { isOurs } from "./documents.ts";
import { explainRule } from "./rule-pages.ts";
import type { Server } from "./server.ts";
import { changeScenario, showSimulation } from "./simulation-view.ts";

/** Kernels that are offered; any other can be typed. */
const kernels = ["6.12", "6.6", "6.1", "5.15", "5.10", "5.4", "4.19", "4.14"];

export function registerCommands(
  context: vscode.ExtensionContext,
  server: Server,
  output: vscode.LogOutputChannel,
): void {
  const commands: Readonly<Record<string, (argument: unknown) => Promise<unknown>>> = {
    "pinscope.checkFile": () => checkFile(server),
    "pinscope.checkWorkspace": () => checkWorkspace(server),
    "pinscope.explainRule": (rule) => explainRule(context, rule),
    "pinscope.restartServer": () => server.restart(),
    "pinscope.showOutput": async () => output.show(),
    "pinscope.selectKernelVersion": selectKernelVersion,
    "pinscope.simulateFunction": () => simulateFunction(server),
    "pinscope.changeScenario": () => changeScenario((command, argument) => server.ask(command, argument)),
    "pinscope.openWalkthrough": async () =>
      vscode.commands.executeCommand(
        "workbench.action.openWalkthrough",
        `${context.extension.id}#pinscope.start`,
        false,
      ),
  };
  for (const [name, run] of Object.entries(commands))
    context.subscriptions.push(vscode.commands.registerCommand(name, run));
}

async function simulateFunction(server: Server): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || !isOurs(editor.document)) {
    vscode.window.showInformationMessage("Put the cursor into a C function to simulate it.");
    return;
  }
  const client = await server.start();
  const { active } = editor.selection;
  const target = {
    uri: client.code2ProtocolConverter.asUri(editor.document.uri),
    range: client.code2ProtocolConverter.asRange(new vscode.Range(active, active)),
  };
  await showSimulation(target, (command, argument) => server.ask(command, argument));
}

/** What the server answers to `pinscope.server.status`, as far as it is shown. */
interface Status {
  readonly documents: readonly {
    readonly findings: number;
    readonly functions: number;
    readonly functionsAnalyzed: number;
    readonly kernel: string;
    readonly ms: number;
  }[];
}

async function checkFile(server: Server): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined || !isOurs(document)) {
    vscode.window.showInformationMessage("Open a C file or a header to check it.");
    return;
  }
  const client = await server.start();
  client
    .getFeature(DocumentDiagnosticRequest.method)
    .getProvider(document)
    ?.onDidChangeDiagnosticsEmitter.fire();
  const uri = client.code2ProtocolConverter.asUri(document.uri);
  const status = (await server.ask("pinscope.server.status", uri)) as Status;
  const checked = status.documents[0];
  const name = vscode.workspace.asRelativePath(document.uri);
  vscode.window.showInformationMessage(
    checked === undefined
      ? `${name} was not checked: the output of Pinscope says why.`
      : `${name}: ${checked.findings} finding${checked.findings === 1 ? "" : "s"}; ` +
          `${checked.functionsAnalyzed} of ${checked.functions} functions followed for kernel ${checked.kernel}.`,
  );
}

/** What the server answers to `pinscope.server.checkWorkspace`, as far as it is shown. */
interface WorkspaceSummary {
  readonly files: number;
  readonly filesWithFindings: number;
  readonly findings: number;
  readonly errors: readonly string[];
  readonly cancelled: boolean;
}

async function checkWorkspace(server: Server): Promise<void> {
  if (vscode.workspace.workspaceFolders === undefined) {
    vscode.window.showInformationMessage("Open a folder to check all of its files.");
    return;
  }
  if (!server.checksFolders) {
    vscode.window.showInformationMessage("In a browser Pinscope checks the files that are open.");
    return;
  }
  const client = await server.start();
  const summary: WorkspaceSummary = await client.sendRequest("workspace/executeCommand", {
    command: "pinscope.server.checkWorkspace",
  });
  if (summary.cancelled) return;
  const errors = summary.errors.length === 0 ? "" : ` ${summary.errors.length} errors: ${summary.errors[0]}`;
  vscode.window.showInformationMessage(
    `${summary.findings} findings in ${summary.filesWithFindings} of ${summary.files} files.${errors}`,
  );
}

async function selectKernelVersion(): Promise<void> {
  const found = "From the kernel tree";
  const other = "Another version…";
  const picked = await vscode.window.showQuickPick([found, ...kernels, other], {
    placeHolder: "Which kernel is the code read for?",
  });
  if (picked === undefined) return;
  const version =
    picked === other
      ? await vscode.window.showInputBox({
          prompt: "Kernel version, such as 6.8",
          validateInput: (text) =>
            /^\d+\.\d+(\.\d+)?$/.test(text) ? null : "A version is two or three numbers.",
        })
      : picked;
  if (version === undefined) return;
  const target =
    vscode.workspace.workspaceFolders === undefined
      ? vscode.ConfigurationTarget.Global
      : vscode.ConfigurationTarget.Workspace;
  await vscode.workspace
    .getConfiguration("pinscope")
    .update("kernel", version === found ? undefined : version, target);
}
