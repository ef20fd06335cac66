/**
 * The kernel's dialect as data: the names that the pass knows without being told.
 * A project adds its own; nothing here is code.
 */
import type { AnnotationMacro, DefinitionMacro, DialectTables, LoopMacro } from "./types.ts";

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");

const plainAnnotations = words(`
  __user __kernel __iomem __percpu __rcu __force __bitwise __nocast __safe __private
  __init __exit __initdata __exitdata __initconst __exitconst __meminit __memexit __meminitdata __memexitdata
  __meminitconst __devinit __devexit __devinitdata __devexitdata __devinitconst __devexitconst __cpuinit __cpuexit
  __cpuinitdata __cpuinitconst __net_init __net_exit __net_initdata __net_initconst __ref __refdata __refconst
  __init_or_module __initdata_or_module __initconst_or_module __init_or_cpufreq __init_memblock __initdata_memblock
  __initdata_or_meminfo __init_or_acpilib __initdata_or_acpilib __init_or_suspend __init_refok __initdata_refok
  __exit_refok __exit_p __sched __lockfunc __kprobes nokprobe_inline __nocfi __noretpoline __visible __noendbr
  __always_inline __always_unused __maybe_unused __must_check __used __unused __pure __attribute_const__
  __cold __hot __weak __noreturn __malloc __packed __deprecated __noclone __fix_address __function_aligned
  __noinline noinline noinline_for_stack noinstr notrace __flatten __naked __gnu_inline
  __no_sanitize_address __no_sanitize_undefined __no_sanitize_thread __no_sanitize_memory __no_sanitize_coverage
  __no_sanitize_or_inline __no_kasan_or_inline __no_kcsan __no_kcsan_or_inline __no_caller_saved_registers
  __no_stack_protector __no_randomize_layout __randomize_layout __designated_init __no_kmsan_checks __no_profile
  __latent_entropy __ro_after_init __read_mostly __write_once __cacheline_aligned __cacheline_aligned_in_smp
  ____cacheline_aligned ____cacheline_aligned_in_smp ____cacheline_internodealigned_in_smp __page_aligned_data
  __page_aligned_bss __bss_decrypted __nosavedata __nonstring __may_alias __restrict __cpuidle __entry_text
  __irq_entry __softirq_entry __exception_irq_entry __exception __irqentry_text __head __efiapi __bpf_kfunc
  __tracer_data __cpumask_var_read_mostly __const asmlinkage fastcall forceinline const_debug STATIC STATIC_INLINE
`);

const annotationsWithArguments = words(`
  __attribute__ __attribute __declspec __aligned __printf __scanf __section __acquires __releases __must_hold
  __acquire_shared __releases_shared __cond_acquires __cond_releases __alloc_size __assume_aligned __realloc_size
  __malloc_like __error __warning __compiletime_error __compiletime_warning __counted_by __counted_by_le
  __counted_by_be __cleanup __alias __copy __no_sanitize __nonnull __sentinel __mode __format
  __compiletime_error_ifnot __optimize __target __force_align __diagnose_as __diagnose_if __pass_object_size
  __overloadable __guarded_by __pt_guarded_by __element_count __force_order __returns_nonnull
  __releases_spinlock __align _Alignas __ATTR_FORMAT __setup_align __PRINTF_ATTRIBUTE __scanf_like
  __printf_like __compat_align CHECK_FORMAT __attribute_format
`);

