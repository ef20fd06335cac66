/** iov_iter functions on the kernel model; the field `count` in memory follows the model's. */
import { type Extracted, type IovIter, iovIterNpages, type Page } from "@pinscope/simulator/kernel";
import { type Answer, type Call, EFAULT, ENOMEM, type Model, UNSIGNED_LONG } from "../call.ts";
import { type Preset, USER_ADDRESS } from "../choices.ts";
import { compareTerm } from "../terms.ts";
import { PAGE_SIZE } from "../world.ts";
import { mayBeZero } from "./gup.ts";
import { appendEntries } from "./scatterlist.ts";

const LARGEST = 2 ** 31;
/** Bytes of a usual disk's smallest block. */
const BLOCK = 512n;

function iterOf(call: Call, position: number): IovIter {
  return call.world.iterAt(call.at(position));
}

/** Writes `count` back to where the code reads it. */
export function syncIter(call: Call, address: bigint): void {
  const iter = call.world.iters.get(address);
  if (iter === undefined) return;
  const offset = call.world.machine.layouts.offsetOf("iov_iter", "count", UNSIGNED_LONG);
  call.write(address + BigInt(offset), 8, BigInt(iter.count));
}

function bounded(value: bigint): number {
  return value > BigInt(LARGEST) ? LARGEST : Number(value);
}

function byteOutcomes(bytes: number, zero: boolean): readonly Preset[] {
  const numbers = [bytes, EFAULT, PAGE_SIZE, 0].filter((one) => one <= bytes && (one !== 0 || zero));
  return [...new Set(numbers)].map((number) => ({ kind: "number", value: BigInt(number) }));
}

type Kind = "extract" | "get";

function taker(kind: Kind, allocates: boolean): Model {
  return (call): Answer => {
    const { world } = call;
    const address = call.at(call.position("i"));
    const iter = iterOf(call, call.position("i"));
    demandRoom(call);
    const most = call.position("maxpages") >= 0 ? Math.max(0, call.int(call.position("maxpages"))) : 256;
    const size = Math.min(bounded(call.named("maxsize")), iter.count, most * PAGE_SIZE);
    const wished = wishedBytes(call, size, iter);
    if (wished < 0) return BigInt(wished);
    const take: (pages: (Page | null)[]) => Extracted =
      kind === "extract"
        ? (pages) => world.kernel.iovIterExtractPages(iter, pages, wished, most)
        : (pages) => world.kernel.iovIterGetPages2(iter, pages, wished, most);
    const pages: (Page | null)[] = [];
    const { ret, offset0 } = wished === 0 ? { ret: 0, offset0: 0 } : take(pages);
    syncIter(call, address);
    const start = call.position("offset0") >= 0 ? "offset0" : "start";
    call.write(call.named(start), 8, BigInt(offset0));
    if (ret <= 0) {
      call.run.call.resultIs(null);
      return BigInt(ret);
    }
    const count = Math.ceil((offset0 + ret) / PAGE_SIZE);
    const slots = pages.slice(0, count);
    call.writePages(arrayFor(call, count, allocates), slots);
    // Of kernel memory, extraction takes nothing.
    world.acquire({
      callee: call.name,
      family: kind === "get" ? "reference" : "pin",
      function: call.event.caller.name,
      location: call.event.location,
      depth: call.event.depth,
      pages: slots.filter((page) => page !== null),
      ...(kind === "get" || iter.mm !== null ? {} : { borrowed: true }),
    });
    if (ret !== wished) call.run.call.resultIs(null);
    return BigInt(ret);
  };
}

/** Sees to it that something is asked for, where choices can. */
function demandRoom(call: Call): void {
  const { run } = call;
  const pages = BigInt(run.input.scenario.pages);
  for (const [name, usual] of [
    ["maxpages", pages],
    ["maxsize", pages * BigInt(PAGE_SIZE)],
  ] as const) {
    const position = call.position(name);
    const term = position < 0 ? null : call.term(position);
    if (term === null || call.int(position) > 0) continue;
    run.choices.prefer(compareTerm("==", term, usual), run.choices.wishKey(`usual ${name}`));
    run.choices.demand(compareTerm(">", term, 0n), true, run.choices.wishKey(`some ${name}`));
  }
}

