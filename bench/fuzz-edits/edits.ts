/**
 * Random edits of kernel C, as people make them and as they do not: characters, pieces that unbalance, lines that are
 * deleted, doubled and moved, and steps back. Knows no server.
 */
import fc from "fast-check";

/** A replacement in a text; offsets are UTF-16 units. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One draw: what is done, and numbers to choose places by. */
interface Draw {
  readonly kind: "type" | "piece" | "delete" | "delete-line" | "double-line" | "move-line" | "word" | "undo";
  readonly at: number;
  readonly to: number;
  readonly length: number;
  readonly piece: string;
  /** Whether the editor asks for diagnostics after this edit, and what else it asks for. */
  readonly asks: "nothing" | "diagnostics" | "everything";
}

const pieces = [
  ..."{}();,*&=\"'\\#<>!",
  "\n",
  "/*",
  "*/",
  "//",
  "if (ret) ",
  "else ",
  "return 0;\n",
  "return -ENOMEM;\n",
  "goto out;\n",
  "out:\n",
  "break;\n",
  "int ret;\n",
  "put_page(page);\n",
  "unpin_user_page(page);\n",
  "unpin_user_pages(pages, n);\n",
  "n = pin_user_pages_fast(start, nr_pages, FOLL_WRITE, pages);\n",
  "ret = get_user_pages(start, 1, FOLL_WRITE | FOLL_FORCE, &page);\n",
  "\n#if 0\n",
  "\n#ifdef CONFIG_MMU\n",
  "\n#else\n",
  "\n#endif\n",
  "\n#define put_all(p, n) unpin_user_pages(p, n)\n",
  '\n#include "no-such-header.h"\n',
  "\nstatic void late(struct page *page)\n{\n\tunpin_user_page(page);\n}\n",
  "\nstruct late { struct page *pages[4]; int n; };\n",
  "typedef int late_t;\n",
  "for (i = 0; i < n; i++) ",
  "while (n--) {\n",
  "switch (ret) {\ncase 1:\n",
  "𝒳\u2028é",
  "\r\n",
  "\0",
];

const draws = fc.record<Draw>({
  kind: fc.oneof(
    { weight: 6, arbitrary: fc.constant("type" as const) },
    { weight: 5, arbitrary: fc.constant("piece" as const) },
    { weight: 4, arbitrary: fc.constantFrom("delete" as const, "delete-line" as const) },
    { weight: 3, arbitrary: fc.constantFrom("double-line" as const, "move-line" as const, "word" as const) },
    // Else nothing whole would be left after a while.
    { weight: 9, arbitrary: fc.constant("undo" as const) },
  ),
  at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  to: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  length: fc.oneof(
    { weight: 4, arbitrary: fc.integer({ min: 1, max: 12 }) },
    { weight: 1, arbitrary: fc.integer({ min: 13, max: 2_000 }) },
  ),
  piece: fc.constantFrom(...pieces),
  asks: fc.oneof(
    { weight: 6, arbitrary: fc.constant("nothing" as const) },
    { weight: 3, arbitrary: fc.constant("diagnostics" as const) },
    { weight: 1, arbitrary: fc.constant("everything" as const) },
  ),
});

/** The same draws for the same seed. */
export function drawEdits(count: number, seed: number): readonly Draw[] {
  return fc.sample(draws, { numRuns: count, seed });
}

/** Edits of one text, with the way back. */
export class EditedText {
  text: string;
  readonly #undo: Edit[] = [];

  constructor(text: string) {
    this.text = text;
  }

  /** Makes the edits of a draw, which an editor sends in one message, one after the other. */
  apply(draw: Draw): readonly Edit[] {
    if (draw.kind === "undo") {
      const edit = this.#undo.pop();
      return edit === undefined ? [] : [this.#replace(edit)];
    }
    return editsOf(draw, this.text).map((edit) => {
      const removed = this.text.slice(edit.start, edit.end);
      this.#undo.push({ start: edit.start, end: edit.start + edit.text.length, text: removed });
      return this.#replace(edit);
    });
  }

  /** Answers with the edit as the protocol can say it. */
  #replace({ start, end, text }: Edit): Edit {
    const before = this.text;
    this.text = before.slice(0, start) + text + before.slice(end);
    // No position lies between the two characters of a line's end: then they are replaced, too.
    const wider = [isInLineEnd(before, start) ? 1 : 0, isInLineEnd(before, end) ? 1 : 0] as const;
    return {
      start: start - wider[0],
      end: end + wider[1],
      text: before.slice(start - wider[0], start) + text + before.slice(end, end + wider[1]),
    };
  }
}

function isInLineEnd(text: string, offset: number): boolean {
  return text[offset - 1] === "\r" && text[offset] === "\n";
}

function editsOf({ kind, at, to, length, piece }: Draw, text: string): readonly Edit[] {
  const start = Math.floor(at * (text.length + 1));
  const line = lineAt(text, start);
  const whole = text.slice(line.start, line.end);
  switch (kind) {
    case "type":
      return [{ start, end: start, text: piece[0] ?? " " }];
    case "piece":
      return [{ start, end: start, text: piece }];
    case "delete":
      return [{ start, end: Math.min(text.length, start + length), text: "" }];
    case "delete-line":
      return [{ ...line, text: "" }];
    case "double-line":
      return [{ start: line.end, end: line.end, text: whole }];
    case "move-line": {
      const rest = text.length - whole.length;
      const target = lineAt(text.slice(0, line.start) + text.slice(line.end), Math.floor(to * rest)).start;
      return [
        { ...line, text: "" },
        { start: target, end: target, text: whole },
      ];
    }
    case "word": {
      // A name becomes another one of the same file.
      const place = wordFrom(text, start);
      const other = wordFrom(text, Math.floor(to * text.length));
      if (place === null || other === null) return [];
      return [{ ...place, text: text.slice(other.start, other.end) }];
    }
    default:
      return [];
  }
}

/** The line around an offset, with its line break. */
function lineAt(text: string, offset: number): { readonly start: number; readonly end: number } {
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  const end = text.indexOf("\n", start);
  return { start, end: end < 0 ? text.length : end + 1 };
}

function wordFrom(text: string, offset: number): { readonly start: number; readonly end: number } | null {
  const match = /\b[A-Za-z_]\w*/.exec(text.slice(offset, offset + 400));
  if (match === null) return null;
  const start = offset + match.index;
  return { start, end: start + match[0].length };
}
