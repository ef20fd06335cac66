/** What is typed into a function, and where. Knows no session. */

/** One keystroke. */
export interface Keystroke {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** What the settled result must say behind it. */
  readonly check: "leak" | "clean" | null;
  /** Whether an offset lies in what was typed. */
  covers(offset: number): boolean;
}

const declaration = "\tstruct page *probe_page;\n";

/** An error path that keeps its page; the release goes where `|` stands. */
const block = `	if (get_user_page_fast_only(probe_address, FOLL_WRITE, &probe_page)) {
		if (probe_broken("of {", page_address(probe_page))) {
			|return -EIO;
		}
		put_page(probe_page);
	}
`;

const release = "put_page(probe_page);\n\t\t\t";

/**
 * The keystrokes at the beginning of a function's body; null when the text defines no such function.
 * @param round put into the names typed: a session remembers texts, and must not meet the same ones in another round
 */
export function typeInto(source: string, name: string, round: number): Keystroke[] | null {
  const inRound = (text: string): string => text.replaceAll("probe_", `probe${round}_`);
  const head = new RegExp(`^[A-Za-z_][^;{}]*\\b${name}\\([^;{}]*\\)\\n\\{\\n`, "m").exec(source);
  if (head === null) return null;
  const start = head.index + head[0].length;
  const blank = source.indexOf("\n\n", start);
  const close = source.indexOf("\n}", start);
  // Behind the declarations where there are some, else at once.
  const statements = blank === -1 || blank > close ? start : blank + 2;
  const keystrokes: Keystroke[] = [];
  let first = statements;
  let typed = 0;
  const type = (at: number, text: string, check: Keystroke["check"]): void => {
    first = Math.min(first, at);
    for (const [index, character] of [...text].entries()) {
      typed++;
      const [from, to] = [first, first + typed];
      keystrokes.push({
        start: at + index,
        end: at + index,
        text: character,
        check: index === text.length - 1 ? check : null,
        covers: (offset) => offset >= from && offset < to + 400,
      });
    }
  };
  type(start, inRound(declaration), null);
  const [before = "", after = ""] = inRound(block).split("|");
  const blockStart = statements + inRound(declaration).length;
  type(blockStart, before + after, "leak");
  type(blockStart + before.length, inRound(release), "clean");
  return keystrokes;
}
