/** The kernel that code for a version is run on. */
import { DEFAULT_MACHINE, ERAS, findEra, type Profile } from "@pinscope/simulator/kernel";

/** The model of the kernel of a version (`6.12.0`); code older than all that are modeled runs on the oldest. */
export function profileOf(version: string): Profile {
  return { era: eraOf(version), machine: DEFAULT_MACHINE };
}

function eraOf(version: string) {
  try {
    return findEra(version);
  } catch (error) {
    const [oldest] = ERAS;
    if (error instanceof RangeError && oldest !== undefined) return oldest;
    throw error;
  }
}
