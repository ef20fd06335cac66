/**
 * What generated programs are made of: integer types with the names C has for them, records, external functions.
 */
import type { CType } from "@pinscope/grammars/ir";
import type { Chooser } from "../random.ts";
import type { ExternSpec, RecordSpec } from "../spec.ts";

export interface NamedType {
  readonly text: string;
  readonly type: CType;
}

function integer(text: string, bits: 8 | 16 | 32 | 64, signed: boolean): NamedType {
  return { text, type: { kind: "integer", bits, signed, name: text } };
}

export const INT = integer("int", 32, true);
export const UNSIGNED_LONG = integer("unsigned long", 64, false);
export const BOOL: NamedType = { text: "bool", type: { kind: "bool" } };

export const INTEGER_TYPES: readonly NamedType[] = [
  INT,
  INT,
  INT,
  integer("unsigned int", 32, false),
  integer("unsigned", 32, false),
  integer("long", 64, true),
  integer("long", 64, true),
  UNSIGNED_LONG,
  integer("long long", 64, true),
  integer("unsigned long long", 64, false),
  integer("char", 8, false),
  integer("signed char", 8, true),
  integer("unsigned char", 8, false),
  integer("short", 16, true),
  integer("unsigned short", 16, false),
  integer("u8", 8, false),
  integer("u16", 16, false),
  integer("u32", 32, false),
  integer("u64", 64, false),
  integer("s8", 8, true),
  integer("s16", 16, true),
  integer("s64", 64, true),
  integer("size_t", 64, false),
  BOOL,
];

/** Element types of arrays, each with its own pair of external functions. */
export const ELEMENT_TYPES: readonly NamedType[] = [
  integer("int", 32, true),
  integer("u8", 8, false),
  integer("s16", 16, true),
  integer("u32", 32, false),
  integer("long", 64, true),
  integer("u64", 64, false),
  integer("s8", 8, true),
  integer("unsigned short", 16, false),
];

export interface GeneratedExtern extends ExternSpec {
  readonly declaration: string;
}

function extern(returns: NamedType | null, name: string, parameters: readonly NamedType[]): GeneratedExtern {
  const list = parameters.map(({ text }) => text).join(", ");
  return {
    name,
    returns: returns?.type ?? { kind: "void" },
    parameters: parameters.map(({ type }) => type),
    variadic: false,
    shows: [],
    writes: [],
    declaration: `${returns?.text ?? "void"} ${name}(${list || "void"});`,
  };
}

const LONG = integer("long", 64, true);
const U8 = integer("u8", 8, false);
const S8 = integer("s8", 8, true);
const U16 = integer("u16", 16, false);
const S16 = integer("s16", 16, true);
const U32 = integer("unsigned int", 32, false);
const U64 = integer("u64", 64, false);

/** External functions over integers that every program may call. */
export const SCALAR_EXTERNS: readonly GeneratedExtern[] = [
  extern(null, "log0", []),
  extern(null, "log1", [INT]),
  extern(null, "log2", [LONG, U32]),
  extern(INT, "ask0", []),
  extern(INT, "ask1", [INT]),
  extern(LONG, "ask_long", [UNSIGNED_LONG]),
  extern(U8, "ask_u8", [U8]),
  extern(BOOL, "ask_bool", [BOOL]),
  extern(S16, "ask_s16", [S16, U16]),
  extern(U64, "ask_u64", [U64, S8]),
  extern(U32, "ask_u32", [U32, LONG, INT]),
  extern(S8, "ask_s8", [BOOL]),
];

const STRING: NamedType = {
  text: "const char *",
  type: { kind: "pointer", to: integer("char", 8, false).type },
};

/** `note("…", x)` and a variadic one, of whose variable part nothing is logged. */
export const TEXT_EXTERNS: readonly GeneratedExtern[] = [
  extern(null, "note", [STRING, INT]),
  { ...extern(null, "print", [STRING]), variadic: true, declaration: "void print(const char *format, ...);" },
];

export function elementName(element: NamedType): string {
  return element.text.replaceAll(" ", "_");
}

