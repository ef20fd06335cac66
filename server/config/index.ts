export {
  type DetectedKernel,
  formatKernel,
  kernelDetector,
  kernelMakefileVersion,
  parseKernel,
} from "./kernel-version.ts";
export { formatProblem, nearest, parseConfig } from "./parse.ts";
export { joinPath, parentFolder, type TextReader } from "./paths.ts";
export {
  type ConfigSources,
  configName,
  nearestConfig,
  type OpenedConfig,
  openConfig,
  settingsFor,
} from "./project.ts";
export { parseKernelConfig, resolveConfig } from "./resolve.ts";
export { configSchema } from "./schema.ts";
export type { ConfigLayer, ConfigProblem, FailOn, ResolvedConfig } from "./types.ts";
