/** What replays say: of each status one example, and that correct code is not confirmed to be wrong. */
import { type CheckSettings, checkFile, type Finding } from "@pinscope/server/checker";
import { describe, expect, it } from "vitest";
import { readFixture } from "../../../test-fixtures/harness/fixtures.ts";
import { loadParser } from "../../../test-fixtures/harness/parser.ts";
import { usualSettings } from "../../../test-fixtures/harness/settings.ts";

const usual: CheckSettings = { ...usualSettings, deep: true };

async function check(source: string, more: Partial<CheckSettings> = {}) {
  const parser = await loadParser();
  const path = "test.c";
  return checkFile({
    path,
    source,
    files: new Map([[path, source]]),
    parser,
    settings: { ...usual, ...more },
  });
}

async function only(source: string, more: Partial<CheckSettings> = {}): Promise<Finding> {
  const { findings } = await check(source, more);
  expect(findings.map(({ rule }) => rule)).toHaveLength(1);
  const [finding] = findings;
  if (finding === undefined) throw new Error("there is one finding");
  return finding;
}

/** `{end}` stands for the statements between a pin of `nr` pages and the return. */
const pinned = (end: string): string => `
#include <linux/mm.h>
struct card { int state; struct page **kept; };
int poke(struct card *card);
int fill(struct card *card, unsigned long start, int nr, struct page **pages)
{
	int got = pin_user_pages_fast(start, nr, FOLL_WRITE, pages);
	int i;

	if (got <= 0)
		return -EFAULT;
${end}
}
`;

