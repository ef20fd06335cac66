/**
 * A fork while the path runs: the process whose memory was taken makes a child, then writes to each page of its buffers.
 * Where the kernel shared a held page with the child, that write gives the process another page.
 */
import type { Run } from "./run.ts";

const WRITTEN = 201;

/** Forks the process of the run, lets it write, and notes which held pages are not its own any more. */
export function forkAndWrite({ world, recorder }: Run): void {
  const { kernel, mm, holdings } = world;
  const pageAt = (address: number) => kernel.walk(mm, address).page;
  const held = new Set(holdings.map(({ page }) => page));
  const before = world.userAddresses().map((address) => ({ address, page: pageAt(address) }));
  kernel.fork(mm);
  for (const { address } of before) kernel.writeByte(mm, address, WRITTEN);
  const lost = before.filter(
    ({ address, page }) => page !== null && held.has(page) && pageAt(address) !== page,
  );
  recorder.note("the process forks, then writes to its buffer");
  const names = [...new Set(lost.map(({ page }) => `p${page === null ? "" : world.pages.indexOf(page)}`))];
  if (names.length === 0) return;
  const are = names.length === 1 ? "is no page of the process" : "are no pages of the process";
  recorder.note(`${names.join(", ")} ${are} any more: what a device writes there it never sees`);
}
