/**
 * Simulations in the editor: asks for a scenario where one is to be chosen, has the server run it, and shows the report
 * in a tab whose line numbers lead back to the code.
 */
import * as vscode from "vscode";

/** What the server answers to `pinscope.server.simulate`; docs/lsp-extensions.md describes it. */
interface Simulation {
  readonly title: string;
  readonly html: string | null;
  readonly documents: Readonly<Record<string, string>>;
}

interface Offer {
  readonly label: string;
  readonly description: string;
  readonly group: string;
  readonly scenario: readonly string[];
}

/** What is to be run, as a lens or an action names it. */
interface Target {
  readonly uri: string;
  readonly range?: { readonly start: object; readonly end: object };
  readonly fingerprint?: unknown;
  readonly scenario?: readonly string[];
}

export type Ask = (command: string, argument: unknown) => Promise<unknown>;

/** One tab shows one function's report; what comes next of the same function takes its place. */
const tabs = new Map<string, Tab>();

interface Tab {
  readonly panel: vscode.WebviewPanel;
  target: Target;
  documents: Readonly<Record<string, string>>;
}

/** Runs a target and shows what came of it. A function alone is asked for with a choice of scenarios. */
export async function showSimulation(target: Target, ask: Ask): Promise<void> {
  const { range, fingerprint } = target;
  // A place stands for the function around it.
  const isPlace = range !== undefined && JSON.stringify(range.start) === JSON.stringify(range.end);
  const isFunction = fingerprint === undefined && (range === undefined || isPlace);
  let { scenario } = target;
  if (scenario === undefined && isFunction) {
    scenario = await chooseScenario(target, ask);
    if (scenario === undefined) return;
  }
  await run({ ...target, ...(scenario !== undefined && { scenario }) }, ask);
}

/** Asks for another scenario for the report that is looked at. */
export async function changeScenario(ask: Ask): Promise<void> {
  const tab = [...tabs.values()].find(({ panel }) => panel.active);
  if (tab === undefined) return;
  const scenario = await chooseScenario(tab.target, ask);
  if (scenario !== undefined) await run({ ...tab.target, scenario }, ask);
}

async function run(target: Target, ask: Ask): Promise<void> {
  const nonce = crypto.randomUUID();
  const simulation = await working("Simulating", () => ask("pinscope.server.simulate", { ...target, nonce }));
  if (simulation === null) return;
  show(target, simulation as Simulation);
}

/** The scenario's texts; undefined where the question was left. */
async function chooseScenario(target: Target, ask: Ask): Promise<readonly string[] | undefined> {
  const asked = await working("Looking for scenarios", () => ask("pinscope.server.scenarios", target));
  if (asked === null) return undefined;
  const { function: name, offers } = asked as {
    readonly function: string;
    readonly offers: readonly Offer[];
  };
  type Item = vscode.QuickPickItem & { readonly offer?: Offer };
  const items: Item[] = [];
  let group = "";
  for (const offer of offers) {
    if (offer.group !== group) items.push({ label: offer.group, kind: vscode.QuickPickItemKind.Separator });
    group = offer.group;
    items.push({ label: offer.label, description: offer.description, offer });
  }
  items.push({ label: "", kind: vscode.QuickPickItemKind.Separator }, { label: "Another scenario…" });
  const picked = await vscode.window.showQuickPick(items, {
    title: `Simulate ${name}()`,
    placeHolder: "What happens while it runs?",
    matchOnDescription: true,
  });
  if (picked === undefined) return undefined;
  return picked.offer?.scenario ?? (await typeScenario(target.scenario ?? []));
}

async function typeScenario(before: readonly string[]): Promise<readonly string[] | undefined> {
  const typed = await vscode.window.showInputBox({
    title: "Scenario",
    prompt: "key=value, separated by semicolons",
    placeHolder: "fail=kmalloc; short=3 of 8; era=6.1.y",
    value: before.join("; "),
  });
  return typed
    ?.split(";")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

/** The answer of something that may take a while; null where it was refused, which is said. */
async function working(title: string, start: () => Promise<unknown>): Promise<unknown> {
  try {
    return await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, start);
  } catch (error) {
    vscode.window.showWarningMessage(error instanceof Error ? error.message : String(error));
    return null;
  }
}

function show(target: Target, { title, html, documents }: Simulation): void {
  const key = `${target.uri} ${title.replace(/:.*/, "")}`;
  const tab = tabs.get(key) ?? open(key, target);
  tab.target = target;
  tab.documents = documents;
  tab.panel.title = title;
  tab.panel.webview.html = html ?? "";
  tab.panel.reveal(undefined, true);
}

function open(key: string, target: Target): Tab {
  const panel = vscode.window.createWebviewPanel(
    "pinscope.simulation",
    "Simulation",
    { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
    { enableScripts: true, localResourceRoots: [], retainContextWhenHidden: true },
  );
  const tab: Tab = { panel, target, documents: {} };
  tabs.set(key, tab);
  panel.onDidDispose(() => tabs.delete(key));
  panel.webview.onDidReceiveMessage((message: unknown) => reveal(message, tab));
  return tab;
}

/** Goes to the line that was clicked, in the file that the report named. */
async function reveal(message: unknown, { documents }: Tab): Promise<void> {
  const { type, file, line } = message as Readonly<Record<string, unknown>>;
  const uri = typeof file === "string" ? documents[file] : undefined;
  if (type !== "reveal" || uri === undefined || typeof line !== "number") return;
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  const { range } = document.lineAt(Math.min(Math.max(1, line), document.lineCount) - 1);
  const shown = vscode.window.visibleTextEditors.find((one) => one.document === document);
  await vscode.window.showTextDocument(document, {
    viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
    selection: range,
  });
}