describe("a replay", () => {
  it("says nothing against a release of slots that nobody filled: what stands in them is not known", async () => {
    const short = `
#include <linux/mm.h>
struct dock { struct page *slots[16]; };
int load(struct dock *dock, unsigned long start, int nr)
{
	int got = pin_user_pages_fast(start, nr, FOLL_WRITE, dock->slots);

	if (got != nr) {
		if (got >= 0)
			unpin_user_pages(dock->slots, nr);
		return -EINVAL;
	}
	unpin_user_pages(dock->slots, got);
	return 0;
}
`;
    const finding = await only(short);
    expect(finding.rule).toBe("over-release");
    expect(finding.severity).toBe("warning");
    expect(finding.witness).toMatchObject({
      status: "unreplayable",
      reason: expect.stringContaining("nobody filled"),
    });
  });

  it("does not take a page for somebody who was given its contents, so that a second release comes out right", async () => {
    const finding = await only(`
#include <linux/mm.h>
void save(void *contents);
int dump(unsigned long address)
{
	struct page *page;

	if (get_user_pages_fast(address, 1, 0, &page) != 1)
		return -EFAULT;
	save(page_address(page));
	put_page(page);
	put_page(page);
	return 0;
}
`);
    expect(finding.rule).toBe("double-release");
    expect(finding.witness?.status).toMatch(/^confirmed/);
  });

  it("confirms what known calls lead to: the finding has the rule's severity", async () => {
    const finding = await only(
      pinned(
        "\tchar *note = kmalloc(64, GFP_KERNEL);\n\tif (!note) { kfree(pages); return -ENOMEM; }\n\tkfree(note);\n\tunpin_user_pages(pages, got);\n\treturn 0;",
      ),
    );
    expect(finding.severity).toBe("error");
    expect(finding.witness).toMatchObject({
      status: "confirmed",
      summary: expect.stringContaining("held by nobody"),
    });
    expect(finding.witness?.ground).toMatch(/^(?:v6\.12|6\.12\.y), /);
    expect(finding.witness?.assumptions).toBeUndefined();
  });

  it("names the field or unknown call that a claim rests on: a warning", async () => {
    const field = await only(
      pinned(
        "\tif (card->state) { kfree(pages); return -EBUSY; }\n\tunpin_user_pages(pages, got);\n\treturn 0;",
      ),
    );
    expect(field.severity).toBe("warning");
    expect(field.witness).toMatchObject({ status: "confirmed-if" });
    expect(field.witness?.assumptions).toEqual([expect.stringMatching(/^card->state = -?\d+ at line 12$/)]);
    const call = await only(
      pinned(
        "\tif (poke(card)) { kfree(pages); return -EIO; }\n\tunpin_user_pages(pages, got);\n\treturn 0;",
      ),
    );
    expect(call.witness?.assumptions).toEqual([
      expect.stringMatching(/^result of poke\(\) = -?\d+ at line 12$/),
    ]);
  });

  it("takes the kernel's configuration as the path does, and names it", async () => {
    const finding = await only(
      pinned(
        "\tif (IS_ENABLED(CONFIG_HOIST)) { kfree(pages); return -EBUSY; }\n\tunpin_user_pages(pages, got);\n\treturn 0;",
      ),
    );
    expect(finding.witness).toMatchObject({
      status: "confirmed-if",
      assumptions: ["IS_ENABLED(CONFIG_HOIST) = true at line 12"],
    });
  });

  it("lets a call let go of mmap_lock where the code asks whether it did", async () => {
    const finding = await only(`
#include <linux/mm.h>
int peek(struct mm_struct *mm, unsigned long addr)
{
	struct page *page;
	int locked = 1;

	mmap_read_lock(mm);
	if (get_user_pages_remote(mm, addr, 1, 0, &page, &locked) != 1)
		return -EFAULT;
	if (!locked)
		return -EAGAIN;
	mmap_read_unlock(mm);
	put_page(page);
	return 0;
}
`);
    expect([finding.rule, finding.witness?.status]).toEqual(["leaked-pages", "confirmed"]);
  });

  it("takes short counts where the claim is about them", async () => {
    const finding = await only(
      pinned(
        "\tif (got != nr) { kfree(pages); return -EAGAIN; }\n\tunpin_user_pages(pages, got);\n\treturn 0;",
      ),
    );
    expect(finding.rule).toBe("partial-pin-leak");
    expect(finding.witness?.status).toBe("confirmed");
  });

  it("keeps what a branch asks of an address that the call would have had otherwise", async () => {
    const finding = await only(
      pinned(
        "\tif (start & 1) { kfree(pages); return -EINVAL; }\n\tunpin_user_pages(pages, got);\n\treturn 0;",
      ),
    );
    expect(finding.witness).toMatchObject({ status: "confirmed" });
  });

  it("says where the path is computed to go another way", async () => {
    const finding = await only(
      `#include <linux/mm.h>
int large(unsigned long addr)
{
	struct page *page;
	int i, nr;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	nr = compound_nr(page);
	for (i = 0; i < nr; i++)
		unpin_user_page(page);
	return 0;
}
`,
    );
    expect(finding.severity).toBe("warning");
    expect(finding.witness).toMatchObject({
      status: "unreplayable",
      reason: expect.stringMatching(/^diverged.* at line 10$/),
    });
  });

  it("does not refute a leak because something named the page before it was taken", async () => {
    const finding = await only(`
#include <linux/mm.h>
struct log { struct page *page; };
int note(struct log *log, unsigned long addr)
{
	struct page *page;

	if (pin_user_pages_fast(addr, 1, 0, &page) != 1)
		return -EFAULT;
	if (page != log->page) {
		unpin_user_page(page);
		return -EINVAL;
	}
	return 0;
}
`);
    expect(finding.witness?.status).toBe("unreplayable");
  });

  it("withdraws what it refutes, counts it, and shows it when asked", async () => {
    const correct = pinned(
      "\tunpin_user_pages(pages, got);\n\tkfree(pages);\n\treturn got == nr ? 0 : -EAGAIN;",
    );
    expect((await check(correct)).findings).toEqual([]);
    const withdrawn = await check(correct, { assumeUnreleased: true });
    expect(withdrawn.findings).toEqual([]);
    expect(withdrawn.stats.replay).toMatchObject({ confirmed: 0, unreplayable: 0 });
    expect(withdrawn.stats.replay.refuted).toBeGreaterThan(0);
    const shown = await check(correct, { assumeUnreleased: true, replay: "show-refuted" });
    expect(shown.findings).toHaveLength(withdrawn.stats.replay.refuted);
    for (const { severity, witness } of shown.findings)
      expect([severity, witness?.status]).toEqual(["information", "refuted"]);
  });

  it.each([
    ["a count that a release is given", "\tunpin_user_pages(pages, got);\n\treturn 0;"],
    [
      "a bound that is unsigned",
      "\tunsigned int n = got, i;\n\tfor (i = 0; i < n; i++)\n\t\tunpin_user_page(pages[i]);\n\treturn 0;",
    ],
    [
      "the larger side of a comparison",
      "\tif (got < nr) {\n\t\tunpin_user_pages(pages, got);\n\t\treturn -EIO;\n\t}\n\tunpin_user_pages(pages, nr);\n\treturn 0;",
    ],
  ])("shows the errno that reaches %s", async (_, end) => {
    const finding = await only(
      `#include <linux/mm.h>\nint fill(unsigned long start, unsigned int nr, struct page **pages)\n{\n\tint got;\n\n\tif (!nr)\n\t\treturn 0;\n\tgot = pin_user_pages_fast(start, nr, 0, pages);\n${end}\n}\n`,
    );
    expect([finding.rule, finding.severity]).toEqual(["negative-page-count", "error"]);
    expect(finding.witness).toMatchObject({
      status: "confirmed",
      summary: "pin_user_pages_fast() gives -14, which is taken for a count",
    });
  });

  it("shows a release that is told to let go of nothing", async () => {
    const { source } = readFixture("bugs/gvt-unpin-empty.c");
    const { findings } = await check(source, { kernels: [{ version: "v6.3", patch: 0 }] });
    const found = findings.filter(({ rule }) => rule === "negative-page-count");
    expect(found.map(({ witness }) => [witness?.status, witness?.summary])).toEqual([
      ["confirmed", "the count is 0"],
    ]);
  });

  it("can be left out: then nothing about counts is an error", async () => {
    const finding = await only(pinned("\tkfree(pages);\n\treturn 0;"), { replay: "off" });
    expect([finding.severity, finding.witness]).toEqual([
      "warning",
      { status: "unreplayable", reason: "not replayed" },
    ]);
  });
});

describe("correct code, with nothing taken to be let go, is not confirmed to be wrong:", () => {
  // All fixtures: `npm run bench:replay -- --fixtures`.
  it.each([
    "rules/leaked-pages/error-labels.c",
    "rules/leaked-pages/helpers.c",
    "rules/mismatched-release/placeholder-era.c",
    "bugs/vdpa-short-pin-leak.c",
  ])("%s", async (name) => {
    const { source, kernel } = readFixture(name);
    const [major, minor] = kernel.split(".").map(Number);
    const version = `v${major ?? 6}.${minor ?? 12}` as const;
    const { findings } = await check(source, {
      kernels: [{ version, patch: 0 }],
      assumeUnreleased: true,
      replay: "show-refuted",
    });
    const told = findings.filter(
      ({ function: where, witness }) => where.endsWith("_ok") && witness !== undefined,
    );
    expect(told.length).toBeGreaterThan(0);
    expect(told.filter(({ witness }) => witness?.status.startsWith("confirmed"))).toEqual([]);
  });
});
