/** Finds the kernel that a file on disk belongs to. */
import { resolve } from "node:path";
import { type DetectedKernel, kernelDetector } from "@pinscope/server/config";
import { newestVersion } from "@pinscope/simulator/catalogue";
import { readText } from "./unit.ts";

/** A detector with a memory, asked with paths as the user names them. */
export function diskKernelDetector(): (file: string) => DetectedKernel {
  const detect = kernelDetector({ version: newestVersion, patch: 0 }, readText);
  return (file) => detect(resolve(file));
}
