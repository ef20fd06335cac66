/** Scatterlists and their tables, as records in memory: the pages that they name are held by whoever held them. */
import type { CType } from "@pinscope/grammars/ir";
import type { Page } from "@pinscope/simulator/kernel";
import { type Answer, type Call, type Model, UNSIGNED_LONG } from "../call.ts";
import { PAGE_SIZE } from "../world.ts";

const UINT: CType = { kind: "integer", bits: 32, signed: false };
const INT: CType = { kind: "integer", bits: 32, signed: true };
const POINTER: CType = { kind: "pointer", to: { kind: "unknown" } };
const SG = { kind: "record" as const, tag: "scatterlist", union: false };

function sgField(call: Call, entry: bigint, name: string): bigint {
  const type = name === "page_link" ? UNSIGNED_LONG : UINT;
  return entry + BigInt(call.world.machine.layouts.offsetOf("scatterlist", name, type));
}

function setEntry(call: Call, entry: bigint, page: bigint, length: bigint, offset: bigint): void {
  const link = call.read(sgField(call, entry, "page_link"), UNSIGNED_LONG) ?? 0n;
  call.write(sgField(call, entry, "page_link"), 8, page | (link & 2n));
  call.write(sgField(call, entry, "length"), 4, length);
  call.write(sgField(call, entry, "offset"), 4, offset);
}

const sgSetPage: Model = (call): Answer => {
  setEntry(call, call.at(0), call.at(1), call.at(2), call.at(3));
  return undefined;
};

const sgPage: Model = (call): Answer => {
  const link = call.read(sgField(call, call.at(0), "page_link"), UNSIGNED_LONG);
  if (link !== null && (link & ~3n) !== 0n) return link & ~3n;
  const page = call.world.addressOfPage(call.world.givenPage());
  setEntry(call, call.at(0), page, BigInt(PAGE_SIZE), 0n);
  return page;
};

const sgNext: Model = (call): Answer => {
  const link = call.read(sgField(call, call.at(0), "page_link"), UNSIGNED_LONG) ?? 0n;
  if ((link & 2n) !== 0n) return 0n;
  return call.at(0) + BigInt(call.world.machine.layouts.sizeOf(SG));
};

const sgMark =
  (end: boolean): Model =>
  (call): Answer => {
    const link = call.read(sgField(call, call.at(0), "page_link"), UNSIGNED_LONG) ?? 0n;
    call.write(sgField(call, call.at(0), "page_link"), 8, end ? link | 2n : link & ~2n);
    return undefined;
  };

const sgInit: Model = (call): Answer => {
  const count = Math.min(Math.max(0, call.int(1)), 1024);
  makeEntries(call, call.at(0), count);
  return undefined;
};

function makeEntries(call: Call, first: bigint, count: number): void {
  const stride = BigInt(call.world.machine.layouts.sizeOf(SG));
  for (let index = 0; index < count; index++) {
    const entry = first + BigInt(index) * stride;
    call.write(sgField(call, entry, "page_link"), 8, index === count - 1 ? 2n : 0n);
    call.write(sgField(call, entry, "length"), 4, 0n);
    call.write(sgField(call, entry, "offset"), 4, 0n);
  }
}

function tableField(call: Call, table: bigint, name: string): bigint {
  return (
    table + BigInt(call.world.machine.layouts.offsetOf("sg_table", name, name === "sgl" ? POINTER : UINT))
  );
}

/** A table of `count` entries; gives the address of the first. */
function makeTable(call: Call, table: bigint, count: number): bigint {
  const first = call.run.memory.allocate(null, call.name, false);
  makeEntries(call, first, count);
  call.write(tableField(call, table, "sgl"), 8, first);
  call.write(tableField(call, table, "nents"), 4, BigInt(count));
  call.write(tableField(call, table, "orig_nents"), 4, BigInt(count));
  return first;
}

const sgAllocTable: Model = (call): Answer => {
  const failed = call.chosen({ kind: "number", value: 0n }, { type: INT });
  if (failed !== 0n) return failed;
  makeTable(call, call.at(0), Math.min(Math.max(1, call.int(1)), 1024));
  return 0n;
};

const sgFromPages: Model = (call): Answer => {
  const failed = call.chosen({ kind: "number", value: 0n }, { type: INT });
  if (failed !== 0n) return failed;
  const pages = call.position("pages") >= 0 ? call.named("pages") : call.at(1);
  const position = call.position("n_pages") >= 0 ? call.position("n_pages") : 2;
  const count = Math.min(Math.max(1, call.int(position)), 1024);
  if (
    call.name.includes("append") &&
    (call.read(tableField(call, call.at(0), "sgl"), POINTER) ?? 0n) !== 0n
  ) {
    const more = Array.from({ length: count }, (_, index) =>
      call.pageOf(call.readWord(pages + BigInt(index * 8))),
    );
    appendEntries(
      call,
      call.at(0),
      more.filter((page) => page !== null),
    );
    call.write(
      tableField(call, call.at(0), "orig_nents"),
      4,
      call.read(tableField(call, call.at(0), "nents"), UINT) ?? 0n,
    );
    return 0n;
  }
  // sg_append_table begins with its sg_table.
  const first = makeTable(call, call.at(0), count);
  const stride = BigInt(call.world.machine.layouts.sizeOf(SG));
  for (let index = 0; index < count; index++)
    setEntry(
      call,
      first + BigInt(index) * stride,
      call.readWord(pages + BigInt(index * 8)),
      BigInt(PAGE_SIZE),
      0n,
    );
  return 0n;
};

const sgFreeTable: Model = (call): Answer => {
  const slot = tableField(call, call.at(0), "sgl");
  const first = call.world.machine.memory.read(slot, 8) ?? 0n;
  const entry = call.world.heap.get(first);
  if (entry !== undefined) {
    call.world.machine.memory.release(entry.object);
    call.world.heap.delete(first);
  }
  call.write(slot, 8, 0n);
  return undefined;
};

/** Puts pages behind the entries that a table has; a table without a list gets one. */
export function appendEntries(call: Call, table: bigint, pages: readonly Page[]): void {
  const { memory, layouts } = call.world.machine;
  const stride = BigInt(layouts.sizeOf(SG));
  let first = memory.read(tableField(call, table, "sgl"), 8) ?? 0n;
  if (first === 0n || memory.locate(first) === null) {
    first = call.run.memory.allocate(null, call.name, false);
    call.write(tableField(call, table, "sgl"), 8, first);
  }
  const before = memory.read(tableField(call, table, "nents"), 4) ?? 0n;
  pages.forEach((page, index) => {
    const entry = first + (before + BigInt(index)) * stride;
    setEntry(call, entry, call.world.addressOfPage(page), BigInt(PAGE_SIZE), 0n);
  });
  call.write(tableField(call, table, "nents"), 4, before + BigInt(pages.length));
}

export const scatterlistStubs: Readonly<Record<string, Model>> = {
  sg_set_page: sgSetPage,
  sg_page: sgPage,
  sg_next: sgNext,
  sg_mark_end: sgMark(true),
  sg_unmark_end: sgMark(false),
  sg_init_table: sgInit,
  sg_alloc_table: sgAllocTable,
  sg_alloc_table_from_pages: sgFromPages,
  sg_alloc_table_from_pages_segment: sgFromPages,
  sg_alloc_append_table_from_pages: sgFromPages,
  __sg_alloc_table_from_pages: sgFromPages,
  sg_free_table: sgFreeTable,
  sg_free_append_table: sgFreeTable,
};
