/** Calls that let pages go, take references or mark pages, on the kernel model. */
import { compareVersions } from "@pinscope/simulator/catalogue";
import type { Folio, Kernel, Page } from "@pinscope/simulator/kernel";
import type { Answer, Call, Model } from "../call.ts";
import { Halt } from "../run-input.ts";
import { compareTerm } from "../terms.ts";
import type { PageFamily } from "../world.ts";

/** Entries of one array that a call may walk; what gives more is a count that went wrong. */
const ARRAY_BUDGET = 4096;

function release(call: Call, pages: readonly (Page | null)[], family: PageFamily): void {
  for (const page of pages)
    if (page !== null) call.world.release(page, family, call.name, call.event.location);
}

/** The page of an argument. NULL oopses; what is no page of the model is told and passed over. */
function pageAt(call: Call, position: number): Page | null {
  const address = call.at(position);
  const page = call.pageOf(address);
  if (page !== null) return page;
  if (address < 4096n || (BigInt.asIntN(64, address) >= -4095n && BigInt.asIntN(64, address) < 0n))
    throw new Halt("crash", `${call.name}(${BigInt.asIntN(64, address)}): not a page`);
  call.note(`${call.name}(): the argument is no page of the model`);
  return null;
}

function onPage(family: PageFamily | null, act: (kernel: Kernel, page: Page, call: Call) => void): Model {
  return (call): Answer => {
    const page = pageAt(call, 0);
    if (page === null) return undefined;
    if (family !== null) release(call, [page], family);
    act(call.world.kernel, page, call);
    return undefined;
  };
}

/** Slots of an array argument, as far as the count says. */
function slots(call: Call, array: number, count: number): (Page | null)[] {
  const term = call.term(count);
  if (call.int(count) === 0 && term !== null && call.run.choices.hasFree(term))
    call.run.choices.demand(
      compareTerm("==", term, BigInt(call.run.input.scenario.pages)),
      true,
      call.run.choices.wishKey("some pages"),
    );
  const number = call.int(count);
  if (number <= 0) return [];
  if (number > ARRAY_BUDGET) throw new Halt("crash", `${call.name}(): ${number} entries of an array`);
  return call.pagesIn(call.at(array), number, !call.world.kernel.profile.era.switches.unpinSkipsNull);
}

/** Whether entries that are NULL are passed over: by unpin_user_pages() of 6.12 (mm/gup.c), and what it serves. */
function skipsNull(call: Call): boolean {
  const { version } = call.run.input.program;
  if (compareVersions(version, "v6.12") < 0) return false;
  if (call.name === "unpin_user_pages") return true;
  return call.name === "unpin_user_pages_dirty_lock" && call.named("make_dirty") === 0n;
}

function demandPages(call: Call, pages: readonly (Page | null)[]): readonly Page[] {
  const hole = pages.indexOf(null);
  if (hole >= 0) {
    if (!skipsNull(call)) throw new Halt("crash", `${call.name}(): entry ${hole} is no page`);
    call.note(`${call.name}(): entry ${hole} is no page`);
  }
  return pages.filter((page) => page !== null);
}

const unpinPages: Model = (call): Answer => {
  const count = call.int(call.position("npages"));
  if (count < 0) {
    call.world.kernel.unpinUserPages([], count);
    return undefined;
  }
  const pages = demandPages(call, slots(call, call.position("pages"), call.position("npages")));
  release(call, pages, "pin");
  const { kernel } = call.world;
  if (call.position("make_dirty") >= 0)
    kernel.unpinUserPagesDirtyLock(pages, pages.length, call.named("make_dirty") !== 0n);
  else kernel.unpinUserPages(pages, pages.length);
  return undefined;
};

const unpinRange: Model = (call): Answer => {
  const page = pageAt(call, 0);
  if (page === null) return undefined;
  const count = call.int(call.position("npages"));
  const pages = consecutive(call, page, count);
  release(call, pages, "pin");
  call.world.kernel.unpinUserPageRangeDirtyLock(page, pages.length, call.named("make_dirty") !== 0n);
  return undefined;
};

function consecutive(call: Call, first: Page, count: number): Page[] {
  const stride = call.world.addressOfPage(first);
  void stride;
  const at = first.pfn - first.folio.pfn;
  return first.folio.pages.slice(at, at + Math.max(0, count));
}

const unpinFolios: Model = (call): Answer => {
  const pages = demandPages(call, slots(call, call.position("folios"), call.position("nfolios")));
  release(call, pages, "pin");
  call.world.kernel.unpinFolios(
    pages.map(({ folio }) => folio),
    pages.length,
  );
  return undefined;
};

const releasePages: Model = (call): Answer => {
  const pages = demandPages(call, slots(call, 0, 1));
  release(call, pages, "reference");
  call.world.kernel.releasePages(pages);
  return undefined;
};

const putOld =
  (dirty: boolean): Model =>
  (call): Answer => {
    const pages = demandPages(call, slots(call, 0, 1));
    release(call, pages, "reference");
    for (const page of pages) {
      if (dirty) call.world.kernel.setPageDirtyLock(page);
      call.world.kernel.putUserPage(page);
    }
    return undefined;
  };

