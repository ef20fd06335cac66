/** docs/catalogue.md, where hovers lead, is what the catalogue says; `npm run pages` writes it anew. */
import { catalogue, newestVersion } from "@pinscope/simulator/catalogue";
import { expect, it } from "vitest";
import { contractOf } from "./core/contract.ts";

it("docs/catalogue.md is up to date", async () => {
  const entries = [...catalogue.values()]
    .filter(({ role, neverMerged }) => (role === "trigger" || role === "tracked") && neverMerged !== true)
    .sort((left, right) => (left.name < right.name ? -1 : 1));
  expect(entries.length).toBeGreaterThan(100);
  const text = [
    "# Catalogue",
    "",
    "What each call does to pages, as the checker reads it: generated from `simulator/catalogue` by `npm run pages`.",
    `Calls stand as in kernel ${newestVersion.slice(1)}, those that it has no more as they last were; a hover in the editor shows the kernel at hand.`,
    "",
    ...entries.flatMap((entry) => [`## ${entry.name}`, "", contractOf(entry, newestVersion, null), ""]),
  ].join("\n");
  await expect(text).toMatchFileSnapshot("../../docs/catalogue.md");
});
