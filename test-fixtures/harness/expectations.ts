/**
 * Reads what a fixture expects from the comments in it:
 *
 *     return ret;
 * //  ^^^^^^^^^^ leaked-pages: part of the message
 *
 * The carets stand under the expression that gets the finding, tabs counting to the next multiple of eight as in the
 * code above; several markers may follow one line. `//<` stands for carets under the first character of the line,
 * which a comment cannot reach. `^^^ note 1: text` marks a step of the path of the next finding below it.
 * Knows neither the rules nor the checker.
 */

/** A step that the path of a finding must have. Lines and columns count from 0, columns in UTF-16 units. */
interface ExpectedNote {
  readonly number: number;
  readonly line: number;
  readonly startColumn: number;
  readonly endColumn: number;
  /** Part of the step's message; empty when any will do. */
  readonly text: string;
}

/** A finding that the fixture expects. Lines and columns count from 0, columns in UTF-16 units. */
export interface Expectation {
  readonly line: number;
  readonly startColumn: number;
  readonly endColumn: number;
  readonly rule: string;
  /** Part of the message; empty when any will do. */
  readonly text: string;
  readonly notes: readonly ExpectedNote[];
}

const TAB_WIDTH = 8;

const MARKER = /^\/\/(?:<|([ \t]*)(\^+)) (?:note (\d+)|([a-z]+(?:-[a-z]+)*))(?:: (.+))?$/;

/** Comments that look like a marker and are none: a typing error must not silently expect nothing. */
const LOOKS_LIKE_MARKER = /^\/\/(?:<|[ \t]*\^)/;

/** The column on screen, counted from 0, that follows `text`. */
function screenColumn(text: string): number {
  let column = 0;
  for (let index = 0; index < text.length; index += 1) {
    column = text[index] === "\t" ? column - (column % TAB_WIDTH) + TAB_WIDTH : column + 1;
  }
  return column;
}

/** The index in `line` of the character that begins at a screen column, or -1 when none does. */
function characterAt(line: string, column: number): number {
  let seen = 0;
  for (let index = 0; index < line.length; index += 1) {
    if (seen === column) return index;
    seen = screenColumn(line.slice(0, index + 1));
  }
  return seen === column ? line.length : -1;
}

/**
 * The expectations of a fixture in the order of its lines.
 *
 * @throws Error naming the line (from 1) when a marker cannot be read, stands under no code or under white space.
 */
export function parseExpectations(source: string): Expectation[] {
  const expectations: Expectation[] = [];
  let notes: ExpectedNote[] = [];
  let code = "";
  let codeLine = -1;

  for (const [line, text] of source.split(/\r?\n/).entries()) {
    if (!LOOKS_LIKE_MARKER.test(text)) {
      code = text;
      codeLine = line;
      continue;
    }
    const complain = (problem: string): Error => new Error(`line ${line + 1}: ${problem}: ${text}`);
    const match = MARKER.exec(text);
    if (match === null) throw complain("not a marker");
    if (codeLine < 0) throw complain("a marker without code above it");

    const [, lead, carets, noteNumber, rule, message] = match;
    const from = carets === undefined ? 0 : screenColumn(`//${lead ?? ""}`);
    const startColumn = characterAt(code, from);
    const endColumn = characterAt(code, from + (carets ?? "^").length);
    if (startColumn < 0 || endColumn < 0) throw complain("the carets reach beyond the code above");
    const marked = code.slice(startColumn, endColumn);
    if (marked.trim() !== marked || marked === "") throw complain("the carets begin or end at white space");

    const place = { line: codeLine, startColumn, endColumn, text: message ?? "" };
    if (noteNumber !== undefined) notes.push({ ...place, number: Number(noteNumber) });
    else if (rule !== undefined) {
      expectations.push({ ...place, rule, notes });
      notes = [];
    }
  }
  if (notes.length > 0) throw new Error("notes at the end of the file belong to no finding");
  return expectations;
}
