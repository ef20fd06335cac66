/** The public face of the kernel model. */

export type { KernelMemory, PageFragCache } from "./allocation-forms.ts";
export type * from "./api.ts";
export { InvalidArgumentError } from "./arguments.ts";
export { hasBioFlag, PAGE_CLEANUP } from "./block.ts";
export type * from "./block-api.ts";
export type * from "./block-types.ts";
export type { Contents } from "./contents.ts";
export { byteAt } from "./contents.ts";
export type { Era, Ground, Switches } from "./era.ts";
export { deriveEra, ERAS, findEra, PROPOSALS } from "./eras.ts";
export { MissingFunctionError } from "./existing.ts";
export { FOLL, type Foll } from "./foll.ts";
export { NullPageArray } from "./gup.ts";
export type { PageHold } from "./holds.ts";
export { iovIterNpages } from "./iov-iter.ts";
export type { ExtractedInto } from "./iter-forms.ts";
export { createKernel } from "./kernel.ts";
export { DEFAULT_MACHINE, UML_MACHINE } from "./machines.ts";
export type { FoundFolios, LookupFlags } from "./page-cache.ts";
export type { FolioBatch } from "./reference-forms.ts";
export type { ScatterlistEntry, SgTable } from "./scatterlist.ts";
export type { SkBuff, SkbFragment } from "./skb.ts";
export type * from "./types.ts";
export { type EraDefinition, readEra } from "./user-eras.ts";
export type { RequestUser, UserRequest } from "./user-requests.ts";
export type { PageWrapper, Wrapped, WrapperKind } from "./wrappers.ts";
