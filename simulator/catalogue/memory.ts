/** Kernel memory: the k/kv/v families that allocate and free (family `memory`). */
import { api, type EntryFacts } from "./entry.ts";
import { done, pointerOrError, pointerOrNull } from "./outcome.ts";
import { allocate, amount, free, multiply, notNull, pointer, resultPointer } from "./term.ts";
import type { ApiEntry, IntegerTerm, KernelVersion } from "./types.ts";

const heap = [
  "kfree",
  "kvfree",
  "kfree_sensitive",
  "kzfree",
  "kfree_rcu",
  "kfree_rcu_mightsleep",
  "kfree_const",
];
const either = ["kvfree", "kvfree_sensitive", "kvfree_rcu", "kvfree_rcu_mightsleep"];
const virtual = ["vfree", "vfree_atomic", "kvfree"];

/** Flags with which memory comes as it was left; combinations with further ones may ask for zeroes. */
export const plainAllocationFlags: readonly string[] = [
  "GFP_KERNEL",
  "GFP_KERNEL_ACCOUNT",
  "GFP_USER",
  "GFP_NOIO",
  "GFP_NOFS",
  "GFP_NOWAIT",
  "GFP_ATOMIC",
];

interface Allocator {
  readonly name: string;
  readonly parameters: string;
  readonly releaseWith: readonly string[];
  readonly source: string;
  readonly returns?: string;
  readonly since?: KernelVersion;
  readonly removedIn?: KernelVersion;
  readonly zeroed?: boolean;
  readonly bytes?: IntegerTerm;
  readonly elements?: IntegerTerm;
  /** Failure is an error pointer instead of NULL. */
  readonly errorPointer?: boolean;
  readonly managed?: boolean;
  readonly backports?: readonly string[];
  /** Parameter whose bytes are copied. */
  readonly copyOf?: string;
}

function allocator(facts: Allocator): ApiEntry {
  const effect = allocate(resultPointer, {
    zeroed: facts.zeroed ?? false,
    ...(facts.bytes && { bytes: facts.bytes }),
    ...(facts.elements && { elements: facts.elements }),
    ...(facts.managed && { managed: true }),
    ...(facts.copyOf && { copyOf: pointer(facts.copyOf) }),
  });
  return api(facts.name, {
    resultUnit: "pointer",
    prototypes: [[facts.since ?? "v4.4", `${facts.returns ?? "void *"}${facts.name}(${facts.parameters})`]],
    ...(facts.removedIn && { removedIn: facts.removedIn }),
    ...(facts.backports && { backports: facts.backports }),
    outcomes: facts.errorPointer ? pointerOrError([effect]) : pointerOrNull([effect]),
    releaseWith: facts.releaseWith,
    source: facts.source,
  });
}

const size = amount("size");
const product = multiply(amount("n"), size);
const slab = { releaseWith: heap, source: "include/linux/slab.h" } as const;
const slabOrPages = { releaseWith: either, source: "include/linux/slab.h" } as const;
const pagesOnly = { releaseWith: virtual, source: "include/linux/vmalloc.h" } as const;
const list = { elements: amount("n"), bytes: product } as const;

