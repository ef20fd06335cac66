import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { programOf, simulateText } from "./simulation-fixture.ts";

const parser = await loadParser();

describe("choices that lead to the success exit", () => {
  it("makes a pointer that the code compares with a page that page", () => {
    const simulation = simulateText(
      `int same(void *from, struct page **known)
{
	struct page *found[1];

	if (get_user_pages_fast((unsigned long)from, 1, 0, found) != 1)
		return -EFAULT;
	put_page(found[0]);
	return found[0] == *known ? 0 : -EBADE;
}`,
      "same",
      parser,
    );
    expect(simulation.exit).toMatchObject({ kind: "success", value: "0" });
    expect(simulation.assumptions.map(({ text }) => text)).toContain("*known = page p0");
    expect(simulation.imbalances).toEqual([]);
  });

  it("changes an earlier branch that could as well go the other way", () => {
    const simulation = simulateText(
      `int take(unsigned long mode, unsigned long start, struct page **pages)
{
	long charged = 0;

	if (mode == 5)
		charged = 1;
	if (mode != 5)
		return 0;
	return pin_user_pages_fast(start, 1, 0, pages);
}`,
      "take",
      parser,
    );
    expect(simulation.exit).toMatchObject({ kind: "success", value: "1" });
    expect(simulation.acquisitions).toBe(1);
  });

  it("makes the base of an address an object, not the index beside it", () => {
    const simulation = simulateText(
      `int walk(struct dev *dev, unsigned long start, struct page **pages)
{
	long index = dev->index;
	u64 *entry = (u64 *)(dev->base + (index << 4));

	if (entry[0] == 7)
		return -EINVAL;
	return pin_user_pages_fast(start, 1, 0, pages);
}`,
      "walk",
      parser,
    );
    expect(simulation.exit).toMatchObject({ kind: "success", value: "1" });
  });

  it("steps into a body in sight, whatever the catalogue says of the name", () => {
    const source = `
struct page **io_pin_pages(unsigned long uaddr, unsigned long len, int *npages)
{
	unsigned long end, nr;
	struct page **pages;
	int ret;

	if (check_add_overflow(uaddr, len, &end) || check_add_overflow(end, PAGE_SIZE - 1, &end))
		return ERR_PTR(-EOVERFLOW);
	nr = (end >> PAGE_SHIFT) - (uaddr >> PAGE_SHIFT);
	if (!nr)
		return ERR_PTR(-EINVAL);
	pages = kvmalloc_array(nr, sizeof(struct page *), GFP_KERNEL);
	if (!pages)
		return ERR_PTR(-ENOMEM);
	ret = pin_user_pages_fast(uaddr, nr, FOLL_WRITE, pages);
	if (ret == nr) {
		*npages = nr;
		return pages;
	}
	kvfree(pages);
	return ERR_PTR(-EFAULT);
}
int map(struct ring *ring, unsigned long uaddr, unsigned long len)
{
	struct page **pages = io_pin_pages(uaddr, len, &ring->count);

	if (IS_ERR(pages))
		return PTR_ERR(pages);
	ring->pages = pages;
	return 0;
}`;
    const simulation = simulateText(source, "map", parser);
    expect(simulation.exit).toMatchObject({ kind: "success", value: "0" });
    expect(simulation.balance).toMatchObject([
      { callee: "pin_user_pages_fast", function: "io_pin_pages", owned: [{ owner: "ring->pages" }] },
    ]);
    expect(simulateText(source, "map", parser, ["short=1 of 4"]).balance).toMatchObject([
      { taken: 1, leaked: 1 },
    ]);
    expect(programOf(source, parser).lookup("io_pin_pages")).not.toBeNull();
  });

  it("takes huge pages where the code refuses others, and says so", () => {
    const source = `long take(unsigned long start, struct page **pages)
{
	if (get_user_pages_fast(start, 1, FOLL_WRITE, pages) != 1)
		return -EFAULT;
	if (!PageHuge(pages[0])) {
		put_page(pages[0]);
		return -EINVAL;
	}
	return 0;
}`;
    const simulation = simulateText(source, "take", parser);
    expect(simulation.exit).toMatchObject({ kind: "success" });
    expect(simulation.assumptions[0]).toMatchObject({ text: "the user's memory is hugetlb", given: true });
    expect(simulation.pages[0]).toMatchObject({ order: 9 });
    // What was told is not changed.
    expect(simulateText(source, "take", parser, ["buffer=anon"]).exit).toMatchObject({ kind: "failure" });
  });

  it("lays anonymous unions over each other", () => {
    const simulation = simulateText(
      `struct table { int used; union { struct page **pages; u64 *numbers; }; };
long take(struct table *table, unsigned long start, unsigned long n)
{
	table->numbers = kcalloc(n, sizeof(u64), GFP_KERNEL);
	if (!table->numbers)
		return -ENOMEM;
	return pin_user_pages(start, n, FOLL_WRITE, table->pages);
}`,
      "take",
      parser,
    );
    expect(simulation.exit).toMatchObject({ kind: "success", value: "4" });
    expect(simulation.imbalances).toEqual([]);
  });
});

