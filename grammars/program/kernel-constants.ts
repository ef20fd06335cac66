/**
 * Integer constants, enumerations and cleanups of the kernel's headers that stand in for `<linux/…>`. Data only.
 * Symbols whose value depends on version or configuration (`FOLL_*`, `GFP_*`) are not here; pages
 * have 4 KiB, as in the IR.
 */
import type { CType } from "../ir/types.ts";
import type { Cleanup } from "./cleanups.ts";

/** `name=value` per word. */
const constantText = `
  EPERM=1 ENOENT=2 ESRCH=3 EINTR=4 EIO=5 ENXIO=6 E2BIG=7 ENOEXEC=8 EBADF=9 ECHILD=10 EAGAIN=11 EWOULDBLOCK=11
  ENOMEM=12 EACCES=13 EFAULT=14 ENOTBLK=15 EBUSY=16 EEXIST=17 EXDEV=18 ENODEV=19 ENOTDIR=20 EISDIR=21 EINVAL=22
  ENFILE=23 EMFILE=24 ENOTTY=25 ETXTBSY=26 EFBIG=27 ENOSPC=28 ESPIPE=29 EROFS=30 EMLINK=31 EPIPE=32 EDOM=33
  ERANGE=34 EDEADLK=35 EDEADLOCK=35 ENAMETOOLONG=36 ENOLCK=37 ENOSYS=38 ENOTEMPTY=39 ELOOP=40 ENOMSG=42 EIDRM=43
  ECHRNG=44 EL2NSYNC=45 EL3HLT=46 EL3RST=47 ELNRNG=48 EUNATCH=49 ENOCSI=50 EL2HLT=51 EBADE=52 EBADR=53 EXFULL=54
  ENOANO=55 EBADRQC=56 EBADSLT=57 EBFONT=59 ENOSTR=60 ENODATA=61 ETIME=62 ENOSR=63 ENONET=64 ENOPKG=65 EREMOTE=66
  ENOLINK=67 EADV=68 ESRMNT=69 ECOMM=70 EPROTO=71 EMULTIHOP=72 EDOTDOT=73 EBADMSG=74 EOVERFLOW=75 ENOTUNIQ=76
  EBADFD=77 EREMCHG=78 ELIBACC=79 ELIBBAD=80 ELIBSCN=81 ELIBMAX=82 ELIBEXEC=83 EILSEQ=84 ERESTART=85 ESTRPIPE=86
  EUSERS=87 ENOTSOCK=88 EDESTADDRREQ=89 EMSGSIZE=90 EPROTOTYPE=91 ENOPROTOOPT=92 EPROTONOSUPPORT=93
  ESOCKTNOSUPPORT=94 EOPNOTSUPP=95 EPFNOSUPPORT=96 EAFNOSUPPORT=97 EADDRINUSE=98 EADDRNOTAVAIL=99 ENETDOWN=100
  ENETUNREACH=101 ENETRESET=102 ECONNABORTED=103 ECONNRESET=104 ENOBUFS=105 EISCONN=106 ENOTCONN=107 ESHUTDOWN=108
  ETOOMANYREFS=109 ETIMEDOUT=110 ECONNREFUSED=111 EHOSTDOWN=112 EHOSTUNREACH=113 EALREADY=114 EINPROGRESS=115
  ESTALE=116 EUCLEAN=117 ENOTNAM=118 ENAVAIL=119 EISNAM=120 EREMOTEIO=121 EDQUOT=122 ENOMEDIUM=123 EMEDIUMTYPE=124
  ECANCELED=125 ENOKEY=126 EKEYEXPIRED=127 EKEYREVOKED=128 EKEYREJECTED=129 EOWNERDEAD=130 ENOTRECOVERABLE=131
  ERFKILL=132 EHWPOISON=133
  ERESTARTSYS=512 ERESTARTNOINTR=513 ERESTARTNOHAND=514 ENOIOCTLCMD=515 ERESTART_RESTARTBLOCK=516 EPROBE_DEFER=517
  EOPENSTALE=518 ENOPARAM=519 EBADHANDLE=521 ENOTSYNC=522 EBADCOOKIE=523 ENOTSUPP=524 ETOOSMALL=525 ESERVERFAULT=526
  EBADTYPE=527 EJUKEBOX=528 EIOCBQUEUED=529 ERECALLCONFLICT=530 ENOGRACE=531
  DMA_BIDIRECTIONAL=0 DMA_TO_DEVICE=1 DMA_FROM_DEVICE=2 DMA_NONE=3
  READ=0 WRITE=1 ITER_SOURCE=1 ITER_DEST=0 MAX_ERRNO=4095 BITS_PER_BYTE=8 BITS_PER_LONG=64
  INT_MAX=2147483647 INT_MIN=-2147483648 S32_MAX=2147483647 S32_MIN=-2147483648 SHRT_MAX=32767 USHRT_MAX=65535
  LONG_MAX=9223372036854775807 ULONG_MAX=18446744073709551615 PAGE_SIZE=4096 PAGE_SHIFT=12
  U8_MAX=255 U16_MAX=65535 S8_MAX=127 S16_MAX=32767
  VM_READ=1 VM_WRITE=2 VM_EXEC=4 VM_SHARED=8 PROT_READ=1 PROT_WRITE=2 PROT_EXEC=4 O_RDONLY=0 O_WRONLY=1 O_RDWR=2
  SEEK_SET=0 SEEK_CUR=1 SEEK_END=2 IRQ_NONE=0 IRQ_HANDLED=1
  IRQ_WAKE_THREAD=2 NUMA_NO_NODE=-1 false=0 true=1
`;

const constants = new Map<string, bigint>();
for (const [, name = "", value = "0"] of constantText.matchAll(/(\w+)=(-?\d+)/g))
  constants.set(name, BigInt(value));

