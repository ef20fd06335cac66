// Starts a workbench with the packaged extension on a loopback port. All of its state lies in one folder.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";

const userSettings = {
  "workbench.startupEditor": "none",
  "telemetry.telemetryLevel": "off",
  "chat.disableAIFeatures": true,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "extensions.autoUpdate": false,
  "git.enabled": false,
  "editor.accessibilitySupport": "off",
  "editor.hover.delay": 100,
};

/**
 * @param state an empty folder; @param options `settings` join those of the user, `extension` is the .vsix, with `restricted`
 * folders are not trusted.
 * Answers with the address of a folder in the workbench, the process, and a way to stop it.
 */
export async function startWorkbench(
  { node, entry },
  state,
  { extension, settings = {}, port, restricted = false },
) {
  const home = join(state, "home");
  const user = join(state, "user");
  const extensions = join(state, "extensions");
  mkdirSync(join(user, "User"), { recursive: true });
  mkdirSync(home, { recursive: true });
  writeFileSync(join(state, "config.yaml"), "");
  const trust = {
    "security.workspace.trust.enabled": restricted,
    "security.workspace.trust.startupPrompt": "never",
  };
  const chosen = { ...userSettings, ...trust, ...settings };
  writeFileSync(join(user, "User/settings.json"), JSON.stringify(chosen, null, 2));
  const env = {
    ...process.env,
    HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_DATA_HOME: home,
    XDG_STATE_HOME: home,
    XDG_CACHE_HOME: home,
    // Nothing is asked of a marketplace.
    EXTENSIONS_GALLERY: '{"serviceUrl":"http://127.0.0.1:9/none","itemUrl":"","resourceUrlTemplate":""}',
  };
  const places = [
    "--config",
    join(state, "config.yaml"),
    "--user-data-dir",
    user,
    "--extensions-dir",
    extensions,
  ];
  const installed = spawnSync(node, [entry, ...places, "--install-extension", extension], {
    env,
    encoding: "utf8",
  });
  if (installed.status !== 0)
    throw new Error(`the extension cannot be installed:\n${installed.stdout}${installed.stderr}`);
  const at = port ?? (await freePort());
  const address = `127.0.0.1:${at}`;
  const server = spawn(
    node,
    [
      entry,
      ...places,
      ...["--auth", "none", "--bind-addr", address, "--disable-telemetry", "--disable-update-check"],
      "--disable-getting-started-override",
      ...(restricted ? [] : ["--disable-workspace-trust"]),
    ],
    { env, detached: true, stdio: ["ignore", "pipe", "pipe"] },
  );
  let output = "";
  for (const stream of [server.stdout, server.stderr])
    stream.on("data", (chunk) => {
      output += chunk;
    });
  const stop = () => {
    try {
      // The group: the workbench's own processes go with it.
      process.kill(-server.pid, "SIGTERM");
    } catch {
      // It is gone already.
    }
  };
  for (let tries = 0; !(await isHealthy(address)); tries++) {
    if (tries === 300 || server.exitCode !== null) {
      stop();
      throw new Error(`the workbench does not start:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    pid: server.pid,
    log: () => output,
    stop,
    /** Address of the page that shows a folder or a file of several, with a file open in it. */
    page(shown, file) {
      const kind = shown.endsWith(".code-workspace") ? "workspace" : "folder";
      const folder = kind === "workspace" ? dirname(shown) : shown;
      const payload =
        file === undefined ? [] : [["openFile", `vscode-remote://${address}${join(folder, file)}`]];
      return `http://${address}/?${kind}=${encodeURIComponent(shown)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
    },
  };
}

async function isHealthy(address) {
  try {
    return (await fetch(`http://${address}/healthz`)).ok;
  } catch {
    return false;
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
