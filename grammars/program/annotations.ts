/**
 * Words that stand in declarations without changing the declared type. Data only.
 */

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/).filter((word) => word !== ""));
}

/** Storage classes, qualifiers and annotations without arguments. */
export const plainAnnotations = words(`
  static extern register inline __inline __inline__ __always_inline auto const volatile restrict __restrict
  __restrict__ __const __const__ __volatile__ _Noreturn _Thread_local __thread __extension__ constexpr
  __user __kernel __iomem __percpu __rcu __force __nocast __private __bitwise __safe __randomize_layout
  __no_randomize_layout __packed __init __exit __initdata __initconst __exitdata __meminit __memexit __devinit
  __devexit __cpuinit __cpuexit __ref __refdata __refconst __net_init __net_exit __head __read_mostly
  __ro_after_init __must_check __maybe_unused __always_unused __unused __used __weak __pure __attribute_const__
  __malloc __deprecated __cold __hot __visible __noreturn __noclone __printf_like __init_or_module
  __cacheline_aligned __cacheline_aligned_in_smp ____cacheline_aligned ____cacheline_aligned_in_smp
  ____cacheline_internodealigned_in_smp __cacheline_internodealigned_in_smp __page_aligned_data __page_aligned_bss
  __lockfunc __sched __kprobes nokprobe_inline __notrace_funcgraph __irq_entry __softirq_entry __nonstring __counted
  __no_kcsan __no_kasan __no_sanitize_address __no_profile __nocfi __noinitretpoline __bpf_kfunc __latent_entropy
  __flatten __compat_layout noinline noinline_for_stack noinline_for_tracing notrace asmlinkage asmregparm fastcall
  linkage __cdecl __stdcall WINAPI STATIC INLINE noinstr __noendbr __ibt_noendbr __no_caller_saved_registers
  randomized_struct_fields_start randomized_struct_fields_end __strub __guarded __bitfield __force_user
  __interrupt __naked __no_stack_protector __strncpy __rte_always_inline
`);

/** Annotations that take an argument list. */
export const callAnnotations = words(`
  __attribute__ __attribute __declspec __aligned __aligned_largest __printf __scanf __section __acquires __releases
  __acquire __must_hold __cond_acquires __cond_releases __acquires_shared __releases_shared __must_hold_shared
  __guarded_by __pt_guarded_by __alloc_size __realloc_size __counted_by __counted_by_le __counted_by_be
  __counted_by_ptr __sized_by __assume_aligned __malloc __diagnose_as __error __warning __compiletime_error
  __compiletime_warning __diagnose_as_builtin __copy __alias __nonnull __cleanup __no_sanitize __target
  __assigned_to _Alignas alignas __mode __free asm __asm__ __asm __compat __percpu_seg __deprecated_for
  INDIRECT_CALLABLE_SCOPE __tlb_flush
`);

/** Words that combine to an arithmetic type. */
export const arithmeticWords = words(`
  void char short int long signed unsigned float double _Bool __signed__ __signed __int128 _Complex __int128_t
  __uint128_t
`);

/** File-scope macros that define a variable: name → type and the argument that is the variable's name. */
export const variableMacros: ReadonlyMap<string, { readonly type: string; readonly name: number }> = new Map(
  Object.entries({
    DEFINE_MUTEX: { type: "struct mutex", name: 0 },
    DEFINE_SPINLOCK: { type: "spinlock_t", name: 0 },
    DEFINE_RAW_SPINLOCK: { type: "raw_spinlock_t", name: 0 },
    DEFINE_RWLOCK: { type: "rwlock_t", name: 0 },
    DECLARE_RWSEM: { type: "struct rw_semaphore", name: 0 },
    DEFINE_SEMAPHORE: { type: "struct semaphore", name: 0 },
    LIST_HEAD: { type: "struct list_head", name: 0 },
    HLIST_HEAD: { type: "struct hlist_head", name: 0 },
    LLIST_HEAD: { type: "struct llist_head", name: 0 },
    DEFINE_IDA: { type: "struct ida", name: 0 },
    DEFINE_IDR: { type: "struct idr", name: 0 },
    DEFINE_XARRAY: { type: "struct xarray", name: 0 },
    DEFINE_XARRAY_ALLOC: { type: "struct xarray", name: 0 },
    DECLARE_WAIT_QUEUE_HEAD: { type: "wait_queue_head_t", name: 0 },
    DECLARE_COMPLETION: { type: "struct completion", name: 0 },
    DECLARE_WORK: { type: "struct work_struct", name: 0 },
    DECLARE_DELAYED_WORK: { type: "struct delayed_work", name: 0 },
    DEFINE_TIMER: { type: "struct timer_list", name: 0 },
    DEFINE_RATELIMIT_STATE: { type: "struct ratelimit_state", name: 0 },
    DEFINE_STATIC_KEY_FALSE: { type: "struct static_key_false", name: 0 },
    DEFINE_STATIC_KEY_TRUE: { type: "struct static_key_true", name: 0 },
  }),
);

/** File-scope macros `MACRO(type, name)` that define a variable of that type. */
export const typedVariableMacros = words(`
  DEFINE_PER_CPU DECLARE_PER_CPU DEFINE_PER_CPU_ALIGNED DEFINE_PER_CPU_SHARED_ALIGNED DECLARE_PER_CPU_ALIGNED
  DECLARE_PER_CPU_SHARED_ALIGNED DEFINE_PER_CPU_READ_MOSTLY DECLARE_PER_CPU_READ_MOSTLY DEFINE_PER_CPU_PAGE_ALIGNED
`);

/** Whether a word annotates: it stands in a table, or is a reserved lower-case word that is no type's name. */
export function looksLikeAnnotation(word: string): boolean {
  return (
    plainAnnotations.has(word) ||
    callAnnotations.has(word) ||
    (/^__[a-z]/.test(word) && !/_t$|^__[usbl]e?\d/.test(word))
  );
}
