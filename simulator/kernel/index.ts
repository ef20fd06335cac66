/** The public face of the kernel model. */
export type * from "./api.ts";

export type { Contents } from "./contents.ts";
export { byteAt } from "./contents.ts";
export type { Era, Ground, Switches } from "./era.ts";
export { deriveEra, ERAS, findEra, PROPOSALS } from "./eras.ts";
export { FOLL, type Foll } from "./foll.ts";
export { createKernel, MissingFunctionError } from "./kernel.ts";
export { DEFAULT_MACHINE, UML_MACHINE } from "./machines.ts";
export type * from "./types.ts";
export { type EraDefinition, readEra } from "./user-eras.ts";
