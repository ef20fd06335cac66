import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{grammars,simulator,server,client,test-fixtures,bench}/**/*.test.ts"],
    testTimeout: 30_000,
    // One processor is left free otherwise: of two that is half of them.
    maxWorkers: availableParallelism(),
    // Files of one worker share the modules that they import: reading them again takes as long as many of the tests.
    isolate: false,
  },
});
