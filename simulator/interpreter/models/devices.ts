/**
 * Addresses that devices use: what mapping gives, and what is asked about it. Holds no page, and nothing leads back from such
 * an address to one.
 */
import type { CType } from "@pinscope/grammars/ir";
import type { Answer, Call, Model } from "../call.ts";
import type { Preset } from "../choices.ts";
import { choicesIn, compareTerm, constantTerm, type Term } from "../terms.ts";

const INT: CType = { kind: "integer", bits: 32, signed: true };
const ADDRESS: CType = { kind: "integer", bits: 64, signed: false };
const SOME_ADDRESS = 0x1000_0000n;
/** include/linux/dma-mapping.h: DMA_MAPPING_ERROR, which stands for no address. */
const MAPPING_ERROR = (1n << 64n) - 1n;
const ENOMEM = 12n;

/** dma_map_sg(): as many entries as there are; 0 where that fails. */
const mapList: Model = (call): Answer =>
  call.failure() === null
    ? call.chosen(entries(call.int(2) || 1), {
        type: INT,
        allowed: [entries(call.int(2) || 1), entries(0)],
      })
    : 0n;

/** Never negative. */
function entries(count: number): Preset {
  return { kind: "number", value: BigInt(Math.max(0, count)) };
}

const mapPage: Model = (call): Answer =>
  call.chosen({ kind: "number", value: SOME_ADDRESS }, { type: ADDRESS, failsWith: MAPPING_ERROR });

/** Whether an address comes from mapping alone: then it tells whether that failed. */
function isMapped(call: Call, term: Term): boolean {
  return choicesIn(term).every((key) => {
    const by = call.run.choices.all.get(key)?.call?.name;
    return by !== undefined && Object.hasOwn(mapping, by);
  });
}

/** dma_mapping_error(): computed where the mapping is in sight; else a choice of its own. */
const mappingError: Model = (call): Answer => {
  const term = call.term(1);
  const failed = call.run.call.failureOf(call.name);
  if (failed === null && term !== null && isMapped(call, term)) {
    const isError = compareTerm("==", term, MAPPING_ERROR);
    call.run.call.resultIs({
      kind: "binary",
      operator: "*",
      left: isError,
      right: constantTerm(-ENOMEM, INT),
      type: INT,
    });
    return call.at(1) === MAPPING_ERROR ? -ENOMEM : 0n;
  }
  call.run.call.isAssumed = true;
  return call.chosen({ kind: "number", value: 0n }, { type: INT });
};

const mapping: Readonly<Record<string, Model>> = Object.fromEntries(
  [
    ..."dma_map_page dma_map_page_attrs dma_map_single dma_map_single_attrs dma_map_resource dma_map_phys dma_map_bvec".split(
      " ",
    ),
    ..."ib_dma_map_page ib_dma_map_single pci_map_page pci_map_single skb_frag_dma_map".split(" "),
  ].map((name) => [name, mapPage]),
);

export const deviceStubs: Readonly<Record<string, Model>> = {
  ...mapping,
  dma_map_sg: mapList,
  dma_map_sg_attrs: mapList,
  ib_dma_map_sg: mapList,
  pci_map_sg: mapList,
  dma_mapping_error: mappingError,
  ib_dma_mapping_error: mappingError,
  pci_dma_mapping_error: mappingError,
};
