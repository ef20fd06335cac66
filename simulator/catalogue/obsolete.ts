/** Names that were proposed and never merged: known, so that nobody takes them for APIs of a kernel. */
import { neverMerged } from "./entry.ts";
import type { ApiEntry } from "./types.ts";

const threads = "mail threads of the pin series";

export const proposals: readonly ApiEntry[] = [
  neverMerged("folio_put_unpin", threads, "Put or unpin one, by FOLL_GET or FOLL_PIN."),
  neverMerged("page_put_unpin", threads, "The same on a page."),
  neverMerged("bio_set_cleanup_mode", threads, "Became a flag that is set where the iterator will pin."),
  neverMerged("bio_to_gup_flags", threads, "Flags from the bio's cleanup mode."),
  neverMerged("vaddr_pin_pages", threads, "pin_user_pages took its place."),
  neverMerged("get_user_bvec", threads, "References on user pages as vectors, with put_user_bvec."),
  neverMerged("iov_iter_pin_pages2", threads, "Would have pinned for every type of iterator."),
  neverMerged("get_gup_pin", threads, "Would have made any page a pinned one; nearest is folio_add_pin."),
];
