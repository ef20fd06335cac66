/**
 * Names that were proposed and never merged: no release has them, and the kernel that they were proposed for does to the
 * counters what was said of them.
 */
import { FOLL, type IovIter, type Kernel, type Page } from "@pinscope/simulator/kernel";
import type { Stage } from "../stage.ts";

export interface ProposedCall {
  readonly entry: string;
  /** The era that has it. */
  readonly era: string;
  /** Calls it on the first page of the stage. */
  readonly call: (stage: Stage, page: Page) => void;
  /** What it does to that page: references, and pins apart from them. */
  readonly refs: number;
  readonly pins: number;
}

const series = "extraction-series-v8";

function user({ kernel, mm, address }: Stage): IovIter {
  return kernel.iovIterUbuf("dest", mm, address, 4096);
}

function held(kernel: Kernel, stage: Stage, pinned: boolean): void {
  const form = pinned ? kernel.pinUserPagesFast : kernel.getUserPagesFast;
  form(stage.mm, stage.address, 1, FOLL.WRITE, []);
}

export const proposedCalls: readonly ProposedCall[] = [
  {
    entry: "iov_iter_extract_mode",
    era: series,
    call: (stage) => {
      if (stage.kernel.iovIterExtractMode(user(stage)) !== FOLL.PIN) throw new Error("user memory is pinned");
    },
    refs: 0,
    pins: 0,
  },
  {
    entry: "folio_put_unpin",
    era: series,
    call: (stage, page) => {
      held(stage.kernel, stage, true);
      held(stage.kernel, stage, false);
      stage.kernel.folioPutUnpin(page.folio, FOLL.PIN);
    },
    refs: 1,
    pins: 0,
  },
  {
    entry: "page_put_unpin",
    era: series,
    call: (stage, page) => {
      held(stage.kernel, stage, true);
      held(stage.kernel, stage, false);
      stage.kernel.pagePutUnpin(page, FOLL.GET);
      stage.kernel.pagePutUnpin(page, 0);
    },
    refs: 0,
    pins: 1,
  },
  {
    entry: "bio_set_cleanup_mode",
    era: series,
    call: (stage) => {
      stage.kernel.bioSetCleanupMode(stage.bio, user(stage));
      if (!stage.bio.pagePinned) throw new Error("the bio's pages are pins");
    },
    refs: 0,
    pins: 0,
  },
  {
    entry: "bio_to_gup_flags",
    era: series,
    call: (stage) => {
      stage.kernel.bioIovIterGetPages(stage.bio, user(stage));
      if (stage.kernel.bioToGupFlags(stage.bio) !== FOLL.PIN) throw new Error("the bio's pages are pins");
    },
    refs: 0,
    pins: 1,
  },
  {
    entry: "vaddr_pin_pages",
    era: "proposal-2019",
    call: ({ kernel, mm, address }) => {
      kernel.vaddrPinPages(mm, address, 1, FOLL.WRITE, []);
    },
    refs: 1,
    pins: 0,
  },
  {
    entry: "get_user_bvec",
    era: "proposal-2019",
    call: ({ kernel, mm, address }) => {
      kernel.getUserBvec(mm, address, 4096, FOLL.WRITE, []);
    },
    refs: 1,
    pins: 0,
  },
  {
    entry: "iov_iter_pin_pages2",
    era: "pin-pages2-2022",
    call: (stage, page) => {
      const vecs = [{ page, offset: 0, length: 512 }];
      stage.kernel.iovIterPinPages2(stage.kernel.iovIterBvec("dest", vecs), [], 512, 1);
    },
    refs: 0,
    pins: 1,
  },
  {
    entry: "get_gup_pin",
    era: "bio-gup-pins-2019",
    call: ({ kernel }, page) => kernel.getGupPin(page),
    refs: 0,
    pins: 1,
  },
];
