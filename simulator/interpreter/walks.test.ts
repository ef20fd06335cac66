import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { simulateText } from "./simulation-fixture.ts";

const parser = await loadParser();

const CHUNKS = `
struct chunk { struct list_head list; struct page *page; };
struct region { struct list_head chunks; };
static void drop(struct region *region)
{
	struct chunk *chunk, *tmp;

	list_for_each_entry_safe(chunk, tmp, &region->chunks, list) {
		list_del(&chunk->list);
		unpin_user_page(chunk->page);
		kfree(chunk);
	}
}
int fill(struct region *region, unsigned long start, int n)
{
	struct chunk *chunk;
	int i;

	INIT_LIST_HEAD(&region->chunks);
	for (i = 0; i < 3; i++) {
		chunk = kzalloc(sizeof(*chunk), GFP_KERNEL);
		if (!chunk)
			goto fail;
		if (pin_user_pages_fast(start + i * PAGE_SIZE, 1, 0, &chunk->page) != 1) {
			kfree(chunk);
			goto fail;
		}
		list_add_tail(&chunk->list, &region->chunks);
	}
	if (n > 7)
		goto fail;
	return 0;
fail:
	drop(region);
	return -ENOMEM;
}`;

describe("loops over what lies in memory", () => {
  it("walks a list as far as it was filled", () => {
    const kept = simulateText(CHUNKS, "fill", parser);
    expect(kept.exit).toMatchObject({ kind: "success" });
    expect(kept.balance.map(({ released, leaked }) => [released, leaked])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    for (const scenario of ["set=n=8", "fail=kzalloc#3", "fail=pin_user_pages_fast#2"]) {
      const { exit, balance, imbalances } = simulateText(CHUNKS, "fill", parser, [scenario]);
      expect(exit).toMatchObject({ kind: "failure", value: "-12" });
      expect(balance.every(({ taken, released }) => taken === released)).toBe(true);
      expect(imbalances).toEqual([]);
    }
  });

  it("sees what a loop over a list leaves out", () => {
    const wrong = CHUNKS.replace("unpin_user_page(chunk->page);", "");
    const { imbalances } = simulateText(wrong, "fill", parser, ["set=n=8"]);
    expect(imbalances.map(({ kind }) => kind)).toEqual(["leak", "leak", "leak"]);
  });

  it("walks scatterlists and their tables", () => {
    const source = `
int map(struct page **pages, unsigned long start, struct sg_table *table, int busy)
{
	struct scatterlist *sg;
	int i, got = pin_user_pages_fast(start, 4, 0, pages);

	if (got != 4)
		return -EFAULT;
	if (sg_alloc_table_from_pages(table, pages, 4, 0, 4 * PAGE_SIZE, GFP_KERNEL)) {
		unpin_user_pages(pages, 4);
		return -ENOMEM;
	}
	if (!busy)
		return 0;
	WALK
		unpin_user_page(sg_page(sg));
	sg_free_table(table);
	return -EBUSY;
}`;
    for (const walk of [
      "for_each_sgtable_sg(table, sg, i)",
      "for_each_sg(table->sgl, sg, table->nents, i)",
    ]) {
      const simulation = simulateText(source.replace("WALK", walk), "map", parser, ["set=busy=1"]);
      expect(simulation.exit).toMatchObject({ value: "-16" });
      expect(simulation.balance).toMatchObject([{ taken: 4, released: 4 }]);
      expect(simulation.imbalances).toEqual([]);
    }
  });
});
