/** KVM's frame numbers: a page's number, or in the bits above it why there is none. Knows no calls but these. */
import type { CType } from "@pinscope/grammars/ir";
import type { Answer, Call, Model } from "../call.ts";
import { compareTerm, constantTerm, type Term } from "../terms.ts";

const FRAME: CType = { kind: "integer", bits: 64, signed: false };
const INT: CType = { kind: "integer", bits: 32, signed: true };
/** Bits of a frame number. */
const FRAME_BITS = 52n;

/** Whether a value of a `kvm_pfn_t` says that there is no frame. */
export function isNoFrame(value: bigint): boolean {
  return BigInt.asUintN(64, value) >> FRAME_BITS !== 0n;
}

const isErrorFrame: Model = (call): Answer => {
  const term = call.term(0);
  call.run.call.resultIs(term === null ? null : compareTerm("!=", highBits(term), 0n));
  return isNoFrame(call.at(0)) ? 1n : 0n;
};

function highBits(term: Term): Term {
  const operand: Term = { kind: "cast", implicit: true, operand: term, type: FRAME };
  return {
    kind: "binary",
    operator: ">>",
    left: operand,
    right: constantTerm(FRAME_BITS, INT),
    type: FRAME,
  };
}

const isValidFrame: Model = (call: Call): Answer => {
  const known = call.world.pageOfNumber(call.at(0)) !== null;
  return known ? 1n : call.chosen({ kind: "number", value: 1n }, { type: INT });
};

export const frameStubs: Readonly<Record<string, Model>> = {
  is_error_noslot_pfn: isErrorFrame,
  is_error_pfn: isErrorFrame,
  pfn_valid: isValidFrame,
};
