/** What makes a file worth analyzing, as names and as literals for a scan of bytes. */
import { catalogue } from "./entries.ts";
import { flagNames } from "./flags.ts";

/** Names whose use makes a file worth analyzing. */
export function triggerNames(): readonly string[] {
  return [...catalogue.values()].filter(({ role }) => role === "trigger").map(({ name }) => name);
}

/** Every word that makes a file worth analyzing: the triggers and the gup flags of all versions. */
export function triggerWords(): readonly string[] {
  return [...triggerNames(), ...flagNames];
}

/**
 * Stems shared by several triggers. A file that uses any trigger, or names any gup flag, contains one of the
 * literals; a literal that contains another is left out.
 */
const stems: readonly string[] = [
  "FOLL_",
  "pin_user_page",
  "get_user_page",
  "put_user_page",
  "unpin_user_folio",
  "unpin_folio",
  "folio_add_pin",
  "get_kernel_page",
  "follow_page",
  "iov_iter_get_pages",
  "iov_iter_extract_",
  "bio_iov_iter_",
  "bio_release_page",
  "bio_integrity_",
  "_vaddr_frames",
  "pin_pages",
  "sev_pin_memory",
];

let literals: readonly string[] | undefined;

/** Literals for a prefilter on bytes: every use of a trigger contains at least one of them. */
export function triggerLiterals(): readonly string[] {
  if (literals) return literals;
  const uncovered = triggerNames().filter((name) => !stems.some((stem) => name.includes(stem)));
  const all = [...stems, ...uncovered];
  literals = all.filter((text) => !all.some((other) => other !== text && text.includes(other)));
  return literals;
}
