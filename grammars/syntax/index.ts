export { differenceBetween } from "./difference.ts";
export { createNativeParser, type NativeModules } from "./native.ts";
export type * from "./types.ts";
export { createWebParser } from "./web.ts";
