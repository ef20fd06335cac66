/** The extension's package is built without a network, holds what it should and nothing else, and is small. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Names in the central directory of a zip file. */
function namesIn(zip: Buffer): string[] {
  const names: string[] = [];
  const signature = Buffer.from("PK\u0001\u0002", "latin1");
  for (let at = zip.indexOf(signature); at !== -1; at = zip.indexOf(signature, at + 46))
    names.push(zip.toString("utf8", at + 46, at + 46 + zip.readUInt16LE(at + 28)));
  return names;
}

it("npm run package", { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "pinscope-package-"));
  try {
    const file = join(folder, "pinscope.vsix");
    execFileSync(process.execPath, ["packaging/package.mjs", file], { cwd: root, stdio: "pipe" });
    const zip = readFileSync(file);
    expect(zip.length).toBeLessThan(3 * 1024 * 1024);
    const names = namesIn(zip);
    const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      readonly main: string;
      readonly browser: string;
      readonly icon: string;
    };
    for (const path of [manifest.main, manifest.browser, manifest.icon])
      expect(names).toContain(`extension/${path.replace("./", "")}`);
    expect(names).toContain("extension/ThirdPartyNotices.txt");
    expect(names.filter((name) => /\.map$|\.ts$|\.test\.|node_modules|\.c$/.test(name))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
