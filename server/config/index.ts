export { formatProblem, nearest, parseConfig } from "./parse.ts";
export { parseKernelConfig, resolveConfig } from "./resolve.ts";
export { configSchema } from "./schema.ts";
export type { ConfigLayer, ConfigProblem, FailOn, ResolvedConfig } from "./types.ts";
