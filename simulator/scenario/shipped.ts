/** The scenarios that come with Pinscope, by name. Data only; each file is a trace written by hand. */
import bioClone from "./shipped/bio-clone.json" with { type: "json" };
import bioCutOff from "./shipped/bio-cut-off.json" with { type: "json" };
import bioMixedOrigins from "./shipped/bio-mixed-origins.json" with { type: "json" };
import bioRules2019 from "./shipped/bio-rules-2019.json" with { type: "json" };
import bioSamePage from "./shipped/bio-same-page.json" with { type: "json" };
import directIoFork from "./shipped/direct-io-fork.json" with { type: "json" };
import directIoUnmap from "./shipped/direct-io-unmap.json" with { type: "json" };
import directIoWriteback from "./shipped/direct-io-writeback.json" with { type: "json" };
import directIoZeroPage from "./shipped/direct-io-zero-page.json" with { type: "json" };
import extractionSeries from "./shipped/extraction-series.json" with { type: "json" };
import fileDirectIo from "./shipped/file-direct-io.json" with { type: "json" };
import forkWhileHeld from "./shipped/fork-while-held.json" with { type: "json" };
import networkDirectIo from "./shipped/network-direct-io.json" with { type: "json" };
import putOfAPin from "./shipped/put-of-a-pin.json" with { type: "json" };
import registeredBuffer from "./shipped/registered-buffer.json" with { type: "json" };
import renumberedFlags from "./shipped/renumbered-flags.json" with { type: "json" };
import requestSamePage from "./shipped/request-same-page.json" with { type: "json" };
import skbFragments from "./shipped/skb-fragments.json" with { type: "json" };
import spliceDirectIo from "./shipped/splice-direct-io.json" with { type: "json" };
import vmspliceFork from "./shipped/vmsplice-fork.json" with { type: "json" };
import wrappersFork from "./shipped/wrappers-fork.json" with { type: "json" };
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
  shipped("bio-clone", bioClone),
  shipped("bio-cut-off", bioCutOff),
  shipped("bio-mixed-origins", bioMixedOrigins),
  shipped("bio-rules-2019", bioRules2019),
  shipped("bio-same-page", bioSamePage),
  shipped("direct-io-fork", directIoFork),
  shipped("direct-io-unmap", directIoUnmap),
  shipped("direct-io-writeback", directIoWriteback),
  shipped("direct-io-zero-page", directIoZeroPage),
  shipped("extraction-series", extractionSeries),
  shipped("file-direct-io", fileDirectIo),
  shipped("fork-while-held", forkWhileHeld),
  shipped("network-direct-io", networkDirectIo),
  shipped("put-of-a-pin", putOfAPin),
  shipped("registered-buffer", registeredBuffer),
  shipped("renumbered-flags", renumberedFlags),
  shipped("request-same-page", requestSamePage),
  shipped("skb-fragments", skbFragments),
  shipped("splice-direct-io", spliceDirectIo),
  shipped("vmsplice-fork", vmspliceFork),
  shipped("wrappers-fork", wrappersFork),
  shipped("write-after-writeback", writeAfterWriteback),
  shipped("zero-page-direct-io", zeroPageDirectIo),
  shipped("zero-page-overflow", zeroPageOverflow),
];
