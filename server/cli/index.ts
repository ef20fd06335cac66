/**
 * Public face, for the language server's process: which files of a folder are worth checking, threads that check them,
 * and what such a thread runs.
 */
export { inlineExecutor, threadExecutor } from "./pool.ts";
export { chooseFiles } from "./run.ts";
export { serveWorker } from "./serve-worker.ts";
export { baselineFile, baselineFolder, userConfigFile } from "./user-folders.ts";
export { ignoreRules } from "./walk.ts";
