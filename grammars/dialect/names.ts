/**
 * Names the pass knows, found by the hash that its scanner computes on the way, without allocating.
 * Knows the tables; not what is done with a name.
 */
import type { AnnotationMacro, DefinitionMacro, DialectTables, LoopMacro } from "./types.ts";

/** Kinds of token. Punctuation is its own character code. */
export const tokenKind = {
  none: 0,
  identifier: 256,
  number: 257,
  string: 258,
  arrow: 259,
  /** `if`, `while`, `for`, `switch`: a header in parentheses follows, then a statement. */
  control: 260,
  /** `else`, `do`: a statement follows. */
  prefix: 261,
  /** `return`, `goto`, `break`, `continue`. */
  jump: 262,
  /** `case`, `default`. */
  label: 263,
  /** `int`, `void`, `unsigned` … */
  type: 264,
  /** `struct`, `union`, `enum`. */
  record: 265,
  /** `static`, `extern`, `inline`, `typedef`, `register`. */
  storage: 266,
  /** `const`, `volatile`, `restrict`. */
  qualifier: 267,
  /** `sizeof` and its like, which take a type or an expression in parentheses. */
  size: 268,
  asm: 269,
} as const;

/** What is known of a name; most names are not known. */
export interface KnownName {
  readonly name: string;
  readonly token: number;
  readonly annotation?: AnnotationMacro;
  readonly loop?: LoopMacro;
  readonly definition?: DefinitionMacro;
  readonly types?: readonly number[];
  readonly fileScope?: true;
  readonly special?: "typeof" | "scoped-guard" | "free" | "offsetof" | "alignof" | "asm-words" | "bitmap";
}

export interface NameTable {
  /** The entry for `source[start..end)`, whose hash the caller has computed with `hashStep` from 0. */
  find(source: string, start: number, end: number, hash: number): KnownName | undefined;
  readonly loopPatterns: readonly string[];
}

export const hashStep = (hash: number, code: number): number => (Math.imul(hash, 31) + code) | 0;

const keywords: Readonly<Record<string, number>> = {
  if: tokenKind.control,
  while: tokenKind.control,
  for: tokenKind.control,
  switch: tokenKind.control,
  else: tokenKind.prefix,
  do: tokenKind.prefix,
  return: tokenKind.jump,
  goto: tokenKind.jump,
  break: tokenKind.jump,
  continue: tokenKind.jump,
  case: tokenKind.label,
  default: tokenKind.label,
  struct: tokenKind.record,
  union: tokenKind.record,
  enum: tokenKind.record,
  static: tokenKind.storage,
  extern: tokenKind.storage,
  inline: tokenKind.storage,
  __inline: tokenKind.storage,
  __inline__: tokenKind.storage,
  typedef: tokenKind.storage,
  register: tokenKind.storage,
  const: tokenKind.qualifier,
  volatile: tokenKind.qualifier,
  restrict: tokenKind.qualifier,
  sizeof: tokenKind.size,
  asm: tokenKind.asm,
  __asm__: tokenKind.asm,
  __asm: tokenKind.asm,
};

/** The words that the grammar takes for types and never for an expression. */
const typeWords: readonly string[] = [
  ..."void char short int long float double signed unsigned bool size_t ssize_t ptrdiff_t intptr_t".split(
    " ",
  ),
  ..."uintptr_t charptr_t nullptr_t max_align_t".split(" "),
  ...[8, 16, 32, 64].flatMap((bits) => [`int${bits}_t`, `uint${bits}_t`, `char${bits}_t`]),
];

const specials: Readonly<Record<string, NonNullable<KnownName["special"]>>> = {
  typeof: "typeof",
  __typeof__: "typeof",
  __typeof: "typeof",
  typeof_member: "typeof",
  typeof_unqual: "typeof",
  __unqual_scalar_typeof: "typeof",
  scoped_guard: "scoped-guard",
  scoped_cond_guard: "scoped-guard",
  __free: "free",
  offsetof: "offsetof",
  alignof: "alignof",
  __alignof__: "alignof",
  __alignof: "alignof",
  _Alignof: "alignof",
  DECLARE_BITMAP: "bitmap",
  asm_volatile_goto: "asm-words",
  asm_inline: "asm-words",
  asm_goto_output: "asm-words",
  __volatile: "asm-words",
};

const compiled = new WeakMap<DialectTables, NameTable>();

/** The tables as one hash table; compiled once per tables object. */
export function compileNames(tables: DialectTables): NameTable {
  const known = compiled.get(tables);
  if (known !== undefined) return known;
  const entries = new Map<string, KnownName>();
  const add = (name: string, extra: Partial<KnownName>): void => {
    const before = entries.get(name);
    entries.set(name, { name, token: tokenKind.identifier, ...before, ...extra });
  };
  for (const [name, token] of Object.entries(keywords)) add(name, { token });
  for (const name of typeWords) add(name, { token: tokenKind.type });
  for (const [name, special] of Object.entries(specials)) add(name, { special });
  for (const name of tables.fileScope) add(name, { fileScope: true });
  for (const [name, types] of Object.entries(tables.typeArguments)) add(name, { types });
  for (const annotation of tables.annotations) add(annotation.name, { annotation });
  for (const loop of tables.loops) add(loop.name, { loop });
  for (const definition of tables.definitions) add(definition.name, { definition });
  const table = buildTable([...entries.values()], tables.loopPatterns);
  compiled.set(tables, table);
  return table;
}

function hashOf(name: string): number {
  let hash = 0;
  for (let at = 0; at < name.length; at++) hash = hashStep(hash, name.charCodeAt(at));
  return hash;
}

function buildTable(entries: readonly KnownName[], loopPatterns: readonly string[]): NameTable {
  let size = 1024;
  while (size < entries.length * 4) size *= 2;
  const mask = size - 1;
  const hashes = new Int32Array(size);
  const slots = new Int32Array(size);
  entries.forEach((entry, index) => {
    const hash = hashOf(entry.name);
    let slot = spread(hash) & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = index + 1;
    hashes[slot] = hash;
  });
  const find = (source: string, start: number, end: number, hash: number): KnownName | undefined => {
    for (let slot = spread(hash) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      if (hashes[slot] !== hash) continue;
      const entry = entries[(slots[slot] ?? 0) - 1];
      if (entry !== undefined && entry.name.length === end - start && source.startsWith(entry.name, start)) {
        return entry;
      }
    }
    return undefined;
  };
  return { find, loopPatterns };
}

/** The low bits of a polynomial hash are poor: mix the high ones in. */
function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}
