/**
 * sk_buffs: what their fragments hold (net/core/skbuff.c, include/linux/skbuff_ref.h). In released kernels each fragment is
 * a reference, or the whole buffer leaves its fragments to the owner of the data; the proposal that went with the extraction
 * series says of each fragment whether it is referenced, pinned, or neither.
 */
import { InvalidArgumentError } from "./arguments.ts";
import { EMSGSIZE } from "./errno.ts";
import { existing } from "./existing.ts";
import { dropHold, type PageHold, takeHold } from "./holds.ts";
import { iovIterRevert, isUserBacked, takePages } from "./iov-iter.ts";
import { set } from "./journal.ts";
import type { KernelState } from "./state.ts";
import type { BioVec, IovIter, Page, PageArray } from "./types.ts";

const PAGE_SIZE = 4096;
/** MAX_SKB_FRAGS */
const MAX_SKB_FRAGS = 17;

/** A `skb_frag_t`. `hold` is what the buffer lets go with it; `reference` in every released kernel. */
export interface SkbFragment extends BioVec {
  readonly hold: PageHold;
}

/** A `struct sk_buff`, as far as its fragments go. */
export interface SkBuff {
  readonly fragments: readonly SkbFragment[];
  /** SKBFL_MANAGED_FRAG_REFS: whoever owns the data keeps the pages; the buffer neither takes nor drops. */
  readonly managed: boolean;
  /** dataref of the shared part; at 0 the fragments are let go. */
  readonly users: number;
}

export interface SkbFunctions {
  allocSkb(): SkBuff;
  /** The caller's reference becomes the buffer's. `index` is the next fragment, or one to replace. */
  skbFillPageDesc(skb: SkBuff, index: number, page: Page, offset: number, length: number): void;
  /** The same; of a managed buffer no reference changes hands. */
  skbFillPageDescNoacc(skb: SkBuff, index: number, page: Page, offset: number, length: number): void;
  skbAddRxFrag(skb: SkBuff, index: number, page: Page, offset: number, length: number): void;
  skbFragRef(skb: SkBuff, index: number): void;
  /** Nothing where the buffer is managed. */
  skbFragUnref(skb: SkBuff, index: number): void;
  skbPageUnref(page: Page): void;
  /** 0, with a reference more unless the bytes continue the last fragment; -EMSGSIZE when there is no room. */
  skbAppendPagefrags(skb: SkBuff, page: Page, offset: number, length: number): number;
  /** MSG_SPLICE_PAGES, from 6.5: kernel-backed iterators only. Bytes, or an errno. */
  skbSpliceFromIter(skb: SkBuff, iter: IovIter, maxSize: number): number;
  /** MSG_ZEROCOPY: references on the pages of the iterator, in all kernels. Bytes, or an errno. */
  skbZerocopyIterStream(skb: SkBuff, iter: IovIter, length: number): number;
  /** From 6.0: the fragments stay the owner's of the data. */
  skbSetManaged(skb: SkBuff): void;
  /** skb_clone(): one user more of the same fragments. */
  skbClone(skb: SkBuff): void;
  /** kfree_skb(): the last user lets go of the fragments. */
  kfreeSkb(skb: SkBuff): void;
  /** The proposal: a fragment that says what is held on it. */
  skbFillPageDescHold(
    skb: SkBuff,
    index: number,
    page: Page,
    offset: number,
    length: number,
    hold: PageHold,
  ): void;
  /** The proposal: pages extracted from any iterator, pinned where it is user memory, else left alone. */
  skbZerocopyExtract(skb: SkBuff, iter: IovIter, length: number): number;
}

function store(kernel: KernelState, skb: SkBuff, index: number, fragment: SkbFragment): void {
  if (!Number.isInteger(index) || index < 0 || index > skb.fragments.length || index >= MAX_SKB_FRAGS)
    throw new InvalidArgumentError(
      "index",
      `0 to ${Math.min(skb.fragments.length, MAX_SKB_FRAGS - 1)}`,
      index,
    );
  const fragments = [...skb.fragments];
  fragments[index] = fragment;
  set(kernel.journal, skb, "fragments", fragments);
}

/** Adds bytes behind the last fragment where they follow it in its page; null: they do not. */
function coalesce(kernel: KernelState, skb: SkBuff, page: Page, offset: number, length: number): boolean {
  const last = skb.fragments.at(-1);
  if (last === undefined || last.page !== page || last.offset + last.length !== offset) return false;
  store(kernel, skb, skb.fragments.length - 1, { ...last, length: last.length + length });
  return true;
}

