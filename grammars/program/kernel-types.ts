/**
 * Names of types that `<linux/…>` declares and that stand in for those headers: x86-64, 64-bit `long`.
 * Data only: names, widths, signs and tags are facts about the kernel's interface.
 */
import type { CType } from "../ir/types.ts";

type Bits = 8 | 16 | 32 | 64;

/** `name bits` per word; the list decides the sign. */
const unsignedIntegers = `
  u8:8 u16:16 u32:32 u64:64 __u8:8 __u16:16 __u32:32 __u64:64 uint8_t:8 uint16_t:16 uint32_t:32 uint64_t:64
  u_int8_t:8 u_int16_t:16 u_int32_t:32 u_int64_t:64 unchar:8 ushort:16 uint:32 ulong:64 u_char:8 u_short:16
  u_int:32 u_long:64 __le16:16 __le32:32 __le64:64 __be16:16 __be32:32 __be64:64 __sum16:16 __wsum:32 size_t:64
  __kernel_size_t:64 __kernel_ulong_t:64 uintptr_t:64 gfp_t:32 fmode_t:32 slab_flags_t:32 dma_addr_t:64
  phys_addr_t:64 resource_size_t:64 sector_t:64 blkcnt_t:64 pgoff_t:64 ino_t:64 umode_t:16 dev_t:32
  __kernel_dev_t:32 nlink_t:32 vm_flags_t:64 vm_fault_t:32 blk_status_t:8 blk_opf_t:32 blk_mode_t:32
  blk_qc_t:32 cycles_t:64 irq_hw_number_t:64 pteval_t:64 pmdval_t:64 pudval_t:64 pgdval_t:64 pgprotval_t:64
  __poll_t:32 sk_buff_data_t:32 rpc_authflavor_t:32 netdev_features_t:64 fgf_t:32 fop_flags_t:32
  isolate_mode_t:32 gpa_t:64 hpa_t:64 hva_t:64 gfn_t:64 kvm_pfn_t:64 hfn_t:64 gva_t:64 sense_reason_t:32
  xen_pfn_t:64 xen_ulong_t:64 grant_ref_t:32 grant_handle_t:32 domid_t:16 evtchn_port_t:32 drm_magic_t:32
  drm_handle_t:32 drm_context_t:32 depot_stack_handle_t:32 acpi_status:32 acpi_size:64 acpi_physical_address:64
  u_quad_t:64 mode_t:32 __kernel_mode_t:32 mpi_limb_t:64 upf_t:64 phandle:32 ihandle:32 iov_iter_extraction_t:32 rds_rdma_cookie_t:64 uprobe_opcode_t:8 irqreturn_t:32 pci_channel_state_t:32
`;

const signedIntegers = `
  rmap_t:32 qsize_t:64 s8:8 s16:16 s32:32 s64:64 __s8:8 __s16:16 __s32:32 __s64:64 int8_t:8 int16_t:16
  int32_t:32 int64_t:64 ssize_t:64 __kernel_ssize_t:64 __kernel_long_t:64 ptrdiff_t:64 intptr_t:64 loff_t:64
  __kernel_loff_t:64 off_t:64 __kernel_off_t:64 pid_t:32 __kernel_pid_t:32 time_t:64 time64_t:64
  __kernel_time_t:64 __kernel_time64_t:64 ktime_t:64 clock_t:64 suseconds_t:64 clockid_t:32 timer_t:32 key_t:32
  dma_cookie_t:32 daddr_t:32 key_serial_t:32 old_time32_t:32 compat_long_t:32 compat_int_t:32
  compat_ssize_t:32 compat_off_t:32 compat_pid_t:32 compat_time_t:32 compat_s64:64 compat_loff_t:64 netdev_tx_t:32
  pci_power_t:32 __kernel_key_t:32 __kernel_clockid_t:32 mqd_t:32
`;

const compatUnsigned = `
  compat_ulong_t:32 compat_uint_t:32 compat_size_t:32 compat_uptr_t:32 compat_caddr_t:32 compat_u64:64
  compat_ushort_t:16 compat_mode_t:16 compat_uid_t:32 compat_dev_t:16 compat_ino_t:32
`;

/** Typedefs of records whose tag differs, `typedef:tag`; without a tag the typedef's own name is the tag. */
const records = `
  atomic_t atomic64_t atomic_long_t refcount_t:refcount_struct spinlock_t:spinlock raw_spinlock_t:raw_spinlock
  rwlock_t seqlock_t seqcount_t:seqcount wait_queue_head_t:wait_queue_head wait_queue_entry_t:wait_queue_entry
  wait_queue_t:wait_queue_entry local_lock_t local_t mempool_t:mempool_s swp_entry_t pte_t pmd_t pud_t p4d_t
  pgd_t pgprot_t:pgprot cpumask_t:cpumask nodemask_t kuid_t kgid_t kprojid_t uuid_t guid_t sigset_t
  siginfo_t:kernel_siginfo kernel_siginfo_t:kernel_siginfo fd_set read_descriptor_t skb_frag_t:skb_frag
  mm_segment_t kernel_cap_t handle_t:jbd2_journal_handle journal_t:journal_s possible_net_t
  arch_spinlock_t:qspinlock pm_message_t call_single_data_t:__call_single_data __kernel_fd_set
  fsid_t:__kernel_fsid_t __kernel_fsid_t
`;

/** Typedefs of pointers: `typedef:tag` of the record pointed to, "-" for void. */
const pointers = `
  fl_owner_t:- pgtable_t:page cpumask_var_t:cpumask acpi_handle:-
`;

const table = new Map<string, CType>([
  ["bool", { kind: "bool" }],
  ["va_list", { kind: "unknown", name: "va_list" }],
]);

function integers(text: string, signed: boolean): void {
  for (const [, name = "", bits = ""] of text.matchAll(/(\w+):(\d+)/g))
    table.set(name, { kind: "integer", bits: Number(bits) as Bits, signed, name });
}
integers(unsignedIntegers, false);
integers(compatUnsigned, false);
integers(signedIntegers, true);
for (const [, name = "", tag] of records.matchAll(/(\w+)(?::(\w+))?/g))
  table.set(name, { kind: "record", tag: tag ?? name, union: false });
for (const [, name = "", tag = "-"] of pointers.matchAll(/(\w+):([\w-]+)/g))
  table.set(name, {
    kind: "pointer",
    to: tag === "-" ? { kind: "void" } : { kind: "record", tag, union: false },
  });

/** Type of a kernel typedef by name. */
export function builtInTypedef(name: string): CType | undefined {
  return table.get(name);
}