function wishedBytes(call: Call, size: number, iter: IovIter): number {
  // Of user memory, a call that asks for something gets pages or an errno.
  const zero = iter.mm === null && mayBeZero(call);
  const failed = call.failure();
  if (failed !== null) return failed === ENOMEM ? EFAULT : failed;
  if (size <= 0) return 0;
  const short = call.run.input.scenario.short.find((one) => one.call === null || one.call === call.name);
  if (short !== undefined) return short.got === 0 && !zero ? EFAULT : Math.min(size, short.got * PAGE_SIZE);
  const preset: Preset = { kind: "number", value: BigInt(size) };
  const allowed = byteOutcomes(size, zero);
  return Number(BigInt.asIntN(64, call.chosen(preset, { allowed, what: `bytes of ${call.name}()` })));
}

/** `pages` is the array, or points to a pointer to it; where that is NULL, the call makes one. */
function arrayFor(call: Call, count: number, allocates: boolean): bigint {
  const { run } = call;
  const argument = call.named("pages");
  const indirect = allocates || call.name === "iov_iter_extract_pages";
  if (!indirect) return argument;
  const known = allocates ? 0n : (run.machine.memory.read(argument, 8) ?? 0n);
  if (known !== 0n) return known;
  const array = run.memory.allocate(count * 8, call.name, false);
  call.write(argument, 8, array);
  return array;
}

/** extract_iter_to_sg(): entries of the table are appended for what is extracted. */
const toSg: Model = (call): Answer => {
  const { world } = call;
  const address = call.at(0);
  const iter = world.iterAt(address);
  demandLength(call, 1, PAGE_SIZE);
  demandLength(call, 3, 1);
  const most = Math.max(0, call.int(3));
  const size = Math.min(bounded(call.at(1)), iter.count, most * PAGE_SIZE);
  const wished = wishedBytes(call, size, iter);
  if (wished < 0) return BigInt(wished);
  const pages: (Page | null)[] = [];
  const { ret, offset0 } = world.kernel.iovIterExtractPages(iter, pages, wished, most);
  syncIter(call, address);
  if (ret !== wished) call.run.call.resultIs(null);
  if (ret <= 0) return BigInt(ret);
  const taken = pages.slice(0, Math.ceil((offset0 + ret) / PAGE_SIZE)).filter((page) => page !== null);
  appendEntries(call, call.at(2), taken);
  world.acquire({
    callee: call.name,
    family: "pin",
    function: call.event.caller.name,
    location: call.event.location,
    depth: call.event.depth,
    pages: taken,
    ...(iter.mm === null ? { borrowed: true } : {}),
  });
  return BigInt(ret);
};

/** @param unit what one page counts in the argument. */
function demandLength(call: Call, position: number, unit: number): void {
  const term = call.term(position);
  if (term === null || call.int(position) > 0) return;
  const bytes = BigInt(call.run.input.scenario.pages * unit);
  call.run.choices.demand(compareTerm("==", term, bytes), true, call.run.choices.wishKey("usual length"));
  call.run.choices.demand(compareTerm(">", term, 0n), true, call.run.choices.wishKey("some length"));
}

/** Less than a block of a disk is cut down to nothing: where the code leaves a length open, it is a buffer's. */
function preferBlocks(call: Call, position: number): void {
  const { choices, input } = call.run;
  const term = call.term(position);
  if (term === null || call.at(position) >= BLOCK || !choices.hasFree(term)) return;
  const bytes = BigInt(input.scenario.pages * PAGE_SIZE);
  choices.prefer(compareTerm("==", term, bytes), choices.wishKey("usual length"));
}

const advance =
  (back: boolean): Model =>
  (call): Answer => {
    const iter = iterOf(call, 0);
    const bytes = bounded(call.at(1));
    if (back) {
      try {
        call.world.kernel.iovIterRevert(iter, bytes);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        call.note(error.message);
      }
    } else call.world.kernel.iovIterAdvance(iter, bytes);
    syncIter(call, call.at(0));
    return undefined;
  };

const willPin: Model = (call): Answer => (iterOf(call, 0).mm !== null ? 1n : 0n);

const isKind =
  (...types: readonly IovIter["type"][]): Model =>
  (call): Answer =>
    types.includes(iterOf(call, 0).type) ? 1n : 0n;

