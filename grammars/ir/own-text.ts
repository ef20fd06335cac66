/** Texts that outlive the file they were cut from. Knows no C. */

/** V8 copies cuts shorter than this by itself. */
const shortestReference = 13;

/**
 * The same text without a hold on the longer one that it was cut from: V8 keeps the whole of that alive for each longer
 * cut, so that the names of one function would hold a text of every time that it was read.
 */
export function ownText(text: string): string {
  // What is put together is made one text, of which then all but the first character is cut.
  return text.length < shortestReference ? text : ` ${text}`.slice(1);
}
