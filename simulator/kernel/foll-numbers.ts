/**
 * The numbers of the FOLL_* flags: C code that passes a truth value for gup_flags passes 1, which is FOLL_WRITE in every
 * release and FOLL_PIN after the tenth patch of the extraction series.
 */
import { InvalidArgumentError } from "./arguments.ts";
import type { Switches } from "./era.ts";
import { FOLL, type Foll } from "./foll.ts";

type Name = keyof typeof FOLL;

/** Bit numbers up to 6.2 (include/linux/mm.h). */
const upTo62: Readonly<Partial<Record<Name, number>>> = {
  WRITE: 0,
  TOUCH: 1,
  GET: 2,
  DUMP: 3,
  FORCE: 4,
  NOWAIT: 5,
  NOFAULT: 7,
  HWPOISON: 8,
  TRIED: 11,
  REMOTE: 13,
  ANON: 15,
  LONGTERM: 16,
  SPLIT_PMD: 17,
  PIN: 18,
  FAST_ONLY: 19,
  PCI_P2PDMA: 20,
  INTERRUPTIBLE: 21,
};

/** As the tenth patch of the series numbers them. */
const series: Readonly<Partial<Record<Name, number>>> = {
  PIN: 0,
  GET: 1,
  WRITE: 2,
  TOUCH: 3,
  DUMP: 4,
  FORCE: 5,
  NOWAIT: 6,
  NOFAULT: 7,
  HWPOISON: 8,
  TRIED: 9,
  REMOTE: 10,
  ANON: 11,
  LONGTERM: 12,
  SPLIT_PMD: 13,
  FAST_ONLY: 14,
  PCI_P2PDMA: 15,
  INTERRUPTIBLE: 16,
};

/** The flags that a number stands for. @throws InvalidArgumentError where a bit of it is no flag. */
export function gupFlagsOf(numbers: Switches["follNumbers"], value: number): Foll {
  // From 6.3 on the bits are those that the model uses.
  if (numbers === "from-6.3") return value;
  let flags = 0;
  let left = value;
  for (const [name, bit] of Object.entries(numbers === "series" ? series : upTo62))
    if ((value & (1 << bit)) !== 0) {
      flags |= FOLL[name as Name];
      left &= ~(1 << bit);
    }
  if (left !== 0) throw new InvalidArgumentError("value", "flags of this kernel", `0x${value.toString(16)}`);
  return flags;
}
