/**
 * Fields of further kernel records (subsystems and the user interface), standing in for `<linux/…>`. Data only, read
 * from 6.12 and 6.1: only the fields that files which pin or reference user pages touch, by name, not by layout;
 * enumerations stand as the integer gcc makes of them; `unknown_t` marks a type without a name.
 */

/** `tag: member; member` per line. */
export const subsystemRecords = `
_drm_via_cmdbuf_size: __u32 size; int wait
_drm_via_cmdbuffer: char *buf; unsigned long size
_drm_via_dma_init: unsigned long offset; unsigned long size
_drm_via_futex: __u32 lock
_kvm_stats_desc: struct kvm_stats_desc desc; char name[48]
acrn_descriptor_ptr: __le16 reserved[3]
acrn_io_request: __u32 kernel_handled; __u32 processed; struct { struct acrn_pio_request pio_request; struct acrn_pci_request pci_request; struct acrn_mmio_request mmio_request; } reqs; __u32 type
acrn_io_request_buffer: struct acrn_io_request req_slot[16]
acrn_ioeventfd: __u32 reserved
acrn_ioreq_notify: __u16 reserved; __u32 vcpu
acrn_mmio_request: __u64 address
acrn_pio_request: __u64 address; __u32 direction; __u64 size; __u32 value
acrn_regs: struct acrn_descriptor_ptr gdt; struct acrn_descriptor_ptr idt; __le32 reserved_32[3]; __le64 reserved_64[4]
acrn_vcpu_regs: __u16 reserved[3]; struct acrn_regs vcpu_regs
acrn_vm_creation: __u16 reserved0; __u16 reserved1
acrn_vm_memmap: __u32 attr; __u64 len; __u32 type; __u64 user_vm_pa; __u64 vma_base
address_space: struct rb_root_cached i_mmap
address_space_operations: int (*read_folio)(struct file *, struct folio *)
af_alg_async_req: unsigned int areqlen; struct af_alg_rsgl first_rsgl; struct af_alg_rsgl *last_rsgl; struct list_head rsgl_list; struct sock *sk; unsigned int tsgl_entries
af_alg_control: unsigned int aead_assoclen; struct af_alg_iv *iv; int op
af_alg_ctx: unsigned int inflight; bool init; bool merge; bool more; struct atomic_t rcvused; struct list_head tsgl_list; size_t used; bool write
af_alg_iv: __u32 ivlen
af_alg_rsgl: struct list_head list; size_t sg_num_bytes; struct af_alg_sgl sgl
af_alg_sgl: unsigned int npages; struct page *pages[16]; struct scatterlist sg[17]
af_alg_tsgl: unsigned int cur; struct list_head list; struct scatterlist sg[]
af_alg_type: int (*accept_nokey)(void *, struct sock *); char name[14]; struct proto_ops *ops; struct proto_ops *ops_nokey; struct module *owner; int (*setauthsize)(void *, unsigned int); int (*setentropy)(void *, unknown_t, unsigned int); int (*setkey)(void *, u8 *, unsigned int)
alg_sock: struct atomic_t nokey_refcnt; struct sock *parent; void *private; struct atomic_t refcnt; struct af_alg_type *type
arch_uprobe: u8 insn[16]; u8 ixol[16]
attribute: umode_t mode
backing_dev_info: struct bdi_writeback wb
bio: struct blkcg_gq *bi_blkg; u32 bi_write_hint
bio_set: unsigned int back_pad; struct mempool_s bio_integrity_pool; struct mempool_s bio_pool; struct kmem_cache *bio_slab; struct mempool_s bvec_integrity_pool; struct mempool_s bvec_pool; struct bio_alloc_cache *cache; struct hlist_node cpuhp_dead; unsigned int front_pad; struct bio_list rescue_list; struct spinlock rescue_lock; struct work_struct rescue_work; struct workqueue_struct *rescue_workqueue
blk_integrity: u32 csum_type; unsigned char flags
blk_mq_hw_ctx: void *driver_data
blk_mq_queue_data: struct request *rq
blk_mq_tag_set: struct blk_mq_tags **tags
blkpg_ioctl_arg: void *data; int op
blkpg_partition: char devname[64]; int pno
block_device: struct inode *bd_inode
buffer_head: struct block_device *b_bdev; sector_t b_blocknr; size_t b_size
cdev: struct file_operations *ops; struct module *owner
ceph_bio_iter: struct bio *bio; struct bvec_iter iter
ceph_buffer: struct kvec vec
ceph_bvec_iter: struct bio_vec *bvecs; struct bvec_iter iter
ceph_client: struct ceph_fsid fsid; struct ceph_options *options; struct ceph_osd_client osdc
ceph_connection: struct page *bounce_page; unsigned long delay; char *error_msg; unsigned long flags; struct ceph_msg *in_msg; u64 in_seq; struct ceph_messenger *msgr; struct mutex mutex; struct ceph_connection_operations *ops; struct ceph_msg *out_msg; struct list_head out_queue; struct list_head out_sent; u64 out_seq; struct ceph_entity_addr peer_addr; struct ceph_entity_name peer_name; struct socket *sock; struct atomic_t sock_state; int state; struct ceph_connection_v1_info v1; struct delayed_work work
ceph_connection_operations: struct ceph_msg *(*alloc_msg)(struct ceph_connection *, struct ceph_msg_header *, int *); void (*fault)(struct ceph_connection *); struct ceph_connection *(*get)(struct ceph_connection *); int (*invalidate_authorizer)(struct ceph_connection *); void (*put)(struct ceph_connection *); void (*reencode_message)(struct ceph_msg *)
ceph_connection_v1_info: int auth_retry
ceph_entity_addr: struct sockaddr_storage in_addr; __le32 nonce; __le32 type
ceph_entity_inst: struct ceph_entity_addr addr
ceph_entity_name: __u8 type
ceph_file_layout: u32 object_size; s64 pool_id; struct ceph_string *pool_ns; u32 stripe_count; u32 stripe_unit
ceph_mds_reply_inode: struct ceph_mds_reply_cap cap; __le32 gid
union ceph_mds_request_args: struct { __le32 flags; __le32 mode; __le32 mask; } open
ceph_messenger: u32 global_seq; struct spinlock global_seq_lock; struct ceph_entity_inst inst; struct ceph_entity_addr my_enc_addr; struct possible_net_t net; struct atomic_t stopping
ceph_msg: struct ceph_connection *con; struct ceph_msg_data *data; size_t data_length; struct ceph_msg_footer footer; struct kvec front; int front_alloc_len; struct ceph_msg_header hdr; struct kref kref; struct list_head list_head; int max_data_items; struct ceph_buffer *middle; bool needs_out_seq; int num_data_items; struct ceph_msgpool *pool
ceph_msg_data: unsigned int alignment; u32 bio_length; struct ceph_bio_iter bio_pos; struct ceph_bvec_iter bvec_pos; struct iov_iter iter; size_t length; bool own_pages; struct ceph_pagelist *pagelist; struct page **pages; u32 type
ceph_msg_data_cursor: struct ceph_bio_iter bio_iter; struct bvec_iter bvec_iter; struct ceph_msg_data *data; struct iov_iter iov_iter; unsigned int lastlen; bool need_crc; size_t offset; struct page *page; unsigned short page_count; unsigned short page_index; unsigned int page_offset; size_t resid; size_t total_resid
ceph_msg_header: __le32 data_len; __le32 front_len; __le32 middle_len; __le64 seq; struct ceph_entity_name src; __le16 type
ceph_object_locator: s64 pool; struct ceph_string *pool_ns
ceph_options: u32 read_from_replica
ceph_osd_client: struct ceph_client *client; struct rw_semaphore lock; struct ceph_osdmap *osdmap
ceph_osd_data: u32 alignment; struct ceph_bvec_iter bvec_pos; u64 length; u32 num_bvecs; struct page **pages; u32 type
ceph_osd_req_op: struct { u64 offset; int sparse_ext_cnt; struct ceph_sparse_extent *sparse_ext; } extent; u16 op
ceph_osd_request: void (*r_callback)(struct ceph_osd_request *); ktime_t r_end_latency; struct inode *r_inode; struct timespec64 r_mtime; unsigned int r_num_ops; struct ceph_osd_req_op r_ops[]; struct ceph_osd_client *r_osdc; void *r_priv; struct list_head r_private_item; int r_result; ktime_t r_start_latency; struct ceph_osd_request_target r_t; u64 r_version
ceph_pagelist: struct list_head head; size_t length
ceph_snap_context: u32 num_snaps; u64 seq
ceph_string: size_t len; char str[]
ceph_vino: u64 ino; u64 snap
cipher_context: char iv[20]; char rec_seq[8]
closure: bool closure_get_happened; struct atomic_t remaining
cmsghdr: __kernel_size_t cmsg_len; int cmsg_type
config_group: struct config_item cg_item
crypto_wait: struct completion completion; int err
csum_state: __wsum csum; size_t off
device: struct class *class; u32 id; struct iommu_group *iommu_group; void (*release)(struct device *)
device_node: char *name
dma_buf_attachment: bool peer2peer
dma_chan: int chan_id; struct dma_device *device
dma_device: struct device *dev
dma_fence: u64 context; int error
drm_agp_head: unsigned long base
union drm_amdgpu_cs: struct drm_amdgpu_cs_in in; struct drm_amdgpu_cs_out out
drm_amdgpu_cs_chunk_cp_gfx_shadow: __u64 flags
drm_amdgpu_cs_chunk_fence: __u32 offset
drm_amdgpu_cs_chunk_ib: __u32 flags; __u32 ib_bytes; __u32 ip_type
drm_amdgpu_cs_chunk_sem: __u32 handle
drm_amdgpu_cs_chunk_syncobj: __u32 handle; __u64 point
drm_amdgpu_cs_in: __u32 bo_list_handle; __u32 num_chunks
drm_amdgpu_cs_out: __u64 handle
union drm_amdgpu_fence_to_handle: struct { struct drm_amdgpu_fence fence; __u32 what; } in; struct { __u32 handle; } out
union drm_amdgpu_gem_create: struct drm_amdgpu_gem_create_in in
drm_amdgpu_gem_create_in: __u64 alignment; __u64 bo_size; __u64 domain_flags; __u64 domains
drm_amdgpu_gem_metadata: struct { __u64 flags; __u64 tiling_info; __u32 data_size_bytes; __u32 data[64]; } data; __u32 handle; __u32 op
drm_amdgpu_gem_op: __u64 value
drm_amdgpu_gem_userptr: __u64 addr; __u32 flags; __u32 handle; __u64 size
drm_amdgpu_gem_va: __u32 flags; __u64 map_size; __u64 offset_in_bo; __u32 operation; __u64 va_address
union drm_amdgpu_gem_wait_idle: struct drm_amdgpu_gem_wait_idle_in in
union drm_amdgpu_wait_cs: struct drm_amdgpu_wait_cs_in in
union drm_amdgpu_wait_fences: struct drm_amdgpu_wait_fences_in in; struct drm_amdgpu_wait_fences_out out
drm_amdgpu_wait_fences_in: __u32 fence_count; __u64 timeout_ns
drm_amdgpu_wait_fences_out: __u32 status
drm_client_dev: struct drm_file *file
drm_device: struct drm_agp_head *agp; struct inode *anon_inode; struct device *dev; void *dev_private; struct list_head filelist; struct mutex filelist_mutex; struct drm_minor *primary; struct mutex struct_mutex; struct drm_vma_offset_manager *vma_offset_manager
drm_exec: struct ww_acquire_ctx ticket
drm_exynos_g2d_event: struct drm_event base
drm_exynos_g2d_exec: __u64 async
drm_exynos_g2d_set_cmdlist: __u32 cmd_buf_nr; __u32 cmd_nr
drm_exynos_g2d_userptr: unsigned long size
drm_file: void *driver_priv; struct file *filp; struct drm_master *master; struct idr object_idr; struct pid *pid; struct spinlock table_lock
drm_gem_object: struct drm_device *dev; struct dma_buf *dma_buf; struct file *filp; struct drm_gem_object_funcs *funcs; struct dma_buf_attachment *import_attach; struct dma_resv *resv; size_t size; struct drm_vma_offset_node vma_node
drm_gpuva: u32 flags
drm_i915_gem_userptr: __u32 flags; __u64 user_ptr; __u64 user_size
drm_local_map: dma_addr_t offset; unsigned long size
drm_master: struct drm_lock_data lock
drm_minor: struct dentry *debugfs_root
drm_mode_create_dumb: __u32 pitch; __u64 size
drm_sched_entity: struct drm_sched_rq *rq
drm_sched_fence: struct dma_fence finished; struct dma_fence scheduled
drm_sched_job: struct drm_sched_fence *s_fence
drm_sched_rq: struct drm_gpu_scheduler *sched
drm_via_blitsync: unsigned int engine; __u32 sync_handle
drm_via_dmablit: __u32 fb_addr; __u32 fb_stride; __u32 line_length; unsigned char *mem_addr; __u32 mem_stride; __u32 num_lines; struct drm_via_blitsync sync; int to_fb
union drm_via_irqwait: struct drm_wait_vblank_reply reply; struct drm_via_wait_irq_request request
drm_via_wait_irq_request: unsigned int irq; __u32 sequence; u32 type
drm_vmw_mksstat_add_arg: __u64 description; __u64 id; __u64 info; __u64 info_len; __u64 stat; __u64 stat_len; __u64 strs; __u64 strs_len
erase_info: uint64_t addr; uint64_t len
erase_info_user: __u32 length; __u32 start
ethhdr: __be16 h_proto
fb_bitfield: __u32 length; __u32 offset
fb_cmap: __u32 len
fb_fix_screeninfo: char id[16]; __u32 line_length; __u32 mmio_len; unsigned long mmio_start; __u32 smem_len; unsigned long smem_start; __u16 ypanstep; __u16 ywrapstep
fb_info: struct fb_cmap cmap; struct fb_ops *fbops; struct fb_fix_screeninfo fix; int flags; struct fb_monspecs monspecs; void *par; void *pseudo_palette; char *screen_base; struct fb_var_screeninfo var
fb_monspecs: __u32 hfmax; __u32 hfmin; __u16 vfmax; __u16 vfmin
fb_ops: int (*fb_sync)(struct fb_info *)
fb_var_screeninfo: __u32 bits_per_pixel; struct fb_bitfield blue; struct fb_bitfield green; __u32 hsync_len; __u32 left_margin; __u32 lower_margin; __u32 nonstd; __u32 pixclock; struct fb_bitfield red; __u32 right_margin; __u32 sync; struct fb_bitfield transp; __u32 upper_margin; __u32 vmode; __u32 vsync_len; __u32 xoffset; __u32 xres; __u32 xres_virtual; __u32 yoffset; __u32 yres; __u32 yres_virtual
fb_vblank: __u32 flags
file_lock: struct file_lock_core c; loff_t fl_end; unsigned int fl_flags; struct lock_manager_operations *fl_lmops; void *fl_owner; unsigned int fl_pid; loff_t fl_start; unsigned char fl_type
file_lock_context: struct spinlock flc_lock; struct list_head flc_posix
file_lock_core: unsigned char flc_type
file_operations: struct module *owner; int (*release)(struct inode *, struct file *); ssize_t (*sendpage)(struct file *, struct page *, int, size_t, loff_t *, int); void (*splice_eof)(struct file *); ssize_t (*splice_read)(struct file *, loff_t *, struct pipe_inode_info *, size_t, unsigned int); ssize_t (*splice_write)(struct pipe_inode_info *, struct file *, loff_t *, size_t, unsigned int); ssize_t (*write_iter)(struct kiocb *, struct iov_iter *)
filename: char *name
folio_queue: struct folio_queue *next; struct folio_queue *prev
follow_pfnmap_args: unsigned long pfn; bool writable
frag_hdr: __u8 nexthdr
frame_vector: bool got_ref; bool is_pfns; unsigned int nr_allocated; unsigned int nr_frames; void *ptrs[]
fs_struct: int in_exec; struct spinlock lock
fsl_hv_ioctl_doorbell: __u32 ret
fsl_hv_ioctl_memcpy: __u64 count; __u64 local_vaddr; __u64 remote_paddr; __u32 ret; __u32 source; __u32 target
fsl_hv_ioctl_prop: __u32 handle; __u32 proplen; __u32 ret
fsl_hv_ioctl_restart: __u32 ret
fsl_hv_ioctl_start: __u32 ret
fsl_hv_ioctl_status: __u32 ret
fsl_hv_ioctl_stop: __u32 ret
fuse_file_lock: uint64_t end; uint32_t pid; uint64_t start; uint32_t type
fuse_forget_one: uint64_t nlookup; uint64_t nodeid
fuse_in_header: uint32_t gid; uint32_t len; uint32_t opcode; uint32_t pid; uint32_t uid; uint64_t unique
fuse_lk_in: struct fuse_file_lock lk
fuse_notify_delete_out: uint32_t namelen
fuse_notify_inval_entry_out: uint32_t namelen
fuse_notify_retrieve_out: uint64_t nodeid; uint64_t offset
fuse_notify_store_out: uint64_t offset; uint32_t size
fuse_open_in: uint32_t flags
fuse_out_header: int32_t error; uint64_t unique
fuse_read_in: uint64_t offset; uint32_t size
fuse_removemapping_in: uint32_t count
fuse_removemapping_one: uint64_t len; uint64_t moffset
fuse_setupmapping_in: uint64_t flags
fuse_write_in: uint32_t flags; uint64_t offset; uint32_t size; uint32_t write_flags
fuse_write_out: uint32_t size
union futex_key: struct { unsigned int offset; } both; struct { struct mm_struct *mm; u64 mm_seq; unsigned long address; } private; struct { u64 i_seq; unsigned long pgoff; } shared
futex_waitv: __u32 flags; __u64 uaddr
gendisk: struct lockdep_map lockdep_map; unsigned int nr_zones
gfn_to_hva_cache: u64 generation; gpa_t gpa; unsigned long hva; unsigned long len; struct kvm_memory_slot *memslot
ghcb: u32 ghcb_usage; struct ghcb_save_area save
ghcb_save_area: u8 valid_bitmap[16]
gntab_unmap_queue_data: unsigned int count; void *data; struct gnttab_unmap_grant_ref *unmap_ops
gntdev_grant_copy_segment: struct { void *virt; struct { grant_ref_t ref; __u16 offset; domid_t domid; } foreign; } dest; __u16 flags; __u16 len; struct { void *virt; struct { grant_ref_t ref; __u16 offset; domid_t domid; } foreign; } source
gnttab_copy: struct gnttab_copy_ptr dest; uint16_t flags; struct gnttab_copy_ptr source
gnttab_copy_ptr: domid_t domid; uint16_t offset; struct { grant_ref_t ref; xen_pfn_t gmfn; } u
gnttab_dma_alloc_args: bool coherent; struct device *dev; dma_addr_t dev_bus_addr; xen_pfn_t *frames; int nr_pages; struct page **pages; void *vaddr
gnttab_map_grant_ref: grant_handle_t handle; int16_t status
gnttab_unmap_grant_ref: grant_handle_t handle; int16_t status
union hl_mem_args: struct hl_mem_in in; struct hl_mem_out out
hl_mem_in: struct { __u64 mem_size; __u64 page_size; } alloc; struct { __u64 addr; __u64 mem_size; __u64 offset; } export_dmabuf_fd; __u32 flags; struct { __u64 block_addr; } map_block; struct { __u64 hint_addr; __u64 handle; } map_device; struct { __u64 host_virt_addr; __u64 hint_addr; __u64 mem_size; } map_host; __u32 num_of_elements; __u32 op; struct { __u64 device_virt_addr; } unmap
hl_mem_out: __u64 block_handle; __u32 block_size; __u64 device_virt_addr; __u64 handle
hrtimer_sleeper: struct task_struct *task; struct hrtimer timer
iattr: unsigned int ia_valid
ib_mr: u32 lkey
ib_pd: struct ib_device *device
ib_umem: unsigned long address; struct ib_device *ibdev; u64 iova; u8 is_odp; size_t length; struct mm_struct *owning_mm; struct sg_append_table sgt_append; u8 writable
in_addr: __be32 s_addr
inode: struct timespec64 i_atime; struct timespec64 i_ctime; struct timespec64 i_mtime; unsigned int i_nlink; struct atomic64_t i_sequence; u32 i_state; u32 i_write_hint
interval_tree_node: unsigned long last; unsigned long start
interval_tree_span_iter: unsigned long last_hole
io_fixed_file: unsigned long file_ptr
io_kiocb: u16 buf_index; struct io_ring_ctx *ctx; u64 flags; struct io_buffer *kbuf
io_ring_ctx: struct io_rsrc_data *buf_data; u8 compat; struct atomic_t cq_wait_nr; struct io_mapped_ubuf *dummy_ubuf; struct io_rsrc_data *file_data; struct io_file_table file_table; unsigned int flags; struct xarray io_bl_xa; struct mm_struct *mm_account; unsigned int nr_user_bufs; unsigned int nr_user_files; struct io_rsrc_node *rsrc_backup_node; int rsrc_cached_refs; struct io_rsrc_node *rsrc_node; struct io_alloc_cache rsrc_node_cache; struct llist_head rsrc_put_llist; struct delayed_work rsrc_put_work; unsigned int rsrc_quiesce; struct wait_queue_head rsrc_quiesce_wq; struct list_head rsrc_ref_list; struct spinlock rsrc_ref_lock; struct mutex uring_lock; struct user_struct *user; struct io_mapped_ubuf **user_bufs
io_uring_buf: __u64 addr; __u16 bid; __u32 len
io_uring_buf_reg: __u16 bgid; __u16 flags; __u32 min_left; __u32 resv[5]; __u64 ring_addr; __u32 ring_entries
io_uring_buf_ring: __u16 tail
io_uring_buf_status: __u32 resv[8]
io_uring_clone_buffers: __u32 flags; __u32 pad[6]
io_uring_cmd: void *cmd; u32 cmd_op; struct io_uring_sqe *sqe
io_uring_rsrc_register: __u64 data; __u32 flags; __u32 nr; __u64 tags
io_uring_rsrc_update2: __u64 data; __u32 nr; __u32 offset; __u32 resv; __u32 resv2; __u64 tags
io_uring_sqe: __u64 addr; __u16 buf_group; __s32 fd; __u32 len; __u64 off; __u32 rw_flags; __s32 splice_fd_in
ioctl_gntdev_get_offset_for_vaddr: __u64 vaddr
ioctl_gntdev_grant_copy: struct gntdev_grant_copy_segment *segments
ioctl_gntdev_grant_ref: __u32 domid; __u32 ref
ioctl_gntdev_map_grant_ref: __u32 count
ioctl_gntdev_unmap_grant_ref: __u32 count; __u64 index
ioctl_gntdev_unmap_notify: __u32 action; __u32 event_channel_port; __u64 index
iomap: u64 addr; struct block_device *bdev; struct dax_device *dax_dev; u16 flags; u64 length; loff_t offset; void *private; u16 type
iomap_dio_ops: struct bio_set *bio_set; int (*end_io)(struct kiocb *, ssize_t, int, unsigned int); void (*submit_io)(struct iomap_iter *, struct bio *, loff_t)
iomap_iter: unsigned int flags; struct inode *inode; struct iomap iomap; u64 len; loff_t pos; s64 processed; struct iomap srcmap
iomap_writepage_ctx: struct iomap iomap
iommu_domain: struct iommu_dirty_ops *dirty_ops; struct iommu_domain_geometry geometry; struct iommu_domain_ops *ops; unsigned long pgsize_bitmap; unsigned int type
iommu_domain_geometry: dma_addr_t aperture_end; dma_addr_t aperture_start
iommu_domain_ops: bool (*enforce_cache_coherency)(struct iommu_domain *)
iommu_fault: struct iommu_fault_page_request prm
iommu_fault_page_request: u32 flags
iommu_ops: struct iommu_domain_ops *default_domain_ops
iommu_resv_region: size_t length; phys_addr_t start; u32 type
iommu_user_data_array: u32 entry_num
iopf_fault: struct iommu_fault fault
ioreq: u8 state
iov_iter: unsigned int head; int last_offset; struct pipe_inode_info *pipe; unsigned int start_head
iov_iter_state: unsigned long nr_segs
iphdr: __u8 protocol
irq_bypass_producer: int irq; void *token
ivtv_dma_frame: struct v4l2_rect dst; struct v4l2_rect src; __u32 src_height; __u32 src_width; void *uv_source; void *y_source
k_sigaction: struct sigaction sa
kernel_siginfo: int si_code
kobj_uevent_env: char *envp[64]
kvm: struct kvm_memslots __memslots[1][2]; struct kvm_arch arch; struct kvm_io_bus *buses[4]; int created_vcpus; struct dentry *debugfs_dentry; struct kvm_stat_data **debugfs_stat_data; struct list_head devices; u32 dirty_ring_size; struct srcu_struct irq_srcu; int last_boosted_vcpu; struct mutex lock; u64 manual_dirty_log_protect; unsigned int max_halt_poll_ns; int max_vcpus; struct xarray mem_attr_array; struct kvm_memslots *memslots[1]; struct mm_struct *mm; long mmu_invalidate_in_progress; gfn_t mmu_invalidate_range_end; gfn_t mmu_invalidate_range_start; unsigned long mmu_invalidate_seq; struct rwlock_t mmu_lock; struct mmu_notifier mmu_notifier; unsigned long mn_active_invalidate_count; struct spinlock mn_invalidate_lock; struct rcuwait mn_memslots_update_rcuwait; unsigned long nr_memslot_pages; struct atomic_t nr_memslots_dirty_logging; struct atomic_t online_vcpus; bool override_halt_poll_ns; struct notifier_block pm_notifier; struct mutex slots_arch_lock; struct mutex slots_lock; struct srcu_struct srcu; struct kvm_vm_stat stat; char stats_id[48]; struct refcount_struct users_count; pid_t userspace_pid; struct xarray vcpu_array; bool vm_dead; struct list_head vm_list
kvm_arch: u32 hypercall_exit_enabled; u8 vm_type
kvm_arch_memory_slot: struct kvm_rmap_head *rmap[3]
kvm_async_pf: unsigned long addr; gpa_t cr2_or_gpa; struct list_head link; struct mm_struct *mm; struct list_head queue; struct kvm_vcpu *vcpu; bool wakeup_all; struct work_struct work
kvm_clear_dirty_log: __u64 first_page; __u32 num_pages; __u32 slot
kvm_config_tlb: __u64 array; __u32 array_len; __u32 mmu_type; __u64 params
kvm_create_device: __u32 type
kvm_device: struct kvm *kvm; struct kvm_device_ops *ops; struct list_head vm_node
kvm_device_attr: __u64 addr; __u64 attr; __u32 group
kvm_device_ops: void (*destroy)(struct kvm_device *); void (*init)(struct kvm_device *); long (*ioctl)(struct kvm_device *, unsigned int, unsigned long); int (*mmap)(struct kvm_device *, struct vm_area_struct *); void (*release)(struct kvm_device *)
kvm_dirty_log: void *dirty_bitmap; __u64 padding2; __u32 slot
kvm_enable_cap: __u64 args[4]; __u32 cap; __u32 flags
kvm_enc_region: __u64 addr; __u64 size
kvm_gfn_range: union kvm_mmu_notifier_arg arg; gfn_t end; bool may_block; struct pte_t pte; struct kvm_memory_slot *slot; gfn_t start
kvm_host_map: kvm_pfn_t gfn; void *hva; struct page *page; kvm_pfn_t pfn
kvm_io_bus: int dev_count; struct kvm_io_range range[]
kvm_io_range: gpa_t addr; struct kvm_io_device *dev; int len
kvm_irq_routing: __u32 flags; __u32 nr
kvm_irq_routing_entry: struct { struct kvm_irq_routing_s390_adapter adapter; } u
kvm_kernel_irq_routing_entry: struct kvm_s390_adapter_int adapter
kvm_kernel_irqfd: int gsi; struct kvm *kvm; struct irq_bypass_producer *producer
kvm_memory_attributes: __u64 address; __u64 attributes; __u64 size
kvm_memory_slot: struct kvm_arch_memory_slot arch; u16 as_id; gfn_t base_gfn; unsigned long *dirty_bitmap; u32 flags; struct rb_node gfn_node[2]; struct interval_tree_node hva_node[2]; short id; struct hlist_node id_node[2]; unsigned long npages; unsigned long userspace_addr
kvm_memslot_iter: struct kvm_memory_slot *slot
kvm_memslots: u64 generation; struct rb_root gfn_tree; struct rb_root_cached hva_tree; struct hlist_head id_hash[]; struct atomic_long_t last_used_slot; int node_idx
kvm_mmu_memory_cache: int capacity; gfp_t gfp_custom; gfp_t gfp_zero; u64 init_value; struct kmem_cache *kmem_cache; int nobjs; void **objects
kvm_ppc_one_page_size: __u32 page_shift; __u32 pte_enc
kvm_ppc_one_seg_page_size: struct kvm_ppc_one_page_size enc[8]
kvm_ppc_resize_hpt: __u64 flags; __u32 shift
kvm_ppc_smmu_info: __u64 flags
kvm_pre_fault_memory: __u64 gpa; __u64 size
kvm_run: struct { struct kvm_debug_exit_arch arch; } debug; __u32 exit_reason; struct { __u64 hardware_entry_failure_reason; } fail_entry; __u16 flags; struct { __u64 hardware_exit_reason; } hw; struct { __u64 nr; __u64 args[6]; __u64 ret; } hypercall; struct { __u64 nr; __u64 args[9]; } papr_hcall; struct { struct kvm_sync_regs regs; } s; struct { __u32 type; __u32 ndata; __u64 data[16]; } system_event
kvm_s390_adapter_int: u32 adapter_id; u64 ind_addr; u64 ind_offset; u64 summary_addr; u32 summary_offset
kvm_s390_emerg_info: __u16 code
kvm_s390_ext_info: __u32 ext_params; __u64 ext_params2
kvm_s390_extcall_info: __u16 code
kvm_s390_interrupt: __u32 parm; __u64 parm64; __u32 type
kvm_s390_io_info: __u32 io_int_parm; __u32 io_int_word; __u16 subchannel_id; __u16 subchannel_nr
kvm_s390_irq: __u64 type; struct { struct kvm_s390_io_info io; struct kvm_s390_ext_info ext; struct kvm_s390_pgm_info pgm; struct kvm_s390_emerg_info emerg; struct kvm_s390_extcall_info extcall; struct kvm_s390_prefix_info prefix; struct kvm_s390_stop_info stop; struct kvm_s390_mchk_info mchk; } u
kvm_s390_mchk_info: __u64 cr14; __u32 ext_damage_code; __u64 failing_storage_address; __u8 fixed_logout[16]; __u64 mcic
kvm_s390_pgm_info: __u16 code; __u32 data_exc_code; __u8 exc_access_id; __u8 flags; __u16 mon_class_nr; __u64 mon_code; __u8 op_access_id; __u8 per_access_id; __u64 per_address; __u8 per_atmid; __u8 per_code; __u64 trans_exc_code
kvm_s390_prefix_info: __u32 address
kvm_s390_stop_info: __u32 flags
kvm_s390_zpci_op: struct { struct { __u64 ibv; __u64 sb; __u32 flags; __u32 noi; __u8 isc; __u8 sbo; } reg_aen; } u
kvm_sev_attestation_report: __u32 len; __u8 mnonce[16]
kvm_sev_cmd: __u64 data; __u32 error; __u32 id; __u32 sev_fd
kvm_sev_dbg: __u64 dst_uaddr; __u32 len; __u64 src_uaddr
kvm_sev_init: __u16 ghcb_version; __u64 vmsa_features
kvm_sev_launch_measure: __u32 len
kvm_sev_launch_secret: __u32 guest_len; __u64 guest_uaddr; __u32 hdr_len; __u32 trans_len
kvm_sev_launch_start: __u32 dh_len; __u64 dh_uaddr; __u32 handle; __u32 session_len; __u64 session_uaddr
kvm_sev_receive_start: __u32 handle; __u32 pdh_len; __u64 pdh_uaddr; __u32 session_len; __u64 session_uaddr
kvm_sev_receive_update_data: __u32 guest_len; __u64 guest_uaddr; __u32 hdr_len; __u64 hdr_uaddr; __u32 trans_len; __u64 trans_uaddr
kvm_sev_send_start: __u32 amd_certs_len; __u32 pdh_cert_len; __u64 pdh_cert_uaddr; __u32 plat_certs_len; __u32 session_len; __u64 session_uaddr
kvm_sev_send_update_data: __u32 guest_len; __u64 guest_uaddr; __u32 hdr_len; __u64 hdr_uaddr; __u32 trans_len; __u64 trans_uaddr
kvm_sev_snp_launch_start: __u8 gosvw[16]; __u64 policy
kvm_sev_snp_launch_update: __u16 flags; __u64 gfn_start; __u64 len; __u8 type; __u64 uaddr
kvm_signal_mask: __u32 len
kvm_stat_data: struct kvm_stats_desc *desc; u32 kind; struct kvm *kvm
kvm_stats_desc: char name[48]; __u32 offset
kvm_stats_header: __u32 num_desc
kvm_translation: __u64 linear_address; __u8 valid
kvm_userspace_memory_region: __u32 flags; __u64 guest_phys_addr; __u64 memory_size; __u32 slot; __u64 userspace_addr
kvm_userspace_memory_region2: __u32 flags; __u64 guest_memfd_offset; __u64 guest_phys_addr; __u64 memory_size; __u32 slot; __u64 userspace_addr
kvm_vcpu: struct kvm_vcpu_arch arch; struct { u32 queued; struct list_head queue; struct list_head done; struct spinlock lock; } async_pf; int cpu; struct kvm_dirty_ring dirty_ring; unsigned long guest_debug; unsigned int halt_poll_ns; struct kvm *kvm; struct kvm_memory_slot *last_used_slot; u64 last_used_slot_gen; int mode; struct mutex mutex; struct pid *pid; struct preempt_notifier preempt_notifier; bool preempted; bool ready; struct kvm_run *run; bool scheduled_out; struct sigset_t sigset; int sigset_active; struct { bool in_spin_loop; bool dy_eligible; } spin_loop; struct kvm_vcpu_stat stat; char stats_id[48]; bool valid_wakeup; int vcpu_id; int vcpu_idx; bool wants_to_run
kvm_vcpu_arch: int (*complete_userspace_io)(struct kvm_vcpu *); struct fpu_guest guest_fpu; bool guest_state_protected; int mp_state; struct { bool pv_unhalted; } pv; unsigned long regs[17]; u64 xcr0
kvm_vcpu_stat: struct kvm_vcpu_stat_generic generic; u64 signal_exits
kvm_vcpu_stat_generic: u64 blocking; u64 halt_wakeup
kvm_vm_stat: struct kvm_vm_stat_generic generic; struct atomic64_t pages[3]
linux_binfmt: struct list_head lh; struct module *module
linux_binprm: int argc; unsigned long argmin; char buf[256]; u8 comm_from_dentry; struct cred *cred; int envc; unsigned long exec; struct file *executable; char *fdpath; struct file *file; char *filename; u8 have_execfd; char *interp; unsigned int interp_flags; struct file *interpreter; unsigned long loader; struct mm_struct *mm; unsigned long p; struct page *page[32]; unsigned int per_clear; u8 point_of_no_return; struct rlimit rlim_stack; int unsafe; struct vm_area_struct *vma; unsigned long vma_pages
mctp_flow: struct mctp_sk_key *key
membuf: size_t left
mhi_result: void *buf_addr
miscdevice: struct file_operations *fops; int minor; char *name; struct device *this_device
mm_struct: struct linux_binfmt *binfmt; unknown_t context; struct atomic64_t futex_unique_id; struct maple_tree mm_mt; struct uprobes_state uprobes_state
mmpin: unsigned int num_pg; struct user_struct *user
mpls_shim_hdr: __be32 label_stack_entry
msghdr: int (*sg_from_iter)(struct sk_buff *, struct iov_iter *, size_t)
mtd_info: int (*_write_oob)(struct mtd_info *, loff_t, struct mtd_oob_ops *); uint32_t erasesize; uint32_t flags; struct mtd_master master; int numeraseregions; struct mtd_ooblayout_ops *ooblayout; uint32_t oobsize; uint64_t size; u_char type; uint32_t writesize
mtd_master: struct mutex chrdev_lock
mtd_oob_ops: uint8_t *datbuf; size_t len; unsigned int mode; uint8_t *oobbuf; size_t ooblen; uint32_t ooboffs; size_t oobretlen; size_t retlen
mtd_oob_region: u32 length; u32 offset
mtd_read_req: struct mtd_read_req_ecc_stats ecc_stats; __u64 len; __u64 ooblen; __u64 start
mtd_read_req_ecc_stats: __u32 corrected_bitflips; __u32 max_bitflips; __u32 uncorrectable_errors
mtd_write_req: __u64 len; __u64 ooblen; __u64 start
mtget: s32 mt_blkno; s32 mt_fileno; long mt_gstat
mtop: int mt_count; short mt_op
mutex: struct lockdep_map dep_map
nand_ecclayout_user: __u32 eccbytes; struct nand_oobfree oobfree[8]
nand_oobfree: __u32 length
nand_oobinfo: __u32 eccbytes; __u32 eccpos[32]; __u32 oobfree[8][2]
ne_enclave_start_info: __u64 enclave_cid; __u64 flags
ne_image_load_info: __u64 flags
ne_user_memory_region: __u64 memory_size; __u64 userspace_addr
net_device: netdev_features_t features; unsigned int flags; char name[16]; struct tlsdev_ops *tlsdev_ops
net_hotdata: struct kmem_cache *skb_small_head_cache; struct kmem_cache *skbuff_cache; struct kmem_cache *skbuff_fclone_cache; int sysctl_max_skb_frags
netfs_inode: struct inode inode
netfs_io_request: struct inode *inode; struct netfs_io_stream io_streams[2]; unsigned long long len; struct address_space *mapping; void *netfs_priv; u32 origin; unsigned long long start
netfs_io_stream: size_t sreq_max_len
netfs_io_subrequest: short error; unsigned long flags; struct iov_iter io_iter; size_t len; struct netfs_io_request *rreq; unsigned long long start; size_t transferred
new_utsname: char machine[65]; char sysname[65]
nfs_commit_data: struct list_head pages
nfs_commit_info: struct nfs_direct_req *dreq; struct inode *inode; struct nfs_mds_commit_info *mds
nfs_inode: struct mutex commit_mutex; __u64 write_io
nfs_mds_commit_info: struct list_head list
nfs_page: unsigned int wb_bytes; struct nfs_page *wb_head; pgoff_t wb_index; struct kref wb_kref; struct list_head wb_list; unsigned short wb_nio; unsigned int wb_offset; struct nfs_page *wb_this_page; struct nfs_write_verifier wb_verf
nfs_pageio_descriptor: struct nfs_direct_req *pg_dreq; int pg_error
nfs_pgio_header: struct nfs_pgio_args args; struct nfs_direct_req *dreq; unsigned long flags; unsigned int good_bytes; loff_t io_start; struct list_head pages; void (*release)(struct nfs_pgio_header *); struct nfs_writeverf verf
nfs_server: unsigned int rsize; unsigned int wsize
nsproxy: struct net *net_ns
otp_info: __u32 length; __u32 start
p9_client: void *trans
p9_fcall: u8 *sdata; u32 size
p9_req_t: struct p9_fcall rc; int status; struct p9_fcall tc
page_frag: __u32 offset; struct page *page; __u32 size
page_frag_cache: bool pfmemalloc
pipe_inode_info: unsigned int files; struct wait_queue_head rd_wait; struct wait_queue_head wr_wait
privcmd_dm_op: domid_t dom; __u16 num
privcmd_dm_op_buf: size_t size; void *uptr
privcmd_hypercall: __u64 arg[5]
privcmd_ioeventfd: __u64 addr; __u32 addr_len; domid_t dom; __u32 event_fd; __u32 flags; __u64 ioreq; __u32 vcpus
privcmd_irqfd: domid_t dom; __u32 fd; __u32 flags; __u32 size
privcmd_mmap: domid_t dom; int num
privcmd_mmap_entry: __u64 npages; __u64 va
privcmd_mmap_resource: __u64 addr; domid_t dom; __u64 num
privcmd_mmapbatch_v2: __u64 addr; xen_pfn_t *arr; domid_t dom; int *err; unsigned int num
proto_ops: struct module *owner; int (*read_skb)(struct sock *, int (*)(struct sock *, struct sk_buff *)); int (*sendmsg_locked)(struct sock *, struct msghdr *, size_t)
psc_entry: u16 cur_page; u64 gfn; u8 operation; u8 pagesize
psc_hdr: u16 cur_entry
ptrace_peeksiginfo_args: __u32 flags; __s32 nr; __u64 off
ptrace_syscall_info: struct { __u64 nr; __u64 args[6]; } entry; struct { __s64 rval; __u8 is_error; } exit; __u8 op
qaic_manage_msg: __u32 count; __u32 len
qaic_manage_trans_activate_from_dev: __u32 dbc_id; struct qaic_manage_trans_hdr hdr; __u32 status
qaic_manage_trans_activate_to_dev: __u32 queue_size
qaic_manage_trans_deactivate: __u32 dbc_id
qaic_manage_trans_dma_xfer: __u64 addr; __u64 size
qaic_manage_trans_hdr: __u32 len; __u32 type
qaic_manage_trans_passthrough: __u8 data[]; struct qaic_manage_trans_hdr hdr
qaic_manage_trans_status_from_dev: struct qaic_manage_trans_hdr hdr; __u16 major; __u16 minor; __u32 status; __u64 status_flags
qaic_manage_trans_status_to_dev: struct qaic_manage_trans_hdr hdr
qstr: u32 len; unsigned char *name
queue_limits: u32 features
range: u64 end; u64 start
rds_atomic_args: u64 cookie; struct { __u64 compare; __u64 swap; } cswp; __u64 flags; __u64 local_addr; struct { __u64 compare; __u64 swap; __u64 compare_mask; __u64 swap_mask; } m_cswp; struct { __u64 add; __u64 nocarry_mask; } m_fadd
rds_free_mr_args: u64 cookie
rds_get_mr_args: __u64 cookie_addr; __u64 flags; struct rds_iovec vec
rds_iovec: __u64 addr; __u64 bytes
rds_rdma_args: u64 cookie; __u64 flags; __u64 nr_local; struct rds_iovec remote_vec
rds_zcopy_cookies: __u32 num
readahead_control: struct file *file; struct address_space *mapping
request: struct blk_mq_hw_ctx *mq_hctx
request_queue: unsigned int rq_timeout
restart_block: struct { u32 *uaddr; u32 val; u32 flags; u32 bitset; u64 time; } futex
return_instance: bool chained; unsigned long func; struct return_instance *next; unsigned long orig_ret_vaddr; struct uprobe *uprobe
rio_async_tx_wait: __u32 timeout
rio_dev: u32 comp_tag; u16 destid; struct device dev; u32 dst_ops; u8 hopcount; struct rio_net *net; u32 pef
rio_dma_data: u32 wr_type
rio_doorbell: __u16 payload; __u16 rioid
rio_doorbell_filter: __u16 high; __u16 low; __u16 rioid
rio_event: __u32 header; struct { struct rio_doorbell doorbell; struct rio_portwrite portwrite; } u
rio_mmap: __u64 handle; __u64 length; __u64 rio_addr; __u16 rioid
rio_mport: struct device dev; int host_deviceid; unsigned char id; unsigned char index; unsigned char name[40]; struct rio_net *net; struct rio_ops *ops
rio_mport_maint_io: __u64 buffer; __u8 hopcount; __u32 length; __u32 offset; __u16 rioid
rio_mport_properties: __u16 hdid; __u32 transfer_mode
rio_net: struct device dev; unsigned char id
rio_pw_filter: __u32 high; __u32 low; __u32 mask
union rio_pw_msg: struct { u32 comptag; } em
rio_rdev_info: __u32 comptag; __u16 destid; __u8 hopcount; char name[21]
rio_transaction: __u64 block; __u32 count; __u32 transfer_mode
rio_transfer_io: __u64 handle; __u64 length; __u64 loc_addr; __u64 offset; __u64 rio_addr
rlimit: __kernel_ulong_t rlim_cur
rt_mutex_base: struct raw_spinlock wait_lock
scsi_cmnd: unsigned short cmd_len; unsigned char cmnd[32]; int result
scsi_device: struct request_queue *request_queue; char scsi_level; struct device sdev_gendev; u8 was_reset
scsi_driver: struct device_driver gendrv
scsi_sense_hdr: u8 asc; u8 sense_key
se_cmd: unsigned int map_tag; u32 residual_count; u16 scsi_sense_length; u8 scsi_status
se_lun: u64 unpacked_lun
se_node_acl: char initiatorname[224]
se_portal_group: struct config_group tpg_group
se_session: struct se_node_acl *se_node_acl
sec_path: int len; struct xfrm_state *xvec[6]
seq_file: void *private
sev_data_attestation_report: u32 len
sev_data_guest_status: u32 handle
sev_data_launch_measure: u32 len
sev_data_launch_start: u32 handle
sev_data_receive_start: u32 handle
sev_data_receive_update_data: u64 guest_address
sev_data_send_start: u32 handle; u32 session_len
sev_data_send_update_data: u64 guest_address; u32 handle; u32 hdr_len; u32 trans_len
sev_data_snp_addr: u64 address
sev_data_snp_launch_update: u64 address; u64 gctx_paddr; u8 page_type
sev_es_save_area: u8 fpreg_x87[80]; u8 fpreg_ymm[256]; u32 pkru; u64 xcr0; u64 xss
sev_platform_init_args: bool probe
sgx_enclave_add_pages: __u64 length; __u64 offset; __u64 src
sgx_enclave_modify_types: __u64 count; __u64 length; __u64 offset; __u64 page_type; __u64 result
sgx_enclave_remove_pages: __u64 count; __u64 length; __u64 offset
sgx_enclave_restrict_permissions: __u64 count; __u64 length; __u64 offset; __u64 permissions; __u64 result
sgx_pageinfo: u64 addr; u64 contents; u64 metadata; u64 secs
sgx_secinfo: u64 flags; u8 reserved[56]
sgx_secs: u64 attributes; u64 size
sgx_sigstruct: struct sgx_sigstruct_body body; struct sgx_sigstruct_header header
sgx_sigstruct_header: u32 vendor
shash_desc: struct crypto_shash *tfm
sighand_struct: struct k_sigaction action[64]; struct refcount_struct count; struct spinlock siglock
signal_struct: struct mutex cred_guard_mutex; struct rw_semaphore exec_update_lock; unsigned int flags; struct task_struct *group_exec_task; int notify_count; struct rlimit rlim[16]
siw_sge: __u32 lkey
sk_buff: __u8 active_extensions; u16 alloc_cpu; u8 cloned; __wsum csum; u8 csum_complete_sw; __u16 csum_offset; __u16 csum_start; u8 csum_valid; u8 decrypted; void (*destructor)(struct sk_buff *); u8 encapsulation; struct skb_ext *extensions; u8 fclone; u8 head_frag; __u16 inner_mac_header; __u16 inner_network_header; __be16 inner_protocol; __u16 inner_transport_header; __u16 mac_header; __u32 mark; __u16 network_header; u8 nohdr; u8 peeked; u8 pfmemalloc; u8 pkt_type; u8 pp_recycle; __u16 queue_mapping; u8 remcsum_offload; int skb_iif; u8 slow_gro; __u16 transport_header; ktime_t tstamp; u8 unreadable; __be16 vlan_proto
sk_buff_fclones: struct refcount_struct fclone_ref
sk_buff_head: struct spinlock lock; struct sk_buff *prev
sk_msg: u32 apply_bytes; u32 cork_bytes; struct sk_msg_sg sg; struct sock *sk; struct sock *sk_redir; struct sk_buff *skb
sk_msg_sg: unsigned long copy[]; u32 copybreak; u32 curr; struct scatterlist data[19]; u32 end; u32 size; u32 start
sk_psock: u32 eval; struct spinlock ingress_lock; struct list_head ingress_msg; struct sk_buff_head ingress_skb; struct list_head link; struct spinlock link_lock; struct sk_psock_progs progs; bool redir_ingress; struct rcu_work rwork; void (*saved_data_ready)(struct sock *); void (*saved_write_space)(struct sock *); struct sock *sk; struct sock *sk_pair; struct sock *sk_redir; struct strparser strp; struct delayed_work work; struct mutex work_mutex
sk_psock_link: struct list_head list
sk_psock_progs: struct bpf_prog *skb_verdict; struct bpf_prog *stream_parser; struct bpf_prog *stream_verdict
sk_psock_work_state: u32 len; u32 off
skb_checksum_ops: __wsum (*combine)(__wsum, __wsum, int, int); __wsum (*update)(void *, int, __wsum)
skb_ext: u8 chunks; u8 offset[5]; struct refcount_struct refcnt
skb_seq_state: struct sk_buff *cur_skb; __u8 *frag_data; __u32 frag_idx; __u32 frag_off; __u32 lower_offset; struct sk_buff *root_skb; __u32 stepped_offset; __u32 upper_offset
skb_shared_info: struct atomic_t dataref; unsigned short gso_segs; unsigned short gso_size; unsigned int gso_type; u32 tskey; __u8 tx_flags
sock: gfp_t sk_allocation; struct rwlock_t sk_callback_lock; void (*sk_data_ready)(struct sock *); void (*sk_destruct)(struct sock *); struct sk_buff_head sk_error_queue; int sk_rcvbuf; struct sk_buff_head sk_receive_queue; u8 sk_shutdown; u32 sk_tsflags; u16 sk_type; struct sk_buff *(*sk_validate_xmit_skb)(struct sock *, struct net_device *, struct sk_buff *); struct socket_wq *sk_wq; void (*sk_write_space)(struct sock *); struct atomic_t sk_zckey
sock_extended_err: __u32 ee_data; __u32 ee_errno; __u32 ee_info; __u8 ee_origin
sock_exterr_skb: struct sock_extended_err ee
sockaddr_alg_new: __u32 salg_feat; __u32 salg_mask; __u8 salg_name[]; __u8 salg_type[14]
sockaddr_in: struct in_addr sin_addr; __be16 sin_port
sockaddr_in6: struct in6_addr sin6_addr; __be16 sin6_port
socket: u32 state
socket_wq: struct wait_queue_head wait
softnet_data: int defer_count; struct sk_buff *defer_list; struct spinlock defer_lock
splice_desc: unsigned int flags; unsigned int len; bool need_wakeup; size_t num_spliced; loff_t *opos; loff_t pos; void (*splice_eof)(struct splice_desc *); size_t total_len; struct { struct file *file; void *data; } u
static_key: struct atomic_t enabled
strp_msg: int full_len; int offset
super_block: struct workqueue_struct *s_dio_done_wq; unsigned long s_iflags
sysinfo: __u32 mem_unit
task_struct: struct backing_dev_info *backing_dev_info; struct sigset_t blocked; struct compat_robust_list_head *compat_robust_list; int exit_code; int exit_signal; struct address_space *faults_disabled_mapping; struct mutex futex_exit_mutex; unsigned int futex_state; u8 in_execve; unsigned long jobctl; struct kernel_siginfo *last_siginfo; int nr_cpus_allowed; struct raw_spinlock pi_lock; struct list_head pi_state_list; unsigned int ptrace; struct list_head ptrace_entry; unsigned long ptrace_message; struct list_head ptraced; struct cred *ptracer_cred; struct sigset_t real_blocked; struct robust_list_head *robust_list; struct rseq *rseq; u64 self_exec_id; struct list_head sibling; struct sighand_struct *sighand; struct pipe_inode_info *splice_pipe; u64 start_boottime; u64 start_time; struct list_head tasks; struct thread_struct thread; struct user_event_mm *user_event_mm; struct uprobe_task *utask
tcp_sock: u32 write_seq
tee_context: struct tee_device *teedev
tee_desc: struct tee_driver_ops *ops
tee_device: struct tee_desc *desc; struct idr idr; struct mutex mutex; struct tee_shm_pool *pool
tee_driver_ops: int (*shm_register)(struct tee_context *, struct tee_shm *, struct page **, size_t, unsigned long); int (*shm_unregister)(struct tee_context *, struct tee_shm *)
tee_shm: struct tee_context *ctx; u32 flags; int id; void *kaddr; size_t num_pages; unsigned int offset; phys_addr_t paddr; struct page **pages; struct refcount_struct refcount; size_t size
tee_shm_pool: struct tee_shm_pool_ops *ops
thread_shstk: u64 base; u64 size
thread_struct: unsigned long features; unsigned long features_locked; struct thread_shstk shstk
timespec64: long tv_nsec; time64_t tv_sec
tls12_crypto_info_aria_gcm_256: unsigned char iv[8]; unsigned char key[32]; unsigned char rec_seq[8]; unsigned char salt[4]
tls_context: union tls_crypto_context crypto_recv; union tls_crypto_context crypto_send; unsigned long flags; struct list_head list; struct net_device *netdev; bool pending_open_record_frags; void *priv_ctx_rx; void *priv_ctx_tx; struct tls_prot_info prot_info; int (*push_pending_record)(struct sock *, int); struct refcount_struct refcount; struct cipher_context rx; u8 rx_conf; void (*sk_destruct)(struct sock *); struct cipher_context tx; u8 tx_conf; struct mutex tx_lock
union tls_crypto_context: struct tls_crypto_info info
tls_crypto_info: __u16 cipher_type; __u16 version
tls_msg: u8 control
tls_offload_context_rx: struct tls_offload_resync_async *resync_async; struct { u32 decrypted_failed; u32 decrypted_tgt; } resync_nh; u8 resync_nh_do_now; u8 resync_nh_reset; struct atomic64_t resync_req; u32 resync_type
tls_offload_context_tx: struct crypto_aead *aead_send; struct tls_context *ctx; struct work_struct destruct_work; u64 hint_record_sn; struct spinlock lock; struct tls_record_info *open_record; struct list_head records_list; struct tls_record_info *retransmit_hint; struct scatterlist sg_tx_data[17]; u64 unacked_record_sn
tls_offload_resync_async: u32 log[13]; u16 loglen; u16 rcd_delta; struct atomic64_t req
tls_prot_info: u16 aad_size; u16 cipher_type; u16 iv_size; u16 overhead_size; u16 prepend_size; u16 rec_seq_size; u16 salt_size; u16 tag_size; u16 tail_size; u16 version
tls_record_info: u32 end_seq; struct skb_frag frags[17]; int len; struct list_head list; int num_frags
tls_strparser: struct sock *sk; struct strp_msg stm
tls_sw_context_rx: struct crypto_aead *aead_recv; u8 async_capable; struct sk_buff_head async_hold; struct crypto_wait async_wait; struct atomic_t decrypt_pending; u8 reader_contended; u8 reader_present; struct sk_buff_head rx_list; void (*saved_data_ready)(struct sock *); struct tls_strparser strp; struct wait_queue_head wq; u8 zc_capable
tls_sw_context_tx: struct crypto_aead *aead_send; u8 async_capable; struct crypto_wait async_wait; struct atomic_t encrypt_pending; struct tls_rec *open_rec; unsigned long tx_bitmask; struct list_head tx_list; struct tx_work tx_work
tlsdev_ops: int (*tls_dev_add)(struct net_device *, struct sock *, u32, struct tls_crypto_info *, u32); void (*tls_dev_del)(struct net_device *, struct tls_context *, u32); int (*tls_dev_resync)(struct net_device *, struct sock *, u32, u8 *, u32)
trace_event_call: struct trace_event_class *class; void *data; struct trace_event event; char *name; char *print_fmt; struct tracepoint *tp
trace_event_class: void *perf_probe; void *probe; char *system
tracepoint: struct tracepoint_func *funcs; struct static_key key; char *name
tracepoint_func: void *func
ttm_buffer_object: struct drm_gem_object base; struct ttm_device *bdev; unsigned int pin_count; struct ttm_resource *resource; struct sg_table *sg; struct ttm_tt *ttm; u32 type
ttm_bus_placement: void *addr; u32 caching; bool is_iomem; phys_addr_t offset
ttm_device: struct address_space *dev_mapping; struct ttm_pool pool
ttm_operation_ctx: uint64_t bytes_moved
ttm_place: uint32_t flags; unsigned int fpfn; unsigned int lpfn; uint32_t mem_type
ttm_placement: struct ttm_place *busy_placement; unsigned int num_busy_placement; unsigned int num_placement; struct ttm_place *placement
ttm_resource: struct ttm_bus_placement bus; uint32_t mem_type; unsigned long num_pages; uint32_t placement; size_t size; unsigned long start
ttm_resource_manager: struct dma_fence *move; uint64_t size
ttm_tt: u32 caching; dma_addr_t *dma_address; uint32_t num_pages; uint32_t page_flags; struct page **pages; struct sg_table *sg
ttm_validate_buffer: struct ttm_buffer_object *bo; struct list_head head; unsigned int num_shared
tx_work: struct sock *sk; struct delayed_work work
ublk_param_basic: __u32 attrs; __u64 dev_sectors
ublk_param_devt: __u32 disk_major; __u32 disk_minor
ublk_param_discard: __u32 discard_granularity; __u32 max_discard_sectors; __u16 max_discard_segments
ublk_param_zoned: __u32 max_active_zones; __u32 max_open_zones; __u32 max_zone_append_sectors
ublk_params: struct ublk_param_basic basic; struct ublk_param_devt devt; struct ublk_param_discard discard; __u32 types; struct ublk_param_zoned zoned
ublksrv_ctrl_cmd: __u64 addr; __u64 data[1]; __u32 dev_id; __u16 dev_path_len; __u16 len; __u16 queue_id
ublksrv_ctrl_dev_info: __u32 dev_id; __u64 flags; __u32 max_io_buf_bytes; __u16 nr_hw_queues; __u32 owner_gid; __u32 owner_uid; __u16 queue_depth; __u16 state; __s32 ublksrv_pid
ublksrv_io_cmd: __u64 addr; __u16 q_id; __s32 result; __u16 tag
ublksrv_io_desc: __u64 addr; __u32 nr_sectors; __u32 op_flags; __u64 start_sector
ubuf_info: struct ubuf_info_ops *ops; struct refcount_struct refcnt
ubuf_info_msgzc: u32 bytelen; u32 id; u16 len; struct mmpin mmp; struct ubuf_info ubuf; u8 zerocopy
ubuf_info_ops: int (*link_skb)(struct sk_buff *, struct ubuf_info *)
uffd_msg: struct { struct { __u64 flags; __u64 address; struct { __u32 ptid; } feat; } pagefault; struct { __u32 ufd; } fork; struct { __u64 from; __u64 to; __u64 len; } remap; struct { __u64 start; __u64 end; } remove; struct { __u64 reserved1; } reserved; } arg; __u8 event
uffdio_api: __u64 features
uffdio_continue: __u64 mode; struct uffdio_range range
uffdio_copy: __u64 dst; __u64 len; __u64 mode; __u64 src
uffdio_range: __u64 len; __u64 start
uffdio_register: __u64 mode; struct uffdio_range range
uffdio_writeprotect: __u64 mode; struct uffdio_range range
uffdio_zeropage: __u64 mode; struct uffdio_range range
uprobe_consumer: struct list_head cons_node; bool (*filter)(struct uprobe_consumer *, struct mm_struct *); int (*handler)(struct uprobe_consumer *, struct pt_regs *); struct uprobe_consumer *next; int (*ret_handler)(struct uprobe_consumer *, unsigned long, struct pt_regs *)
uprobe_task: struct uprobe *active_uprobe; struct arch_uprobe *auprobe; unsigned int depth; unsigned long dup_xol_addr; struct callback_head dup_xol_work; struct return_instance *return_instances; u32 state; unsigned long vaddr; unsigned long xol_vaddr
uprobes_state: struct xol_area *xol_area
user_event_mm: struct list_head enablers; struct mm_struct *mm; struct list_head mms_link; struct user_event_mm *next; struct rcu_work put_rwork; struct refcount_struct refcnt; struct refcount_struct tasks
user_reg: __u64 enable_addr; __u8 enable_bit; __u8 enable_size; __u16 flags; __u32 size
user_regset: unsigned int size
user_regset_view: struct user_regset *regsets
user_unreg: __u64 disable_addr; __u8 disable_bit
v4l2_rect: __u32 height; __s32 left; __s32 top; __u32 width
vdpa_callback: irqreturn_t (*callback)(void *); void *private; struct eventfd_ctx *trigger
vdpa_config_ops: int (*bind_mm)(struct vdpa_device *, struct mm_struct *); int (*dma_map)(struct vdpa_device *, unsigned int, u64, u64, u64, u32, void *); u64 (*get_backend_features)(struct vdpa_device *); size_t (*get_config_size)(struct vdpa_device *); u32 (*get_device_id)(struct vdpa_device *); struct vdpa_iova_range (*get_iova_range)(struct vdpa_device *); u8 (*get_status)(struct vdpa_device *); u32 (*get_vq_desc_group)(struct vdpa_device *, u16); u32 (*get_vq_group)(struct vdpa_device *, u16); int (*get_vq_irq)(struct vdpa_device *, u16); struct vdpa_notification_area (*get_vq_notification)(struct vdpa_device *, u16); u16 (*get_vq_num_max)(struct vdpa_device *); u16 (*get_vq_size)(struct vdpa_device *, u16); int (*reset_map)(struct vdpa_device *, unsigned int); int (*resume)(struct vdpa_device *); int (*set_group_asid)(struct vdpa_device *, unsigned int, unsigned int); int (*set_map)(struct vdpa_device *, unsigned int, struct vhost_iotlb *); int (*suspend)(struct vdpa_device *); void (*unbind_mm)(struct vdpa_device *)
vdpa_device: struct vdpa_config_ops *config; struct device dev; unsigned int nas; unsigned int ngroups; u32 nvqs; bool use_va
vdpa_iova_range: u64 first; u64 last
vdpa_map_file: struct file *file; u64 offset
vdpa_notification_area: resource_size_t addr
vdpa_vq_state: struct vdpa_vq_state_packed packed; struct vdpa_vq_state_split split
vdpa_vq_state_packed: u8 last_avail_counter; u16 last_avail_idx; u8 last_used_counter; u16 last_used_idx
vdpa_vq_state_split: u16 avail_index
vduse_dev_config: __u32 config_size; __u32 device_id; __u64 features; char name[256]; __u32 reserved[13]; __u32 vq_align; __u32 vq_num
vduse_dev_request: struct vduse_iova_range iova; __u32 request_id; __u32 type; struct vduse_vq_state vq_state
vduse_dev_response: __u32 reserved[4]; __u32 result; struct vduse_vq_state vq_state
vduse_iotlb_entry: __u64 last; __u8 perm; __u64 start
vduse_iova_info: __u64 capability; __u64 last; __u64 reserved[3]; __u64 start
vduse_iova_umem: __u64 iova; __u64 reserved[3]; __u64 size
vduse_vq_config: __u32 index; __u16 reserved[13]
vduse_vq_eventfd: int fd; __u32 index
vduse_vq_info: __u32 index; struct vduse_vq_state_packed packed
vduse_vq_state: __u32 index; struct vduse_vq_state_packed packed
vduse_vq_state_packed: __u16 last_avail_counter; __u16 last_avail_idx; __u16 last_used_counter; __u16 last_used_idx
vduse_vq_state_split: __u16 avail_index
vfio_bitmap: __u64 *data; __u64 pgsize; __u64 size
vfio_device: struct list_head iommu_entry; struct vfio_device_ops *ops
vfio_device_ops: void (*dma_unmap)(struct vfio_device *, u64, u64)
vfio_eeh_pe_op: __u32 argsz; struct vfio_eeh_pe_err err
vfio_info_cap: struct vfio_info_cap_header *buf; size_t size
vfio_info_cap_header: __u16 id; __u16 version
vfio_iommu_spapr_register_memory: __u32 argsz; __u32 flags; __u64 size; __u64 vaddr
vfio_iommu_spapr_tce_info: __u32 argsz; struct vfio_iommu_spapr_tce_ddw_info ddw; __u32 flags
vfio_iommu_spapr_tce_remove: __u64 start_addr
vfio_iommu_type1_dirty_bitmap: __u32 argsz; __u32 flags
vfio_iommu_type1_dirty_bitmap_get: struct vfio_bitmap bitmap; __u64 iova; __u64 size
vfio_iommu_type1_dma_map: __u32 flags; __u64 iova; __u64 size; __u64 vaddr
vfio_iommu_type1_dma_unmap: __u32 argsz; __u32 flags; __u64 size
vfio_iommu_type1_info: __u32 argsz; __u32 cap_offset; __u32 flags
vfio_iommu_type1_info_cap_iova_range: struct vfio_iova_range iova_ranges[]; __u32 nr_iovas
vfio_iommu_type1_info_cap_migration: struct vfio_info_cap_header header
vfio_iommu_type1_info_dma_avail: struct vfio_info_cap_header header
vhost_iotlb: struct list_head list
vhost_iotlb_map: u64 addr; u64 last; void *opaque; u32 perm; u64 size; u64 start
vhost_iotlb_msg: __u64 iova; __u8 perm; __u64 size; __u8 type; __u64 uaddr
vhost_memory: __u32 nregions; struct vhost_memory_region regions[]
vhost_memory_region: __u64 guest_phys_addr
vhost_msg: struct vhost_iotlb_msg iotlb; int type
vhost_msg_v2: struct vhost_iotlb_msg iotlb
vhost_scsi_target: unsigned short reserved; char vhost_wwpn[224]
vhost_vdpa_config: __u8 buf[]; __u32 len; __u32 off
vhost_vring_addr: __u64 avail_user_addr; __u64 desc_user_addr; unsigned int flags; __u64 log_guest_addr; __u64 used_user_addr
vhost_vring_file: int fd
vhost_vring_state: unsigned int index; unsigned int num
vhost_vring_worker: unsigned int worker_id
vhost_worker_state: unsigned int worker_id
video_device: u32 device_caps
videobuf_buffer: unsigned long baddr; size_t bsize; struct videobuf_mapping *map; u32 memory; void *priv; unsigned long size
videobuf_dma_sg_memory: struct videobuf_dmabuf dma; u32 magic
videobuf_dmabuf: dma_addr_t bus_addr; struct device *dev; int direction; dma_addr_t *dma_addr; u32 magic; unsigned long nr_pages; int offset; struct page **pages; int sglen; struct scatterlist *sglist; size_t size; void *vaddr; struct page **vaddr_pages
videobuf_mapping: unsigned int count; struct videobuf_queue *q
videobuf_queue: struct videobuf_buffer *bufs[32]; struct device *dev
virtio_config_ops: void (*del_vqs)(struct virtio_device *)
virtio_device: struct virtio_config_ops *config; struct device dev; void *priv
virtio_scsi_cmd_req: __u8 cdb[32]; __u8 lun[8]; u64 tag; __u8 task_attr
virtio_scsi_cmd_req_pi: __u8 cdb[32]; __u8 lun[8]; u32 pi_bytesin; u32 pi_bytesout; u64 tag; __u8 task_attr
virtio_scsi_cmd_resp: __u8 response; __u8 status
virtio_scsi_ctrl_an_resp: __u8 response
virtio_scsi_ctrl_tmf_req: __u8 lun[8]
virtio_scsi_ctrl_tmf_resp: __u8 response
virtio_scsi_event: u32 event; __u8 lun[8]
virtqueue: struct virtio_device *vdev
vm_area_struct: struct vm_userfaultfd_ctx vm_userfaultfd_ctx
vm_userfaultfd_ctx: struct userfaultfd_ctx *ctx
vmcb: struct vmcb_control_area control; struct vmcb_save_area save
vmci_datagram: struct vmci_handle dst; u64 payload_size; struct vmci_handle src
vmci_event_data: u32 event
vmci_event_msg: struct vmci_event_data event_data; struct vmci_datagram hdr
vmci_event_payld_qp: struct vmci_handle handle; u32 peer_id
vmci_event_qp: struct vmci_event_msg msg; struct vmci_event_payld_qp payload
vmci_handle: u32 context; u32 resource
vmci_qp_alloc_msg: struct vmci_datagram hdr
vmci_qp_detach_msg: struct vmci_datagram hdr
vring_desc: u64 addr; u16 flags; u32 len
wait_queue_entry: int (*func)(struct wait_queue_entry *, unsigned int, int, void *)
writeback_control: long nr_to_write; u8 range_cyclic; loff_t range_end; loff_t range_start; u32 sync_mode; u8 tagged_writepages
xa_state: struct xarray *xa; unsigned long xa_index
xdp_umem: void *addrs; int id; u32 npgs; struct page **pgs; struct user_struct *user; struct refcount_struct users; struct work_struct work
xdp_umem_reg: __u32 flags; __u32 tx_metadata_len
xen_dm_op_buf: xen_ulong_t size
xen_mem_acquire_resource: uint32_t nr_frames
xregs_state: struct fxregs_state i387
xsdfec_config: __s8 bypass; __u32 code; __s8 code_wr_protect; __u32 din_width; __u32 din_word_include; __u32 dout_width; __u32 dout_word_include; struct xsdfec_irq irq; __u32 order
xsdfec_irq: __s8 enable_ecc_isr; __s8 enable_isr
xsdfec_ldpc_params: __u16 code_id; __u32 la_off; __u32 nlayers; __u32 psize; __u32 qc_off; __u32 sc_off
xsdfec_turbo: __u32 alg; __u8 scale
`;
