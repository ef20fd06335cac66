/**
 * Which results of a call are known to happen: what the catalogue's entry allows, and how the calls that the kernel's
 * code makes most often fail. A result outside is an assumption. Runs nothing.
 */
import type { BoundCall, Outcome } from "@pinscope/simulator/catalogue";

const MAX_ERRNO = 4095n;

/** Values that a call gives back when it did what it was asked for, or failed as its documentation says. */
type Known = (value: bigint) => boolean;

const isErrno: Known = (value) => value < 0n && value >= -MAX_ERRNO;
const zeroOrErrno: Known = (value) => value === 0n || isErrno(value);
const notNegative: Known = (value) => value >= 0n;

/** Calls without effects on pages: their entries say nothing of results. Read from their kernel documentation. */
const results: readonly (readonly [names: RegExp, known: Known])[] = [
  [/^(?:__)?copy_(?:from|to|in)_user(?:_inatomic)?$|^clear_user$/, notNegative],
  [/^(?:__)?(?:get|put)_user$|^copy_struct_(?:from|to)_user$|^copy_(?:from|to)_sockptr$/, zeroOrErrno],
  [/^(?:ib_)?dma_map_sg(?:_attrs)?$|^pci_map_sg$/, notNegative],
  [/^dma_map_sgtable$|^(?:ib_)?dma_mapping_error$|^pci_dma_mapping_error$/, zeroOrErrno],
  [/^(?:ib_)?dma_map_(?:page|single)(?:_attrs)?$/, () => true],
  [/^sg_alloc_(?:append_)?table/, zeroOrErrno],
  [
    /^(?:mutex|spin|down_read|mmap_read)_trylock$|^access_ok$|^capable$|^ns_capable$|^can_do_mlock$/,
    notNegative,
  ],
  [/^(?:mutex|down_read|down_write|mmap_write|mmap_read)_(?:lock_)?(?:killable|interruptible)$/, zeroOrErrno],
  [/^try_module_get$|^signal_pending$|^fatal_signal_pending$/, notNegative],
];

/** Whether a call may give this result, as far as anything is known of the call. */
export function isKnownResult(name: string, bound: BoundCall | null, value: bigint): boolean {
  const signed = BigInt.asIntN(64, value);
  if (results.some(([names, known]) => names.test(name) && known(signed))) return true;
  return bound?.outcomes.some((outcome) => isResultOf(outcome, signed)) ?? false;
}

function isResultOf({ name }: Outcome, value: bigint): boolean {
  switch (name) {
    case "error":
    case "error-pointer":
      return isErrno(value);
    case "null":
    case "zero":
      return value === 0n;
    case "short":
      return value > 0n;
    default:
      return false;
  }
}
