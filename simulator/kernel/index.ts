/** The public face of the kernel model. */

export type { Contents } from "./contents.ts";
export { byteAt } from "./contents.ts";
export type { Era, Ground, Switches } from "./era.ts";
export { FOLL, type Foll } from "./foll.ts";
export type * from "./types.ts";
