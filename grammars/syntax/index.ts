export type * from "./types.ts";
export { createWebParser } from "./web.ts";
