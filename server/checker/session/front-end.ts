/**
 * The front end over one open file under one choice of branches: pass, tree, program and functions follow each edit.
 * Knows no analysis.
 */
import {
  type ConditionSettings,
  type PassedText,
  passText,
  rescannedWindow,
  updatePass,
} from "@pinscope/grammars/dialect";
import {
  closeUnit,
  type EarlierText,
  type FunctionIr,
  type FunctionOutline,
  listFunctions,
  lowerFunction,
  openUnit,
  ownText,
  type TranslationUnit,
} from "@pinscope/grammars/ir";
import {
  type CollectOptions,
  type FunctionSignature,
  type LiveProgram,
  openProgram,
  recordFacts,
  updateProgram,
} from "@pinscope/grammars/program";
import type { SyntaxNode, SyntaxParser } from "@pinscope/grammars/syntax";
import { identifiersIn } from "../callees.ts";
import type { TextRange } from "../source-text.ts";
import type { CheckSettings } from "../types.ts";
import type { FunctionPlace } from "../variants.ts";
import { covering, type TextDifference } from "./difference.ts";
import { type FunctionVersion, ProgramChecker, VersionStore } from "./versions.ts";

/** A function of the present text. */
export interface PlacedFunction extends FunctionPlace {
  readonly outline: FunctionOutline;
  readonly version: FunctionVersion;
}

export interface FrontEndInput {
  readonly path: string;
  readonly parser: SyntaxParser;
  readonly settings: CheckSettings;
  readonly signatures: ReadonlyMap<string, FunctionSignature>;
  readonly conditions: ConditionSettings;
}

/** What stands for a file's text at one moment. */
interface Snapshot {
  readonly source: string;
  readonly passed: PassedText;
  readonly unselected: readonly TextRange[];
  readonly live: LiveProgram;
  readonly unit: TranslationUnit;
  readonly functions: readonly PlacedFunction[];
}

export class FrontEnd {
  /** Milliseconds spent on lowering. */
  lowerMs = 0;
  private readonly input: FrontEndInput;
  private readonly versions = new VersionStore();
  private snapshot: Snapshot | null = null;
  /** The tree came from re-parsing broken text: a fresh one may differ. */
  private provisional = false;

  constructor(input: FrontEndInput) {
    this.input = input;
  }

  private get present(): Snapshot {
    if (this.snapshot === null) throw new Error("no text was read yet");
    return this.snapshot;
  }

  get functions(): readonly PlacedFunction[] {
    return this.present.functions;
  }

  get live(): LiveProgram {
    return this.present.live;
  }

  get unselected(): readonly TextRange[] {
    return this.present.unselected;
  }

  get unknownConditions(): number {
    return this.present.passed.unknownConditions.length;
  }

  /** Whether `refresh` may change anything. */
  get isProvisional(): boolean {
    return this.provisional;
  }

  /**
   * Follows the file to a new text.
   * @param files holds the new text under the file's own path
   * @param edit what differs from the text before; null when other files changed
   */
  update(source: string, files: ReadonlyMap<string, string | null>, edit: TextDifference | null): void {
    const before = this.snapshot;
    if (before === null || edit === null) this.reopen(source, files);
    else this.follow(before, source, files, edit);
  }

  /** Parses the text afresh where the tree may depend on how the text came about. */
  refresh(): void {
    const { source, passed, unselected, live, unit } = this.present;
    if (!this.provisional) return;
    this.provisional = false;
    const fresh = this.open(source, passed, live, { skeleton: unit.skeleton, afresh: true });
    this.snapshot = {
      source,
      passed,
      unselected,
      live,
      unit: fresh,
      functions: this.place(fresh, live, null),
    };
  }

  /** The graph of a function, with locations that count from the origin of its text. */
  lower({ version, outline }: PlacedFunction): FunctionIr {
    if (version.lowered !== null) return version.lowered.ir;
    const started = performance.now();
    const { unit } = this.present;
    const { program, facts } = recordFacts(unit.program);
    const node = outline.item.materialize();
    const item = { ...outline.item, materialize: () => node };
    const ir = lowerFunction({ ...unit, program }, { ...outline, item }, version.origin);
    version.lowered = {
      ir,
      facts,
      hasError: outline.item.hasError,
      shape: outline.hasError ? shapeOf(node) : null,
    };
    version.program = unit.program;
    this.lowerMs += performance.now() - started;
    return ir;
  }

  close(): void {
    if (this.snapshot !== null) closeUnit(this.snapshot.unit);
    this.snapshot = null;
  }

  private reopen(source: string, files: ReadonlyMap<string, string | null>): void {
    const { path, settings, conditions } = this.input;
    const passed = passText(source, settings.tables, conditions);
    const unselected = unselectedIn(passed);
    const live = openProgram(path, files, this.programOptions(unselected));
    if (this.snapshot !== null) closeUnit(this.snapshot.unit);
    this.provisional = false;
    const unit = this.open(source, passed, live);
    this.snapshot = { source, passed, unselected, live, unit, functions: this.place(unit, live, null) };
  }

