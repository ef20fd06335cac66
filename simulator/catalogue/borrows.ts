/**
 * Calls that take nothing over and give nothing held back, whatever they are given. Listed by name; a few families
 * by prefix. The list grows from what the checker reports as ending most claims.
 */
import { api, borrow } from "./entry.ts";
import { done } from "./outcome.ts";
import { amount, pointer, slots, slotsOfBytes, store } from "./term.ts";
import type { ApiEntry } from "./types.ts";

const known = "general knowledge; include/linux of 6.12";

/** Space-separated names by area. */
const names: Readonly<Record<string, string>> = {
  dma: `dma_map_page dma_map_page_attrs dma_map_single dma_map_single_attrs dma_map_sg dma_map_sg_attrs dma_map_sgtable
    dma_map_resource dma_map_bvec dma_map_phys dma_unmap_page dma_unmap_page_attrs dma_unmap_single dma_unmap_single_attrs
    dma_unmap_sg dma_unmap_sg_attrs dma_unmap_sgtable dma_unmap_resource dma_unmap_phys dma_mapping_error
    dma_sync_single_for_cpu dma_sync_single_for_device dma_sync_single_range_for_cpu dma_sync_single_range_for_device
    dma_sync_sg_for_cpu dma_sync_sg_for_device dma_sync_sgtable_for_cpu dma_sync_sgtable_for_device
    pci_map_page pci_unmap_page pci_map_sg pci_unmap_sg pci_map_single pci_unmap_single ib_dma_map_page ib_dma_unmap_page
    ib_dma_map_sg ib_dma_unmap_sg ib_dma_map_sgtable_attrs ib_dma_unmap_sgtable_attrs ib_dma_mapping_error
    iommu_map iommu_unmap iommu_map_sg iommu_map_sgtable dma_get_sgtable dma_max_mapping_size`,
  scatterlist: `sg_init_table sg_init_one sg_set_buf sg_mark_end sg_unmark_end sg_next sg_last sg_nents sg_nents_for_len
    sg_virt sg_phys sg_dma_address sg_dma_len sg_is_last sg_is_chain sg_copy_to_buffer sg_copy_from_buffer
    sg_pcopy_to_buffer sg_pcopy_from_buffer sg_zero_buffer sg_miter_start sg_miter_next sg_miter_stop
    __sg_page_iter_start __sg_page_iter_next sg_split`,
  mapping: `kunmap kunmap_atomic kunmap_local kmap_atomic_prot kmap_flush_unused kmap_atomic_pfn vmap vunmap vmap_pfn vm_map_ram vm_unmap_ram
    memremap memunmap ioremap iounmap flush_dcache_page flush_dcache_folio flush_kernel_dcache_page
    flush_kernel_vmap_range invalidate_kernel_vmap_range flush_anon_page flush_icache_page flush_icache_range
    clear_page clear_highpage clear_user_page clear_user_highpage copy_page copy_highpage copy_user_highpage
    copy_mc_highpage zero_user zero_user_segment zero_user_segments memcpy_from_page memcpy_to_page memcpy_page memset_page
    memmove_page memzero_page folio_zero_range folio_zero_segment folio_zero_segments memcpy_from_folio memcpy_to_folio
    memcpy_to_bvec memcpy_from_bvec memzero_bvec`,
  bytes: `memcpy_fromio memcpy_toio memcpy_and_pad memset memset16 memset32 memset64 memset_io memset_after memset_startat
    memzero_explicit ksize memcmp memchr memchr_inv memscan bcmp memcpy_flushcache
    strlen strnlen strcpy strncpy strlcpy strscpy strscpy_pad strcmp strncmp strcasecmp strncasecmp strcat strncat strlcat strchr strrchr strstr strsep
    sprintf snprintf scnprintf vsnprintf vscnprintf sscanf kstrtoint kstrtouint kstrtoul kstrtol kstrtou64 hex_dump_to_buffer
    print_hex_dump print_hex_dump_bytes print_hex_dump_debug bitmap_zero bitmap_fill bitmap_set bitmap_clear
    set_bit clear_bit test_bit change_bit test_and_set_bit test_and_clear_bit __set_bit __clear_bit __test_and_set_bit
    __test_and_clear_bit find_first_bit find_next_bit find_first_zero_bit find_next_zero_bit find_last_bit`,
  user: `copy_from_user copy_to_user __copy_from_user __copy_to_user __copy_from_user_inatomic __copy_to_user_inatomic
    copy_from_user_nofault copy_to_user_nofault copy_in_user copy_struct_from_user copy_struct_to_user
    get_user put_user __get_user __put_user unsafe_get_user unsafe_put_user clear_user __clear_user strncpy_from_user strnlen_user
    access_ok __access_ok user_access_begin user_access_end fault_in_readable fault_in_writeable fault_in_safe_writeable
    fault_in_pages_readable fault_in_pages_writeable copy_page_to_iter copy_page_from_iter copy_folio_to_iter copy_to_iter
    copy_from_iter copy_from_iter_full copy_page_from_iter_atomic copy_folio_from_iter_atomic iov_iter_zero
    untagged_addr untagged_addr_remote import_iovec import_ubuf import_single_range iov_iter_init iov_iter_count
    iov_iter_truncate iov_iter_reexpand iov_iter_single_seg_count  iov_iter_is_xarray iov_iter_is_discard
    iter_is_iovec iter_is_ubuf iov_iter_rw iov_iter_alignment iov_iter_gap_alignment iov_iter_is_aligned iov_iter_discard`,
  print: `printk _printk printk_ratelimited printk_once printk_deferred panic dump_stack dump_page WARN WARN_ON WARN_ONCE WARN_ON_ONCE
    WARN_TAINT BUG BUG_ON BUILD_BUG_ON VM_BUG_ON VM_BUG_ON_PAGE VM_BUG_ON_FOLIO VM_WARN_ON VM_WARN_ON_ONCE VM_WARN_ON_ONCE_PAGE
    VM_WARN_ON_ONCE_FOLIO dev_printk dev_emerg dev_alert dev_crit dev_err dev_warn dev_notice dev_info dev_dbg dev_vdbg
    dev_err_once dev_warn_once dev_info_once dev_err_ratelimited dev_warn_ratelimited dev_info_ratelimited dev_dbg_ratelimited
    dev_WARN dev_WARN_ONCE dev_err_probe netdev_err netdev_warn netdev_info netdev_dbg netdev_notice netif_err netif_warn netif_info netif_dbg
    ibdev_err ibdev_warn ibdev_info ibdev_dbg ibdev_err_ratelimited drm_err drm_warn drm_info drm_dbg drm_dbg_kms drm_dbg_driver drm_WARN drm_WARN_ON
    drm_WARN_ONCE drm_WARN_ON_ONCE DRM_ERROR DRM_DEBUG DRM_DEBUG_DRIVER DRM_DEBUG_KMS DRM_INFO DRM_DEV_ERROR DRM_WARN
    v4l2_err v4l2_warn v4l2_info v4l2_dbg dprintk kvm_err kvm_info kvm_debug xen_raw_printk seq_printf seq_puts seq_putc
    dynamic_pr_debug no_printk`,
  locks: `mutex_lock mutex_unlock mutex_trylock mutex_lock_interruptible mutex_lock_killable mutex_lock_nested mutex_is_locked mutex_init
    spin_lock spin_unlock spin_lock_irq spin_unlock_irq spin_lock_irqsave spin_unlock_irqrestore spin_lock_bh spin_unlock_bh
    spin_trylock spin_trylock_irqsave spin_lock_nested spin_lock_init raw_spin_lock raw_spin_unlock raw_spin_lock_irqsave
    raw_spin_unlock_irqrestore raw_spin_lock_irq raw_spin_unlock_irq read_lock read_unlock write_lock write_unlock
    read_lock_irqsave read_unlock_irqrestore write_lock_irqsave write_unlock_irqrestore down down_interruptible down_killable
    down_trylock up down_read down_read_trylock down_read_killable down_read_interruptible up_read down_write down_write_trylock down_write_killable up_write
    downgrade_write mmap_read_lock mmap_read_unlock mmap_read_trylock mmap_read_lock_killable mmap_write_lock mmap_write_unlock
    mmap_write_lock_killable mmap_write_trylock mmap_write_downgrade mmap_assert_locked mmap_assert_write_locked mmap_init_lock
    rcu_read_lock rcu_read_unlock srcu_read_lock srcu_read_unlock synchronize_rcu preempt_disable preempt_enable
    local_irq_save local_irq_restore local_irq_disable local_irq_enable local_bh_disable local_bh_enable
    pagefault_disable pagefault_enable cond_resched schedule schedule_timeout msleep usleep_range udelay ndelay mdelay cpu_relax
    complete complete_all init_completion reinit_completion wait_for_completion wait_for_completion_timeout
    wait_for_completion_interruptible wake_up wake_up_all wake_up_interruptible wake_up_process
    lock_page unlock_page trylock_page lock_page_killable folio_lock folio_unlock folio_trylock folio_lock_killable
    wait_on_page_locked wait_on_page_writeback wait_for_stable_page folio_wait_locked folio_wait_writeback folio_wait_stable
    smp_mb smp_rmb smp_wmb smp_load_acquire barrier mb rmb wmb dma_rmb dma_wmb might_sleep might_fault
    signal_pending fatal_signal_pending`,
  page: `PageDirty PageUptodate PageLocked PageReserved PageWriteback PageSwapCache PageSwapBacked PageAnon PageCompound PageHead PageTail PageHuge
    PageTransHuge PageTransCompound PageLRU PageActive PageReferenced PageError PagePrivate PagePrivate2 PageMappedToDisk PageSlab PageHighMem PageUnevictable
    PageMlocked PageKsm PageAnonExclusive PageHWPoison PageReadahead PageWorkingset PageChecked PageFsCache PageMovable PageOffline PageTable PageBuddy
    SetPageDirty ClearPageDirty TestClearPageDirty SetPageUptodate ClearPageUptodate SetPageReserved ClearPageReserved SetPageReferenced
    SetPagePrivate ClearPagePrivate SetPageError ClearPageError SetPageChecked ClearPageChecked __SetPageLocked __ClearPageLocked
    SetPageHWPoison ClearPageHWPoison SetPageReadahead SetPageActive ClearPageActive __SetPageUptodate __SetPageReserved
    set_page_private page_private set_page_count page_mapping page_mapped page_mapcount page_index page_offset page_size page_shift page_to_nid page_zone
    page_zonenum page_is_ram page_ref_count page_is_pfmemalloc page_has_private page_file_mapping page_mkclean page_mte_tagged try_page_mte_tagging set_page_mte_tagged zone_device_pages_compatible page_trans_compound compound_order
    thp_size is_zone_device_page is_device_private_page is_device_coherent_page is_pci_p2pdma_page is_zero_pfn is_huge_zero_page
    is_huge_zero_folio page_cpupid_last mark_page_accessed folio_mark_accessed account_page_dirtied cancel_dirty_page clear_page_dirty_for_io
    folio_has_private folio_add_lru folio_add_new_anon_rmap folio_test_clear_lru node_stat_mod_folio pages_identical
    set_page_writeback end_page_writeback set_page_extent_mapped folio_test_dirty folio_test_uptodate folio_test_locked folio_test_large
    folio_test_anon folio_test_hugetlb folio_test_slab folio_test_reserved folio_test_writeback folio_test_swapcache folio_test_swapbacked folio_test_private folio_test_lru
    folio_mark_uptodate folio_clear_uptodate folio_set_dirty folio_clear_dirty folio_clear_dirty_for_io folio_start_writeback folio_end_writeback folio_end_read
    folio_size folio_order folio_shift folio_pos folio_index folio_mapping folio_mapped folio_mapcount folio_page_idx folio_contains
    folio_nid folio_zonenum folio_entire_mapcount folio_next_index folio_inode folio_is_device_private folio_is_device_coherent folio_is_zone_device folio_estimated_sharers
    offset_in_page offset_in_folio sendpage_ok zone_device_page_init pageblock_skip prep_compound_page lru_add_drain lru_add_drain_all
    folio_batch_init folio_batch_count folio_batch_space pagevec_init pagevec_count pagevec_space
    is_vmalloc_addr is_vmalloc_or_module_addr virt_addr_valid is_kernel_rodata object_is_on_stack vma_is_fsdax is_cow_mapping`,
  bio: `bio_set_flag bio_clear_flag bio_flagged bio_data_dir bio_op bio_sectors bio_full bio_advance bio_copy_data bio_set_dev bio_associate_blkg
    bio_first_bvec_all bio_first_page_all bio_first_folio bvec_set_folio bvec_set_virt bvec_nr_vecs bvec_advance bvec_iter_advance bvec_virt 
    bio_iter_iovec bio_max_segs zero_fill_bio bio_init_clone bio_reset bio_trim submit_bio_wait blk_execute_rq`,
  lists: `INIT_LIST_HEAD list_del list_del_init list_empty list_first_entry 
       hlist_del hash_del rb_erase rb_next rb_prev rb_first xas_retry xas_next_entry hlist_unhashed init_llist_head xa_init
    refcount_set refcount_inc refcount_read kref_init kref_get`,
  accounting: `account_locked_vm __account_locked_vm account_pinned_vm rlimit capable ns_capable current_euid percpu_counter_add
    inc_zone_page_state dec_zone_page_state inc_node_page_state dec_node_page_state mod_node_page_state mod_zone_page_state count_vm_event count_vm_events
    find_vma find_vma_intersection vma_lookup find_extend_vma mmget mmget_not_zero mmgrab mm_populate vma_pages
    cc_platform_has clflush_cache_range drm_clflush_pages drm_clflush_sg drm_clflush_virt_range wbinvd_on_all_cpus set_pages_array_wb set_pages_array_wc
    set_pages_array_uc set_memory_wb set_memory_wc set_memory_uc set_memory_decrypted set_memory_encrypted set_direct_map_invalid_noflush set_direct_map_default_noflush`,
};

