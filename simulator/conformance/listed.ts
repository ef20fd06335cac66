/**
 * Entries of the catalogue that no call executes, each with its reason. Whatever declares something and is not here is
 * executed; a test counts.
 */
import type { ApiEntry } from "@pinscope/simulator/catalogue";

const lists = "the model has no lists: being on one holds nothing and changes no count";
const device = "device memory is not modeled: no page of it exists";

/** Page-cache look-ups, iterators beyond user memory and vectors, scatterlists, pipes, pages put into mappings. */
const notModeled = (
  "sg_page sg_page_iter_page find_get_page find_lock_page find_or_create_page grab_cache_page " +
  "grab_cache_page_write_begin pagecache_get_page find_get_page_flags grab_cache_page_nowait shmem_read_mapping_page " +
  "shmem_read_mapping_page_gfp shmem_read_folio_gfp shmem_read_folio read_cache_page_gfp read_cache_page " +
  "read_mapping_page filemap_get_folio __filemap_get_folio filemap_lock_folio filemap_grab_folio read_mapping_folio " +
  "read_cache_folio filemap_get_folios filemap_get_folios_contig find_get_entries filemap_add_folio " +
  "add_to_page_cache_lru iov_iter_get_pages iov_iter_get_pages_alloc iov_iter_get_pages_alloc2 extract_iter_to_sg " +
  "iov_iter_npages iov_iter_xarray iov_iter_folio_queue iov_iter_pipe sg_set_page sg_assign_page sg_set_folio " +
  "sg_alloc_table sg_alloc_table_from_pages sg_alloc_table_from_pages_segment sg_alloc_append_table_from_pages " +
  "sg_free_table sg_free_append_table xa_store xa_insert pipe_buf_get generic_pipe_buf_get pipe_buf_release " +
  "generic_pipe_buf_release add_to_pipe splice_to_pipe iter_to_pipe vm_insert_page vm_insert_pages vm_map_pages " +
  "vmf_insert_pfn remap_pfn_range"
).split(" ");

export const listedEntries: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      "list_add",
      "list_add_tail",
      "list_add_rcu",
      "list_add_tail_rcu",
      "list_move",
      "list_move_tail",
      "hlist_add_head",
      "hlist_add_head_rcu",
      "rb_link_node",
      "interval_tree_insert",
    ].map((name) => [name, lists]),
  ),
  ...Object.fromEntries(notModeled.map((name) => [name, "not modeled"])),
  get_dev_pagemap: device,
  put_dev_pagemap: device,
  migrate_vma_setup: device,
  migrate_vma_finalize: device,
  ERR_CAST: "an error pointer names no page",
  usual_driver_pin_wrappers:
    "no function: it stands for drivers' own wrappers, which are summarized where they are defined",
  pin_user_page: "no function: a name of the documentation for the family",
};

/** A name of which the catalogue says only that it takes nothing and gives nothing back: no argument, effect or result. */
export function declaresNothing({ role, signatures, outcomes, neverMerged }: ApiEntry): boolean {
  return (
    role === "borrow" &&
    neverMerged !== true &&
    signatures.every(({ parameters, variadic }) => variadic === true && parameters.length === 0) &&
    outcomes.every(({ effects, result }) => effects.length === 0 && result === undefined)
  );
}
