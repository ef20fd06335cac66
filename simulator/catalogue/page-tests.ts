/** Questions about pages and folios: they count nothing. */
import { api, type DatedPrototype } from "./entry.ts";
import { done, truth } from "./outcome.ts";
import { positiveResult } from "./term.ts";
import type { ApiEntry, KernelVersion } from "./types.ts";

const header = "include/linux/mm.h";
const question = (
  name: string,
  prototypes: readonly DatedPrototype[],
  removedIn?: KernelVersion,
  source = `${header}:${name}`,
  backports?: readonly string[],
): ApiEntry =>
  api(name, {
    role: "borrow",
    resultUnit: "boolean",
    prototypes,
    ...(removedIn && { removedIn }),
    ...(backports && { backports }),
    outcomes: truth([]),
    source,
  });
const counter = (
  name: string,
  prototype: string,
  first: KernelVersion,
  source: string,
  backports?: readonly string[],
): ApiEntry =>
  api(name, {
    role: "borrow",
    resultUnit: "other",
    prototypes: [[first, prototype]],
    ...(backports && { backports }),
    outcomes: done(),
    source,
  });

/** How many small pages a folio or compound page has: at least one. */
const size = (name: string, prototypes: readonly DatedPrototype[], removedIn?: KernelVersion): ApiEntry =>
  api(name, {
    role: "borrow",
    resultUnit: "page",
    prototypes,
    ...(removedIn && { removedIn }),
    outcomes: [{ name: "done", result: positiveResult, effects: [] }],
    source: `${header}:${name}`,
  });

export const pageTests: readonly ApiEntry[] = [
  question("page_maybe_dma_pinned", [["v5.7", "bool page_maybe_dma_pinned(struct page *page)"]], "v6.11"),
  question("folio_maybe_dma_pinned", [["v5.18", "bool folio_maybe_dma_pinned(struct folio *folio)"]]),
  question(
    "page_needs_cow_for_dma",
    [["v5.12", "bool page_needs_cow_for_dma(struct vm_area_struct *vma, struct page *page)"]],
    "v6.8",
  ),
  question("folio_needs_cow_for_dma", [
    ["v6.8", "bool folio_needs_cow_for_dma(struct vm_area_struct *vma, struct folio *folio)"],
  ]),
  question("folio_has_pincount", [["v6.12", "bool folio_has_pincount(const struct folio *folio)"]]),
  question("is_zero_page", [["v6.5", "bool is_zero_page(const struct page *page)"]], undefined, undefined, [
    "6.1.y",
  ]),
  question(
    "is_zero_folio",
    [["v6.5", "bool is_zero_folio(const struct folio *folio)"]],
    undefined,
    undefined,
    ["6.1.y"],
  ),
  question("is_pinnable_page", [["v5.13", "bool is_pinnable_page(struct page *page)"]], "v6.0"),
  question(
    "is_longterm_pinnable_page",
    [["v6.0", "bool is_longterm_pinnable_page(struct page *page)"]],
    "v6.5",
  ),
  question("folio_is_longterm_pinnable", [["v6.0", "bool folio_is_longterm_pinnable(struct folio *folio)"]]),
  size("folio_nr_pages", [
    ["v5.16", "long folio_nr_pages(struct folio *folio)"],
    ["v6.12", "long folio_nr_pages(const struct folio *folio)"],
  ]),
  size("compound_nr", [["v5.4", "unsigned long compound_nr(struct page *page)"]]),
  size("thp_nr_pages", [["v5.9", "int thp_nr_pages(struct page *page)"]]),
  counter(
    "page_count",
    "int page_count(const struct page *page)",
    "v4.4",
    "include/linux/page_ref.h:page_count",
  ),
  counter(
    "folio_ref_count",
    "int folio_ref_count(const struct folio *folio)",
    "v5.16",
    "include/linux/page_ref.h:folio_ref_count",
  ),
  counter(
    "folio_expected_ref_count",
    "int folio_expected_ref_count(const struct folio *folio)",
    "v6.12",
    `${header}:folio_expected_ref_count`,
    ["6.1.y"],
  ),
];
