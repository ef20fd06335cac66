import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { simulateText } from "./simulation-fixture.ts";

const parser = await loadParser();

const MAPS = `
int map(struct device *dev, unsigned long start)
{
	struct page *page;
	dma_addr_t address;

	if (pin_user_pages_fast(start, 1, FOLL_WRITE, &page) != 1)
		return -EFAULT;
	address = dma_map_page(dev, page, 0, PAGE_SIZE, DMA_TO_DEVICE);
	if (dma_mapping_error(dev, address)) {
		unpin_user_page(page);
		return dma_mapping_error(dev, address);
	}
	dma_unmap_page(dev, address, PAGE_SIZE, DMA_TO_DEVICE);
	unpin_user_page(page);
	return 0;
}`;

describe("mapping for a device", () => {
  it("succeeds by itself", () => {
    const { exit, fallible } = simulateText(MAPS, "map", parser);
    expect(exit).toMatchObject({ kind: "success", value: "0" });
    expect(fallible.map(({ call }) => call)).toEqual(["pin_user_pages_fast", "dma_map_page"]);
  });

  it("can be made to fail, and what is asked about the address says so each time", () => {
    const { exit, imbalances, unmet } = simulateText(MAPS, "map", parser, ["fail=dma_map_page"]);
    expect(exit).toMatchObject({ kind: "failure", value: "-12" });
    expect(unmet).toEqual([]);
    expect(imbalances).toEqual([]);
  });

  it("tells of an address from elsewhere what the scenario says", () => {
    const given = MAPS.replace("unsigned long start", "unsigned long start, dma_addr_t address").replace(
      /\tdma_addr_t address;\n|\taddress = .*\n/g,
      "",
    );
    const { exit } = simulateText(given, "map", parser, ["fail=dma_mapping_error"]);
    expect(exit).toMatchObject({ kind: "failure", value: "-12" });
  });
});
