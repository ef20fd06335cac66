/** The text of a call as data (`call.ts`); what cannot be read gets a message that says what was expected. */
import type { Call } from "./call.ts";
import { Expected, type Form, segment } from "./calls/area.ts";
import { bioForms } from "./calls/bio.ts";
import { directIoForms } from "./calls/direct-io.ts";
import { heldPagesForms } from "./calls/held-pages.ts";
import { holderForms } from "./calls/holders.ts";
import { iteratorForms } from "./calls/iterator.ts";
import { machineForms } from "./calls/machine.ts";
import { memoryForms } from "./calls/memory.ts";
import { pipeForms } from "./calls/pipe.ts";
import { acquireNames, releaseNames, userPagesForms } from "./calls/user-pages.ts";
import type { SegmentState } from "./types.ts";

export interface CallProblem {
  readonly kind: "problem";
  /** What was expected, as a sentence without its full stop. */
  readonly message: string;
}

/** Within an area, the particular forms come before the general ones; no form of one area fits a call of another. */
const forms: readonly Form[] = [
  ...machineForms,
  ...userPagesForms,
  ...heldPagesForms,
  ...holderForms,
  ...memoryForms,
  ...iteratorForms,
  ...bioForms,
  ...directIoForms,
  ...pipeForms,
];

/** Beginnings of prose that `scripts.ts` may explain. */
const described = /^(?:write [*A-Z]|mmap\(|open\(|io_uring_setup)/;

/**
 * Reads one call. Never throws.
 * @param listed segments of an iterator call, where the text does not have them all.
 */
export function parseCall(text: string, listed?: readonly SegmentState[]): Call | CallProblem {
  for (const form of forms) {
    const match = form.pattern.exec(text);
    if (match === null) continue;
    try {
      const call = form.read(match);
      if (
        listed === undefined ||
        (call.kind !== "extract" && call.kind !== "bioGetPages" && call.kind !== "blkRqMapUser")
      )
        return call;
      return { ...call, segments: listed.map(({ at, len }) => segment(at, len)) };
    } catch (error) {
      if (!(error instanceof Expected)) throw error;
      return { kind: "problem", message: `${error.message}; the form is ${form.usage}` };
    }
  }
  if (described.test(text)) return { kind: "described" };
  return { kind: "problem", message: expectedForms(text) };
}

/** The forms that share the text's first word; where none does, all names. */
function expectedForms(text: string): string {
  const word = /[A-Za-z_]\w*/.exec(text)?.[0] ?? "";
  const named = new RegExp(`\\b${word}`);
  const usages = forms.filter((form) => named.test(form.pattern.source) && word.length > 2);
  const acquire = acquireNames.some((name) => name === word);
  const release = releaseNames.some((name) => name === word);
  const near = acquire
    ? forms.filter((form) => form.usage.includes("ACQUIRE"))
    : release
      ? forms.filter((form) => form.usage.includes("RELEASE"))
      : usages;
  if (near.length > 0) return `expected ${near.map((form) => form.usage).join(" or ")}`;
  const names = [...acquireNames, ...releaseNames, ...forms.map((form) => form.usage.split("(")[0])];
  return `no such call; the calls are ${[...new Set(names)].filter((name) => /^[a-z]/.test(name ?? "")).join(", ")}`;
}
