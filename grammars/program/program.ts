/**
 * Answers what a name means in one translation unit: over the indexes of its files in the order in which they are
 * included, then what the host added, then the built-in kernel tables. Everything is read when first asked for.
 * Never throws; a name that is not known is undefined.
 */
import type { CType } from "../ir/types.ts";
import type { Cleanup } from "./cleanups.ts";
import { evaluateTokens } from "./constants.ts";
import {
  type Declared,
  maximumDepth,
  parseDeclaration,
  parseDeclarator,
  parseSpecifiers,
} from "./declarations.ts";
import { digest } from "./digest.ts";
import { enumerationType, enumeratorValues, type Values } from "./enumerations.ts";
import { expandUse } from "./expand.ts";
import { type FieldScope, parseFields } from "./fields.ts";
import { type BodyItem, type DeclarationItem, type FileIndex, withoutInitializers } from "./file-index.ts";
import {
  builtInCleanup,
  builtInConstant,
  builtInEnumeration,
  builtInGlobalText,
} from "./kernel-constants.ts";
import { builtInFields } from "./kernel-records.ts";
import { builtInSignatureText } from "./kernel-signatures.ts";
import { builtInTypedef } from "./kernel-types.ts";
import { joinTokens, type Token, tokenize } from "./lexer.ts";
import { readDefinition } from "./macro.ts";
import type { Region } from "./scan.ts";
import { sizeOfType } from "./size.ts";
import type { FunctionSignature, MacroDefinition, Program, RecordDefinition } from "./types.ts";

/** One file of the unit. */
export interface ProgramFile {
  readonly index: FileIndex;
  /** Branches not taken, sorted and disjoint; what stands there counts only where nothing else defines the name. */
  readonly unselected: readonly Region[];
}

interface Found<Item> {
  readonly file: ProgramFile;
  readonly item: Item;
}

const unknown: CType = { kind: "unknown" };

