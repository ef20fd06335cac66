/** Addresses, frame numbers, sizes and flags of pages and folios, one from the other. Counts nothing. */
import type { Page } from "@pinscope/simulator/kernel";
import type { Answer, Call, Model } from "../call.ts";
import { Halt } from "../run-input.ts";
import { PAGE_SIZE } from "../world.ts";
import { named } from "./table.ts";

function needPage(call: Call, position = 0): Page {
  const page = call.page(position);
  if (page !== null) return page;
  const address = call.at(position);
  if (address < 4096n) throw new Halt("crash", `${call.name}(NULL)`);
  call.note(`${call.name}(): the argument is no page of the model`);
  return call.world.givenPage();
}

const contentsOfPage: Model = (call): Answer => call.world.contentsOf(needPage(call));
const pageOfAddress: Model = (call): Answer => call.world.addressOfPage(needPage(call));
const headOfPage: Model = (call): Answer => {
  const { folio } = needPage(call);
  return call.world.addressOfPage(folio.pages[0] ?? needPage(call));
};
const memberOfFolio: Model = (call): Answer => {
  const page = needPage(call);
  const { folio } = page;
  return call.world.addressOfPage(folio.pages[page.pfn - folio.pfn + call.int(1)] ?? page);
};
/** folio_file_page(): the part of a folio that a place of the file is in. */
const pageOfPlace: Model = (call): Answer => {
  const { pages } = needPage(call).folio;
  return call.world.addressOfPage(pages[call.int(1) & (pages.length - 1)] ?? needPage(call));
};
/** A page's frame number, which can stand for the page from here on. */
function numberOf(call: Call): bigint {
  const page = needPage(call);
  call.world.number(page);
  return BigInt(page.pfn);
}

const frameOfPage: Model = (call): Answer => numberOf(call);
const physOfAddress: Model = (call): Answer =>
  call.world.pageOfContents(call.at(0)) === null ? call.at(0) : numberOf(call) * BigInt(PAGE_SIZE);
const pageOfFrame: Model = (call): Answer => {
  const page = call.world.pages.find(({ pfn }) => pfn === call.int(0));
  return call.world.addressOfPage(page ?? call.world.givenPage());
};
const physOfPage: Model = (call): Answer => numberOf(call) * BigInt(PAGE_SIZE);
const placeInFolio: Model = (call): Answer =>
  BigInt((call.page(1)?.pfn ?? needPage(call).pfn) - needPage(call).folio.pfn);
const pagesOfFolio: Model = (call): Answer => BigInt(needPage(call).folio.pages.length);
const orderOfFolio: Model = (call): Answer => BigInt(needPage(call).folio.order);
const bytesOfFolio: Model = (call): Answer => BigInt(needPage(call).folio.pages.length * PAGE_SIZE);
const isZeroPage: Model = (call): Answer => (needPage(call).folio.zeroPage ? 1n : 0n);
const isDirty: Model = (call): Answer => (needPage(call).folio.dirty ? 1n : 0n);
const isHugetlb: Model = (call): Answer => (needPage(call).folio.hugetlb ? 1n : 0n);
const isCompound: Model = (call): Answer => (needPage(call).folio.order > 0 ? 1n : 0n);
const referencesOf: Model = (call): Answer => BigInt(needPage(call).folio.refcount);
const zero: Model = () => 0n;

export const pageStubs: Readonly<Record<string, Model>> = {
  ...named(
    "page_address kmap kmap_atomic kmap_local_page kmap_local_folio page_to_virt lowmem_page_address",
    contentsOfPage,
  ),
  ...named(
    "virt_to_page kmap_to_page vmalloc_to_page virt_to_head_page page_folio virt_to_folio",
    pageOfAddress,
  ),
  ...named("compound_head", headOfPage),
  page_folio: headOfPage,
  ...named("folio_page nth_page", memberOfFolio),
  ...named("page_to_pfn folio_pfn", frameOfPage),
  ...named("pfn_to_page pfn_folio", pageOfFrame),
  ...named("page_to_phys __sme_page_pa", physOfPage),
  __sme_set: (call) => call.at(0),
  folio_file_page: pageOfPlace,
  ...named("__pa virt_to_phys", physOfAddress),
  ...named("folio_nr_pages compound_nr thp_nr_pages", pagesOfFolio),
  ...named("folio_size page_size thp_size", bytesOfFolio),
  folio_page_idx: placeInFolio,
  ...named("folio_order compound_order thp_order", orderOfFolio),
  ...named("is_zero_page is_zero_folio", isZeroPage),
  ...named("PageDirty folio_test_dirty", isDirty),
  ...named("PageCompound PageTransHuge folio_test_large PageTransCompound", isCompound),
  ...named("PageHuge folio_test_hugetlb", isHugetlb),
  ...named("page_count folio_ref_count page_ref_count", referencesOf),
  ...named(
    "PageReserved PageSlab PageLocked PageWriteback folio_test_locked is_zone_device_page PageHighMem",
    zero,
  ),
};
