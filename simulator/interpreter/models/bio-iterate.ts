/** Walking a bio by its iterator: what stands at it, and going forward. A bio that nobody filled has pages of its giver. */
import type { CType } from "@pinscope/grammars/ir";
import type { Bio } from "@pinscope/simulator/kernel";
import type { Answer, Call, Model } from "../call.ts";
import { PAGE_SIZE } from "../world.ts";
import { fieldOfVector, syncBio } from "./bio.ts";

const UINT: CType = { kind: "integer", bits: 32, signed: false };
const VECTOR: CType = { kind: "record", tag: "bio_vec", union: false };

interface Position {
  readonly index: number;
  readonly done: number;
  readonly size: number;
}

/** The bio at an address; one that the code was given and did not fill has as many pages as the scenario says. */
function filledBio(call: Call, address: bigint): Bio {
  const known = call.world.bios.get(address);
  if (known !== undefined) return known;
  const { kernel } = call.world;
  const count = call.run.input.scenario.pages;
  const bio = kernel.bioInit(null, count, "read");
  for (let page = 0; page < count; page++) kernel.bioAddPage(bio, call.world.givenPage(), PAGE_SIZE, 0);
  call.world.bios.set(address, bio);
  syncBio(call, address);
  return bio;
}

/** The vector at a position, from where it stands; null behind the last. */
function vectorAt(bio: Bio, { index, done }: Position) {
  const vector = bio.vecs[index];
  if (vector === undefined) return null;
  return { page: vector.page, length: vector.length - done, offset: vector.offset + done };
}

const offsetIn = (call: Call, name: string): number =>
  call.world.machine.layouts.offsetOf("bvec_iter", name, UINT);

/** bio_iter_iovec(bio, iter): the iterator is handed over by value. */
const current: Model = (call): Answer => {
  const bio = filledBio(call, call.at(0));
  const value = call.event.arguments[1]?.value;
  const read = (name: string, otherwise: number): number => {
    if (typeof value !== "object") return otherwise;
    const at = offsetIn(call, name);
    if (value.determinate.subarray(at, at + 4).includes(0) || value.bytes.length < at + 4) return otherwise;
    return new DataView(value.bytes.buffer, value.bytes.byteOffset).getUint32(at, true);
  };
  const position = {
    index: read("bi_idx", 0),
    done: read("bi_bvec_done", 0),
    size: read("bi_size", bio.size),
  };
  const size = call.world.machine.layouts.sizeOf(VECTOR);
  const bytes = new Uint8Array(size);
  const vector = vectorAt(bio, position);
  if (vector !== null) {
    const view = new DataView(bytes.buffer);
    view.setBigUint64(
      fieldOfVector(call, "bv_page"),
      BigInt.asUintN(64, call.world.addressOfPage(vector.page)),
      true,
    );
    view.setUint32(fieldOfVector(call, "bv_len"), Math.min(vector.length, position.size), true);
    view.setUint32(fieldOfVector(call, "bv_offset"), vector.offset, true);
  }
  return { kind: "value", value: { bytes, determinate: new Uint8Array(size).fill(1) } };
};

/** bio_advance_iter(bio, &iter, bytes) and the form for one vector. */
const advance: Model = (call): Answer => {
  const bio = filledBio(call, call.at(0));
  const read = (name: string): number | null => {
    const known = call.read(call.at(1) + BigInt(offsetIn(call, name)), UINT);
    return known === null ? null : Number(known);
  };
  let left = Math.min(Math.max(0, call.int(2)), read("bi_size") ?? bio.size);
  const size = (read("bi_size") ?? bio.size) - left;
  let index = read("bi_idx") ?? 0;
  let done = (read("bi_bvec_done") ?? 0) + left;
  for (left = bio.vecs[index]?.length ?? 0; left > 0 && done >= left; left = bio.vecs[index]?.length ?? 0) {
    done -= left;
    index += 1;
  }
  for (const [name, value] of [
    ["bi_size", size],
    ["bi_idx", index],
    ["bi_bvec_done", done],
  ] as const)
    call.write(call.at(1) + BigInt(offsetIn(call, name)), 4, BigInt(value));
  return undefined;
};

export const bioIterateStubs: Readonly<Record<string, Model>> = {
  bio_iter_iovec: current,
  bio_advance_iter: advance,
  bio_advance_iter_single: advance,
};
