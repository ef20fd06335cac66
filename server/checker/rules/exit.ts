/**
 * How pages get out of reach: the ways that both leak rules can name. Knows no analysis.
 */
import { calls, quote } from "./message.ts";

/** Where and how the last way to the pages is lost. */
export type LeakExit =
  /** A `return`; `text` is its value, null where there is none or it is not worth quoting. */
  | { readonly kind: "return"; readonly text: string | null }
  /** A return that reports failure, with the pages in a record of which the functions in sight would let go of others. */
  | { readonly kind: "missed"; readonly by: readonly string[] }
  /** The closing brace of a function that returns nothing. */
  | { readonly kind: "end" }
  /** The array or record that alone names the pages is freed by a call. */
  | { readonly kind: "record-freed"; readonly record: string; readonly by: string }
  /** The pointer or slot that alone names the pages gets another value. */
  | { readonly kind: "overwritten"; readonly place: string }
  /** An acquiring call fills the slots of the array again. */
  | { readonly kind: "refilled"; readonly by: string };

/** The end of a first sentence: `… are still held at this return.` At most 54 characters. */
export function exitClause(exit: LeakExit): string {
  switch (exit.kind) {
    case "return":
    case "missed":
      return "are still held at this return";
    case "end":
      return "are still held where the function ends";
    case "record-freed":
      return `are lost when ${quote(exit.record)} is freed`;
    case "overwritten":
      return `are lost when ${quote(exit.place)} is overwritten`;
    case "refilled":
      return "are lost when their slots are filled again";
  }
}

/** Why nobody can let the pages go after that exit. */
export function exitReason(exit: LeakExit): string {
  switch (exit.kind) {
    case "return":
      return exit.text === null
        ? "nothing that outlives the function owns them"
        : `nothing that outlives the function owns them when it returns ${quote(exit.text)}`;
    case "missed":
      return `${calls(exit.by)} would miss them, as their record is left here`;
    case "end":
      return "nothing that outlives the function owns them";
    case "record-freed":
      return `${exit.by}() frees the only record of them`;
    case "overwritten":
      return "that was the only record of them";
    case "refilled":
      return `${exit.by}() overwrites the only record of them`;
  }
}
