/**
 * A translation unit: one passed text, its tree and the program around it. Owns the tree.
 */
import type { ConditionSettings, PassedText } from "@pinscope/grammars/dialect";
import { defaultTables, passText } from "@pinscope/grammars/dialect";
import type { Program } from "@pinscope/grammars/program";
import type { SyntaxParser, TopLevelItem } from "@pinscope/grammars/syntax";
import type { Frame } from "./context.ts";
import { indexNotes } from "./notes.ts";
import { type BodyRange, closeSkeleton, type EarlierText, openSkeleton, type Skeleton } from "./skeleton.ts";

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
  /** Bodies of functions (`plainBodies`) that are parsed only when their function is lowered; none when absent. */
  readonly lateBodies?: readonly BodyRange[];
  /** Of a unit that this one replaces, which must not be used or closed any more. */
  readonly earlier?: EarlierText;
}

export interface TranslationUnit {
  readonly path: string;
  readonly source: string;
  readonly passed: PassedText;
  readonly program: Program;
  readonly parser: SyntaxParser;
  readonly passFragment: (text: string) => PassedText;
  readonly skeleton: Skeleton;
  /** What stands at file scope. */
  readonly items: readonly TopLevelItem[];
  /** What lowering reads at file level. */
  readonly frame: Frame;
}

/** Version and symbols play no part: expansions hold no directives. */
const SETTINGS: ConditionSettings = { version: [6, 12, 0], defines: new Map(), assumptions: new Map() };

function passWithDefaults(text: string): PassedText {
  return passText(text, defaultTables, SETTINGS);
}

/** Parses a unit. Whoever opens it closes it with `closeUnit`. */
export function openUnit(input: UnitInput): TranslationUnit {
  const { path, source, passed, program, parser } = input;
  const skeleton = openSkeleton(parser, passed.text, input.lateBodies ?? [], input.earlier);
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
  return { path, source, passed, program, parser, passFragment, skeleton, items: skeleton.items, frame };
}

/** Frees the unit's trees. Graphs lowered from them stay valid. */
export function closeUnit(unit: TranslationUnit): void {
  closeSkeleton(unit.skeleton);
}
