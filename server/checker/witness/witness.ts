/** A replay's verdict in words. Knows no simulator. */
import type { Location } from "@pinscope/grammars/ir";
import type { Witness } from "../types.ts";
import type { Remark, Verdict } from "./replay.ts";

/** Assumptions that are named one by one. */
const namedAssumptions = 4;

/** What a finding has that nobody replayed. */
export const notReplayed: Witness = { status: "unreplayable", reason: "not replayed" };

/** The witness of a verdict; `line` gives the line of an offset in `file`. */
export function witnessOf(
  { status, reason, assumptions, pages, era, ground }: Verdict,
  view: { readonly file: string; line(offset: number): number },
): Witness {
  const at = (location: Location | null): string =>
    location?.file === view.file ? ` at line ${view.line(location.start)}` : "";
  const said = (remark: Remark): string => `${remark.text}${at(remark.location)}`;
  const named = assumptions.slice(0, namedAssumptions).map(said);
  if (assumptions.length > named.length) named.push(`${assumptions.length - named.length} more`);
  return {
    status,
    ...(reason !== null && { reason: said(reason) }),
    ...(named.length > 0 && { assumptions: named }),
    ground: `${era}, ${ground}`,
    ...(pages !== null && { summary: pages }),
  };
}

/** The witness in one line. */
export function witnessText({ status, reason, assumptions, ground, summary }: Witness): string {
  const pages = summary === undefined ? "" : `: ${summary}`;
  const on = ground === undefined ? "" : ` (${ground})`;
  switch (status) {
    case "confirmed":
      return `replayed, confirmed${pages}${on}`;
    case "confirmed-if":
      return `replayed, confirmed if ${(assumptions ?? []).join("; ")}${pages}${on}`;
    case "refuted":
      return `replayed, refuted${pages}${on}`;
    case "unreplayable":
      return `not replayed: ${reason ?? "no reason given"}${on}`;
  }
}
