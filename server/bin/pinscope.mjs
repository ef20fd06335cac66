#!/usr/bin/env node
// Starts the bundled command line; says how to build it when it is not there yet.
import { existsSync } from "node:fs";

const bundle = new URL("../dist/pinscope.mjs", import.meta.url);
if (existsSync(bundle)) await import(bundle.href);
else {
  process.stderr.write("pinscope: not built yet: run `npm run build` in the checkout first\n");
  process.exitCode = 3;
}
