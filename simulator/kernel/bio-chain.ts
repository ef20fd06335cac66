/**
 * Bios that stand for parts of others, and how a bio ends (block/bio.c): a clone shares the vectors of its source and owns
 * nothing in them; a split is a clone of the first sectors; a parent ends when its children have.
 */
import { InvalidArgumentError } from "./arguments.ts";
import { bioInit, remainingVecs, SECTOR_SIZE } from "./bio.ts";
import { bioPut } from "./bio-release.ts";
import type { Bio, BlockDevice } from "./block-types.ts";
import { append, set } from "./journal.ts";
import { type KernelState, warnOnce } from "./state.ts";
import { fillVecs } from "./user-copy.ts";

/** bio_alloc_clone() (bio_clone_fast() before 5.18): the table of vectors is the source's, bi_vcnt stays 0. */
export function bioAllocClone(kernel: KernelState, device: BlockDevice | null, source: Bio): Bio {
  const clone = bioInit(device ?? source.device, 0, source.op);
  bioInitClone(kernel, clone, source);
  return clone;
}

/** bio_init_clone(): the same into a bio of the caller's. */
export function bioInitClone(kernel: KernelState, clone: Bio, source: Bio): void {
  const { journal } = kernel;
  set(journal, clone, "vecs", source.vecs);
  set(journal, clone, "vcnt", 0);
  set(journal, clone, "skip", source.skip);
  set(journal, clone, "size", source.size);
  set(journal, clone, "cloned", true);
}

/** bio_advance(): the first bytes are behind. */
export function bioAdvance(kernel: KernelState, bio: Bio, bytes: number): void {
  if (bytes < 0 || bytes > bio.size)
    throw new InvalidArgumentError("bytes", `0 to ${bio.size}, what is left of the bio`, bytes);
  set(kernel.journal, bio, "skip", bio.skip + bytes);
  set(kernel.journal, bio, "size", bio.size - bytes);
}

/**
 * bio_split(): a clone of the first `sectors`, which the original leaves behind. Zone appends cannot be split: null, with
 * a warning.
 */
export function bioSplit(kernel: KernelState, bio: Bio, sectors: number): Bio | null {
  if (!Number.isInteger(sectors) || sectors <= 0 || sectors * SECTOR_SIZE >= bio.size)
    throw new InvalidArgumentError(
      "sectors",
      `1 or more, less than the ${bio.size / SECTOR_SIZE} of the bio`,
      sectors,
    );
  if (bio.op === "zone-append") {
    warnOnce(kernel, "block/bio.c:bio_split", "a zone append cannot be split");
    return null;
  }
  const split = bioAllocClone(kernel, null, bio);
  set(kernel.journal, split, "size", sectors * SECTOR_SIZE);
  bioAdvance(kernel, bio, sectors * SECTOR_SIZE);
  return split;
}

/** bio_chain(): `parent` ends when `bio` has ended, too. */
export function bioChain(kernel: KernelState, bio: Bio, parent: Bio): void {
  if (bio.parent !== null || bio.endIo !== null)
    warnOnce(kernel, "block/bio.c:bio_chain", "the bio has an end of its own already");
  set(kernel.journal, bio, "parent", parent);
  set(kernel.journal, parent, "remaining", parent.remaining + 1);
}

/** bio_endio(): tells the owner, or the parent of the chain, once nothing remains. */
export function bioEndio(kernel: KernelState, bio: Bio): void {
  for (let one: Bio | null = bio; one !== null; ) {
    set(kernel.journal, one, "remaining", one.remaining - 1);
    if (one.remaining > 0) return;
    const { parent }: Bio = one;
    if (parent === null) {
      one.endIo?.(one);
      return;
    }
    if (one.status !== 0 && parent.status === 0) set(kernel.journal, parent, "status", one.status);
    bioPut(kernel, one);
    one = parent;
  }
}

/** submit_bio(): the device has it until it is told to complete. */
export function submitBio(kernel: KernelState, bio: Bio): void {
  if (bio.device === null) throw new InvalidArgumentError("bio", "a bio for a device", "one without");
  append(kernel.journal, bio.device.inFlight, bio);
}

/**
 * The device is through with everything in flight: reads fill their bytes with `value`, or all fail with `error`.
 * @returns the number of bios.
 */
export function completeBios(kernel: KernelState, device: BlockDevice, value: number, error = 0): number {
  const bios = device.inFlight;
  set(kernel.journal, device, "inFlight", []);
  for (const bio of bios) {
    if (error !== 0) set(kernel.journal, bio, "status", error);
    else if (bio.op === "read") fillVecs(kernel, remainingVecs(bio), value);
    bioEndio(kernel, bio);
  }
  return bios.length;
}
