// The licences of the npm packages whose code is in the bundles, as one text.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Folders of packages of which a file stands in a bundle, from esbuild's metafiles. Sorted. */
export function bundledPackages(metafiles, root) {
  const folders = new Set(
    metafiles
      .flatMap(({ inputs }) => Object.keys(inputs))
      .map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
      .filter((folder) => folder !== undefined),
  );
  // The grammar is compiled in; only its binary is taken along.
  folders.add("node_modules/tree-sitter-c");
  return [...folders].sort().map((folder) => ({
    folder: join(root, folder),
    ...JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")),
  }));
}

/** The notices. Throws where a package has no licence text. */
export function noticesOf(packages, root) {
  const seen = new Set();
  const parts = [];
  for (const { folder, name, version, license } of packages) {
    if (seen.has(`${name}@${version}`)) continue;
    seen.add(`${name}@${version}`);
    parts.push(`${name} ${version} (${license})\n\n${licenseText(folder, name, root)}`);
  }
  return `Pinscope contains code of the packages below, each under its own licence.\n\n${parts.join(`\n\n${"-".repeat(72)}\n\n`)}\n`;
}

function licenseText(folder, name, root) {
  const file = readdirSync(folder).find((one) => /^(licen[cs]e|copying)/i.test(one));
  if (file !== undefined) return readFileSync(join(folder, file), "utf8").trim();
  // Kept by hand where a package was published without its text.
  const kept = join(root, "packaging/licenses", `${name.replaceAll("/", "__")}.txt`);
  if (existsSync(kept)) return readFileSync(kept, "utf8").trim();
  throw new Error(`${name} has no licence text`);
}
