/** Terms and conditions of the catalogue, with the values that a call has. Names no API. */
import {
  type Condition,
  evaluateCondition,
  evaluateInteger,
  type IntegerTerm,
  type PointerTerm,
} from "@pinscope/simulator/catalogue";
import type { Call } from "./call.ts";
import { isNoFrame } from "./models/frames.ts";

export function holds(call: Call, condition: Condition | undefined, result: bigint): boolean | undefined {
  if (condition === undefined) return true;
  return evaluateCondition(condition, factsOf(call, result));
}

export function integer(call: Call, term: IntegerTerm, result: bigint): bigint | undefined {
  return evaluateInteger(term, factsOf(call, result));
}

function factsOf(call: Call, result: bigint) {
  return {
    integer(term: Extract<IntegerTerm, { kind: "argument" | "pointee" | "result" }>): bigint | undefined {
      if (term.kind === "result") return BigInt.asIntN(64, result);
      const position = call.position(term.name);
      if (position < 0) return undefined;
      if (term.kind === "argument") return BigInt.asIntN(64, call.at(position));
      return call.world.machine.memory.read(call.at(position), 4) ?? undefined;
    },
    pointer(term: PointerTerm): "null" | "error" | "valid" | undefined {
      const value = pointerOf(call, term, result);
      if (value === null) return undefined;
      const signed = BigInt.asIntN(64, value);
      return value === 0n ? "null" : signed < 0n && signed >= -4095n ? "error" : "valid";
    },
    flag: () => false,
    predicate(name: string, argument: string): boolean | undefined {
      const bio = call.world.bios.get(call.named(argument));
      const value = argument === "result" ? result : call.named(argument);
      if (name === "is_error_noslot_pfn") return isNoFrame(value);
      if (name === "pfn_valid") return call.world.pageOfNumber(value) !== null;
      if (name === "BIO_PAGE_PINNED") return bio?.pagePinned;
      if (name === "BIO_NO_PAGE_REF") return bio?.noPageRef;
      const iter = call.world.iters.get(call.named(argument));
      if (name === "iov_iter_extract_will_pin") return iter === undefined ? undefined : iter.mm !== null;
      return undefined;
    },
  };
}

export function pointerOf(call: Call, term: PointerTerm, result: bigint): bigint | null {
  if (term.kind === "result") return result;
  const position = call.position(term.name);
  if (position < 0) return null;
  if (term.kind === "argument") return call.at(position);
  return call.world.machine.memory.read(call.at(position), 8);
}
