// `npm run package`: builds pinscope.vsix (or the file given), for desktops and browsers alike. Needs no network. Checks what is in it.
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createVSIX, listFiles } from "@vscode/vsce";
import { bundleExtension } from "./bundle.mjs";
import { bundledPackages, noticesOf } from "./notices.mjs";

const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** Bytes that a package may have. */
const sizeLimit = 3 * 1024 * 1024;

/** What may be in it; a file that matches none of these is a mistake. */
const expected = [
  /^package\.json$/,
  /^(README|CHANGELOG)\.md$/,
  /^LICENSE(\.txt)?$/,
  /^ThirdPartyNotices\.txt$/,
  /^schemas\/pinscope\.schema\.json$/,
  /^client\/dist\/(node\.cjs|browser\.js)$/,
  /^client\/media\/[\w-]+\.(png|md|svg)$/,
  /^server\/dist\/(lsp|folder-worker|[\w-]+-[A-Z0-9]{8})\.mjs$/,
  /^server\/dist\/lsp-browser\.js$/,
  /^server\/dist\/(web-tree-sitter|tree-sitter-c)\.wasm$/,
  /^server\/dist\/rules\/[\w-]+\.md$/,
];

/** What must be. */
const needed = [
  "package.json",
  "README.md",
  "CHANGELOG.md",
  "LICENSE",
  "ThirdPartyNotices.txt",
  "client/dist/node.cjs",
  "client/dist/browser.js",
  "client/media/icon.png",
  "server/dist/lsp.mjs",
  "server/dist/folder-worker.mjs",
  "server/dist/lsp-browser.js",
  "server/dist/web-tree-sitter.wasm",
  "server/dist/tree-sitter-c.wasm",
  "server/dist/rules/leaked-pages.md",
  "schemas/pinscope.schema.json",
];

/**
 * Builds the package.
 * @param file where it goes; @param staging a folder to lay it out in, emptied first.
 */
export async function packageExtension(file, staging) {
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(`${staging}/client`, { recursive: true });
  const metafiles = await bundleExtension(staging, { release: true });
  for (const path of ["CHANGELOG.md", "LICENSE", "client/media", "schemas"])
    cpSync(`${root}/${path}`, `${staging}/${path}`, { recursive: true });
  cpSync(`${root}/client/README.md`, `${staging}/README.md`);
  writeFileSync(`${staging}/package.json`, `${JSON.stringify(manifestOf(), null, 2)}\n`);
  writeFileSync(`${staging}/ThirdPartyNotices.txt`, noticesOf(bundledPackages(metafiles, root), root));
  const files = (await listFiles({ cwd: staging, dependencies: false })).map((path) =>
    path.replaceAll("\\", "/"),
  );
  const wrong = [
    ...files
      .filter((path) => !expected.some((one) => one.test(path)))
      .map((path) => `${path} should not be in it`),
    ...needed.filter((path) => !files.includes(path)).map((path) => `${path} is missing`),
  ];
  if (wrong.length > 0) throw new Error(`the package is not right:\n${wrong.join("\n")}`);
  await createVSIX({
    cwd: staging,
    packagePath: file,
    dependencies: false,
    allowMissingRepository: true,
    baseContentUrl: "https://github.com/pinscope/pinscope/blob/main",
    baseImagesUrl: "https://github.com/pinscope/pinscope/raw/main",
  });
  rmSync(staging, { recursive: true, force: true });
  const { size } = statSync(file);
  if (size > sizeLimit) throw new Error(`the package has ${size} bytes; at most ${sizeLimit} are wanted`);
  return { files, size };
}

/** The manifest without what only the repository needs. */
function manifestOf() {
  const {
    type,
    workspaces,
    scripts,
    devDependencies,
    overrides,
    private: _,
    ...manifest
  } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  return { ...manifest, engines: { vscode: manifest.engines.vscode } };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = resolve(process.argv[2] ?? `${root}/pinscope.vsix`);
  const { files, size } = await packageExtension(file, `${root}/client/dist/package-${process.pid}`);
  process.stdout.write(`${basename(file)}: ${files.length} files, ${(size / 1024 / 1024).toFixed(2)} MB\n`);
}
