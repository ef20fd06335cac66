import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{grammars,simulator,server,client,test-fixtures,bench}/**/*.test.ts"],
    testTimeout: 30_000,
  },
});
