// `npm run test:emacs`: the language server under a real emacs with eglot (from 29 on built in; Debian 12: the packages
// emacs-nox and elpa-eglot), in batch mode: client.el drives it, and what the editor saw is compared.
import { deepEqual, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { driveEditor } from "../harness/real-editor.mjs";

const args = ["--batch", "-Q", "-l", fileURLToPath(new URL("client.el", import.meta.url))];
driveEditor({ program: "emacs", args, debian: "emacs-nox elpa-eglot" }, (seen, version) => {
  const [wrong, leak, ...others] = seen.get("diagnostics");
  deepEqual([wrong.line, leak.line, others], [9, 19, []]);
  match(wrong.text, /\[mismatched-release\]: Pinned pages are let go with put_page\(\)/);
  match(leak.text, /\[leaked-pages\]: .* still held at this return/);
  match(seen.get("hover"), /int pin_user_pages_fast\(/);
  match(seen.get("actions")[0], /unpin_user_page\(\)/);
  deepEqual(seen.get("fixed"), "unpin_user_page(page);");
  for (const event of ["after the fix", "comes back"]) {
    const [left, ...more] = seen.get(event);
    deepEqual([left.line, more], [19, []]);
    match(left.text, /\[leaked-pages\]/);
  }
  deepEqual(seen.get("stopped"), true);
  process.stdout.write(`${version}: diagnostics, hover, code action: as expected\n`);
});
