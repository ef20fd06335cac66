/**
 * Requests that keep an array of pages beside them instead of a bio: NFS direct I/O, FUSE, 9p over virtio, Ceph, CIFS through
 * netfs (fs/nfs/direct.c, fs/fuse/file.c, net/9p/trans_virtio.c, fs/ceph/file.c, fs/netfs/iterator.c). Each user lets go by
 * what it noted when it took the pages.
 */

import { InvalidArgumentError } from "./arguments.ts";
import { dropAll, type PageHold } from "./holds.ts";
import { iovIterNpages, isUserBacked, takePages } from "./iov-iter.ts";
import { set } from "./journal.ts";
import type { KernelState } from "./state.ts";
import type { BioVec, IovIter, PageArray } from "./types.ts";

const PAGE_SIZE = 4096;

/** Who keeps the array. */
export type RequestUser = "nfs" | "fuse" | "9p" | "ceph" | "netfs";

/** Pages beside a request. */
export interface UserRequest {
  readonly user: RequestUser;
  readonly vecs: readonly BioVec[];
  /** What is let go of each page at the end: need_unpin, is_pinned or direct_bv_unpin of the user. */
  readonly hold: PageHold;
  /** The device writes the memory: pages are made dirty before they are let go. */
  readonly shouldDirty: boolean;
}

export interface RequestFunctions {
  /**
   * Takes the iterator's pages into a request's array, up to `maxPages`. `ret` is bytes, or an errno; after an error the
   * request may hold what came before it, and must be released all the same.
   */
  mapUserRequest(
    user: RequestUser,
    iter: IovIter,
    maxPages: number,
  ): { readonly ret: number; readonly request: UserRequest };
  /** Lets go of everything; a second call finds nothing. */
  releaseUserRequest(request: UserRequest): void;
}

/** How a user takes pages: by reference whatever they are, or by extraction. */
function howOf(kernel: KernelState, user: RequestUser): "get" | "extract" | "pin" {
  const { fuseTakes, cifsTakes, nfsTakes } = kernel.profile.era.switches;
  switch (user) {
    case "fuse":
      return fuseTakes === "extracts" ? "extract" : "get";
    case "netfs":
      return cifsTakes === "extracts" ? "extract" : "get";
    case "nfs":
      return nfsTakes === "pins" ? "pin" : "get";
    case "9p":
    case "ceph":
      return "get";
  }
}

function mapUserRequest(
  kernel: KernelState,
  user: RequestUser,
  iter: IovIter,
  maxPages: number,
): { readonly ret: number; readonly request: UserRequest } {
  if (!Number.isInteger(maxPages) || maxPages < 1)
    throw new InvalidArgumentError("maxPages", "1 or more", maxPages);
  const how = howOf(kernel, user);
  const hold = how === "get" ? "reference" : how === "pin" ? "pin" : isUserBacked(iter) ? "pin" : "nothing";
  const vecs: BioVec[] = [];
  let bytes = 0;
  let error = 0;
  while (iter.count > 0 && vecs.length < maxPages) {
    const pages: PageArray = [];
    const room = Math.min(iovIterNpages(iter, maxPages), maxPages - vecs.length);
    const { ret, offset0 } = takePages(kernel, how, iter, pages, iter.count, room);
    if (ret <= 0) {
      error = ret;
      break;
    }
    let left = ret;
    let offset = offset0;
    for (const page of pages.slice(0, Math.ceil((offset0 + ret) / PAGE_SIZE))) {
      if (page === null) break;
      const length = Math.min(PAGE_SIZE - offset, left);
      vecs.push({ page, offset, length });
      left -= length;
      offset = 0;
    }
    bytes += ret;
  }
  const shouldDirty = iter.direction === "dest" && (isUserBacked(iter) || user === "ceph");
  // FUSE says an error even after some pages; the others say the bytes.
  const ret = error !== 0 && (bytes === 0 || user === "fuse") ? error : bytes;
  return { ret, request: { user, vecs, hold, shouldDirty } };
}

export function requestFunctions(kernel: KernelState): RequestFunctions {
  return {
    mapUserRequest: (user, iter, maxPages) => mapUserRequest(kernel, user, iter, maxPages),
    releaseUserRequest: (request) => {
      const pages = request.vecs.map(({ page }) => page);
      dropAll(kernel, pages, request.hold, request.shouldDirty);
      set(kernel.journal, request, "vecs", []);
    },
  };
}
