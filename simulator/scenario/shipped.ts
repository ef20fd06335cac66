/** The scenarios that come with Pinscope, by name. Data only; each file is a trace written by hand. */
import bioMixedOrigins from "./shipped/bio-mixed-origins.json" with { type: "json" };
import bioSamePage from "./shipped/bio-same-page.json" with { type: "json" };
import directIoFork from "./shipped/direct-io-fork.json" with { type: "json" };
import directIoZeroPage from "./shipped/direct-io-zero-page.json" with { type: "json" };
import forkWhileHeld from "./shipped/fork-while-held.json" with { type: "json" };
import putOfAPin from "./shipped/put-of-a-pin.json" with { type: "json" };
import registeredBuffer from "./shipped/registered-buffer.json" with { type: "json" };
import spliceDirectIo from "./shipped/splice-direct-io.json" with { type: "json" };
import vmspliceFork from "./shipped/vmsplice-fork.json" with { type: "json" };
import writeAfterWriteback from "./shipped/write-after-writeback.json" with { type: "json" };
import zeroPageDirectIo from "./shipped/zero-page-direct-io.json" with { type: "json" };
import zeroPageOverflow from "./shipped/zero-page-overflow.json" with { type: "json" };

export interface ShippedTrace {
  readonly name: string;
  /** What it shows, in a line. */
  readonly label: string;
  /** The file's text: it is read like any other. */
  readonly text: string;
}

function shipped(name: string, file: { readonly label: string }): ShippedTrace {
  return { name, label: file.label, text: JSON.stringify(file) };
}

export const shippedTraces: readonly ShippedTrace[] = [
  shipped("bio-mixed-origins", bioMixedOrigins),
  shipped("bio-same-page", bioSamePage),
  shipped("direct-io-fork", directIoFork),
  shipped("direct-io-zero-page", directIoZeroPage),
  shipped("fork-while-held", forkWhileHeld),
  shipped("put-of-a-pin", putOfAPin),
  shipped("registered-buffer", registeredBuffer),
  shipped("splice-direct-io", spliceDirectIo),
  shipped("vmsplice-fork", vmspliceFork),
  shipped("write-after-writeback", writeAfterWriteback),
  shipped("zero-page-direct-io", zeroPageDirectIo),
  shipped("zero-page-overflow", zeroPageOverflow),
];
