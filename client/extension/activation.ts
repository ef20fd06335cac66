/**
 * What happens when VS Code wakes the extension: open texts are scanned, and the server is started once one of them
 * names something that it follows. Knows neither processes nor workers.
 */
import * as vscode from "vscode";
import type { LanguageClientOptions, Middleware } from "vscode-languageclient";
import { registerCommands } from "./commands.ts";
import { documentSelector, isOurs } from "./documents.ts";
import { type FindingPath, showPath } from "./path-view.ts";
import type { Platform } from "./platform.ts";
import { rulePageLink, servePages } from "./rule-pages.ts";
import { Server } from "./server.ts";
import { type Ask, showSimulation } from "./simulation-view.ts";
import { showStatus } from "./status.ts";
import { namesTracked } from "./tracked-names.ts";

export function activateOn(context: vscode.ExtensionContext, platform: Platform): void {
  const output = vscode.window.createOutputChannel("Pinscope", { log: true });
  const status = showStatus();
  const options: LanguageClientOptions = {
    documentSelector: [...documentSelector],
    outputChannel: output,
    initializationOptions: { status: true, showsResults: true },
    diagnosticPullOptions: { onChange: true, onSave: true, onFocus: true },
    middleware: middlewareFor((command, argument) => server.ask(command, argument)),
  };
  const server: Server = new Server(platform, options, (client) => status.follow(client));
  context.subscriptions.push(output, status, server, servePages(context));
  registerCommands(context, server, output);

  const consider = (document: vscode.TextDocument): void => {
    if (!server.isStarted && isOurs(document) && namesTracked(document.getText())) start();
  };
  const start = (): void => {
    server.start().catch((error: unknown) => output.error(String(error)));
  };
  context.subscriptions.push(
    vscode.workspace.onDidOpenTextDocument(consider),
    vscode.workspace.onDidChangeTextDocument(({ document }) => consider(document)),
  );
  const settings = vscode.workspace.getConfiguration("pinscope");
  if (settings.get("scope") === "workspace" || settings.get("deep") === true) start();
  else vscode.workspace.textDocuments.forEach(consider);
}

const middlewareFor = (ask: Ask): Middleware => ({
  /** Links lead to the pages that travel with the extension, unless the settings name others. */
  async provideDiagnostics(document, previousResultId, token, next) {
    const report = await next(document, previousResultId, token);
    if (report?.kind === "full") report.items.forEach(linkToPage);
    return report;
  },
  handleDiagnostics(uri, diagnostics, next) {
    diagnostics.forEach(linkToPage);
    next(uri, diagnostics);
  },
  /** Shows what commands answer with. */
  async executeCommand(command, args, next) {
    if (command === "pinscope.server.simulate") return showSimulation(args[0], ask);
    const answer: unknown = await next(command, args);
    if (command === "pinscope.server.showPath") await showPath(answer as FindingPath | null);
    if (command === "pinscope.server.addToBaseline") {
      const { where } = answer as { readonly where: string };
      vscode.window.setStatusBarMessage(`Accepted in ${where}`, 10_000);
    }
    return answer;
  },
});

function linkToPage(diagnostic: vscode.Diagnostic): void {
  const { code } = diagnostic;
  if (typeof code !== "object" || typeof code.value !== "string") return;
  if ((vscode.workspace.getConfiguration("pinscope").get<string>("documentation") ?? "") !== "") return;
  diagnostic.code = { value: code.value, target: rulePageLink(code.value) };
}