/** Pages of an iterator as fragments, page by page. @returns bytes, or an errno. */
function appendFromIter(
  kernel: KernelState,
  _skb: SkBuff,
  iter: IovIter,
  length: number,
  how: "get" | "extract",
  keep: (page: Page, offset: number, bytes: number) => boolean,
): number {
  let done = 0;
  while (done < length && iter.count > 0) {
    const pages: PageArray = [];
    const { ret, offset0 } = takePages(kernel, how, iter, pages, length - done, MAX_SKB_FRAGS);
    if (ret <= 0) return done > 0 ? done : ret;
    let left = ret;
    let offset = offset0;
    const taken = pages.slice(0, Math.ceil((offset0 + ret) / PAGE_SIZE)).filter((page) => page !== null);
    for (const [slot, page] of taken.entries()) {
      const bytes = Math.min(PAGE_SIZE - offset, left);
      if (!keep(page, offset, bytes)) {
        // What does not fit goes back, and so does the iterator.
        const hold = how === "get" ? "reference" : isUserBacked(iter) ? "pin" : "nothing";
        for (const surplus of taken.slice(slot)) dropHold(kernel, surplus, hold);
        iovIterRevert(kernel, iter, left);
        return done > 0 ? done : EMSGSIZE;
      }
      left -= bytes;
      done += bytes;
      offset = 0;
    }
  }
  return done;
}

export function skbFunctions(kernel: KernelState): SkbFunctions {
  const { profile } = kernel;
  const { switches } = profile.era;
  const referenced = (skb: SkBuff, index: number, page: Page, offset: number, length: number): void =>
    store(kernel, skb, index, { page, offset, length, hold: "reference" });
  const append = (skb: SkBuff, page: Page, offset: number, length: number): number => {
    if (coalesce(kernel, skb, page, offset, length)) return 0;
    if (skb.fragments.length >= MAX_SKB_FRAGS) return EMSGSIZE;
    takeHold(kernel, page, "reference");
    referenced(skb, skb.fragments.length, page, offset, length);
    return 0;
  };
  const fragment = (skb: SkBuff, index: number): SkbFragment => {
    const found = skb.fragments[index];
    if (found === undefined)
      throw new InvalidArgumentError("index", `a fragment, 0 to ${skb.fragments.length - 1}`, index);
    return found;
  };

  return {
    allocSkb: () => ({ fragments: [], managed: false, users: 1 }),
    skbFillPageDesc: referenced,
    skbFillPageDescNoacc: referenced,
    skbAddRxFrag: referenced,
    skbFragRef: (skb, index) => takeHold(kernel, fragment(skb, index).page, "reference"),
    skbFragUnref: (skb, index) => {
      const { page, hold } = fragment(skb, index);
      if (!skb.managed) dropHold(kernel, page, hold);
    },
    skbPageUnref: (page) => dropHold(kernel, page, "reference"),
    skbAppendPagefrags: append,
    skbSpliceFromIter: existing(
      profile,
      "skb_splice_from_iter",
      switches.iterExtract && switches.bioRelease === "unpins-if-pinned",
      (skb, iter, maxSize) => {
        if (isUserBacked(iter)) throw new InvalidArgumentError("iter", "kernel memory", iter.type);
        return appendFromIter(
          kernel,
          skb,
          iter,
          maxSize,
          "extract",
          (page, offset, bytes) => append(skb, page, offset, bytes) === 0,
        );
      },
    ),
    skbZerocopyIterStream: (skb, iter, length) =>
      appendFromIter(kernel, skb, iter, length, "get", (page, offset, bytes) => {
        // A page that continues the last fragment has its hold there; of a managed buffer the owner of the data has it.
        const continues = coalesce(kernel, skb, page, offset, bytes);
        if (continues || skb.managed) dropHold(kernel, page, "reference");
        if (continues) return true;
        if (skb.fragments.length >= MAX_SKB_FRAGS) return false;
        referenced(skb, skb.fragments.length, page, offset, bytes);
        return true;
      }),
    skbSetManaged: existing(profile, "SKBFL_MANAGED_FRAG_REFS", switches.skbManagedFragments, (skb) =>
      set(kernel.journal, skb, "managed", true),
    ),
    skbClone: (skb) => set(kernel.journal, skb, "users", skb.users + 1),
    kfreeSkb: (skb) => {
      set(kernel.journal, skb, "users", skb.users - 1);
      if (skb.users > 0) return;
      if (!skb.managed) for (const { page, hold } of skb.fragments) dropHold(kernel, page, hold);
      set(kernel.journal, skb, "fragments", []);
    },
    skbFillPageDescHold: existing(
      profile,
      "skb_fill_page_desc() with FOLL_* flags",
      switches.skbFragmentModes,
      (skb, index, page, offset, length, hold) => store(kernel, skb, index, { page, offset, length, hold }),
    ),
    skbZerocopyExtract: existing(
      profile,
      "iov_iter_extract_pages() into fragments",
      switches.skbFragmentModes,
      (skb, iter, length) =>
        appendFromIter(kernel, skb, iter, length, "extract", (page, offset, bytes) => {
          if (skb.fragments.length >= MAX_SKB_FRAGS) return false;
          const hold = isUserBacked(iter) ? "pin" : "nothing";
          store(kernel, skb, skb.fragments.length, { page, offset, length: bytes, hold });
          return true;
        }),
    ),
  };
}
