/** Which kernel a trace is run on: an era of the model by name or by the recorded release, a machine by its build. */
import {
  DEFAULT_MACHINE,
  deriveEra,
  ERAS,
  type Era,
  findEra,
  type Machine,
  PROPOSALS,
  type Profile,
  UML_MACHINE,
} from "@pinscope/simulator/kernel";
import type { RecordedKernel, Trace } from "./types.ts";

export type ChosenProfile =
  | { readonly kind: "profile"; readonly profile: Profile }
  | { readonly kind: "problem"; readonly message: string };

/** Names of the eras that were released, oldest first. */
export const releaseNames: readonly string[] = ERAS.map((era) => era.name);

/** Names of the proposals, and what each is. */
export const proposalNotes: readonly (readonly [name: string, note: string])[] = PROPOSALS.map((era) => [
  era.name,
  era.note ?? "",
]);

/** The era for scenarios that say nothing. */
const newestRecorded = "6.12.y";

/**
 * The kernel to run a trace on.
 * @param era name or version that the user asks for; null: the recorded kernel's, else the file's own, else 6.12.y.
 * @param own eras of the user's, found before the model's.
 */
export function profileOf(trace: Trace, era: string | null, own: readonly Era[] = []): ChosenProfile {
  const { kernel } = trace;
  const recorded = kernel ?? null;
  let chosen: Era;
  try {
    const name = era ?? (recorded === null ? (trace.era ?? newestRecorded) : releaseOf(recorded));
    chosen = own.find((one) => one.name === name) ?? findEra(name);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { kind: "problem", message: error.message };
  }
  if (era === null && /zero page exemption removed/.test(trace.label ?? "")) {
    chosen = {
      ...deriveEra(`${chosen.name} without zero-page exemption`, chosen, { zeroPageExempt: false }),
    };
  }
  const machine = { ...(recorded === null ? DEFAULT_MACHINE : machineOf(recorded)), ...trace.machine };
  return { kind: "profile", profile: { era: chosen, machine } };
}

/** `6.12.117`; Debian's release has the number of its ABI in the third place, its version text the real one. */
function releaseOf(kernel: RecordedKernel): string {
  const debian = /Debian (\d+\.\d+\.\d+)/.exec(kernel.version ?? "");
  return debian?.[1] ?? /^\d+\.\d+(?:\.\d+)?/.exec(kernel.kernel)?.[0] ?? kernel.kernel;
}

function machineOf(kernel: RecordedKernel): Machine {
  const { info } = kernel;
  const base = info?.["CONFIG_HAVE_GUP_FAST"] === false ? UML_MACHINE : DEFAULT_MACHINE;
  const configured = (key: string, otherwise: boolean): boolean =>
    typeof info?.[key] === "boolean" ? info[key] : otherwise;
  return {
    ...base,
    transparentHugePages: configured("CONFIG_TRANSPARENT_HUGEPAGE", base.transparentHugePages),
    debugVm: configured("CONFIG_DEBUG_VM", base.debugVm),
    // Debian's cloud kernels have CONFIG_MEMORY_FAILURE from 6.12 on.
    memoryFailure: !/^6\.1\.\d+.*cloud/.test(kernel.kernel),
    movableZone: /\bmovablecore=/.test(kernel.cmdline ?? ""),
    // The recorder's machines of QEMU have 1 GB; what runs on Linux itself has no zones of its own.
    lowMemoryOnly: configured("CONFIG_HAVE_GUP_FAST", true),
  };
}
