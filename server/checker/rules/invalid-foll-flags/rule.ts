/** `invalid-foll-flags`: what the rule is, and what it says. Knows no analysis. */
import type { RuleMetadata } from "../../types.ts";
import { call, message } from "../message.ts";

export const metadata: RuleMetadata = {
  name: "invalid-foll-flags",
  summary: "Flags that the kernel rejects, or that contradict the call.",
  defaultSeverity: "warning",
  confidence: "high",
  replay: false,
  fix: "safe",
  covers: ["R20", "R22", "R49"],
  since: "0.1.0",
};

/** What is wrong with the flags of a call. */
export type FlagProblem =
  /** FOLL_GET in a call that pins. */
  | { readonly kind: "get-in-pin" }
  /** FOLL_LONGTERM in a call that takes references. */
  | { readonly kind: "longterm-without-pin" }
  | { readonly kind: "longterm-with-peer-memory" }
  /** A flag that the fast calls do not take. */
  | { readonly kind: "not-for-fast"; readonly flag: string }
  /** follow_page() without FOLL_GET: the page may vanish while it is used. */
  | { readonly kind: "follow-without-get" };

export interface InvalidFollFlags {
  readonly api: string;
  readonly problem: FlagProblem;
  /** `6.12`. */
  readonly version: string;
  /** What the call returns then, as prose (`-EINVAL`, `0`); null where it goes on. */
  readonly returns: string | null;
}

export function invalidFollFlags({ api, problem, version, returns }: InvalidFollFlags): string {
  const rejected =
    returns === null
      ? `${version} does not reject it`
      : `${version} warns and the call returns ${returns}, with nothing held`;
  switch (problem.kind) {
    case "get-in-pin":
      return message({
        what: `FOLL_GET contradicts ${call(api)}.`,
        why: `The call takes pins and FOLL_GET asks for references: ${rejected}.`,
        remedy: "Leave FOLL_GET out.",
      });
    case "longterm-without-pin":
      return message({
        what: `FOLL_LONGTERM needs a pin, and ${call(api)} takes references.`,
        why: `Only a pin can promise to hold a page for long: ${rejected}.`,
        remedy: "Use the pin_user_pages*() call of the same form, and release with unpin_user_pages().",
      });
    case "longterm-with-peer-memory":
      return message({
        what: `FOLL_LONGTERM and FOLL_PCI_P2PDMA exclude each other in ${call(api)}.`,
        why: `Memory of a peer device cannot be held for long: ${rejected}.`,
        remedy: "Leave one of them out.",
      });
    case "not-for-fast":
      return message({
        what: `${call(api)} does not take ${problem.flag}.`,
        why: `The fast calls accept a fixed set of flags: ${rejected}.`,
        remedy: "Leave the flag out, or use the form that takes the mmap lock.",
      });
    case "follow-without-get":
      return message({
        what: `${call(api)} without FOLL_GET returns a page that nobody holds.`,
        why: "The page can be freed as soon as the page table lock is dropped, which is before the call returns.",
        remedy: "Add FOLL_GET and let the page go with put_page().",
      });
  }
}