/** Value of a kernel constant by name. */
export function builtInConstant(name: string): bigint | undefined {
  return constants.get(name);
}

/** Enumerations whose values are all 0 or more, so that gcc makes them `unsigned int`. */
const unsignedEnumerations = new Set(
  (
    "dma_data_direction iter_type req_op req_opf hrtimer_mode pid_type kobject_action dma_transfer_direction " +
    "dma_transaction_type dma_status pageflags zone_type rw_hint mapping_flags migratetype pg_level page_cache_mode"
  ).split(" "),
);

/** Type of a kernel enumeration by tag. */
export function builtInEnumeration(tag: string): CType | undefined {
  if (unsignedEnumerations.has(tag)) return { kind: "integer", bits: 32, signed: false, name: `enum ${tag}` };
  // Has negative enumerators.
  if (tag === "migrate_mode") return { kind: "integer", bits: 32, signed: false, name: "enum migrate_mode" };
  return undefined;
}

/** Variables, name → type. Macros that read like one (`current`, `PAGE_SIZE`) are no variables and not here. */
const globals: ReadonlyMap<string, string> = new Map(
  Object.entries({
    jiffies: "unsigned long",
    init_mm: "struct mm_struct",
    init_task: "struct task_struct",
    system_wq: "struct workqueue_struct *",
    system_unbound_wq: "struct workqueue_struct *",
    system_highpri_wq: "struct workqueue_struct *",
    fs_bio_set: "struct bio_set",
    platform_bus_type: "struct bus_type",
    max_pfn: "unsigned long",
    high_memory: "void *",
    mem_map: "struct page *",
    nr_cpu_ids: "unsigned int",
  }),
);

/** Type text of a kernel variable. */
export function builtInGlobalText(name: string): string | undefined {
  return globals.get(name);
}

/** Cleanup name → kind, release, acquire. */
const cleanups: ReadonlyMap<string, Cleanup> = new Map(
  Object.entries({
    kfree: { kind: "free", release: "kfree" },
    kvfree: { kind: "free", release: "kvfree" },
    kfree_sensitive: { kind: "free", release: "kfree_sensitive" },
    bitmap: { kind: "free", release: "bitmap_free" },
    free_page: { kind: "free", release: "free_page" },
    free_cpumask_var: { kind: "free", release: "free_cpumask_var" },
    fput: { kind: "free", release: "fput" },
    put_device: { kind: "free", release: "put_device" },
    device_node: { kind: "free", release: "of_node_put" },
    fwnode_handle: { kind: "free", release: "fwnode_handle_put" },
    pci_dev_put: { kind: "free", release: "pci_dev_put" },
    put_task: { kind: "free", release: "put_task_struct" },
    path_put: { kind: "free", release: "path_put" },
    mutex: { kind: "guard", release: "mutex_unlock", acquire: "mutex_lock" },
    mutex_try: { kind: "guard", release: "mutex_unlock", acquire: "mutex_trylock" },
    mutex_intr: { kind: "guard", release: "mutex_unlock", acquire: "mutex_lock_interruptible" },
    rwsem_read: { kind: "guard", release: "up_read", acquire: "down_read" },
    rwsem_write: { kind: "guard", release: "up_write", acquire: "down_write" },
    rwsem_read_try: { kind: "guard", release: "up_read", acquire: "down_read_trylock" },
    rwsem_write_try: { kind: "guard", release: "up_write", acquire: "down_write_trylock" },
    spinlock: { kind: "guard", release: "spin_unlock", acquire: "spin_lock" },
    spinlock_bh: { kind: "guard", release: "spin_unlock_bh", acquire: "spin_lock_bh" },
    spinlock_irq: { kind: "guard", release: "spin_unlock_irq", acquire: "spin_lock_irq" },
    spinlock_irqsave: { kind: "guard", release: "spin_unlock_irqrestore", acquire: "spin_lock_irqsave" },
    raw_spinlock: { kind: "guard", release: "raw_spin_unlock", acquire: "raw_spin_lock" },
    raw_spinlock_irq: { kind: "guard", release: "raw_spin_unlock_irq", acquire: "raw_spin_lock_irq" },
    raw_spinlock_irqsave: {
      kind: "guard",
      release: "raw_spin_unlock_irqrestore",
      acquire: "raw_spin_lock_irqsave",
    },
    read_lock: { kind: "guard", release: "read_unlock", acquire: "read_lock" },
    write_lock: { kind: "guard", release: "write_unlock", acquire: "write_lock" },
    rcu: { kind: "guard", release: "rcu_read_unlock", acquire: "rcu_read_lock" },
    srcu: { kind: "guard", release: "srcu_read_unlock", acquire: "srcu_read_lock" },
    preempt: { kind: "guard", release: "preempt_enable", acquire: "preempt_disable" },
    irq: { kind: "guard", release: "local_irq_enable", acquire: "local_irq_disable" },
    irqsave: { kind: "guard", release: "local_irq_restore", acquire: "local_irq_save" },
    cpus_read_lock: { kind: "guard", release: "cpus_read_unlock", acquire: "cpus_read_lock" },
    device: { kind: "guard", release: "device_unlock", acquire: "device_lock" },
    fd: { kind: "class", release: "fdput", acquire: "fdget" },
    fd_raw: { kind: "class", release: "fdput", acquire: "fdget_raw" },
    fd_pos: { kind: "class", release: "fdput_pos", acquire: "fdget_pos" },
    get_unused_fd: { kind: "class", release: "put_unused_fd", acquire: "get_unused_fd_flags" },
  } satisfies Record<string, Cleanup>),
);

/** A cleanup class of the kernel's headers. */
export function builtInCleanup(name: string): Cleanup | undefined {
  return cleanups.get(name);
}