const slabAllocators: ApiEntry[] = [
  allocator({ ...slab, name: "kmalloc", parameters: "size_t size, gfp_t flags", bytes: size }),
  allocator({ ...slab, name: "kzalloc", parameters: "size_t size, gfp_t flags", bytes: size, zeroed: true }),
  allocator({ ...slab, name: "kmalloc_node", parameters: "size_t size, gfp_t flags, int node", bytes: size }),
  allocator({
    ...slab,
    name: "kzalloc_node",
    parameters: "size_t size, gfp_t flags, int node",
    bytes: size,
    zeroed: true,
  }),
  allocator({ ...slab, name: "kmalloc_array", parameters: "size_t n, size_t size, gfp_t flags", ...list }),
  allocator({
    ...slab,
    name: "kcalloc",
    parameters: "size_t n, size_t size, gfp_t flags",
    ...list,
    zeroed: true,
  }),
  allocator({
    ...slab,
    name: "kmalloc_array_node",
    parameters: "size_t n, size_t size, gfp_t flags, int node",
    ...list,
  }),
  allocator({
    ...slab,
    name: "kcalloc_node",
    parameters: "size_t n, size_t size, gfp_t flags, int node",
    ...list,
    zeroed: true,
  }),
  allocator({
    ...slabOrPages,
    name: "kvmalloc",
    parameters: "size_t size, gfp_t flags",
    bytes: size,
    since: "v4.12",
  }),
  allocator({
    ...slabOrPages,
    name: "kvzalloc",
    parameters: "size_t size, gfp_t flags",
    bytes: size,
    zeroed: true,
    since: "v4.12",
  }),
  allocator({
    ...slabOrPages,
    name: "kvmalloc_node",
    parameters: "size_t size, gfp_t flags, int node",
    bytes: size,
    since: "v4.12",
  }),
  allocator({
    ...slabOrPages,
    name: "kvzalloc_node",
    parameters: "size_t size, gfp_t flags, int node",
    bytes: size,
    zeroed: true,
    since: "v4.12",
  }),
  allocator({
    ...slabOrPages,
    name: "kvmalloc_array",
    parameters: "size_t n, size_t size, gfp_t flags",
    ...list,
    since: "v4.12",
  }),
  allocator({
    ...slabOrPages,
    name: "kvcalloc",
    parameters: "size_t n, size_t size, gfp_t flags",
    ...list,
    zeroed: true,
    since: "v4.18",
  }),
  allocator({ ...pagesOnly, name: "vmalloc", parameters: "unsigned long size", bytes: size }),
  allocator({ ...pagesOnly, name: "vzalloc", parameters: "unsigned long size", bytes: size, zeroed: true }),
  allocator({
    ...pagesOnly,
    name: "vmalloc_user",
    parameters: "unsigned long size",
    bytes: size,
    zeroed: true,
  }),
  allocator({ ...pagesOnly, name: "vmalloc_node", parameters: "unsigned long size, int node", bytes: size }),
  allocator({
    ...pagesOnly,
    name: "vzalloc_node",
    parameters: "unsigned long size, int node",
    bytes: size,
    zeroed: true,
  }),
  allocator({
    ...pagesOnly,
    name: "__vmalloc",
    parameters: "unsigned long size, gfp_t gfp_mask",
    bytes: size,
    since: "v5.8",
  }),
  allocator({
    ...pagesOnly,
    name: "vmalloc_huge",
    parameters: "unsigned long size, gfp_t gfp_mask",
    bytes: size,
    since: "v5.18",
  }),
  allocator({
    ...pagesOnly,
    name: "__vmalloc_array",
    parameters: "size_t n, size_t size, gfp_t flags",
    ...list,
    since: "v5.18",
  }),
  allocator({
    ...pagesOnly,
    name: "vmalloc_32_user",
    parameters: "unsigned long size",
    bytes: size,
    zeroed: true,
  }),
  allocator({ ...pagesOnly, name: "vmalloc_32", parameters: "unsigned long size", bytes: size }),
  allocator({
    ...pagesOnly,
    name: "vmalloc_array",
    parameters: "size_t n, size_t size",
    ...list,
    since: "v5.18",
  }),
  allocator({
    ...pagesOnly,
    name: "vcalloc",
    parameters: "size_t n, size_t size",
    ...list,
    zeroed: true,
    since: "v5.18",
  }),
];

