/** The pages that a target of the catalogue's effects stands for. Names no API. */
import type { Target } from "@pinscope/simulator/catalogue";
import type { Page } from "@pinscope/simulator/kernel";
import type { Call } from "./call.ts";
import { integer, pointerOf } from "./catalogue-terms.ts";
import { pagesOfBio } from "./models/bio.ts";

/** Pages that one effect is done to at most. */
export const TARGET_BUDGET = 1024;
/** Bytes of a container that is a record in memory. */
const CONTAINER_BYTES = 256;

export function pagesOf(call: Call, target: Target, result: bigint): Page[] {
  switch (target.kind) {
    case "slots": {
      const array = pointerOf(call, target.array, result);
      const low = Number(integer(call, target.low, result) ?? 0n);
      const end = Number(integer(call, target.end, result) ?? 0n);
      if (array === null || array === 0n || end - low > TARGET_BUDGET) return [];
      const pages = call.pagesIn(array + BigInt(low * 8), Math.max(0, end - low));
      return pages.filter((page) => page !== null);
    }
    case "value": {
      const value = pointerOf(call, target.value, result) ?? 0n;
      const page = call.pageOf(value) ?? call.world.pageOfNumber(value);
      const count = Number(integer(call, target.count, result) ?? 1n);
      if (page === null) return [];
      return Array.from({ length: Math.min(Math.max(0, count), TARGET_BUDGET) }, () => page);
    }
    case "consecutive": {
      const page = call.pageOf(pointerOf(call, target.first, result) ?? 0n);
      const count = Number(integer(call, target.count, result) ?? 1n);
      if (page === null) return [];
      const at = page.pfn - page.folio.pfn;
      return page.folio.pages.slice(at, at + count);
    }
    case "contents": {
      const address = pointerOf(call, target.container, result) ?? 0n;
      const bio = call.world.bios.get(address);
      if (bio !== undefined) return pagesOfBio(bio);
      return call.world.containers.get(address) ?? pagesNamedAt(call, address);
    }
  }
}

/** Pages that a record in memory points to, where nobody put any into it by a call. */
function pagesNamedAt(call: Call, address: bigint): Page[] {
  const { memory } = call.world.machine;
  const place = memory.locate(address);
  if (place === null || !place.object.alive || call.world.pageAt(address) !== null) return [];
  return memory
    .words(place.object)
    .filter(({ offset }) => offset >= place.offset && offset < place.offset + CONTAINER_BYTES)
    .map(({ value }) => call.world.pageAt(value))
    .filter((page) => page !== null);
}
