/** Direct I/O in flight on the disk, by system calls and by io_uring with its registered buffers. */
import type { Address } from "../call.ts";
import { mmOf, resolveAddress, ScenarioError, type Session } from "../session.ts";
import type { Who } from "../types.ts";
import { address, type Form, type Outcome, type Performers, pick, region } from "./area.ts";

export type DirectIoCall =
  | {
      readonly kind: "directIo";
      /** So many equal requests, all in flight together. */
      readonly times: number;
      readonly direction: "read" | "write";
      readonly address: Address;
      readonly length: number;
    }
  | { readonly kind: "deviceCompletes"; readonly direction: "read" | "write"; readonly fill: number }
  /** Direct I/O through a file system; `offset` in the file, `newBlocks`: their size where they are allocated for it. */
  | {
      readonly kind: "fileDirectIo";
      readonly through: "blockdev_direct_IO" | "iomap_dio_rw";
      readonly direction: "read" | "write";
      readonly address: Address;
      readonly length: number;
      readonly offset: number;
      readonly newBlocks: number | null;
    }
  /** Everything in flight fails with EIO. */
  | { readonly kind: "deviceFails" }
  | { readonly kind: "directIoReturned"; readonly direction: "read" | "write" }
  | { readonly kind: "ioUringRegister"; readonly address: Address; readonly length: number }
  | { readonly kind: "ioUringUnregister" }
  | {
      readonly kind: "ioUringRead";
      readonly fixed: boolean;
      readonly address: Address;
      readonly length: number;
    }
  | { readonly kind: "ioUringCompletion" };

export const directIoForms: readonly Form[] = [
  {
    usage: "[TIMES * ]pread(O_DIRECT, ADDR, LEN) started in a thread",
    pattern:
      /^(?:(\d+) \* )?p(read|write)\(O_DIRECT, ([^,]+?)(?: \(never touched\))?, (\d+)\) started(?: in a thread)?$/,
    read: ([, times, direction, at, length]) => ({
      kind: "directIo",
      times: Number(times ?? 1),
      direction: direction === "read" ? "read" : "write",
      address: address(at!),
      length: Number(length),
    }),
  },
  {
    usage: "device completes the read (fills V)",
    pattern: /^device completes the (?:write|read \(fills (0x[0-9a-f]+|0)=\d+\))$/,
    read: ([, fill]) => ({
      kind: "deviceCompletes",
      direction: fill === undefined ? "write" : "read",
      fill: Number(fill ?? 0),
    }),
  },
  {
    usage: "blockdev_direct_IO|iomap_dio_rw(read|write, ADDR, LEN[, at OFFSET][, new blocks of SIZE])",
    pattern:
      /^(blockdev_direct_IO|iomap_dio_rw)\((read|write), ([^,]+), (\d+)(?:, at (\d+))?(?:, new blocks of (\d+))?\)$/,
    read: ([, through, direction, at, length, offset, blocks]) => ({
      kind: "fileDirectIo",
      through: pick(["blockdev_direct_IO", "iomap_dio_rw"] as const, through!, "a file system's way"),
      direction: direction === "read" ? "read" : "write",
      address: address(at!),
      length: Number(length),
      offset: Number(offset ?? 0),
      newBlocks: blocks === undefined ? null : Number(blocks),
    }),
  },
  {
    usage: "device fails with EIO",
    pattern: /^device fails with EIO$/,
    read: () => ({ kind: "deviceFails" }),
  },
  {
    usage: "pread() returned",
    pattern: /^p(read|write)\(\) returned$/,
    read: ([, direction]) => ({
      kind: "directIoReturned",
      direction: direction === "read" ? "read" : "write",
    }),
  },
  {
    usage: "io_uring_register(BUFFERS, ADDR+LEN)",
    pattern: new RegExp(`^io_uring_register\\(BUFFERS, (${region})\\+(\\d+)(M?)\\)$`),
    read: ([, name, length, unit]) => ({
      kind: "ioUringRegister",
      address: address(name!),
      length: Number(length) * (unit === "M" ? 2 ** 20 : 1),
    }),
  },
  {
    usage: "io_uring_register(UNREGISTER_BUFFERS)",
    pattern: /^(?:io_uring_register\(UNREGISTER_BUFFERS\)|unregister)$/,
    read: () => ({ kind: "ioUringUnregister" }),
  },
  {
    usage: "io_uring READ_FIXED(ADDR) O_DIRECT LEN submitted",
    pattern: /^io_uring READ(_FIXED)?\((\S+)\) O_DIRECT (\d+) submitted$/,
    read: ([, fixed, at, length]) => ({
      kind: "ioUringRead",
      fixed: fixed !== undefined,
      address: address(at!),
      length: Number(length),
    }),
  },
  { usage: "completion", pattern: /^completion$/, read: () => ({ kind: "ioUringCompletion" }) },
];