const copies: ApiEntry[] = [
  allocator({
    ...slab,
    name: "kmemdup",
    parameters: "const void *src, size_t len, gfp_t gfp",
    bytes: amount("len"),
    copyOf: "src",
    source: "mm/util.c:kmemdup",
  }),
  allocator({
    ...slab,
    name: "kmemdup_array",
    parameters: "const void *src, size_t count, size_t element_size, gfp_t gfp",
    elements: amount("count"),
    bytes: multiply(amount("count"), amount("element_size")),
    copyOf: "src",
    since: "v6.9",
    source: "include/linux/string.h:kmemdup_array",
  }),
  allocator({
    ...slabOrPages,
    name: "kvmemdup",
    parameters: "const void *src, size_t len, gfp_t gfp",
    bytes: amount("len"),
    copyOf: "src",
    since: "v6.3",
    source: "mm/util.c:kvmemdup",
  }),
  allocator({
    ...slab,
    name: "kmemdup_nul",
    returns: "char *",
    parameters: "const char *s, size_t len, gfp_t gfp",
    copyOf: "s",
    since: "v4.13",
    source: "mm/util.c:kmemdup_nul",
  }),
  allocator({
    ...slab,
    name: "kstrdup",
    returns: "char *",
    parameters: "const char *s, gfp_t gfp",
    copyOf: "s",
    source: "mm/util.c:kstrdup",
  }),
  allocator({
    ...slab,
    name: "kstrndup",
    returns: "char *",
    parameters: "const char *s, size_t max, gfp_t gfp",
    copyOf: "s",
    source: "mm/util.c:kstrndup",
  }),
  allocator({
    ...slab,
    name: "kasprintf",
    returns: "char *",
    parameters: "gfp_t gfp, const char *fmt, ...",
    source: "lib/kasprintf.c:kasprintf",
  }),
  allocator({
    ...slab,
    name: "memdup_user",
    parameters: "const void __user *src, size_t len",
    bytes: amount("len"),
    errorPointer: true,
    source: "mm/util.c:memdup_user",
  }),
  allocator({
    ...slab,
    name: "memdup_user_nul",
    parameters: "const void __user *src, size_t len",
    errorPointer: true,
    source: "mm/util.c:memdup_user_nul",
  }),
  allocator({
    ...slab,
    name: "memdup_array_user",
    parameters: "const void __user *src, size_t n, size_t size",
    ...list,
    errorPointer: true,
    since: "v6.7",
    backports: ["6.1.y"],
    source: "include/linux/string.h:memdup_array_user",
  }),
  allocator({
    ...slabOrPages,
    name: "vmemdup_user",
    parameters: "const void __user *src, size_t len",
    bytes: amount("len"),
    errorPointer: true,
    since: "v4.16",
    source: "mm/util.c:vmemdup_user",
  }),
  allocator({
    ...slabOrPages,
    name: "vmemdup_array_user",
    parameters: "const void __user *src, size_t n, size_t size",
    ...list,
    errorPointer: true,
    since: "v6.7",
    backports: ["6.1.y"],
    source: "include/linux/string.h:vmemdup_array_user",
  }),
  allocator({
    ...slab,
    name: "strndup_user",
    returns: "char *",
    parameters: "const char __user *s, long n",
    errorPointer: true,
    source: "mm/util.c:strndup_user",
  }),
];

const device = { releaseWith: ["devm_kfree"], managed: true, source: "drivers/base/devres.c" } as const;
const managed: ApiEntry[] = [
  allocator({
    ...device,
    name: "devm_kmalloc",
    parameters: "struct device *dev, size_t size, gfp_t gfp",
    bytes: size,
  }),
  allocator({
    ...device,
    name: "devm_kzalloc",
    parameters: "struct device *dev, size_t size, gfp_t gfp",
    bytes: size,
    zeroed: true,
  }),
  allocator({
    ...device,
    name: "devm_kmalloc_array",
    parameters: "struct device *dev, size_t n, size_t size, gfp_t flags",
    ...list,
  }),
  allocator({
    ...device,
    name: "devm_kcalloc",
    parameters: "struct device *dev, size_t n, size_t size, gfp_t flags",
    ...list,
    zeroed: true,
  }),
  allocator({
    ...device,
    name: "devm_kmemdup",
    parameters: "struct device *dev, const void *src, size_t len, gfp_t gfp",
    bytes: amount("len"),
    copyOf: "src",
  }),
  allocator({
    ...device,
    name: "devm_kstrdup",
    returns: "char *",
    parameters: "struct device *dev, const char *s, gfp_t gfp",
    copyOf: "s",
  }),
];

const cached: ApiEntry[] = [
  allocator({
    name: "kmem_cache_alloc",
    parameters: "struct kmem_cache *cachep, gfp_t flags",
    releaseWith: ["kmem_cache_free", "kfree"],
    source: "include/linux/slab.h:kmem_cache_alloc",
  }),
  allocator({
    name: "kmem_cache_zalloc",
    parameters: "struct kmem_cache *k, gfp_t flags",
    zeroed: true,
    releaseWith: ["kmem_cache_free", "kfree"],
    source: "include/linux/slab.h:kmem_cache_zalloc",
  }),
  allocator({
    name: "mempool_alloc",
    parameters: "mempool_t *pool, gfp_t gfp_mask",
    releaseWith: ["mempool_free"],
    source: "mm/mempool.c:mempool_alloc",
  }),
];

