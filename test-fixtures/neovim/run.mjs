// `npm run test:nvim`: the language server under a real neovim (Debian's package `neovim`), headless: client.lua drives it,
// and what the editor saw is compared.
import { deepEqual, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { driveEditor } from "../harness/real-editor.mjs";

const script = fileURLToPath(new URL("client.lua", import.meta.url));
const args = ["--headless", "-u", "NONE", "-i", "NONE", "-n", "-c", `luafile ${script}`];
driveEditor({ program: "nvim", args, debian: "neovim" }, (seen, version) => {
  deepEqual(seen.get("diagnostics"), [
    { line: 9, code: "mismatched-release", source: "pinscope" },
    { line: 19, code: "leaked-pages", source: "pinscope" },
  ]);
  match(seen.get("hover"), /int pin_user_pages_fast\(/);
  deepEqual(seen.get("lenses"), [
    { line: 3, title: "1 acquisition · mismatched-release at line 9 · Show path" },
    { line: 13, title: "1 acquisition · leaks at line 19 · Show path" },
  ]);
  match(seen.get("actions")[0], /unpin_user_page\(\)/);
  deepEqual(seen.get("fixed"), "\tunpin_user_page(page);");
  deepEqual(seen.get("after the fix"), ["leaked-pages"]);
  deepEqual(seen.get("comes back"), "leaked-pages");
  deepEqual(seen.get("stopped"), true);
  process.stdout.write(`${version}: diagnostics, hover, code lens, code action: as expected\n`);
});
