/** What get_user_pages*() and pin_user_pages*() refuse before they look at any page (mm/gup.c). */
import { EINVAL } from "./errno.ts";
import { FOLL, type Foll } from "./foll.ts";
import { type KernelState, warnOnce } from "./state.ts";

/** Which form is called: it decides which flags are refused, and what is returned then. */
export type GupForm =
  | "get"
  | "get-fast"
  | "get-fast-only"
  | "get-remote"
  | "get-locked"
  | "get-unlocked"
  | "pin"
  | "pin-fast"
  | "pin-fast-only"
  | "pin-locked"
  | "pin-remote"
  | "pin-unlocked";

/** Flags that each form adds (the `to_set` of is_valid_gup_args()). */
const ADDED: Readonly<Record<GupForm, Foll>> = {
  get: FOLL.TOUCH,
  "get-fast": FOLL.GET,
  "get-fast-only": FOLL.GET | FOLL.FAST_ONLY,
  "get-remote": FOLL.TOUCH | FOLL.REMOTE,
  "get-locked": FOLL.TOUCH | FOLL.UNLOCKABLE,
  "get-unlocked": FOLL.TOUCH | FOLL.UNLOCKABLE,
  pin: FOLL.PIN,
  "pin-fast": FOLL.PIN,
  "pin-fast-only": FOLL.PIN | FOLL.FAST_ONLY,
  "pin-locked": FOLL.PIN | FOLL.TOUCH | FOLL.UNLOCKABLE,
  "pin-remote": FOLL.PIN | FOLL.TOUCH | FOLL.REMOTE,
  "pin-unlocked": FOLL.PIN | FOLL.TOUCH | FOLL.UNLOCKABLE,
};

const INTERNAL = FOLL.TOUCH | FOLL.TRIED | FOLL.REMOTE | FOLL.PIN | FOLL.FAST_ONLY | FOLL.UNLOCKABLE;

export interface CheckedFlags {
  /** The flags to go on with. */
  readonly flags: Foll;
  /** Null, or the result of the call. */
  readonly refused: number | null;
}

/** Checks the arguments of a call as its era does. */
export function checkGupArguments(
  kernel: KernelState,
  form: GupForm,
  gupFlags: Foll,
  hasPages: boolean,
): CheckedFlags {
  const { switches } = kernel.profile.era;
  const flags = gupFlags | ADDED[form];
  const fault =
    switches.argumentCheck === "unified"
      ? unifiedFault(flags, gupFlags, hasPages)
      : olderFault(kernel, form, gupFlags, hasPages);
  if (fault === null) return { flags, refused: null };
  const place = switches.argumentCheck === "unified" ? "is_valid_gup_args" : functionOf(form);
  warnOnce(kernel, `mm/gup.c:${place}`, fault);
  const returnsZero = switches.invalidPinReturns === "0" && form.startsWith("pin") && form !== "pin-fast";
  return { flags, refused: returnsZero ? 0 : EINVAL };
}

/** `get_user_pages_fast` of "get-fast": up to 6.2 every function warns for itself. */
function functionOf(form: GupForm): string {
  const [verb = "", ...rest] = form.split("-");
  return [`${verb}_user_pages`, ...rest].join("_");
}

/** is_valid_gup_args() of 6.3 and later. */
function unifiedFault(flags: Foll, given: Foll, hasPages: boolean): string | null {
  if ((given & INTERNAL) !== 0) return "a flag that is internal to mm";
  if ((flags & (FOLL.GET | FOLL.PIN)) === (FOLL.GET | FOLL.PIN)) return "FOLL_GET with FOLL_PIN";
  if ((flags & FOLL.LONGTERM) !== 0 && (flags & FOLL.PIN) === 0) return "FOLL_LONGTERM without FOLL_PIN";
  if ((flags & (FOLL.GET | FOLL.PIN)) !== 0 && !hasPages) return "pages is NULL";
  if ((flags & FOLL.LONGTERM) !== 0 && (flags & FOLL.PCI_P2PDMA) !== 0)
    return "FOLL_LONGTERM with FOLL_PCI_P2PDMA";
  return null;
}

/** The checks that each function made for itself up to 6.2. */
function olderFault(kernel: KernelState, form: GupForm, given: Foll, hasPages: boolean): string | null {
  const { longtermForGet, argumentCheck } = kernel.profile.era.switches;
  // These forms may drop the lock on the way, which long-term pins could not bear then.
  if ((given & FOLL.LONGTERM) !== 0 && form.endsWith("locked"))
    return "FOLL_LONGTERM in a form that may unlock";
  if (form.startsWith("pin")) {
    if ((given & FOLL.GET) !== 0) return "FOLL_GET with FOLL_PIN";
    return hasPages || argumentCheck === "pin-only" ? null : "pages is NULL";
  }
  if ((given & FOLL.PIN) !== 0) return "FOLL_PIN outside mm";
  if ((given & FOLL.LONGTERM) === 0 || longtermForGet) return null;
  return "FOLL_LONGTERM without FOLL_PIN";
}

/** Flags that the fast forms accept. */
export function fastFlagsFault(kernel: KernelState, flags: Foll): string | null {
  const { switches } = kernel.profile.era;
  const accepted =
    FOLL.WRITE |
    FOLL.LONGTERM |
    FOLL.FORCE |
    FOLL.PIN |
    FOLL.GET |
    FOLL.FAST_ONLY |
    (switches.nofaultForFast ? FOLL.NOFAULT : 0) |
    (switches.p2pdma ? FOLL.PCI_P2PDMA : 0) |
    (switches.numaFaultForFast ? FOLL.HONOR_NUMA_FAULT : 0);
  return (flags & ~accepted) === 0 ? null : "a flag that the fast form does not know";
}