function complete(session: Session, fill: number): Outcome {
  const ret = session.kernel.completeDirectIo(session.disk, fill);
  if (session.directIo !== null) session.directIo = { ...session.directIo, completed: true };
  return { ret };
}

/** The system call returns. @returns bytes. */
export function returnDirectIo(session: Session): Outcome {
  const result = session.directIo?.request.result ?? null;
  if (result === null) {
    throw new ScenarioError("expected the device to complete the request before");
  }
  session.directIo = null;
  return { ret: result };
}

/** What a device that fails says. */
const EIO = 5;

/** The device fills the memory of an io_uring read with this byte. */
const uringFill = 0x5a;

type CallOf<Kind extends DirectIoCall["kind"]> = Extract<DirectIoCall, { readonly kind: Kind }>;

function performDirectIo(session: Session, who: Who, call: CallOf<"directIo">): Outcome {
  if (session.directIo !== null) throw new ScenarioError("expected the request before to have returned");
  const { kernel } = session;
  const direction = call.direction === "read" ? "dest" : "source";
  const address = resolveAddress(session, call.address);
  const mm = mmOf(session, who);
  for (let time = 0; time < call.times; time++) {
    const iter = kernel.iovIterUbuf(direction, mm, address, call.length);
    session.directIo = { request: kernel.blkdevDirectIo(session.disk, iter, false), completed: false };
  }
  return { ret: 0 };
}

/** @returns bytes, or an errno, where the request ends at once; else 0. */
function performFileDirectIo(session: Session, who: Who, call: CallOf<"fileDirectIo">): Outcome {
  if (session.directIo !== null) throw new ScenarioError("expected the request before to have returned");
  const { kernel } = session;
  const direction = call.direction === "read" ? "dest" : "source";
  const iter = kernel.iovIterUbuf(
    direction,
    mmOf(session, who),
    resolveAddress(session, call.address),
    call.length,
  );
  const blockSize = call.newBlocks ?? 4096;
  const length = Math.ceil((call.offset + call.length) / blockSize) * blockSize;
  const extents = [{ length, state: call.newBlocks === null ? ("mapped" as const) : ("new" as const) }];
  const start = call.through === "iomap_dio_rw" ? kernel.iomapDioRw : kernel.blockdevDirectIo;
  const request = start(session.disk, iter, { offset: call.offset, blockSize, extents }, false);
  session.directIo = { request, completed: false };
  return { ret: request.result ?? 0 };
}

function performRegister(session: Session, who: Who, call: CallOf<"ioUringRegister">): Outcome {
  const address = resolveAddress(session, call.address);
  const { ret, buffer } = session.kernel.ioUringRegisterBuffer(mmOf(session, who), address, call.length);
  if (buffer !== null) session.registered.push(buffer);
  return { ret };
}

/** An asynchronous O_DIRECT read. @returns the number of requests submitted. */
function performUringRead(session: Session, who: Who, call: CallOf<"ioUringRead">): Outcome {
  const { kernel } = session;
  const [buffer] = session.registered;
  if (call.fixed && buffer === undefined)
    throw new ScenarioError("expected io_uring_register(BUFFERS, …) before");
  const iter =
    call.fixed && buffer !== undefined
      ? kernel.iovIterBvec("dest", buffer.bvecs)
      : kernel.iovIterUbuf("dest", mmOf(session, who), resolveAddress(session, call.address), call.length);
  session.directIo = { request: kernel.blkdevDirectIo(session.disk, iter, true), completed: false };
  return { ret: 1 };
}

export const directIoPerformers: Performers<DirectIoCall> = {
  directIo: performDirectIo,
  fileDirectIo: performFileDirectIo,
  deviceFails: (session) => {
    const ret = session.kernel.completeDirectIo(session.disk, 0, -EIO);
    if (session.directIo !== null) session.directIo = { ...session.directIo, completed: true };
    return { ret };
  },
  // The result is the number of bios that the disk held.
  deviceCompletes: (session, _who, call) => complete(session, call.fill),
  directIoReturned: returnDirectIo,
  ioUringRegister: performRegister,
  ioUringUnregister: (session) => {
    for (const buffer of session.registered.splice(0)) session.kernel.ioUringUnregisterBuffer(buffer);
    return { ret: 0 };
  },
  ioUringRead: performUringRead,
  ioUringCompletion: (session) => {
    complete(session, uringFill);
    return returnDirectIo(session);
  },
};
