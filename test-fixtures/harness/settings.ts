/** Settings of a check as tests want them: 6.12, everything else as it is without configuration. */
import { defaultTables } from "@pinscope/grammars/dialect";
import type { CheckSettings } from "@pinscope/server/checker";

export const usualSettings: CheckSettings = {
  kernels: [{ version: "v6.12", patch: 0 }],
  tables: defaultTables,
  defines: new Map(),
  includeFolders: [],
  severities: new Map(),
  deep: false,
};