/** Success frees the old block and gives a new one with its bytes; failure leaves the old one. */
function resizer(
  name: string,
  dated: readonly (readonly [KernelVersion, string])[],
  releaseWith: readonly string[],
  bytes: IntegerTerm,
  options: { readonly managed?: boolean; readonly elements?: IntegerTerm } = {},
): ApiEntry {
  return api(name, {
    resultUnit: "pointer",
    prototypes: dated.map(([since, parameters]) => [since, `void *${name}(${parameters})`] as const),
    outcomes: pointerOrNull([
      free(pointer("p"), { when: notNull(pointer("p")) }),
      allocate(resultPointer, {
        bytes,
        copyOf: pointer("p"),
        ...(options.elements && { elements: options.elements }),
        ...(options.managed && { managed: true }),
      }),
    ]),
    releaseWith,
    source: "include/linux/slab.h",
  });
}

const resizers: ApiEntry[] = [
  resizer("krealloc", [["v4.4", "const void *p, size_t size, gfp_t flags"]], heap, size),
  resizer("krealloc_array", [["v5.11", "void *p, size_t n, size_t size, gfp_t flags"]], heap, product, {
    elements: amount("n"),
  }),
  resizer(
    "kvrealloc",
    [
      ["v5.15", "const void *p, size_t oldsize, size_t size, gfp_t flags"],
      ["v6.12", "const void *p, size_t size, gfp_t flags"],
    ],
    either,
    size,
  ),
  resizer(
    "devm_krealloc",
    [["v5.10", "struct device *dev, void *p, size_t size, gfp_t gfp"]],
    ["devm_kfree"],
    size,
    { managed: true },
  ),
];

function freer(
  name: string,
  parameters: string,
  source: string,
  versions: Pick<EntryFacts, "removedIn" | "backports"> & { readonly since?: KernelVersion } = {},
): ApiEntry {
  return api(name, {
    resultUnit: "none",
    prototypes: [[versions.since ?? "v4.4", `void ${name}(${parameters})`]],
    ...(versions.removedIn && { removedIn: versions.removedIn }),
    ...(versions.backports && { backports: versions.backports }),
    outcomes: done(free(pointer("p"))),
    source,
  });
}

const freers: ApiEntry[] = [
  freer("kfree", "const void *p", "mm/slub.c:kfree"),
  freer("kfree_const", "const void *p", "mm/util.c:kfree_const"),
  freer("kvfree", "const void *p", "mm/util.c:kvfree"),
  freer("vfree", "const void *p", "mm/vmalloc.c:vfree"),
  freer("vfree_atomic", "const void *p", "mm/vmalloc.c:vfree_atomic", { since: "v4.10" }),
  freer("kfree_sensitive", "const void *p", "mm/slab_common.c:kfree_sensitive", { since: "v5.9" }),
  freer("kzfree", "const void *p", "mm/slab_common.c:kzfree", { removedIn: "v5.10" }),
  freer("kvfree_sensitive", "const void *p, size_t len", "mm/util.c:kvfree_sensitive", { since: "v5.8" }),
  freer("kmem_cache_free", "struct kmem_cache *s, void *p", "mm/slub.c:kmem_cache_free"),
  freer("mempool_free", "void *p, mempool_t *pool", "mm/mempool.c:mempool_free"),
  freer("devm_kfree", "struct device *dev, const void *p", "drivers/base/devres.c:devm_kfree"),
  // After a grace period; for the caller the memory is gone. A second argument is the name of a field.
  freer("kfree_rcu", "void *p, ...", "include/linux/rcupdate.h:kfree_rcu"),
  freer("kvfree_rcu", "void *p, ...", "include/linux/rcupdate.h:kvfree_rcu", { since: "v5.9" }),
  freer("kfree_rcu_mightsleep", "void *p", "include/linux/rcupdate.h:kfree_rcu_mightsleep", {
    since: "v6.3",
    backports: ["6.1.y"],
  }),
  freer("kvfree_rcu_mightsleep", "void *p", "include/linux/rcupdate.h:kvfree_rcu_mightsleep", {
    since: "v6.3",
    backports: ["6.1.y"],
  }),
];

export const memory: readonly ApiEntry[] = [
  ...slabAllocators,
  ...copies,
  ...managed,
  ...cached,
  ...resizers,
  ...freers,
];
