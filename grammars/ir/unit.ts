/**
 * A translation unit: one passed text, its tree and the program around it. Owns the tree.
 */
import type { ConditionSettings, PassedText } from "@pinscope/grammars/dialect";
import { defaultTables, passText } from "@pinscope/grammars/dialect";
import type { Program } from "@pinscope/grammars/program";
import type { SyntaxParser, SyntaxTree, TopLevelItem } from "@pinscope/grammars/syntax";
import type { Frame } from "./context.ts";
import { indexNotes } from "./notes.ts";
import { containErrors, type Pieces } from "./pieces.ts";
import { type BodyRange, openSkeleton, type Skeleton } from "./skeleton.ts";

export interface UnitInput {
  /** Path as it appears in locations. */
  readonly path: string;
  /** Text as the author wrote it. */
  readonly source: string;
  /** The same text after the dialect pass. */
  readonly passed: PassedText;
  readonly program: Program;
  readonly parser: SyntaxParser;
  /** The dialect pass for macro expansions, which hold no directives; the built-in tables when absent. */
  readonly passFragment?: (text: string) => PassedText;
  /** A tree of `passed.text` that exists already; the unit takes it over. */
  readonly tree?: SyntaxTree;
  /** Bodies of functions (`plainBodies`) that are parsed only when their function is lowered. Not with `tree`. */
  readonly lateBodies?: readonly BodyRange[];
  /** Those of a unit that this one replaces; it takes them over. */
  readonly pieces?: Pieces;
}

export interface TranslationUnit {
  readonly path: string;
  readonly source: string;
  readonly passed: PassedText;
  readonly program: Program;
  readonly parser: SyntaxParser;
  readonly passFragment: (text: string) => PassedText;
  readonly tree: SyntaxTree;
  /** What stands at file scope; where the tree holds errors, some of it may come from trees of pieces. */
  readonly items: readonly TopLevelItem[];
  readonly pieces: Pieces;
  /** What lowering reads at file level. */
  readonly frame: Frame;
}

/** Version and symbols play no part: expansions hold no directives. */
const SETTINGS: ConditionSettings = { version: [6, 12, 0], defines: new Map(), assumptions: new Map() };

function passWithDefaults(text: string): PassedText {
  return passText(text, defaultTables, SETTINGS);
}

const noPieces: Pieces = new Map();

/** Parses a unit. Whoever opens it closes it with `closeUnit`. */
export function openUnit(input: UnitInput): TranslationUnit {
  const { path, source, passed, program, parser } = input;
  const { tree, items: whole } = parsedItems(input);
  const notes = indexNotes(passed.notes);
  const frame: Frame = {
    text: passed.text,
    source,
    notes,
    use: null,
    expanded: false,
    unary: new Map(),
    hole: null,
  };
  const passFragment = input.passFragment ?? passWithDefaults;
  const { items, pieces } = containErrors(whole, passed.text, parser, input.pieces ?? noPieces);
  return { path, source, passed, program, parser, passFragment, tree, items, pieces, frame };
}

function parsedItems({ passed, parser, tree: known, lateBodies }: UnitInput): Skeleton {
  if (known === undefined && lateBodies !== undefined) return openSkeleton(parser, passed.text, lateBodies);
  const tree = known ?? parser.parse(passed.text);
  return { tree, items: tree.items() };
}

/** Frees the unit's trees. Graphs lowered from them stay valid. */
export function closeUnit(unit: TranslationUnit): void {
  unit.tree.free();
  for (const tree of unit.pieces.values()) tree.free();
}
