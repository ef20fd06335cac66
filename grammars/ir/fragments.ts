/**
 * Parsed pieces of text that stand in no file: what macros expand to, operands of `typeof`. Cached per parser, since
 * the macros of one header are used in many files. Must not know what becomes of a fragment.
 */
import type { SyntaxNode, SyntaxParser } from "@pinscope/grammars/syntax";
import type { NoteIndex } from "./context.ts";
import { indexNotes } from "./notes.ts";
import { childByField, operands } from "./syntax-nodes.ts";
import type { TranslationUnit } from "./unit.ts";

/** Fragments kept per parser; all are dropped when there are more. */
const CACHE_LIMIT = 4000;

export interface Fragment {
  readonly text: string;
  readonly source: string;
  readonly notes: NoteIndex;
  readonly statements: readonly SyntaxNode[];
}

const caches = new WeakMap<SyntaxParser, Map<string, Fragment | null>>();

/**
 * Parses text as the body of a function; null when it holds a syntax error.
 * `text` must be C statements (or an expression and a semicolon).
 */
export function parseFragment(unit: TranslationUnit, text: string): Fragment | null {
  return cached(unit, text, () => {
    const source = `void fragment(void)\n{\n${text}\n}\n`;
    const passed = unit.passFragment(source);
    const statements = statementsOf(unit, passed.text);
    return statements === null
      ? null
      : { text: passed.text, source, notes: indexNotes(passed.notes), statements };
  });
}

/** The text of a fragment parsed again with marks of the same length (see `cast-repair`). */
export function reparseFragment(unit: TranslationUnit, fragment: Fragment, text: string): Fragment | null {
  return cached(unit, `marked:${text}`, () => {
    const statements = statementsOf(unit, text);
    return statements === null ? null : { ...fragment, statements };
  });
}

function cached(unit: TranslationUnit, key: string, make: () => Fragment | null): Fragment | null {
  let cache = caches.get(unit.parser);
  if (cache === undefined || cache.size > CACHE_LIMIT) {
    cache = new Map();
    caches.set(unit.parser, cache);
  }
  const known = cache.get(key);
  if (known !== undefined) return known;
  const fragment = make();
  cache.set(key, fragment);
  return fragment;
}

function statementsOf(unit: TranslationUnit, text: string): readonly SyntaxNode[] | null {
  const tree = unit.parser.parse(text);
  try {
    if (tree.hasError) return null;
    const [item, ...more] = tree.items();
    if (item === undefined || more.length > 0 || item.type !== "function_definition") return null;
    const body = childByField(item.materialize(), "body");
    return body === null ? null : operands(body);
  } finally {
    tree.free();
  }
}
