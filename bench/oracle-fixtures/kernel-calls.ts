/** Which calls are the kernel's own when fixtures are compiled. All others are stubs with the values of the case. */

function names(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** The kernel's, made to fail on demand: `h_NAME` in pinfix.h. */
export const WRAPPED = names(`
  pin_user_pages_fast get_user_pages_fast get_user_pages_fast_only pin_user_pages get_user_pages
  pin_user_pages_unlocked get_user_pages_unlocked pin_user_pages_remote get_user_pages_remote
  kmalloc kzalloc kvmalloc kvzalloc kcalloc kmalloc_array kvcalloc kvmalloc_array
  bio_alloc sg_alloc_table bio_iov_iter_get_pages iov_iter_extract_pages iov_iter_get_pages2`);

/** Look-ups whose page is the case's, with a reference taken by the stub. */
export const FINDS = names(`
  find_get_page filemap_get_folio read_mapping_page get_page get_page_unless_zero folio_get folio_try_get`);

/** The kernel's as they are. */
export const KEPT = names(`
  unpin_user_page unpin_user_pages unpin_user_pages_dirty_lock unpin_user_page_range_dirty_lock unpin_folio unpin_folios
  unpin_user_folio put_page __free_page __free_pages get_page folio_put folio_get release_pages set_page_dirty_lock set_page_dirty
  kfree kvfree vfree iov_iter_extract_will_pin iov_iter_npages iov_iter_count iov_iter_advance iov_iter_revert
  bio_init bio_uninit bio_put bio_release_pages bio_add_page page_folio compound_head compound_nr folio_nr_pages
  folio_page page_to_pfn pfn_to_page kmap_local_page kunmap_local kmap kunmap page_address memcpy memset memmove
  PageDirty PageCompound IS_ERR PTR_ERR ERR_PTR IS_ERR_OR_NULL ERR_CAST
  list_add list_add_tail list_del list_empty INIT_LIST_HEAD
  sg_init_table sg_set_page sg_page sg_next sg_free_table sg_nents kref_put kref_get kref_init
  bvec_set_page copy_highpage clear_highpage atomic_read atomic_inc atomic_dec atomic_dec_and_test
  offset_in_page cond_resched`);