function inRegions(regions: readonly Region[], at: number): boolean {
  let low = 0;
  let high = regions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((regions[middle]?.end ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  const region = regions[low];
  return region !== undefined && region.start <= at;
}

/** Remembers an answer per name, `undefined` included; asked again while it is being found, the answer is undefined. */
function memoized<Value>(find: (name: string) => Value | undefined): (name: string) => Value | undefined {
  const known = new Map<string, Value | undefined>();
  return (name) => {
    if (known.has(name)) return known.get(name);
    known.set(name, undefined);
    const value = find(name);
    known.set(name, value);
    return value;
  };
}

/** A program that also reads types from text. */
export interface TypedProgram extends Program {
  readonly scope: FieldScope;
}

/** Builds the program over `files`, the unit's own file first. */
export function buildProgram(
  files: readonly ProgramFile[],
  signatures: ReadonlyMap<string, FunctionSignature> | undefined,
): TypedProgram {
  /** First item in a taken branch, else the first at all. */
  function choose<Item>(
    items: (index: FileIndex) => readonly Item[] | undefined,
    start: (item: Item) => number,
    accepts: (item: Item) => boolean,
  ): Found<Item> | undefined {
    let fallback: Found<Item> | undefined;
    for (const file of files) {
      for (const item of items(file.index) ?? []) {
        if (!accepts(item)) continue;
        if (!inRegions(file.unselected, start(item))) return { file, item };
        fallback ??= { file, item };
      }
    }
    return fallback;
  }

  const macro = memoized((name) => {
    let fallback: MacroDefinition | undefined;
    for (const file of files) {
      const items = file.index.macros.get(name);
      if (items === undefined) continue;
      for (const selectedOnly of [true, false]) {
        const found = lastDefinition(
          items.filter((item) => !selectedOnly || !inRegions(file.unselected, item.start)),
        );
        if (found === undefined) continue;
        const definition = readDefinition(file.index, found, name);
        if (selectedOnly) return definition;
        fallback ??= definition;
      }
    }
    return fallback;
  });

  const macroTokens = memoized((name) => {
    const definition = macro(name);
    if (definition === undefined || definition.parameters !== null || definition.body === "")
      return undefined;
    return tokenize(definition.body, 0, definition.body.length, { directives: "none" });
  });

  // Bodies met outside the indexes: anonymous records, and those in macros or in text handed in.
  const bodies = new Map<string, { readonly union: boolean; readonly tokens: readonly Token[] }>();
  let origin: ProgramFile | null = null;
  let depth = 0;

  const scope: FieldScope = {
    namesOnly: false,
    typedef: (name) => typedef(name),
    macro: (name) => macroTokens(name),
    constant: (tokens) => evaluateTokens(tokens, { name: constant, sizeOf: (inside) => sizeOf(inside) }),
    fields: (tag) => record(tag)?.fields,
    defineRecord(tag, union, tokens) {
      if (tag !== null) {
        if (!bodies.has(tag)) bodies.set(tag, { union, tokens });
        return tag;
      }
      // Named by what it holds, not by where it stands: text above it may grow without making it another type.
      const where = origin === null ? "" : ` ${origin.index.path}`;
      const made = `(anonymous${where}:${digest(tokens.map((token) => token.text).join(" "))})`;
      if (!bodies.has(made)) bodies.set(made, { union, tokens });
      return made;
    },
    enumeration(tag, body) {
      if (tag !== null)
        return (
          enumeration(tag) ?? (body === null ? { kind: "unknown", name: `enum ${tag}` } : enumType(body, tag))
        );
      return body === null ? unknown : enumType(body, "");
    },
    expand(name, parts) {
      const definition = macro(name);
      if (definition === undefined) return undefined;
      if ((definition.parameters === null) !== (parts === null)) return undefined;
      const result = expandUse(definition, parts?.map((part) => joinTokens(part)) ?? null, macro);
      return "text" in result
        ? tokenize(result.text, 0, result.text.length, { directives: "none" })
        : undefined;
    },
  };

  /** Runs a reading in the name of a file, so that anonymous records get the same tag each time. */
  function within<Value>(file: ProgramFile | null, read: () => Value): Value | undefined {
    if (depth > maximumDepth) return undefined;
    const before = origin;
    origin = file;
    depth++;
    try {
      return read();
    } finally {
      origin = before;
      depth--;
    }
  }

  const declarationTokens = ({ file, item }: Found<DeclarationItem>): Token[] => {
    const { start, end, definition } = item.chunk;
    const regions = file.unselected;
    // Where the branches are known, those not taken are left out; else a header's first alternative is read.
    const omit = regions.filter((region) => region.end > start && region.start < end);
    return withoutInitializers(
      tokenize(file.index.text, start, end, {
        directives: definition && omit.length === 0 ? "first" : "all",
        omit: inRegions(regions, start) ? [] : omit,
      }),
    );
  };

  const declaration = (kind: DeclarationItem["kind"], name: string): Declared | CType | undefined => {
    const found = choose(
      (index) => index.declarations.get(name),
      (item) => item.chunk.start,
      (item) => item.kind === kind,
    );
    if (found === undefined) return undefined;
    return within(found.file, () => {
      if (found.item.typeText !== undefined) return typeOfText(found.item.typeText);
      return parseDeclaration(declarationTokens(found), scope).find((declared) => declared.name === name);
    });
  };

  const typedef = memoized((name): CType | undefined => {
    if (name.startsWith("enum ")) return enumeration(name.slice(5).trim());
    const declared = declaration("typedef", name);
    if (declared === undefined || !("type" in declared)) return builtInTypedef(name);
    const type = declared.type;
    return type.kind === "integer" ? { ...type, name } : type;
  });

  const signature = memoized((name): FunctionSignature | undefined => {
    const declared = declaration("function", name);
    if (declared !== undefined && "type" in declared && declared.type.kind === "function")
      return {
        name,
        returns: declared.type.returns,
        parameters: declared.parameters ?? [],
        variadic: declared.variadic,
      };
    return signatures?.get(name) ?? builtInSignature(name);
  });

  const global = memoized((name): CType | undefined => {
    const declared = declaration("variable", name);
    if (declared === undefined) {
      const text = builtInGlobalText(name);
      return text === undefined ? undefined : typeOfText(text);
    }
    return "type" in declared ? declared.type : declared;
  });

  const record = memoized((tag): RecordDefinition | undefined => {
    const found = choose(
      (index) => index.records.get(tag),
      (item) => item.start,
      () => true,
    );
    const known = found === undefined ? bodies.get(tag) : undefined;
    const built = found === undefined && known === undefined ? builtInFields(tag) : undefined;
    return within(found?.file ?? null, () => {
      const anonymous = new Map<string, string>();
      if (found !== undefined)
        return {
          tag,
          union: found.item.union,
          fields: parseFields(bodyTokens(found), scope, anonymous),
          anonymous,
        };
      if (known !== undefined)
        return { tag, union: known.union, fields: parseFields(known.tokens, scope, anonymous), anonymous };
      if (built === undefined) return undefined;
      const tokens = tokenize(built.members, 0, built.members.length, { directives: "none" });
      return { tag, union: built.union, fields: parseFields(tokens, scope), partial: true };
    });
  });

  const bodyTokens = ({ file, item }: Found<BodyItem>): Token[] =>
    tokenize(file.index.text, item.start, item.end, {
      directives: "all",
      omit: inRegions(file.unselected, item.start)
        ? []
        : file.unselected.filter((region) => region.end > item.start && region.start < item.end),
    });

  const enumerator = memoized((name): bigint | undefined => {
    for (const file of files) {
      const body = file.index.enumerators.get(name);
      if (body !== undefined) return within(file, () => valuesOf({ file, item: body }).get(name));
    }
    return builtInConstant(name);
  });

  // Read whole once, however many of its names are asked for.
  const enumBodies = new Map<BodyItem, Values>();
  function valuesOf(found: Found<BodyItem>): Values {
    const known = enumBodies.get(found.item);
    if (known !== undefined) return known;
    const values = new Map<string, bigint | undefined>();
    enumBodies.set(found.item, values);
    return enumeratorValues(bodyTokens(found), { name: constant, sizeOf }, values);
  }

  const enumType = (tokens: readonly Token[], tag: string): CType =>
    enumerationType(enumeratorValues(tokens, { name: constant, sizeOf }), tag);

  const enumeration = memoized((tag): CType | undefined => {
    const found = choose(
      (index) => index.enumerations.get(tag),
      (item) => item.start,
      () => true,
    );
    if (found === undefined) return builtInEnumeration(tag);
    return within(found.file, () => enumerationType(valuesOf(found), tag));
  });

  const constant = memoized((name): bigint | undefined => {
    const tokens = macroTokens(name);
    if (tokens !== undefined) return within(origin, () => scope.constant(tokens));
    const definition = macro(name);
    return definition === undefined ? enumerator(name) : undefined;
  });

  function sizeOf(tokens: readonly Token[]): bigint | undefined {
    const type = typeOfTokens(tokens);
    return type === undefined ? undefined : sizeOfType(type);
  }

  function typeOfTokens(tokens: readonly Token[]): CType | undefined {
    const cursor = { tokens, at: 0 };
    const specifiers = parseSpecifiers(cursor, scope);
    return specifiers === undefined ? undefined : parseDeclarator(cursor, specifiers.type, scope).type;
  }

  function typeOfText(text: string): CType {
    return (
      typeOfTokens(tokenize(text, 0, text.length, { directives: "all" })) ?? {
        kind: "unknown",
        name: text.trim(),
      }
    );
  }

  const cleanup = memoized((name): Cleanup | undefined => {
    for (const file of files) {
      const found = file.index.cleanups.get(name);
      if (found !== undefined) return found;
    }
    return builtInCleanup(name);
  });

  return {
    scope,
    macro,
    typedef,
    record,
    signature,
    global,
    enumerator,
    isTypeName: (name) => typedef(name) !== undefined,
    cleanup,
  };
}

/** The last definition in the text that is not an alternative: a second `#define` counts only behind an `#undef`. */
function lastDefinition<Item extends { readonly kind: "define" | "undef" }>(
  items: readonly Item[],
): Item | undefined {
  let current: Item | undefined;
  let undefinedSince = false;
  for (const item of items) {
    if (item.kind === "undef") undefinedSince = true;
    else if (current === undefined || undefinedSince) {
      current = item;
      undefinedSince = false;
    }
  }
  return current;
}

const builtIn = memoized((name: string): FunctionSignature | undefined => {
  const text = builtInSignatureText(name);
  return text === undefined ? undefined : signatureOf(text, emptyProgram().scope);
});

function builtInSignature(name: string): FunctionSignature | undefined {
  return builtIn(name);
}

let empty: TypedProgram | undefined;

/** A program of no files: the built-in tables alone. */
export function emptyProgram(): TypedProgram {
  empty ??= buildProgram([], undefined);
  return empty;
}

/** Reads a prototype's text; undefined where it declares no function. */
export function signatureOf(text: string, scope: FieldScope): FunctionSignature | undefined {
  const tokens = tokenize(text, 0, text.length, { directives: "all" }).filter((token) => token.text !== ";");
  for (const declared of parseDeclaration(tokens, scope))
    if (declared.type.kind === "function")
      return {
        name: declared.name,
        returns: declared.type.returns,
        parameters: declared.parameters ?? [],
        variadic: declared.variadic,
      };
  return undefined;
}
