/**
 * Fields of kernel records that code around page pins touches, standing in for `<linux/…>`. Data only: names and
 * types are facts about the kernel's interface (6.12, older names beside the new). Order and padding are not kept.
 */
import { subsystemRecords } from "./kernel-records-subsystems.ts";

/** Tag → members as C text; anonymous members flattened. Embedded records that nobody here reads stay empty. */
const fields: Readonly<Record<string, string>> = {
  page:
    "unsigned long flags; struct address_space *mapping; unsigned long index; unsigned long private; " +
    "struct list_head lru; struct dev_pagemap *pgmap; unsigned long compound_head; atomic_t _mapcount; " +
    "atomic_t _refcount; unsigned int page_type; unsigned long memcg_data; void *virtual; unsigned long dma_addr; " +
    "struct list_head pcp_list; struct list_head buddy_list; unsigned long pp_magic; struct page_pool *pp; " +
    "spinlock_t *ptl; void *freelist; struct rcu_head rcu_head; void *zone_device_data; unsigned long share",
  folio:
    "unsigned long flags; struct list_head lru; struct address_space *mapping; unsigned long index; void *private; " +
    "swp_entry_t swap; atomic_t _mapcount; atomic_t _refcount; unsigned long memcg_data; struct page page; " +
    "atomic_t _large_mapcount; atomic_t _entire_mapcount; atomic_t _nr_pages_mapped; atomic_t _pincount; " +
    "unsigned int _folio_nr_pages; struct list_head _deferred_list",
  list_head: "struct list_head *next, *prev",
  hlist_head: "struct hlist_node *first",
  hlist_node: "struct hlist_node *next; struct hlist_node **pprev",
  llist_node: "struct llist_node *next",
  llist_head: "struct llist_node *first",
  rb_node: "unsigned long __rb_parent_color; struct rb_node *rb_right, *rb_left",
  rb_root: "struct rb_node *rb_node",
  rb_root_cached: "struct rb_root rb_root; struct rb_node *rb_leftmost",
  scatterlist:
    "unsigned long page_link; unsigned int offset, length; dma_addr_t dma_address; unsigned int dma_length, dma_flags",
  sg_table: "struct scatterlist *sgl; unsigned int nents, orig_nents",
  sg_append_table: "struct sg_table sgt; struct scatterlist *prv; unsigned int total_nents",
  sg_page_iter: "struct scatterlist *sg; unsigned int sg_pgoffset, __nents; int __pg_advance",
  sg_dma_page_iter: "struct sg_page_iter base",
  sg_mapping_iter:
    "struct page *page; void *addr; size_t length, consumed; struct sg_page_iter piter; " +
    "unsigned int __offset, __remaining, __flags",
  bio_vec: "struct page *bv_page; unsigned int bv_len, bv_offset",
  bvec_iter: "sector_t bi_sector; unsigned int bi_size, bi_idx, bi_bvec_done",
  bvec_iter_all: "struct bio_vec bv; int idx; unsigned done",
  bio:
    "struct bio *bi_next; struct block_device *bi_bdev; blk_opf_t bi_opf; unsigned short bi_flags, bi_ioprio; " +
    "blk_status_t bi_status; atomic_t __bi_remaining; struct bvec_iter bi_iter; blk_qc_t bi_cookie; " +
    "void (*bi_end_io)(struct bio *); void *bi_private; unsigned short bi_vcnt, bi_max_vecs; atomic_t __bi_cnt; " +
    "struct bio_vec *bi_io_vec; struct bio_set *bi_pool; struct bio_integrity_payload *bi_integrity; " +
    "struct bio_vec bi_inline_vecs[]",
  bio_integrity_payload:
    "struct bio *bip_bio; struct bvec_iter bip_iter; unsigned short bip_vcnt, bip_max_vcnt, bip_flags; " +
    "struct bvec_iter bio_iter; struct work_struct bip_work; struct bio_vec *bip_vec",
  folio_iter: "struct folio *folio; size_t offset, length; size_t _seg_count; int _i",
  iov_iter:
    "u8 iter_type; bool nofault, data_source, user_backed; size_t iov_offset; struct iovec __ubuf_iovec; " +
    "const struct iovec *__iov; const struct iovec *iov; const struct kvec *kvec; const struct bio_vec *bvec; " +
    "const struct folio_queue *folioq; struct xarray *xarray; void *ubuf; size_t count; unsigned long nr_segs; " +
    "u8 folioq_slot; loff_t xarray_start; size_t copy_mc; unsigned int type; unsigned int flags",
  iovec: "void *iov_base; size_t iov_len",
  kvec: "void *iov_base; size_t iov_len",
  kiocb:
    "struct file *ki_filp; loff_t ki_pos; void (*ki_complete)(struct kiocb *, long); void *private; int ki_flags; " +
    "u16 ki_ioprio; struct wait_page_queue *ki_waitq",
  vm_area_struct:
    "unsigned long vm_start, vm_end; struct mm_struct *vm_mm; pgprot_t vm_page_prot; vm_flags_t vm_flags; " +
    "const struct vm_operations_struct *vm_ops; unsigned long vm_pgoff; struct file *vm_file; void *vm_private_data; " +
    "struct vm_area_struct *vm_next, *vm_prev; struct anon_vma *anon_vma",
  vm_fault:
    "struct vm_area_struct *vma; gfp_t gfp_mask; pgoff_t pgoff; unsigned long address; unsigned long real_address; " +
    "unsigned int flags; struct page *page; struct page *cow_page; pte_t orig_pte; pmd_t *pmd; pte_t *pte; spinlock_t *ptl",
  vm_operations_struct:
    "void (*open)(struct vm_area_struct *); void (*close)(struct vm_area_struct *); " +
    "vm_fault_t (*fault)(struct vm_fault *); int (*access)(struct vm_area_struct *, unsigned long, void *, int, int)",
  mm_struct:
    "atomic_t mm_users, mm_count; struct rw_semaphore mmap_lock, mmap_sem; atomic64_t pinned_vm; unsigned long " +
    "total_vm, locked_vm, data_vm, exec_vm, stack_vm, start_code, end_code, start_data, end_data, start_brk, brk, " +
    "start_stack, arg_start, arg_end, env_start, env_end, def_flags, task_size, mmap_base, flags; pgd_t *pgd; " +
    "struct user_namespace *user_ns; struct file *exe_file; struct task_struct *owner; spinlock_t page_table_lock; int map_count",
  task_struct:
    "struct mm_struct *mm, *active_mm; pid_t pid, tgid; char comm[16]; unsigned int flags; const struct cred *cred; " +
    "struct files_struct *files; struct signal_struct *signal; struct task_struct *group_leader, *parent, *real_parent; " +
    "struct bio_list *bio_list; struct io_context *io_context; struct nsproxy *nsproxy; void *journal_info; int exit_state; " +
    "unsigned int __state; struct restart_block restart_block; struct fs_struct *fs",
  file:
    "struct inode *f_inode; const struct file_operations *f_op; void *private_data; loff_t f_pos; unsigned int f_flags; " +
    "fmode_t f_mode; struct address_space *f_mapping; struct path f_path; const struct cred *f_cred; struct file_ra_state f_ra",
  path: "struct vfsmount *mnt; struct dentry *dentry",
  dentry:
    "struct inode *d_inode; struct dentry *d_parent; struct super_block *d_sb; void *d_fsdata; struct qstr d_name",
  inode:
    "umode_t i_mode; unsigned int i_flags; struct super_block *i_sb; struct address_space *i_mapping; unsigned long i_ino; " +
    "dev_t i_rdev; loff_t i_size; blkcnt_t i_blocks; unsigned short i_bytes; u8 i_blkbits; struct rw_semaphore i_rwsem; " +
    "struct address_space i_data; void *i_private; kuid_t i_uid; kgid_t i_gid; struct cdev *i_cdev; atomic_t i_dio_count; " +
    "const struct inode_operations *i_op; const struct file_operations *i_fop; atomic_t i_count; spinlock_t i_lock",
  super_block:
    "dev_t s_dev; unsigned char s_blocksize_bits; unsigned long s_blocksize; loff_t s_maxbytes; void *s_fs_info; " +
    "struct block_device *s_bdev; struct backing_dev_info *s_bdi; unsigned long s_flags; struct dentry *s_root; char s_id[32]",
  address_space:
    "struct inode *host; struct xarray i_pages; gfp_t gfp_mask; unsigned long nrpages; pgoff_t writeback_index; " +
    "const struct address_space_operations *a_ops; unsigned long flags; struct rw_semaphore i_mmap_rwsem, invalidate_lock; void *private_data",
  block_device:
    "sector_t bd_start_sect; struct gendisk *bd_disk; struct request_queue *bd_queue; dev_t bd_dev; struct device bd_device",
  request_queue:
    "void *queuedata; struct queue_limits limits; struct gendisk *disk; unsigned long queue_flags",
  gendisk:
    "int major, first_minor, minors; struct block_device *part0; const struct block_device_operations *fops; struct request_queue *queue; void *private_data",
  request:
    "struct request_queue *q; blk_opf_t cmd_flags; int tag; unsigned int __data_len; sector_t __sector; struct bio *bio, *biotail; " +
    "unsigned short nr_phys_segments; void *end_io_data; unsigned int timeout",
  rq_map_data:
    "struct page **pages; unsigned long offset; unsigned short page_order, nr_entries; bool null_mapped, from_user",
  device:
    "struct device *parent; void *platform_data; void *driver_data; u64 *dma_mask; u64 coherent_dma_mask; " +
    "struct device_node *of_node; struct device_driver *driver; struct kobject kobj; const struct bus_type *bus; dev_t devt; const char *init_name",
  platform_device:
    "const char *name; int id; struct device dev; u32 num_resources; struct resource *resource",
  pci_dev:
    "unsigned int devfn; unsigned short vendor, device, subsystem_vendor, subsystem_device; unsigned int irq; struct device dev; struct pci_bus *bus; u8 revision",
  resource:
    "resource_size_t start, end; const char *name; unsigned long flags; struct resource *parent, *sibling, *child",
  cred: "kuid_t uid, suid, euid, fsuid; kgid_t gid, sgid, egid, fsgid; struct user_struct *user; struct user_namespace *user_ns",
  user_struct: "atomic_long_t locked_vm; kuid_t uid",
  kref: "refcount_t refcount",
  refcount_struct: "atomic_t refs",
  atomic_t: "int counter",
  atomic64_t: "s64 counter",
  atomic_long_t: "long counter",
  completion: "unsigned int done; struct swait_queue_head wait",
  wait_queue_head: "spinlock_t lock; struct list_head head",
  wait_queue_entry: "unsigned int flags; void *private; struct list_head entry",
  work_struct: "atomic_long_t data; struct list_head entry; void (*func)(struct work_struct *)",
  delayed_work: "struct work_struct work; struct timer_list timer; struct workqueue_struct *wq; int cpu",
  timer_list: "unsigned long expires; void (*function)(struct timer_list *); u32 flags",
  mmu_notifier:
    "struct hlist_node hlist; const struct mmu_notifier_ops *ops; struct mm_struct *mm; unsigned int users",
  mmu_notifier_range: "struct mm_struct *mm; unsigned long start, end; unsigned flags, event; void *owner",
  mmu_interval_notifier:
    "const struct mmu_interval_notifier_ops *ops; struct mm_struct *mm; unsigned long invalidate_seq",
  hmm_range:
    "struct mmu_interval_notifier *notifier; unsigned long notifier_seq, start, end; unsigned long *hmm_pfns; " +
    "unsigned long default_flags, pfn_flags_mask; void *dev_private_owner",
  folio_batch: "unsigned char nr, i; bool percpu_pvec_drained; struct folio *folios[31]",
  pagevec: "unsigned char nr; bool percpu_pvec_drained; struct page *pages[15]",
  dma_buf:
    "size_t size; struct file *file; const struct dma_buf_ops *ops; void *priv; struct dma_resv *resv; const char *exp_name; struct module *owner",
  dma_buf_attachment:
    "struct dma_buf *dmabuf; struct device *dev; void *importer_priv, *priv; struct sg_table *sgt; enum dma_data_direction dir",
  iosys_map: "void *vaddr_iomem, *vaddr; bool is_iomem",
  sk_buff:
    "struct sk_buff *next, *prev; struct sock *sk; struct net_device *dev; unsigned int len, data_len, truesize; __u16 mac_len, hdr_len; " +
    "unsigned char *head, *data; refcount_t users; char cb[48]; __be16 protocol; sk_buff_data_t tail, end; __u8 ip_summed",
  skb_shared_info: "__u8 flags, nr_frags; struct sk_buff *frag_list; skb_frag_t frags[17]",
  skb_frag: "unsigned int len, offset",
  sock: "struct socket *sk_socket; void *sk_user_data; int sk_err; refcount_t sk_wmem_alloc; atomic_t sk_omem_alloc; unsigned long sk_flags",
  socket: "struct file *file; struct sock *sk; const struct proto_ops *ops; short type; unsigned long flags",
  msghdr:
    "void *msg_name; int msg_namelen; int msg_inq; struct iov_iter msg_iter; void *msg_control; bool msg_control_is_user, msg_get_inq; " +
    "unsigned int msg_flags; size_t msg_controllen; struct kiocb *msg_iocb; struct ubuf_info *msg_ubuf",
  pipe_buffer:
    "struct page *page; unsigned int offset, len; const struct pipe_buf_operations *ops; unsigned int flags; unsigned long private",
  pipe_inode_info:
    "struct pipe_buffer *bufs; unsigned int head, tail, max_usage, ring_size, nr_accounted, readers, writers; struct mutex mutex",
  splice_pipe_desc:
    "struct page **pages; struct partial_page *partial; int nr_pages; unsigned int nr_pages_max",
  partial_page: "unsigned int offset, len; unsigned long private",
  mutex: "atomic_long_t owner",
  fd: "unsigned long word; struct file *file; unsigned int flags",
  dev_pagemap:
    "unsigned int type; unsigned int flags; void *owner; int nr_range; unsigned long vmemmap_shift",
  kmem_cache: "unsigned int size, object_size; const char *name; int refcount",
  cpumask: "unsigned long bits[128]",
  va_format: "const char *fmt; void *va",
};

interface BuiltInRecord {
  readonly union: boolean;
  /** Members as C text, anonymous members flattened. */
  readonly members: string;
}

let records: Map<string, BuiltInRecord> | undefined;

function table(): ReadonlyMap<string, BuiltInRecord> {
  if (records !== undefined) return records;
  records = new Map();
  for (const [tag, members] of Object.entries(fields))
    records.set(tag, { union: false, members: `${members};` });
  for (const [, union, tag = "", members = ""] of subsystemRecords.matchAll(/^(union )?(\w+): (.*)$/gm)) {
    // The first of a name wins, so the list above stands before this one.
    const before = records.get(tag)?.members ?? "";
    records.set(tag, { union: union !== undefined, members: `${before} ${members};` });
  }
  return records;
}

/** Members of a kernel record, or undefined. */
export function builtInFields(tag: string): BuiltInRecord | undefined {
  return table().get(tag);
}

/** Tags in the tables. */
export function builtInTags(): readonly string[] {
  return [...table().keys()];
}
