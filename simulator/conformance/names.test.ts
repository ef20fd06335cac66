/**
 * Names of which the catalogue says nothing but that they take nothing and give nothing back: called by interpreted C code on
 * a page that is pinned, none of them moves its counters, and the page is let go as it was taken.
 */
import { catalogue } from "@pinscope/simulator/catalogue";
import { expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { simulateText } from "../interpreter/simulation-fixture.ts";
import { declaresNothing, listedEntries } from "./listed.ts";

const names = [...catalogue.values()]
  .filter((entry) => declaresNothing(entry) && listedEntries[entry.name] === undefined)
  .map(({ name }) => name);
const parser = await loadParser();

function text(calls: readonly string[]): string {
  return `
int check(unsigned long start, struct page **pages)
{
	int got = pin_user_pages_fast(start, 1, FOLL_WRITE, pages);

	if (got != 1)
		return -EFAULT;
${calls.map((name) => `	${name}(pages[0]);`).join("\n")}
	unpin_user_page(pages[0]);
	return 0;
}
`;
}

interface Counted {
  readonly refcount: number;
  readonly pincount: number;
  readonly mapcount: number;
}

/** Names called one after the other; those that were reached, and whether the function came to its end balanced. */
function run(calls: readonly string[]): { readonly reached: Set<string>; readonly balanced: boolean } {
  const { steps, exit, imbalances } = simulateText(text(calls), "check", parser);
  const reached = new Set<string>();
  for (const name of calls) {
    const step = steps.find((one) => one.kind === "call" && one.text.startsWith(`${name}(`));
    if (step === undefined) continue;
    reached.add(name);
    const counts = (state: Counted | null): readonly unknown[] => [
      state?.refcount,
      state?.pincount,
      state?.mapcount,
    ];
    for (const { page, before, after } of step.changes)
      if (page === 0) expect(counts(after), name).toEqual(counts(before));
  }
  return { reached, balanced: exit.kind === "success" && imbalances.length === 0 };
}

/** They end the path, or write to what they are given: each is called by itself, and the release after it is not seen. */
const last = new Set(["get_user", "__get_user", "unsafe_get_user", "import_ubuf", "panic", "local_irq_save"]);

const chunk = 150;

it("names that declare nothing move no counter of the page that they are called with", () => {
  const many = names.filter((name) => !last.has(name));
  for (let first = 0; first < many.length; first += chunk) {
    const some = many.slice(first, first + chunk);
    const { reached, balanced } = run(some);
    expect(some.filter((name) => !reached.has(name))).toEqual([]);
    expect(balanced).toBe(true);
  }
  for (const name of last) expect(run([name]).reached.has(name), name).toBe(true);
});
