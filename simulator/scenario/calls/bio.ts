/** Calls on the test bio. */

import type { Address, Segment } from "../call.ts";
import { bioAt, mmOf, resolveAddress, ScenarioError, type Session } from "../session.ts";
import { address, type Form, type Performers, pick, region, segments, split } from "./area.ts";
import { type IteratorKind, iteratorKinds, makeIterator, mostPages } from "./iterator.ts";

export type BioCall =
  | {
      readonly kind: "bioGetPages";
      readonly iterator: IteratorKind;
      readonly direction: "READ" | "WRITE";
      readonly segments: readonly Segment[];
    }
  /** One more page for a bio, from a slot; the bio takes nothing. `gup`: the flag proposed in April 2019. */
  | {
      readonly kind: "bioAddPage";
      readonly slot: number;
      readonly index: number;
      readonly length: number;
      readonly offset: number;
      readonly gup: boolean;
    }
  | { readonly kind: "bioReleasePages"; readonly bio: string; readonly markDirty: boolean }
  | { readonly kind: "bioSetPagesDirty"; readonly bio: string }
  | { readonly kind: "bioCheckPagesDirty"; readonly bio: string }
  | { readonly kind: "bioDirtyFn" }
  | { readonly kind: "bioAllocClone"; readonly bio: string; readonly name: string }
  | { readonly kind: "bioSplit"; readonly bio: string; readonly sectors: number; readonly name: string }
  | { readonly kind: "bioChain"; readonly bio: string; readonly parent: string }
  | { readonly kind: "submitBio"; readonly bio: string }
  | { readonly kind: "bioIntegrityMapUser"; readonly address: Address; readonly length: number }
  | { readonly kind: "bioIntegrityUnmapUser" }
  | {
      readonly kind: "blkRqMapUser";
      readonly direction: "READ" | "WRITE";
      readonly segments: readonly Segment[];
    }
  | { readonly kind: "blkRqUnmapUser" };

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
    usage: "bio_add_page(slotK[I], LEN, OFFSET[, gup])",
    pattern: /^bio_add_page\(slot(\d+)\[(\d+)\], (\d+), (\d+)(, gup)?\)$/,
    read: ([, slot, index, length, offset, gup]) => ({
      kind: "bioAddPage",
      slot: Number(slot),
      index: Number(index),
      length: Number(length),
      offset: Number(offset),
      gup: gup !== undefined,
    }),
  },
  {
    usage: "bio_release_pages([NAME, ]mark_dirty=0|1)",
    pattern: new RegExp(`^bio_release_pages\\((?:(${region}), )?mark_dirty=([01])\\)$`),
    read: ([, bio, dirty]) => ({ kind: "bioReleasePages", bio: bio ?? "bio", markDirty: dirty === "1" }),
  },
  {
    usage: "bio_set_pages_dirty([NAME]) or bio_check_pages_dirty([NAME])",
    pattern: new RegExp(`^bio_(set|check)_pages_dirty\\((${region})?\\)$`),
    read: ([, how, bio]) => ({
      kind: how === "set" ? "bioSetPagesDirty" : "bioCheckPagesDirty",
      bio: bio ?? "bio",
    }),
  },
  { usage: "bio_dirty_fn()", pattern: /^bio_dirty_fn\(\)$/, read: () => ({ kind: "bioDirtyFn" }) },
  {
    usage: "bio_alloc_clone(NAME) -> NAME",
    pattern: new RegExp(`^bio_alloc_clone\\((${region})\\) -> (${region})$`),
    read: ([, bio, name]) => ({ kind: "bioAllocClone", bio: bio!, name: name! }),
  },
  {
    usage: "bio_split(NAME, SECTORS) -> NAME",
    pattern: new RegExp(`^bio_split\\((${region}), (\\d+)\\) -> (${region})$`),
    read: ([, bio, sectors, name]) => ({
      kind: "bioSplit",
      bio: bio!,
      sectors: Number(sectors),
      name: name!,
    }),
  },
  {
    usage: "bio_chain(NAME, PARENT)",
    pattern: new RegExp(`^bio_chain\\((${region}), (${region})\\)$`),
    read: ([, bio, parent]) => ({ kind: "bioChain", bio: bio!, parent: parent! }),
  },
  {
    usage: "submit_bio(NAME)",
    pattern: new RegExp(`^submit_bio\\((${region})\\)$`),
    read: ([, bio]) => ({ kind: "submitBio", bio: bio! }),
  },
  {
    usage: "bio_integrity_map_user(ADDR, LEN)",
    pattern: /^bio_integrity_map_user\(([^,]+), (\d+)\)$/,
    read: ([, at, length]) => ({
      kind: "bioIntegrityMapUser",
      address: address(at!),
      length: Number(length),
    }),
  },
  {
    usage: "bio_integrity_unmap_user()",
    pattern: /^bio_integrity_unmap_user\(\)$/,
    read: () => ({ kind: "bioIntegrityUnmapUser" }),
  },
  {
    usage: "blk_rq_map_user_iov(READ|WRITE, seg0=ADDR+LEN…)",
    pattern: /^blk_rq_map_user_iov\((.+)\)$/,
    read: ([, text]) => {
      const [direction = "", ...rest] = split(text!);
      return {
        kind: "blkRqMapUser",
        direction: pick(["READ", "WRITE"] as const, direction, "a direction"),
        segments: segments(rest),
      };
    },
  },
  {
    usage: "blk_rq_unmap_user()",
    pattern: /^blk_rq_unmap_user\(\)$/,
    read: () => ({ kind: "blkRqUnmapUser" }),
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
    return { ret: session.kernel.bioAddPage(session.bio, page, call.length, call.offset, call.gup) };
  },
  bioReleasePages: (session, _who, call) => {
    if (call.bio === "bio" && session.bio === null) return { ret: -ENOENT };
    session.kernel.bioReleasePages(bioAt(session, call.bio), call.markDirty);
    forgetBio(session, call.bio);
    return { ret: 0 };
  },
  bioSetPagesDirty: (session, _who, call) => {
    session.kernel.bioSetPagesDirty(bioAt(session, call.bio));
    return { ret: 0 };
  },
  bioCheckPagesDirty: (session, _who, call) => {
    session.kernel.bioCheckPagesDirty(bioAt(session, call.bio));
    forgetBio(session, call.bio);
    return { ret: 0 };
  },
  // The result is the number of bios that the work item found.
  bioDirtyFn: (session) => ({ ret: session.kernel.bioDirtyFn() }),
  bioAllocClone: (session, _who, call) => {
    const bio = session.kernel.bioAllocClone(session.disk, bioAt(session, call.bio));
    session.objects.set(call.name, { kind: "bio", bio });
    return { ret: 0 };
  },
  // The result is the bytes of the new bio; 0: it could not be split.
  bioSplit: (session, _who, call) => {
    const bio = session.kernel.bioSplit(bioAt(session, call.bio), call.sectors);
    if (bio !== null) session.objects.set(call.name, { kind: "bio", bio });
    return { ret: bio?.size ?? 0 };
  },
  bioChain: (session, _who, call) => {
    session.kernel.bioChain(bioAt(session, call.bio), bioAt(session, call.parent));
    return { ret: 0 };
  },
  submitBio: (session, _who, call) => {
    session.kernel.submitBio(bioAt(session, call.bio));
    return { ret: 0 };
  },
  bioIntegrityMapUser: (session, who, call) => {
    const { kernel } = session;
    session.bio ??= kernel.bioInit(session.disk, mostPages, "read");
    const direction = session.bio.op === "read" ? "dest" : "source";
    const from = resolveAddress(session, call.address);
    const iter = kernel.iovIterUbuf(direction, mmOf(session, who), from, call.length);
    return { ret: kernel.bioIntegrityMapUser(session.bio, iter) };
  },
  bioIntegrityUnmapUser: (session) => {
    session.kernel.bioIntegrityUnmapUser(bioAt(session, "bio"));
    return { ret: 0 };
  },
  blkRqMapUser: (session, who, call) => {
    const { kernel } = session;
    const read = call.direction === "READ";
    const request = kernel.createRequest(session.disk, read ? "read" : "write");
    const iter = makeIterator(session, who, "ITER_IOVEC", read ? "dest" : "source", call.segments);
    const ret = kernel.blkRqMapUserIov(request, iter);
    session.mappedRequest = { request, first: request.bio };
    return { ret };
  },
  blkRqUnmapUser: (session) => {
    if (session.mappedRequest === null) throw new ScenarioError("expected blk_rq_map_user_iov() before");
    const ret = session.kernel.blkRqUnmapUser(session.mappedRequest.first);
    session.mappedRequest = null;
    return { ret };
  },
};

/** What was let go may be made anew. */
function forgetBio(session: Session, name: string): void {
  if (name === "bio") session.bio = null;
  else session.objects.delete(name);
}
