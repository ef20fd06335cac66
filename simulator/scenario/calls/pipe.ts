/** Pipes: vmsplice() of user pages into one, and what is read or spliced out of it. */
import type { Address } from "../call.ts";
import { mmOf, resolveAddress, ScenarioError, type Session } from "../session.ts";
import type { Who } from "../types.ts";
import { address, type Form, type Outcome, type Performers } from "./area.ts";
import { returnDirectIo } from "./direct-io.ts";

export type PipeCall =
  | { readonly kind: "vmsplice"; readonly address: Address; readonly length: number }
  | { readonly kind: "pipeRead" }
  /** What is in the pipe goes to the disk by direct I/O; `spliceReturned`: its pages leave the pipe. */
  | { readonly kind: "splice" | "spliceReturned" };

export const pipeForms: readonly Form[] = [
  {
    usage: "vmsplice(pipe, ADDR, LEN)",
    pattern: /^vmsplice\(pipe, ([^,]+), (\d+)\)$/,
    read: ([, at, length]) => ({ kind: "vmsplice", address: address(at!), length: Number(length) }),
  },
  {
    usage: "splice(pipe -> O_DIRECT) started",
    pattern: /^splice\(pipe -> O_DIRECT\) started$/,
    read: () => ({ kind: "splice" }),
  },
  { usage: "splice() returned", pattern: /^splice\(\) returned$/, read: () => ({ kind: "spliceReturned" }) },
  {
    usage: "read(pipe) first byte",
    pattern: /^read\(pipe\) first byte$/,
    read: () => ({ kind: "pipeRead" }),
  },
];

/** vmsplice() of user pages into a pipe: a reference on each, no copy. */
function performVmsplice(
  session: Session,
  who: Who,
  call: Extract<PipeCall, { readonly kind: "vmsplice" }>,
): Outcome {
  const { kernel, pipe } = session;
  const address = resolveAddress(session, call.address);
  const iter = kernel.iovIterUbuf("source", mmOf(session, who), address, call.length);
  return { ret: kernel.iterToPipe(iter, pipe) };
}

function emptyPipe({ kernel, pipe }: Session): void {
  const bytes = kernel.pipeBuffers(pipe).reduce((sum, { length }) => sum + length, 0);
  kernel.readPipe(pipe, bytes);
}

/** Everything is read from the pipe; its references go. @returns the first byte. */
function performPipeRead(session: Session): Outcome {
  const { kernel } = session;
  const [first] = kernel.pipeBuffers(session.pipe);
  if (first === undefined) throw new ScenarioError("expected vmsplice() before");
  const value = kernel.dmaRead(first.page, first.offset);
  emptyPipe(session);
  return { ret: value };
}

/** splice() from the pipe to the disk, opened with O_DIRECT: the bio borrows the pages that the pipe holds. */
function performSplice(session: Session): Outcome {
  const { kernel } = session;
  const bvecs = kernel.pipeBuffers(session.pipe);
  if (bvecs.length === 0) throw new ScenarioError("expected vmsplice() before");
  const request = kernel.blkdevDirectIo(session.disk, kernel.iovIterBvec("source", bvecs), false);
  session.directIo = { request, completed: false };
  return { ret: 0 };
}

function performSpliceReturn(session: Session): Outcome {
  const outcome = returnDirectIo(session);
  emptyPipe(session);
  return outcome;
}

export const pipePerformers: Performers<PipeCall> = {
  vmsplice: performVmsplice,
  pipeRead: performPipeRead,
  splice: performSplice,
  spliceReturned: performSpliceReturn,
};
