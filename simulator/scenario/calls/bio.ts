/** Calls on the test bio. */

import type { Segment } from "../call.ts";
import { ScenarioError } from "../session.ts";
import { type Form, type Performers, pick, segments, split } from "./area.ts";
import { type IteratorKind, iteratorKinds, makeIterator, mostPages } from "./iterator.ts";

export type BioCall =
  | {
      readonly kind: "bioGetPages";
      readonly iterator: IteratorKind;
      readonly direction: "READ" | "WRITE";
      readonly segments: readonly Segment[];
    }
  /** One more page for the test bio, from a slot; the bio takes nothing. */
  | {
      readonly kind: "bioAddPage";
      readonly slot: number;
      readonly index: number;
      readonly length: number;
      readonly offset: number;
    }
  | { readonly kind: "bioReleasePages"; readonly markDirty: boolean };

export const bioForms: readonly Form[] = [
  {
    usage: "bio_iov_iter_get_pages(ITER, READ|WRITE, seg0=ADDR+LEN…)",
    pattern: /^bio_iov_iter_get_pages\((.+)\)$/,
    read: ([, text]) => {
      const [iterator = "", direction = "", ...rest] = split(text!);
      return {
        kind: "bioGetPages",
        iterator: pick(iteratorKinds, iterator, "an iterator"),
        direction: pick(["READ", "WRITE"] as const, direction, "a direction"),
        segments: segments(rest),
      };
    },
  },
  {
    usage: "bio_add_page(slotK[I], LEN, OFFSET)",
    pattern: /^bio_add_page\(slot(\d+)\[(\d+)\], (\d+), (\d+)\)$/,
    read: ([, slot, index, length, offset]) => ({
      kind: "bioAddPage",
      slot: Number(slot),
      index: Number(index),
      length: Number(length),
      offset: Number(offset),
    }),
  },
  {
    usage: "bio_release_pages(mark_dirty=0|1)",
    pattern: /^bio_release_pages\(mark_dirty=([01])\)$/,
    read: ([, dirty]) => ({ kind: "bioReleasePages", markDirty: dirty === "1" }),
  },
];

/** errno values that the recorder, not the kernel, returns. */
const ENOENT = 2;
const EBUSY = 16;

export const bioPerformers: Performers<BioCall> = {
  bioGetPages: (session, who, call) => {
    if (session.bio !== null) return { ret: -EBUSY };
    const { kernel } = session;
    const read = call.direction === "READ";
    const iter = makeIterator(session, who, call.iterator, read ? "dest" : "source", call.segments);
    const bio = kernel.bioInit(session.disk, iter.type === "bvec" ? 0 : mostPages, read ? "read" : "write");
    session.bio = bio;
    return { ret: kernel.bioIovIterGetPages(bio, iter) };
  },
  // The result is the bytes added, 0 when the bio has no room.
  bioAddPage: (session, _who, call) => {
    const page = session.slots.get(call.slot)?.pages[call.index];
    if (page === undefined) throw new ScenarioError(`expected a page in slot${call.slot}[${call.index}]`);
    session.bio ??= session.kernel.bioInit(session.disk, mostPages, "read");
    return { ret: session.kernel.bioAddPage(session.bio, page, call.length, call.offset) };
  },
  bioReleasePages: (session, _who, call) => {
    if (session.bio === null) return { ret: -ENOENT };
    session.kernel.bioReleasePages(session.bio, call.markDirty);
    session.bio = null;
    return { ret: 0 };
  },
};