const loopTable: readonly (readonly [string, readonly number[], { index?: number; count?: number }?])[] = [
  ["list_for_each", [0]],
  ["list_for_each_rcu", [0]],
  ["list_for_each_continue", [0]],
  ["list_for_each_prev", [0]],
  ["list_for_each_safe", [0, 1]],
  ["list_for_each_prev_safe", [0, 1]],
  ["list_for_each_entry", [0]],
  ["list_for_each_entry_rcu", [0]],
  ["list_for_each_entry_srcu", [0]],
  ["list_for_each_entry_lockless", [0]],
  ["list_for_each_entry_reverse", [0]],
  ["list_for_each_entry_continue", [0]],
  ["list_for_each_entry_continue_rcu", [0]],
  ["list_for_each_entry_continue_reverse", [0]],
  ["list_for_each_entry_from", [0]],
  ["list_for_each_entry_from_rcu", [0]],
  ["list_for_each_entry_from_reverse", [0]],
  ["list_for_each_entry_safe", [0, 1]],
  ["list_for_each_entry_safe_continue", [0, 1]],
  ["list_for_each_entry_safe_from", [0, 1]],
  ["list_for_each_entry_safe_reverse", [0, 1]],
  ["hlist_for_each", [0]],
  ["hlist_for_each_safe", [0, 1]],
  ["hlist_for_each_entry", [0]],
  ["hlist_for_each_entry_rcu", [0]],
  ["hlist_for_each_entry_safe", [0, 1]],
  ["hlist_for_each_entry_continue", [0]],
  ["hlist_for_each_entry_from", [0]],
  ["hlist_nulls_for_each_entry", [0, 1]],
  ["hlist_nulls_for_each_entry_rcu", [0, 1]],
  ["llist_for_each", [0]],
  ["llist_for_each_safe", [0, 1]],
  ["llist_for_each_entry", [0]],
  ["llist_for_each_entry_safe", [0, 1]],
  ["plist_for_each", [0]],
  ["plist_for_each_entry", [0]],
  ["hash_for_each", [1, 2]],
  ["hash_for_each_safe", [1, 2, 3]],
  ["hash_for_each_possible", [1]],
  ["hash_for_each_possible_rcu", [1]],
  ["rb_for_each", [0]],
  ["rbtree_postorder_for_each_entry_safe", [0, 1]],
  ["for_each_sg", [1], { index: 3, count: 2 }],
  ["for_each_sgtable_sg", [1], { index: 2 }],
  ["for_each_sgtable_dma_sg", [1], { index: 2 }],
  ["for_each_sg_page", [1]],
  ["for_each_sg_dma_page", [1]],
  ["for_each_sgtable_page", [1]],
  ["for_each_sgtable_dma_page", [1]],
  ["for_each_sgt_page", [0]],
  ["for_each_sgt_daddr", [0]],
  ["bio_for_each_segment", [0, 2]],
  ["bio_for_each_segment_all", [0, 2]],
  ["bio_for_each_bvec", [0, 2]],
  ["bio_for_each_bvec_all", [0], { index: 2 }],
  ["bio_for_each_folio_all", [0]],
  ["__bio_for_each_segment", [0, 2]],
  ["__bio_for_each_bvec", [0, 2]],
  ["bio_list_for_each", [0]],
  ["rq_for_each_segment", [0, 2]],
  ["rq_for_each_bvec", [0, 2]],
  ["__rq_for_each_bio", [0]],
  ["for_each_bvec", [0, 2]],
  ["for_each_mp_bvec", [0, 2]],
  ["for_each_bio", [0]],
  ["xa_for_each", [1, 2]],
  ["xa_for_each_start", [1, 2]],
  ["xa_for_each_range", [1, 2]],
  ["xa_for_each_marked", [1, 2]],
  ["xas_for_each", [1]],
  ["xas_for_each_marked", [1]],
  ["xas_for_each_conflict", [1]],
  ["mas_for_each", [1]],
  ["mt_for_each", [1, 2]],
  ["for_each_vma", [1]],
  ["for_each_vma_range", [1]],
  ["idr_for_each_entry", [1, 2]],
  ["idr_for_each_entry_ul", [1, 2, 3]],
  ["idr_for_each_entry_continue", [1, 2]],
  ["radix_tree_for_each_slot", [0, 2]],
  ["radix_tree_for_each_tagged", [0, 2]],
  ["for_each_set_bit", [0]],
  ["for_each_set_bit_from", [0]],
  ["for_each_clear_bit", [0]],
  ["for_each_set_bitrange", [0, 1]],
  ["for_each_clear_bitrange", [0, 1]],
  ["for_each_set_clump8", [0, 1]],
  ["for_each_possible_cpu", [0]],
  ["for_each_online_cpu", [0]],
  ["for_each_present_cpu", [0]],
  ["for_each_cpu", [0]],
  ["for_each_cpu_and", [0]],
  ["for_each_cpu_andnot", [0]],
  ["for_each_cpu_wrap", [0]],
  ["for_each_node", [0]],
  ["for_each_online_node", [0]],
  ["for_each_node_state", [0]],
  ["for_each_node_mask", [0]],
  ["for_each_process", [0]],
  ["for_each_thread", [1]],
  ["for_each_process_thread", [0, 1]],
  ["interval_tree_for_each_double_span", [0]],
  ["interval_tree_for_each_span", [0]],
  ["do_each_pid_task", [2]],
  ["do_each_thread", [0, 1]],
];

const definition = (
  name: string,
  parameters: DefinitionMacro["parameters"],
  returns: string,
  nameArgument = 0,
): DefinitionMacro => ({ name, nameArgument, parameters, returns });

const numbered = (prefix: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${prefix}${from + index}`);

const definitions: readonly DefinitionMacro[] = [
  ...[...numbered("SYSCALL_DEFINE", 0, 6), ...numbered("COMPAT_SYSCALL_DEFINE", 0, 6)].map((name) =>
    definition(name, "pairs", "long"),
  ),
  ...[...numbered("BPF_CALL_", 0, 5), ...numbered("NOTRACE_BPF_CALL_", 0, 5)].map((name) =>
    definition(name, "pairs", "u64"),
  ),
];

const annotation =
  (withArguments: boolean) =>
  (name: string): AnnotationMacro => ({ name, withArguments });

/** What the pass knows of the kernel's dialect, 6.12 and before. */
export const defaultTables: DialectTables = {
  annotations: [...new Set(plainAnnotations)]
    .map(annotation(false))
    .concat(annotationsWithArguments.map(annotation(true))),
  loops: loopTable.map(([name, cursors, extra]): LoopMacro => ({ name, cursors, ...extra })),
  loopPatterns: ["_for_each", "foreach", "FOREACH", "FOR_EACH"],
  definitions,
  typeArguments: {
    container_of: [1],
    container_of_const: [1],
    list_entry: [1],
    min_t: [0],
    max_t: [0],
    clamp_t: [0],
    va_arg: [1],
  },
  fileScope: [],
};

/** Tables with a project's own entries added; an entry of the same name replaces the one before. */
export function mergeTables(base: DialectTables, extra: Partial<DialectTables>): DialectTables {
  const named = <T extends { readonly name: string }>(own: readonly T[], more: readonly T[] = []): T[] => [
    ...new Map([...own, ...more].map((entry) => [entry.name, entry])).values(),
  ];
  return {
    annotations: named(base.annotations, extra.annotations),
    loops: named(base.loops, extra.loops),
    loopPatterns: [...new Set([...base.loopPatterns, ...(extra.loopPatterns ?? [])])],
    definitions: named(base.definitions, extra.definitions),
    typeArguments: { ...base.typeArguments, ...extra.typeArguments },
    fileScope: [...new Set([...base.fileScope, ...(extra.fileScope ?? [])])],
  };
}
