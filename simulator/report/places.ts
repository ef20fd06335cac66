/** Places of a simulation in the texts that it ran: lines, and the code of a step. Reads no files: texts are handed in. */
import { type Location, lineCounter } from "@pinscope/grammars/ir";
import type { TraceStep } from "@pinscope/simulator/interpreter";

/** The text of a file that a simulation names; null where nobody has it. */
export type SourceOf = (file: string) => string | null;

export interface Places {
  /** Line of a place, from 1; null where its text is not at hand. */
  lineOf(location: Location): number | null;
  /** The place in words: `43`, or `other.c:43` outside the file of the function that was started. */
  said(location: Location): string;
  /** A step as its source has it, in one line; as the graph has it where no text says the same. */
  stepText(step: TraceStep): string;
  /** The lines of a file; null where its text is not at hand. */
  linesOf(file: string): readonly string[] | null;
}

/** @param home the file of the function that was started */
export function placesOf(home: string, sourceOf: SourceOf): Places {
  const counters = new Map<string, ((offset: number) => number) | null>();
  const counterOf = (file: string) => {
    let counter = counters.get(file);
    if (counter === undefined) {
      const source = sourceOf(file);
      counter = source === null ? null : lineCounter(source);
      counters.set(file, counter);
    }
    return counter;
  };
  const lineOf = ({ file, start }: Location): number | null => counterOf(file)?.(start) ?? null;
  const conditioned = (step: TraceStep, text: string): string =>
    step.holds === undefined ? text : `${text}: ${step.holds ? "yes" : "no"}`;
  return {
    lineOf,
    said(location) {
      const line = lineOf(location);
      if (line === null) return `${location.file}+${location.start}`;
      return location.file === home ? String(line) : `${baseName(location.file)}:${line}`;
    },
    stepText: (step) => conditioned(step, stepText(step, sourceOf(step.location.file))),
    linesOf: (file) => sourceOf(file)?.split(/\r\n|\r|\n/) ?? null,
  };
}

export function baseName(file: string): string {
  return file.replace(/^.*[/\\]/, "");
}

/** A step longer than this is told as the graph has it, which names the operation only. */
const STEP_TEXT_LIMIT = 400;

/**
 * The code of calls and returns: what macros made of it is not there to be read, so it is taken only where the text
 * names the callee.
 */
function stepText({ kind, text, location }: TraceStep, source: string | null): string {
  const plain = text.replace(/^%\d+ = /, "");
  const { start, end } = location;
  if (source === null || end - start > STEP_TEXT_LIMIT) return plain;
  const code = source.slice(start, end).replace(/\s+/g, " ").trim();
  const name = /^([A-Za-z_]\w*)\(/.exec(plain)?.[1];
  switch (kind) {
    case "call":
      return name !== undefined && code.startsWith(`${name}(`) ? code : plain;
    case "return":
      return /^return\b/.test(code) ? code.replace(/;$/, "") : plain;
    case "branch":
      return plain.startsWith("if ") && isCondition(code) ? `if (${code})` : plain;
    case "assign":
      return /^[\w\s*.>[\]()-]*?[^=!<>]=[^=]/.test(code) ? code.replace(/;$/, "") : plain;
  }
}

/** Whether a text is an expression by itself, not a statement that holds the condition. */
function isCondition(code: string): boolean {
  return code !== "" && !/[;{}]|^(?:if|while|for|do|switch)\b/.test(code);
}
