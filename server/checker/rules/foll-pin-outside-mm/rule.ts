/** `foll-pin-outside-mm`: what the rule is, and what it says. Knows no analysis. */
import type { RuleMetadata } from "../../types.ts";
import { type FlagSource, flagSourceClause } from "../flag-source.ts";
import { call, message } from "../message.ts";

export const metadata: RuleMetadata = {
  name: "foll-pin-outside-mm",
  summary: "FOLL_PIN, or another flag internal to mm/, is used outside mm/.",
  defaultSeverity: "warning",
  confidence: "high",
  replay: false,
  fix: "safe",
  covers: ["R21"],
  since: "0.1.0",
};

export interface FollPinOutsideMm {
  /** `FOLL_PIN` or another flag that is internal in that kernel. */
  readonly flag: string;
  readonly source: FlagSource;
  /** The call that gets the flag; null where it is only named. */
  readonly api: string | null;
  /** `6.12`. */
  readonly version: string;
}

export function follPinOutsideMm({ flag, source, api, version }: FollPinOutsideMm): string {
  const place = api === null ? "is named" : `is passed to ${call(api)}`;
  return message({
    what: `${flag} ${place} outside mm/.`,
    why: `In ${version} the flag is internal to mm/${flagSourceClause(source)}: the calls set it themselves and reject it from others with a warning.`,
    remedy:
      flag === "FOLL_PIN"
        ? "Leave it out: the pin_user_pages*() calls pin without it."
        : "Leave it out, or use the call that sets it.",
  });
}
