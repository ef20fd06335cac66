/** Markup whose texts are escaped: `html` takes plain texts and markup, and a text can become markup in no other way. */

/** A piece of a page. */
export interface Markup {
  readonly markup: string;
}

type Part = string | number | null | Markup | readonly Part[];

/** A template whose values are escaped unless they are markup; null is nothing, lists are joined. */
export function html(pieces: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const markup = pieces.map(
    (piece, index) => (index === 0 ? "" : markupOf(parts[index - 1] ?? null)) + piece,
  );
  return { markup: markup.join("") };
}

/** Text of our own that is markup already: style sheets and scripts. */
export function verbatim(text: string): Markup {
  return { markup: text };
}

function markupOf(part: Part): string {
  if (part === null) return "";
  if (typeof part === "string") return escaped(part);
  if (typeof part === "number") return String(part);
  if ("markup" in part) return part.markup;
  return part.map(markupOf).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  // Control characters other than tab and line break have no place in HTML.
  return text.replace(/[&<>"']/g, (one) => ENTITIES[one] ?? "").replace(/[^\P{Cc}\t\n\r]/gu, "\ufffd");
}