/** Families whose every member borrows. */
export const borrowPrefixes: readonly string[] = [
  "trace_",
  "pr_",
  "atomic_",
  "atomic64_",
  "atomic_long_",
  "lockdep_",
  "kasan_",
  "kmsan_",
  "kcsan_",
  "instrument_",
];

/** Position of the pointer that a name writes through, where that is one; arguments not listed are only read. */
const writers: Readonly<Record<string, readonly number[]>> = {
  ...positions(
    [0],
    `copy_from_user __copy_from_user __copy_from_user_inatomic copy_from_user_nofault copy_struct_from_user
    memcpy_fromio memcpy_from_page memcpy_from_folio memcpy_from_bvec memcpy_and_pad memcpy_flushcache memset memset16 memset32
    memset64 memzero_explicit memset_after memset_startat strcpy strncpy strlcpy strscpy strscpy_pad strcat strncat strlcat
    sprintf snprintf scnprintf vsnprintf vscnprintf strncpy_from_user copy_from_iter copy_from_iter_full iov_iter_init
    bitmap_zero bitmap_fill bitmap_set bitmap_clear clear_page copy_page refcount_set kref_init`,
  ),
  ...positions(
    [2],
    "kstrtoint kstrtouint kstrtoul kstrtol kstrtou64 hex_dump_to_buffer sg_copy_to_buffer sg_pcopy_to_buffer",
  ),
  ...positions([3], "import_ubuf"),
  ...positions([4, 5], "import_iovec"),
  ...positions([3, 4], "import_single_range"),
  ...positions([2, 3, 4, 5], "sscanf"),
};

function positions(places: readonly number[], text: string): Record<string, readonly number[]> {
  return Object.fromEntries(text.split(/\s+/).map((name) => [name, places]));
}

/** Copies of memory: what the source named, the destination names too. */
const copies: readonly ApiEntry[] = ["memcpy", "memmove"].map((name) =>
  api(name, {
    role: "borrow",
    resultUnit: "pointer",
    prototypes: `void *${name}(void *dst, const void *src, size_t n)`,
    outcomes: done(store(slots(pointer("src"), slotsOfBytes(amount("n"))), pointer("dst"))),
    writes: [0],
    source: known,
  }),
);

export const borrows: readonly ApiEntry[] = [
  ...Object.values(names)
    .flatMap((text) => text.split(/\s+/))
    .filter((name) => name !== "")
    .map((name) => borrow(name, known, writers[name])),
  ...copies,
];