/** Reads and writes one element behind a pointer. */
export function takeExtern(element: NamedType): GeneratedExtern {
  const name = `take_${elementName(element)}`;
  return {
    name,
    returns: INT.type,
    parameters: [{ kind: "pointer", to: element.type }],
    variadic: false,
    shows: [1],
    writes: [1],
    declaration: `int ${name}(${element.text} *);`,
  };
}

/** Reads four elements behind a pointer. */
export function scanExtern(element: NamedType): GeneratedExtern {
  const name = `scan_${elementName(element)}`;
  return {
    name,
    returns: { kind: "void" },
    parameters: [{ kind: "pointer", to: element.type }, INT.type],
    variadic: false,
    shows: [4],
    writes: [],
    declaration: `void ${name}(const ${element.text} *, int);`,
  };
}

/** A field of a generated record that holds a number, by the path from the record. */
export interface FieldPath {
  /** `.a`-less text: `a`, `in.b`, `list[%]` where `%` wants an index below `bound`. */
  readonly path: string;
  readonly type: NamedType;
  readonly bound: number | null;
}

export interface GeneratedRecord {
  readonly tag: string;
  readonly type: NamedType;
  readonly definition: string;
  readonly fields: readonly FieldPath[];
  /** Field that points to two integers or is NULL. */
  readonly pointerField: { readonly name: string; readonly element: NamedType };
  readonly specs: ReadonlyMap<string, RecordSpec>;
}

/** A record with numbers of all widths, an array, a nested record, a union and a pointer. */
export function generateRecord(tag: string, chooser: Chooser): GeneratedRecord {
  const innerTag = `${tag}_in`;
  const unionTag = `${tag}_un`;
  const numbers = (names: readonly string[]) =>
    names.map((name) => ({ name, type: chooser.pick(INTEGER_TYPES) }));
  const innerFields = numbers(["x", "y"]);
  const outerFields = numbers(["a", "b", "c", "d"].slice(0, 2 + chooser.below(3)));
  const arrayElement = chooser.pick(ELEMENT_TYPES);
  const pointerElement = chooser.pick(ELEMENT_TYPES);
  const specs = new Map<string, RecordSpec>();
  const map = (fields: readonly { name: string; type: NamedType }[]) =>
    fields.map(({ name, type }): [string, CType] => [name, type.type]);
  specs.set(innerTag, { union: false, fields: new Map(map(innerFields)) });
  specs.set(unionTag, {
    union: true,
    fields: new Map<string, CType>([
      ["word", U64.type],
      ["half", { kind: "array", of: S16.type, length: 4 }],
      ["byte", { kind: "array", of: U8.type, length: 8 }],
    ]),
  });
  const [firstField, ...otherFields] = map(outerFields);
  if (firstField === undefined) throw new Error("a record without fields");
  specs.set(tag, {
    union: false,
    fields: new Map<string, CType>([
      firstField,
      ["in", { kind: "record", tag: innerTag, union: false }],
      ...otherFields,
      ["list", { kind: "array", of: arrayElement.type, length: 4 }],
      ["link", { kind: "pointer", to: pointerElement.type }],
      ["un", { kind: "record", tag: unionTag, union: true }],
    ]),
  });
  const [first, ...rest] = outerFields.map(({ name, type }) => `${type.text} ${name};`);
  return {
    tag,
    type: { text: `struct ${tag}`, type: { kind: "record", tag, union: false } },
    definition: `struct ${innerTag} {
	${innerFields.map(({ name, type }) => `${type.text} ${name};`).join("\n\t")}
};
union ${unionTag} {
	u64 word;
	s16 half[4];
	u8 byte[8];
};
struct ${tag} {
	${first}
	struct ${innerTag} in;
	${rest.join("\n\t")}
	${arrayElement.text} list[4];
	${pointerElement.text} *link;
	union ${unionTag} un;
};`,
    fields: [
      ...outerFields.map(({ name, type }) => ({ path: name, type, bound: null })),
      ...innerFields.map(({ name, type }) => ({ path: `in.${name}`, type, bound: null })),
      { path: "list[%]", type: arrayElement, bound: 4 },
      { path: "un.word", type: U64, bound: null },
      { path: "un.half[%]", type: S16, bound: 4 },
      { path: "un.byte[%]", type: U8, bound: 8 },
    ],
    pointerField: { name: "link", element: pointerElement },
    specs,
  };
}
