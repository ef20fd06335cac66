/**
 * How the messages of all rules are worded: what is wrong, why it matters, what to do; the first sentence fits into
 * a hundred characters. Knows no rule and no analysis: everything it says is handed in.
 */
import type { Family } from "@pinscope/simulator/catalogue";

/** Longest first sentence, the period included. */
export const FIRST_SENTENCE_LIMIT = 100;

/** Longest piece of source text that a first sentence quotes. */
const QUOTE_LIMIT = 20;

/** The three sentences of a message. */
export interface Sentences {
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}

/** Joins the sentences; a `what` that is too long loses its end rather than its beginning. */
export function message({ what, why, remedy }: Sentences): string {
  const first = what.length <= FIRST_SENTENCE_LIMIT ? what : `${what.slice(0, FIRST_SENTENCE_LIMIT - 2)}….`;
  return `${first} ${why} ${remedy}`;
}

/** Source text on one line, between backquotes, cut where it is long. */
export function quote(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length <= QUOTE_LIMIT ? `\`${line}\`` : `\`${line.slice(0, QUOTE_LIMIT - 1)}…\``;
}

/** A function's name as prose writes it. */
export function call(name: string): string {
  return `${name}()`;
}

/** `unpin_user_pages()`, or `a() or b()`: at most two names, in the order given. */
export function calls(names: readonly string[]): string {
  return names.length === 0 ? "its release" : names.slice(0, 2).map(call).join(" or ");
}

/** What pages are, once a call of the family took them. */
export function heldAs(family: Family): string {
  switch (family) {
    case "pin":
      return "pinned";
    case "reference":
      return "referenced";
    case "allocation":
    case "memory":
      return "allocated";
    case "object":
      return "held";
  }
}

/** What an acquisition of the family leaves behind when nobody lets it go. */
export function leakHarm(family: Family): string {
  switch (family) {
    case "pin":
      return "a page that stays pinned can never be moved or reclaimed, and DMA to it is thought to go on";
    case "reference":
      return "a page whose reference stays can never be freed, even after every mapping of it is gone";
    case "allocation":
    case "memory":
      return "the memory can never be freed";
    case "object":
      return "the pages behind it can never be freed";
  }
}
