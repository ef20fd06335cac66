/** `foll-force-in-driver`: what the rule is, and what it says. Knows no analysis. */
import type { RuleMetadata } from "../../types.ts";
import { type FlagSource, flagSourceClause } from "../flag-source.ts";
import { call, message } from "../message.ts";

export const metadata: RuleMetadata = {
  name: "foll-force-in-driver",
  summary: "FOLL_FORCE where no debugger-like access is made.",
  defaultSeverity: "information",
  confidence: "low",
  replay: false,
  fix: "review",
  covers: [],
  since: "0.1.0",
};

export interface FollForceInDriver {
  readonly api: string;
  readonly source: FlagSource;
  /** `6.12`. */
  readonly version: string;
}

export function follForceInDriver({ api, source, version }: FollForceInDriver): string {
  return message({
    what: `FOLL_FORCE in ${call(api)} overrides the protection of the mapping.`,
    why: `It is meant for debuggers${flagSourceClause(source)}; since 6.2 a read-only long-term pin breaks copy-on-write by itself, so in ${version} a driver does not need it.`,
    remedy: "Leave it out; ask for FOLL_WRITE only when the device writes.",
  });
}
