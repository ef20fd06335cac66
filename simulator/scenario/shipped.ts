/** The scenarios that come with Pinscope, by name. Data only; each file is a trace written by hand. */
import forkWhileHeld from "./shipped/fork-while-held.json" with { type: "json" };
import putOfAPin from "./shipped/put-of-a-pin.json" with { type: "json" };
import writeAfterWriteback from "./shipped/write-after-writeback.json" with { type: "json" };
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
  shipped("fork-while-held", forkWhileHeld),
  shipped("put-of-a-pin", putOfAPin),
  shipped("write-after-writeback", writeAfterWriteback),
  shipped("zero-page-overflow", zeroPageOverflow),
];
