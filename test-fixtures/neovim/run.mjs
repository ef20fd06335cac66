// `npm run test:nvim`: the language server under a real neovim (Debian's package `neovim`), headless: client.lua drives it,
// and what the editor saw is compared. The same beside clangd (Debian's package `clangd`), where that is installed.
import { deepEqual, match } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { driveEditor } from "../harness/real-editor.mjs";

const neovim = (script) => ({
  program: "nvim",
  args: [
    ...["--headless", "-u", "NONE", "-i", "NONE", "-n"],
    ...["-c", `luafile ${fileURLToPath(new URL(script, import.meta.url))}`],
  ],
  debian: "neovim",
});
driveEditor(neovim("client.lua"), (seen, version) => {
  deepEqual(seen.get("diagnostics"), [
    { line: 9, code: "mismatched-release", source: "pinscope" },
    { line: 19, code: "leaked-pages", source: "pinscope" },
  ]);
  match(seen.get("hover"), /int pin_user_pages_fast\(/);
  deepEqual(seen.get("lenses"), [
    { line: 3, title: "1 acquisition · mismatched-release at line 9 · Show path" },
    { line: 3, title: "Simulate" },
    { line: 13, title: "1 acquisition · leaks at line 19 · Show path" },
    { line: 13, title: "Simulate" },
  ]);
  match(seen.get("simulated"), /leaks\(\), simulated on[\s\S]*1 LEAKED/);
  match(seen.get("actions")[0], /unpin_user_page\(\)/);
  deepEqual(seen.get("fixed"), "\tunpin_user_page(page);");
  deepEqual(seen.get("after the fix"), ["leaked-pages"]);
  deepEqual(seen.get("comes back"), "leaked-pages");
  deepEqual(seen.get("stopped"), true);
  process.stdout.write(`${version}: diagnostics, hover, code lens, simulation, code action: as expected\n`);
});

const clangd = ["clangd", "clangd-19", "clangd-14"].find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);
if (clangd === undefined) process.stdout.write("clangd is not installed: not tried beside it\n");
else {
  process.env.CLANGD = clangd;
  driveEditor(neovim("beside-clangd.lua"), (seen) => {
    const { pinscope, clangd: others } = seen.get("diagnostics");
    deepEqual(pinscope, ["leaked-pages", "mismatched-release"]);
    // Without a configured kernel there are no headers for it.
    match(others.join(" "), /pp_file_not_found/);
    const hovers = seen.get("hovers");
    match(hovers.pinscope, /\*\*pins\*\* \(1\)[\s\S]*success path[\s\S]*pinned, refcount 1025/);
    match(hovers.clangd, /struct page \*page/);
    process.stdout.write("beside clangd: diagnostics and hovers of both\n");
  });
}
