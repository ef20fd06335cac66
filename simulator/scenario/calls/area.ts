/**
 * What the areas of calls share: how a form is written and read, how a call is performed. Each area file beside this one
 * says which calls there are, how they are written, and what is done. Knows no particular call.
 */
import type { Address, Call, Segment } from "../call.ts";
import type { Session } from "../session.ts";
import type { IteratorResult, Who } from "../types.ts";

export interface Outcome {
  /** What the step's `ret` is compared with. */
  readonly ret: number;
  /** The signal that a memory access raised. */
  readonly signal?: "SIGSEGV" | "SIGBUS";
  /** What an iterator call says beside its result. */
  readonly result?: IteratorResult;
}

/** What is done for each kind of call of an area. */
export type Performers<C extends { readonly kind: string }> = {
  readonly [Kind in C["kind"]]: (
    session: Session,
    who: Who,
    call: Extract<C, { readonly kind: Kind }>,
  ) => Outcome;
};

export interface Form {
  /** How the form is written, for messages. */
  readonly usage: string;
  readonly pattern: RegExp;
  readonly read: (match: readonly string[]) => Call;
}

/** Thrown by what reads a form, where an argument is not what the form asks for. */
export class Expected extends Error {}

const pageSize = 4096;

export function pick<T extends string>(names: readonly T[], text: string, what: string): T {
  const found = names.find((name) => name === text);
  if (found === undefined) throw new Expected(`expected ${what} (${names.join(", ")}), got "${text}"`);
  return found;
}

/** A name of a region, as a part of a pattern. */
export const region = String.raw`[A-Za-z_]\w*`;

/**
 * Reads `A`, `A+3p`, `A+0x200`, `0x7f00`, `0`. With `shorthand` also `A1` for `A+1p`, as the recorded scenarios
 * name their watches.
 */
export function parseAddress(text: string): Address | undefined {
  if (/^(0x[0-9a-f]+|\d+)$/.test(text)) return { kind: "number", value: Number(text) };
  const match = new RegExp(`^(${region})(?:\\+(?:(\\d+)p|(0x[0-9a-f]+)))?$`).exec(text);
  if (match === null) return undefined;
  const offset =
    match[2] !== undefined ? Number(match[2]) * pageSize : match[3] !== undefined ? Number(match[3]) : 0;
  return { kind: "region", name: match[1]!, offset };
}

/** The same, or a problem of the form. */
export function address(text: string): Address {
  const read = parseAddress(text);
  if (read === undefined) {
    throw new Expected(`expected an address (A, A+3p, A+0x200, 0x1000), got "${text}"`);
  }
  return read;
}

export function count(text: string, what: string): number {
  const trimmed = /^(\d+)(?: pages?)?$/.exec(text);
  if (trimmed === null) throw new Expected(`expected ${what}, got "${text}"`);
  return Number(trimmed[1]);
}

/** The arguments apart: at commas outside parentheses. */
export function split(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const one = text[index];
    if (one === "(") depth++;
    else if (one === ")") depth--;
    else if (one === "," && depth === 0) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  if (text.trim() !== "") parts.push(text.slice(start).trim());
  return parts;
}

/** A segment from where it lies (`A+0x64`, `kbuf`, `kbuf+0x64`) and its length in bytes. */
export function segment(at: string, length: number): Segment {
  const kernel = /^kbuf(?:\+(0x[0-9a-f]+|\d+))?$/.exec(at);
  if (kernel !== null) return { at: "kernel", offset: Number(kernel[1] ?? 0), length };
  return { at: address(at), length };
}

export function segments(parts: readonly string[]): Segment[] {
  return parts.map((part, index) => {
    // A later segment of the recorded scenarios is only named; the step's "segs" have it.
    if (new RegExp(`^seg${index}$`).test(part)) return { at: "kernel", offset: 0, length: -1 };
    const match = new RegExp(`^seg${index}=(.+)\\+(\\d+)$`).exec(part);
    if (match === null) throw new Expected(`expected seg${index}=ADDR+LEN, got "${part}"`);
    return segment(match[1]!, Number(match[2]));
  });
}