/** How many references an argument says. The ledger has an entry for each, so there is a limit. */
function countAt(call: Call, position: number): number {
  const count = call.int(position);
  if (count > ARRAY_BUDGET)
    throw new Halt("stuck", `${call.name}(): ${count} references at once are more than is followed`);
  return Math.max(0, count);
}

function take(call: Call, page: Page, count = 1): void {
  const { event } = call;
  call.world.acquire({
    callee: call.name,
    family: "reference",
    function: event.caller.name,
    location: event.location,
    depth: event.depth,
    pages: Array.from({ length: count }, () => page),
  });
}

const get: Model = onPage(null, (kernel, page, call) => {
  take(call, page);
  kernel.getPage(page);
});

const tryGet: Model = (call): Answer => {
  const page = pageAt(call, 0);
  if (page === null) return 0n;
  if (call.failure() !== null || !call.world.kernel.folioTryGet(page.folio)) return 0n;
  take(call, page);
  return 1n;
};

const putRefs: Model = onPage(null, (kernel, page, call) => {
  const count = countAt(call, 1);
  call.world.release(page, "reference", call.name, call.event.location, count);
  kernel.folioPutRefs(page.folio, count);
});

const addRefs: Model = onPage(null, (kernel, page, call) => {
  const count = countAt(call, 1);
  take(call, page, count);
  for (let index = 0; index < count; index++) kernel.getPage(page);
});

/** Pages from the page allocator: a reference of its own kind, which put_page() and __free_pages() both let go. */
const allocate: Model = (call): Answer => {
  const order = call.position("order") >= 0 ? call.int(call.position("order")) : 0;
  const chosen = call.chosen(
    { kind: "number", value: 1n },
    {
      allowed: [
        { kind: "number", value: 1n },
        { kind: "number", value: 0n },
      ],
      what: `${call.name}()`,
    },
  );
  if (chosen === 0n) return 0n;
  call.run.call.resultIs(null);
  const page = call.world.kernel.allocPages(order >= 0 && order <= 10 ? order : 0);
  const { event } = call;
  call.world.acquire({
    callee: call.name,
    family: "allocation",
    function: event.caller.name,
    location: event.location,
    depth: event.depth,
    pages: [page],
  });
  return /^(__get_free_page|get_zeroed_page)/.test(call.name)
    ? call.world.contentsOf(page)
    : call.world.addressOfPage(page);
};

const free: Model = (call): Answer => {
  if (call.at(0) === 0n && call.name.startsWith("free_page")) return undefined;
  const page = pageAt(call, 0);
  if (page === null) return undefined;
  release(call, [page], "allocation");
  const order = call.position("order") >= 0 ? call.int(call.position("order")) : page.folio.order;
  call.world.kernel.freePages(page, order);
  return undefined;
};

function folioOf(page: Page): Folio {
  return page.folio;
}

const dirty = onPage(null, (kernel, page) => kernel.setPageDirty(page));
const dirtyLock = onPage(null, (kernel, page) => kernel.setPageDirtyLock(page));
const put = onPage("reference", (kernel, page) => kernel.putPage(page));
const unpin = onPage("pin", (kernel, page) => kernel.unpinUserPage(page));

const zeroPage: Model = (call): Answer => call.world.addressOfPage(call.world.kernel.zeroPage);

export const releaseModels: Readonly<Record<string, Model>> = {
  unpin_user_page: unpin,
  unpin_user_pages: unpinPages,
  unpin_user_pages_dirty_lock: unpinPages,
  unpin_user_page_range_dirty_lock: unpinRange,
  unpin_user_folio: (call) => {
    const page = pageAt(call, 0);
    if (page === null) return undefined;
    const count = countAt(call, 1);
    call.world.release(page, "pin", call.name, call.event.location, count);
    call.world.kernel.unpinUserFolio(folioOf(page), count);
    return undefined;
  },
  unpin_folio: onPage("pin", (kernel, page) => kernel.unpinFolio(folioOf(page))),
  unpin_folios: unpinFolios,
  release_pages: releasePages,
  put_user_page: onPage("reference", (kernel, page) => kernel.putUserPage(page)),
  put_user_pages: putOld(false),
  put_user_pages_dirty: putOld(true),
  put_user_pages_dirty_lock: putOld(true),
  get_page: get,
  folio_get: get,
  try_get_page: tryGet,
  folio_try_get: tryGet,
  get_page_unless_zero: tryGet,
  page_ref_add: addRefs,
  folio_ref_add: addRefs,
  put_page: put,
  folio_put: put,
  folio_put_refs: putRefs,
  set_page_dirty: dirty,
  folio_mark_dirty: dirty,
  SetPageDirty: dirty,
  set_page_dirty_lock: dirtyLock,
  folio_mark_dirty_lock: dirtyLock,
  alloc_page: allocate,
  alloc_pages: allocate,
  alloc_pages_node: allocate,
  folio_alloc: allocate,
  __get_free_page: allocate,
  __get_free_pages: allocate,
  get_zeroed_page: allocate,
  __free_page: free,
  __free_pages: free,
  free_page: free,
  free_pages: free,
  ZERO_PAGE: zeroPage,
};
