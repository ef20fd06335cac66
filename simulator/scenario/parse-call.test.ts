import { describe, expect, it } from "vitest";
import { parseAddress } from "./calls/area.ts";
import { parseCall } from "./parse-call.ts";

describe("addresses", () => {
  it.each([
    ["A", { kind: "region", name: "A", offset: 0 }],
    ["A+3p", { kind: "region", name: "A", offset: 3 * 4096 }],
    ["A+0x1200", { kind: "region", name: "A", offset: 0x1200 }],
    ["0", { kind: "number", value: 0 }],
    ["0xffff888000000000", { kind: "number", value: 0xffff888000000000 }],
    ["A+3", undefined],
    ["+3p", undefined],
  ])("%s", (text, expected) => {
    expect(parseAddress(text)).toEqual(expected);
  });
});

describe("calls", () => {
  it.each([
    [
      "pin_user_pages_fast(A+1p, 3, FOLL_WRITE|FOLL_LONGTERM) -> slot2",
      {
        kind: "acquire",
        api: "pin_user_pages_fast",
        address: { kind: "region", name: "A", offset: 4096 },
        pages: 3,
        flags: ["FOLL_WRITE", "FOLL_LONGTERM"],
        pagesNull: false,
        slot: 2,
      },
    ],
    [
      "get_user_pages(N+1p, 1, FOLL_WRITE|(pages=NULL)) -> slot0",
      {
        kind: "acquire",
        api: "get_user_pages",
        address: { kind: "region", name: "N", offset: 4096 },
        pages: 1,
        flags: ["FOLL_WRITE"],
        pagesNull: true,
        slot: 0,
      },
    ],
    [
      "one more pin_user_pages(A), slow",
      {
        kind: "acquireRepeatedly",
        times: 1,
        api: "pin_user_pages",
        address: { kind: "region", name: "A", offset: 0 },
        pages: 1,
        flags: ["FOLL_WRITE"],
      },
    ],
    [
      "unpin_user_pages_dirty_lock(dirty=1)(slot0[2..3])",
      {
        kind: "release",
        api: "unpin_user_pages_dirty_lock",
        range: { slot: 0, first: 2, last: 3 },
        dirty: true,
      },
    ],
    ["2048 * put_page(C)", { kind: "releaseRepeatedly", times: 2048, api: "put_page", frame: "C" }],
    [
      "munmap(H+16p..end)",
      {
        kind: "munmap",
        address: { kind: "region", name: "H", offset: 16 * 4096 },
        extent: { kind: "rest" },
      },
    ],
    [
      "iov_iter_get_pages2(ITER_IOVEC, DEST, seg0=A+0x64+512, seg1=kbuf+100) -> slot1",
      {
        kind: "extract",
        api: "iov_iter_get_pages2",
        iterator: "ITER_IOVEC",
        direction: "DEST",
        segments: [
          { at: { kind: "region", name: "A", offset: 100 }, length: 512 },
          { at: "kernel", offset: 0, length: 100 },
        ],
        slot: 1,
      },
    ],
    ["device completes the read (fills 0x5a=90)", { kind: "deviceCompletes", direction: "read", fill: 90 }],
    ["bio_split(bio, 8) -> S", { kind: "bioSplit", bio: "bio", sectors: 8, name: "S" }],
    [
      "iomap_dio_rw(write, A, 4096, at 512, new blocks of 4096)",
      {
        kind: "fileDirectIo",
        through: "iomap_dio_rw",
        direction: "write",
        address: { kind: "region", name: "A", offset: 0 },
        length: 4096,
        offset: 512,
        newBlocks: 4096,
      },
    ],
    ["skb_fill_page_desc(K, slot1[2], pin)", { kind: "skbFill", name: "K", slot: 1, index: 2, hold: "pin" }],
    ["(slot3 empty: nothing to get)", { kind: "nothing" }],
    ["write A, A1", { kind: "described" }],
  ])("%s", (text, expected) => {
    expect(parseCall(text)).toEqual(expected);
  });

  it.each([
    [
      "pin_user_pages_fast(A, 1, FOLL_RITE) -> slot0",
      /expected 0 or gup flags joined by \|.*got "FOLL_RITE"/,
    ],
    ["pin_user_pages_fast(A, 1)", /expected ACQUIRE\(ADDR, N, FLAGS\) -> slotK/],
    ["put_page(slot0[3..1])", /expected a range that grows/],
    ["mmap(F, 2 pages, SHARED|FILE)", /expected a path after SHARED\|FILE/],
    ["mprotect(A, 1 page, PROT_WRITE)", /expected a protection \(PROT_NONE, PROT_READ/],
    ["map_request(smb, READ, A, 4096) -> R", /expected who keeps the array \(nfs, fuse, /],
    ["mprotekt(A)", /no such call; the calls are pin_user_pages_fast, /],
  ])("%s is refused", (text, message) => {
    const read = parseCall(text);
    expect(read.kind).toBe("problem");
    expect(read.kind === "problem" ? read.message : "").toMatch(message);
  });
});