const npages: Model = (call): Answer => {
  demandLength(call, 1, 1);
  return BigInt(iovIterNpages(iterOf(call, 0), Math.max(0, call.int(1))));
};

const truncate: Model = (call): Answer => {
  const iter = iterOf(call, 0);
  preferBlocks(call, 1);
  const bytes = bounded(call.at(1));
  if (iter.count > bytes) call.world.iters.set(call.at(0), { ...iter, count: bytes });
  syncIter(call, call.at(0));
  return undefined;
};

const reexpand: Model = (call): Answer => {
  const iter = iterOf(call, 0);
  call.world.iters.set(call.at(0), { ...iter, count: bounded(call.at(1)) });
  syncIter(call, call.at(0));
  return undefined;
};

function made(call: Call, iter: IovIter): undefined {
  call.world.iters.set(call.at(0), iter);
  syncIter(call, call.at(0));
}

function directionOf(call: Call): "source" | "dest" {
  return call.at(1) === 0n ? "dest" : "source";
}

/** Sees to it that a buffer lies in user memory and has as many pages as buffers have, where the code leaves it open. */
function preferBuffer(call: Call, start: number, length: number): void {
  const { choices, input } = call.run;
  const { pages, offset } = input.scenario;
  const startTerm = call.term(start);
  const lengthTerm = call.term(length);
  if (startTerm !== null && choices.hasFree(startTerm))
    choices.prefer(
      compareTerm("==", startTerm, USER_ADDRESS + BigInt(offset)),
      choices.wishKey("start is the buffer"),
    );
  if (lengthTerm !== null && choices.hasFree(lengthTerm) && call.at(length) === 0n)
    choices.prefer(
      compareTerm("==", lengthTerm, BigInt(pages * PAGE_SIZE)),
      choices.wishKey("length is the buffer's"),
    );
}

const ubuf: Model = (call): Answer => {
  const { scenario } = call.run.input;
  preferBuffer(call, 2, 3);
  const length = Math.min(bounded(call.at(3)), 1 << 20);
  const address = Number(call.at(2));
  const userSpace = address > 65_536 && address < 2 ** 47;
  if (userSpace && length > 0)
    call.world.mapUser(
      Math.floor(address / PAGE_SIZE) * PAGE_SIZE,
      Math.ceil(((address % PAGE_SIZE) + length) / PAGE_SIZE),
      scenario.buffer,
    );
  return made(
    call,
    call.world.kernel.iovIterUbuf(directionOf(call), call.world.mm, userSpace ? address : 0x1000, length),
  );
};

/** Vectors in memory: the pages they name are the iterator's. */
const bvec: Model = (call): Answer => {
  const { layouts } = call.world.machine;
  const record = { kind: "record" as const, tag: "bio_vec", union: false };
  const stride = BigInt(layouts.sizeOf(record));
  const count = Math.min(Math.max(0, call.int(3)), 256);
  const bvecs = [];
  for (let index = 0; index < count; index++) {
    const base = call.at(2) + BigInt(index) * stride;
    const page = call.pageOf(
      call.readWord(base + BigInt(layouts.offsetOf("bio_vec", "bv_page", UNSIGNED_LONG))),
    );
    bvecs.push({ page: page ?? call.world.givenPage(), offset: 0, length: PAGE_SIZE });
  }
  call.world.containers.set(
    call.at(0),
    bvecs.map(({ page }) => page),
  );
  const iter = call.world.kernel.iovIterBvec(directionOf(call), bvecs);
  return made(call, { ...iter, count: Math.min(iter.count, bounded(call.at(4))) });
};

const kvec: Model = (call): Answer => {
  const length = Math.min(bounded(call.at(4)), 1 << 20);
  const pages = Array.from({ length: Math.ceil(length / PAGE_SIZE) + 1 }, () => call.world.givenPage());
  return made(call, call.world.kernel.iovIterKvec(directionOf(call), [{ pages, offset: 0, length }]));
};

/** Iterators over page-cache structures: to the model, vectors of pages that somebody else holds. */
const kernelPages: Model = (call): Answer => {
  const length = Math.min(bounded(call.at(call.count - 1)), 1 << 20);
  const bvecs = Array.from({ length: Math.ceil(length / PAGE_SIZE) }, () => ({
    page: call.world.givenPage(),
    offset: 0,
    length: PAGE_SIZE,
  }));
  const iter = call.world.kernel.iovIterBvec(directionOf(call), bvecs);
  return made(call, { ...iter, count: Math.min(iter.count, length) });
};

