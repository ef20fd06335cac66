// Bundles the extension: its two entries, and the language server for a process and for a browser's worker. Into a
// folder that is laid out as the package is, so that the manifest's paths hold in both.
import { build } from "esbuild";
import { bundleServer } from "../build.mjs";

/** @param folder absolute path. Answers with esbuild's metafiles. */
export async function bundleExtension(folder, { release }) {
  const common = {
    bundle: true,
    minify: release,
    sourcemap: !release,
    metafile: true,
    logLevel: "warning",
    absWorkingDir: new URL("..", import.meta.url).pathname,
  };
  const server = await bundleServer(`${folder}/server/dist`, { release });
  const others = await Promise.all([
    build({
      ...common,
      entryPoints: ["client/extension/node.ts"],
      outfile: `${folder}/client/dist/node.cjs`,
      format: "cjs",
      platform: "node",
      target: "node20",
      external: ["vscode"],
    }),
    build({
      ...common,
      entryPoints: ["client/extension/browser.ts"],
      outfile: `${folder}/client/dist/browser.js`,
      format: "cjs",
      platform: "browser",
      target: "es2022",
      external: ["vscode"],
    }),
  ]);
  return [...server, ...others.map(({ metafile }) => metafile)];
}