const READS = `
ssize_t read_into(struct iov_iter *iter, struct page **pages)
{
	size_t offset;
	ssize_t got = iov_iter_extract_pages(iter, &pages, 8192, 2, 0, &offset);

	if (got > 0 && iov_iter_extract_will_pin(iter))
		unpin_user_pages(pages, DIV_ROUND_UP(got, PAGE_SIZE));
	return got;
}
ssize_t get_from(struct iov_iter *iter, struct page **pages)
{
	size_t offset;
	ssize_t got = iov_iter_get_pages2(iter, pages, 8192, 2, &offset);

	if (got > 0)
		release_pages(pages, DIV_ROUND_UP(got, PAGE_SIZE));
	return got;
}`;

describe("iterators that a function is given", () => {
  it.each([
    ["ubuf", 2],
    ["iovec", 1],
    ["kvec", 2],
    ["bvec", 1],
    ["xarray", 2],
    ["folioq", 2],
  ])("walk %s", (kind, pages) => {
    const user = kind === "ubuf" || kind === "iovec";
    const extracted = simulateText(READS, "read_into", parser, [`iter=${kind}`]);
    expect(extracted.exit).toMatchObject({ kind: "success", value: String(pages * 4096) });
    expect(extracted.balance[0]?.taken ?? 0).toBe(user ? pages : 0);
    expect(extracted.imbalances).toEqual([]);
    if (kind === "kvec") return;
    const got = simulateText(READS, "get_from", parser, [`iter=${kind}`]);
    expect(got.balance).toMatchObject([{ callee: "iov_iter_get_pages2", taken: pages, released: pages }]);
    expect(got.imbalances).toEqual([]);
  });

  it("are pipes only in kernels that have those", () => {
    const old = simulateText(READS, "get_from", parser, ["iter=pipe", "era=6.1.y"]);
    expect(old.balance).toMatchObject([{ callee: "iov_iter_get_pages2", taken: 2, released: 2 }]);
    const now = simulateText(READS, "get_from", parser, ["iter=pipe"]);
    expect(now.exit).toMatchObject({ kind: "stuck" });
    expect("message" in now.exit ? now.exit.message : "").toContain("iov_iter_pipe");
  });
});

describe("scenarios that a default run does not come by", () => {
  it("start from the success path", () => {
    const source = `
struct box { int charged; void *table; struct page *pages[4]; };
int take(struct box *box, unsigned long mode, unsigned long start)
{
	if (mode == 5)
		box->charged = 1;
	if (mode != 5)
		return 0;
	if (pin_user_pages_fast(start, 4, 0, box->pages) != 4)
		return -EFAULT;
	box->table = vmalloc(4096);
	if (!box->table)
		return -ENOMEM;
	return 0;
}`;
    const { exit, unmet, balance } = simulateText(source, "take", parser, ["fail=vmalloc"]);
    expect(exit).toMatchObject({ kind: "failure", value: "-12" });
    expect(unmet).toEqual([]);
    expect(balance).toMatchObject([{ taken: 4, released: 0 }]);
  });
});

describe("arrays that are NULL", () => {
  const source = `
int take(unsigned long start)
{
	return get_user_pages_fast(start, 1, 0, NULL);
}`;

  it("are a crash in kernels that follow them", () => {
    const { exit } = simulateText(source, "take", parser, ["era=6.1.y"]);
    expect(exit).toMatchObject({
      kind: "crash",
      message: "get_user_pages_fast(): the array of pages is NULL",
    });
  });
});