  private follow(
    before: Snapshot,
    source: string,
    files: ReadonlyMap<string, string | null>,
    edit: TextDifference,
  ): void {
    const passed = updatePass(before.passed, source, edit);
    const whole = { start: 0, oldEnd: before.source.length, newEnd: source.length };
    const window = rescannedWindow(passed) ?? whole;
    const unselected = unselectedIn(passed);
    const live = updateProgram(before.live, files, edit, this.programOptions(unselected));
    const { text: hadText, tree: hadTree } = before.unit.skeleton;
    const hadError = hadTree.hasError;
    const unit = this.open(source, passed, live, { skeleton: before.unit.skeleton, afresh: false });
    const { text, tree } = unit.skeleton;
    // Broken text is read by what was read before; so is text that was mended just now.
    if (text !== hadText) this.provisional = tree.hasError || (hadError && this.provisional);
    const functions = this.place(unit, live, { before: before.functions, window: covering(window, edit) });
    this.snapshot = { source, passed, unselected, live, unit, functions };
  }

  private programOptions(unselected: readonly TextRange[]): CollectOptions {
    const { path, settings, signatures } = this.input;
    return {
      includeFolders: settings.includeFolders,
      signatures,
      unselected: (other) => (other === path ? unselected : undefined),
    };
  }

  private open(
    source: string,
    passed: PassedText,
    live: LiveProgram,
    earlier?: EarlierText,
  ): TranslationUnit {
    const { path, parser, settings } = this.input;
    return openUnit({
      path,
      source,
      passed,
      program: live.program,
      parser,
      lateBodies: settings.deep ? [] : live.bodies,
      ...(earlier !== undefined && { earlier }),
    });
  }

  /** The functions of a unit, each with the version of its text; outside the window they are those of before. */
  private place(
    unit: TranslationUnit,
    live: LiveProgram,
    moved: { readonly before: readonly PlacedFunction[]; readonly window: TextDifference } | null,
  ): PlacedFunction[] {
    const checker = new ProgramChecker(live.program);
    const outlines = listFunctions(unit);
    const taken = new Set<FunctionVersion>();
    const unchanged = moved === null ? null : unchangedVersions(moved.before, moved.window);
    const kept = outlines.map((outline) => {
      const version = unchanged?.(outline);
      if (version === undefined || taken.has(version) || !checker.holds(version)) return undefined;
      taken.add(version);
      return version;
    });
    const functions = outlines.map((outline, index): PlacedFunction => {
      const version = kept[index] ?? this.takeVersion(unit, outline, checker, taken);
      taken.add(version);
      const { name, start, end } = outline;
      return { name, start, end, identifiers: version.identifiers, outline, version };
    });
    for (const { version } of this.snapshot?.functions ?? []) {
      if (!taken.has(version)) this.versions.release(version);
    }
    return functions;
  }

  private takeVersion(
    unit: TranslationUnit,
    outline: FunctionOutline,
    checker: ProgramChecker,
    taken: ReadonlySet<FunctionVersion>,
  ): FunctionVersion {
    const { name, start, end, item } = outline;
    // A version outlives the text of the file that it was found in.
    const text = ownText(unit.source.slice(start, end));
    let shape: string | null = null;
    return this.versions.take(
      {
        key: contentKey(unit, outline, text),
        name,
        length: end - start,
        identifiers: () => identifiersIn(text),
        shape: () => {
          shape ??= shapeOf(item.materialize());
          return shape;
        },
      },
      checker,
      taken,
    );
  }
}

function unselectedIn(passed: PassedText): TextRange[] {
  return passed.notes.filter((note) => note.kind === "unselected");
}

/** Finds the version of a function that stands wholly before or behind the window, by its place. */
function unchangedVersions(
  before: readonly PlacedFunction[],
  { start, oldEnd, newEnd }: TextDifference,
): (outline: FunctionOutline) => FunctionVersion | undefined {
  const delta = newEnd - oldEnd;
  const byStart = new Map(before.map((one) => [one.start, one]));
  return (outline) => {
    const shift = outline.end <= start ? 0 : delta;
    if (shift === delta && outline.end > start && outline.start < newEnd) return undefined;
    const known = byStart.get(outline.start - shift);
    if (known === undefined || known.end !== outline.end - shift) return undefined;
    const { version } = known;
    if (known.name !== outline.name || known.outline.hasError !== outline.hasError) return undefined;
    return version;
  };
}

/** Everything that a function's graph follows from, but for the program and, where it is broken, the tree's shape. */
function contentKey(
  unit: TranslationUnit,
  { name, start, end, hasError }: FunctionOutline,
  text: string,
): string {
  const passed = unit.passed.text.slice(start, end);
  const notes = unit.passed.notes.filter((note) => note.end > start && note.start < end);
  const places = notes.map((note) => {
    const inner = note.kind === "scoped-guard" ? note.arguments.map((at) => at - start) : [];
    return JSON.stringify({ ...note, start: note.start - start, end: note.end - start, arguments: inner });
  });
  return [name, hasError ? "broken" : "", text, passed === text ? "" : passed, ...places].join("\u0000");
}

/** Types and places of all nodes of a tree, from its own start. */
function shapeOf(root: SyntaxNode): string {
  const parts: string[] = [];
  const pending: SyntaxNode[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    parts.push(
      `${node.type} ${node.start - root.start} ${node.end - root.start}${node.missing ? " missing" : ""}`,
    );
    for (const child of node.children) pending.push(child);
  }
  return parts.join("\n");
}