/** iov_iter_folio_queue(i, direction, folioq, first slot, offset, count): folios that somebody else holds. */
const folioQueue: Model = (call): Answer => {
  const offset = bounded(call.at(4)) % PAGE_SIZE;
  const length = Math.min(bounded(call.at(5)), 1 << 20);
  const folios = Array.from(
    { length: Math.ceil((offset + length) / PAGE_SIZE) },
    () => call.world.givenPage().folio,
  );
  return made(call, call.world.kernel.iovIterFolioQueue(directionOf(call), folios, offset, length));
};

const discard: Model = (call): Answer =>
  made(call, call.world.kernel.iovIterDiscard(directionOf(call), bounded(call.at(2))));

const pipe: Model = (call): Answer =>
  made(call, call.world.kernel.iovIterPipe(call.world.kernel.createPipe(), bounded(call.at(3))));

const copied: Model = (call): Answer => {
  const iter = iterOf(call, 0);
  syncIter(call, call.at(0));
  return BigInt(iter.count);
};

/** import_ubuf(), import_single_range(): make the iterator that the last argument points to. */
const importUbuf: Model = (call): Answer => {
  if (call.failure() !== null) return BigInt(EFAULT);
  const length = Math.min(bounded(call.at(2)), 1 << 20);
  const address = Number(call.at(1));
  call.world.mapUser(
    Math.floor(address / PAGE_SIZE) * PAGE_SIZE,
    Math.ceil(length / PAGE_SIZE) + 1,
    call.run.input.scenario.buffer,
  );
  const target = call.at(call.count - 1);
  const direction = call.at(0) === 0n ? "dest" : "source";
  call.world.iters.set(
    target,
    call.world.kernel.iovIterUbuf(direction, call.world.mm, address > 65_536 ? address : 0x1000, length),
  );
  syncIter(call, target);
  return 0n;
};

export const iterModels: Readonly<Record<string, Model>> = {
  iov_iter_extract_pages: taker("extract", false),
  iov_iter_get_pages: taker("get", false),
  iov_iter_get_pages2: taker("get", false),
  iov_iter_get_pages_alloc: taker("get", true),
  iov_iter_get_pages_alloc2: taker("get", true),
  extract_iter_to_sg: toSg,
  iov_iter_advance: advance(false),
  iov_iter_revert: advance(true),
  iov_iter_extract_will_pin: willPin,
  user_backed_iter: willPin,
  iter_is_iovec: isKind("iovec"),
  iter_is_ubuf: isKind("ubuf"),
  iov_iter_is_kvec: isKind("kvec"),
  iov_iter_is_bvec: isKind("bvec"),
  iov_iter_is_pipe: isKind("pipe"),
  iov_iter_is_xarray: isKind("xarray"),
  iov_iter_is_discard: isKind("discard"),
  iov_iter_npages: npages,
  iov_iter_count: copied,
  iov_iter_single_seg_count: copied,
  iov_iter_truncate: truncate,
  iov_iter_reexpand: reexpand,
  iov_iter_ubuf: ubuf,
  iov_iter_bvec: bvec,
  iov_iter_kvec: kvec,
  iov_iter_xarray: kernelPages,
  iov_iter_folio_queue: folioQueue,
  iov_iter_discard: discard,
  iov_iter_pipe: pipe,
  iov_iter_rw: (call) => (iterOf(call, 0).direction === "source" ? 1n : 0n),
  iov_iter_alignment: () => 0n,
  iov_iter_gap_alignment: () => 0n,
  iov_iter_is_aligned: () => 1n,
  import_ubuf: importUbuf,
  import_single_range: importUbuf,
};

const ITER_RECORD = { kind: "record" as const, tag: "iov_iter", union: false };

/** Questions about iterators inside other records; no catalogue entries. */
export const iterStubs: Readonly<Record<string, Model>> = {
  iov_iter_is_folioq: isKind("folioq"),
  msg_data_left(call) {
    const at = BigInt(call.world.machine.layouts.offsetOf("msghdr", "msg_iter", ITER_RECORD));
    return BigInt(call.world.iterAt(call.at(0) + at).count);
  },
};
