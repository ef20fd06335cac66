/**
 * Macros of the kernel's headers whose bodies use a trigger, in Linux 6.1 and 6.12. They are searched for together with
 * the triggers, so that nothing is left to search for afterwards: one that is not here costs two more searches of the
 * tree, one that is no wrapper in some tree costs the reading of the files that name it. Data; knows nothing else.
 */
export const knownWrappers: readonly string[] = [
  "INTERNAL_GUP_FLAGS",
  "bfn_to_local_pfn",
  "bfn_to_pfn",
  "gfn_to_virt",
];
