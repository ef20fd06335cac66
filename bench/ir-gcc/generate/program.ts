/**
 * One generated program: types, macros, helper functions and the one function that is run. The same seed gives the
 * same program.
 */
import type { CType } from "@pinscope/grammars/ir";
import { type Chooser, createChooser } from "../random.ts";
import type { ExternSpec, ProgramSpec, RecordSpec } from "../spec.ts";
import { declarations } from "./declarations.ts";
import { recordSink, recordSource } from "./idioms.ts";
import {
  ELEMENT_TYPES,
  type GeneratedExtern,
  type GeneratedRecord,
  generateRecord,
  INTEGER_TYPES,
  type NamedType,
  SCALAR_EXTERNS,
  takeExtern,
} from "./pools.ts";
import type { ArrayVariable, HelperFunction, RecordVariable, ScalarVariable, Scope } from "./scope.ts";
import { regionStatements, returnText, type StatementContext, statementExpression } from "./statements.ts";
import { group, leaf, render, type TextNode } from "./tree.ts";

export interface GeneratedProgram {
  readonly seed: number;
  readonly name: string;
  /** What precedes the functions; fixed under reduction. */
  readonly header: string;
  readonly functions: readonly TextNode[];
  readonly externs: readonly GeneratedExtern[];
  readonly records: ReadonlyMap<string, RecordSpec>;
  readonly entry: { readonly name: string; readonly returns: CType; readonly parameters: readonly CType[] };
}

export interface GenerationSettings {
  /** Statements a function gets, about. */
  readonly size: number;
}

const ENUMERATORS = 3;

export function generateProgram(seed: number, settings: GenerationSettings): GeneratedProgram {
  const chooser = createChooser(seed);
  const suffix = `_${seed}`;
  const record = generateRecord(`rec${suffix}`, chooser);
  const externs = new Map(SCALAR_EXTERNS.map((extern) => [extern.name, extern]));
  for (const name of [recordSource(record), recordSink(record)]) externs.set(name.name, name);
  const globals: ScalarVariable[] = [0, 1].map((index) => ({
    name: `global${index}${suffix}`,
    type: chooser.pick(INTEGER_TYPES),
    writable: true,
  }));
  const enumerators = Array.from({ length: ENUMERATORS }, (_, index) => `COLOR_${index}${suffix}`);
  const helpers: HelperFunction[] = [];
  const shared: Shared = { chooser, suffix, record, externs, globals, enumerators };
  const functions: TextNode[] = [];
  const helperCount = chooser.below(3);
  for (let index = 0; index < helperCount; index += 1) {
    const helper: HelperFunction = {
      name: `helper${index}${suffix}`,
      returns: chooser.chance(0.8) ? chooser.pick(INTEGER_TYPES) : null,
      parameters: Array.from({ length: chooser.below(3) }, () => chooser.pick(INTEGER_TYPES)),
      takesRecord: chooser.chance(0.4),
    };
    functions.push(helperText(helper, shared, [...helpers], settings));
    helpers.push(helper);
  }
  const entry = entryText(shared, helpers, settings);
  functions.push(entry.node);
  return {
    seed,
    name: entry.name,
    header: headerText(shared),
    functions,
    externs: [...externs.values()],
    records: record.specs,
    entry: { name: entry.name, returns: entry.returns, parameters: entry.parameters },
  };
}

/** The program's text, with functions cut down where the reducer did. */
export function programText(program: GeneratedProgram, functions = program.functions): string {
  return [program.header, ...functions.map((node) => render(node))].join("\n");
}

/** Many programs as one translation unit. */
export function mergePrograms(programs: readonly GeneratedProgram[]): ProgramSpec {
  const externs = new Map<string, GeneratedExtern>();
  const records = new Map<string, RecordSpec>();
  for (const program of programs) {
    for (const extern of program.externs) externs.set(extern.name, extern);
    for (const [tag, shape] of program.records) records.set(tag, shape);
  }
  return {
    source: programs.map((program) => programText(program)).join("\n"),
    externs: [...externs.values()].map(({ declaration: _, ...extern }): ExternSpec => extern),
    records,
    entries: programs.map((program) => program.entry),
  };
}

interface Shared {
  readonly chooser: Chooser;
  readonly suffix: string;
  readonly record: GeneratedRecord;
  readonly externs: Map<string, GeneratedExtern>;
  readonly globals: readonly ScalarVariable[];
  readonly enumerators: readonly string[];
}

function headerText({ suffix, record, externs, globals, enumerators, chooser }: Shared): string {
  const colors = enumerators.map((name, index) =>
    index === 1 ? `${name} = ${40 + chooser.below(20)}` : name,
  );
  return `/* program ${suffix.slice(1)} */
enum color${suffix} { ${colors.join(", ")} };
${record.definition}
${[...externs.values()].map(({ declaration }) => declaration).join("\n")}
${globals.map(({ name, type }) => `static ${type.text} ${name};`).join("\n")}
struct lock${suffix} {
	int state;
};
static struct lock${suffix} lock${suffix};
void take_lock${suffix}(struct lock${suffix} *);
void drop_lock${suffix}(struct lock${suffix} *);
DEFINE_GUARD(locked${suffix}, struct lock${suffix} *, take_lock${suffix}(_T), drop_lock${suffix}(_T))
DEFINE_FREE(put_${record.tag}, struct ${record.tag} *, if (!IS_ERR_OR_NULL(_T)) put_${record.tag}(_T))
#define BIGGER${suffix}(a, b) ((a) > (b) ? (a) : (b))
#define TWICE${suffix}(x) ({ typeof(x) twice_ = (x); twice_ + twice_; })
#define ASK${suffix}(n, x) ask##n(x)
#define BOTH${suffix}(a, b) ((a) && (b))
#define CHECK_GOTO${suffix}(x, err, out) do { if (x) { global0${suffix} = (err); goto out; } } while (0)
#define RETURN_IF${suffix}(x, value) \\
	do { \\
		if (x) \\
			return value; \\
	} while (0)
#define LOG_BOTH${suffix}(x, ...) do { log1(x); log1(__VA_ARGS__); } while (0)
static void let_go${suffix}(int *held)
{
	log1(*held);
}
`;
}

function createContext(
  shared: Shared,
  helpers: readonly HelperFunction[],
  returns: NamedType | null,
  size: number,
): StatementContext & { readonly counters: string[] } {
  const counters: string[] = [];
  let names = 0;
  const context = {
    chooser: shared.chooser,
    externs: SCALAR_EXTERNS,
    helpers,
    record: shared.record,
    globals: shared.globals,
    enumerators: shared.enumerators,
    macros: [shared.suffix],
    returns,
    allowance: { left: size },
    counters,
    fresh: (stem: string) => `${stem}${names++}`,
    use: (extern: GeneratedExtern) => {
      shared.externs.set(extern.name, extern);
      return extern.name;
    },
    counter: () => {
      const name = `count${counters.length}`;
      counters.push(name);
      return name;
    },
    statementExpression: (scope: Scope, depth: number) => statementExpression(scope, context, depth),
  };
  return context;
}

function functionBody(
  context: StatementContext & { readonly counters: string[] },
  scope: Scope,
  before: readonly TextNode[],
  statementCount: number,
): TextNode[] {
  const declared = declarations(scope, context, 2 + context.chooser.below(4));
  const position = {
    scope: declared.scope,
    depth: 3,
    canBreak: false,
    canContinue: false,
    regions: [],
    cases: null,
    allowReturn: true,
  };
  const nodes = regionStatements(position, context, statementCount);
  const last = leaf(returnText(position, context), false);
  const counters = context.counters.map((name) => leaf(`int ${name} = 0;`));
  return [...counters, leaf("int fuel = 6;"), ...before, ...declared.nodes, ...nodes, last];
}

function helperText(
  helper: HelperFunction,
  shared: Shared,
  earlier: readonly HelperFunction[],
  settings: GenerationSettings,
): TextNode {
  const context = createContext(shared, earlier, helper.returns, Math.ceil(settings.size / 3));
  const scalars = helper.parameters.map((type, index) => ({ name: `p${index}`, type, writable: true }));
  const records: RecordVariable[] = helper.takesRecord
    ? [{ name: "rp", isPointer: true, record: shared.record }]
    : [];
  const scope: Scope = { scalars: [...scalars, ...shared.globals], arrays: [], records };
  const parameters = [
    ...scalars.map(({ name, type }) => `${type.text} ${name}`),
    ...records.map(({ name }) => `struct ${shared.record.tag} *${name}`),
  ];
  const nodes = functionBody(context, scope, [], 2);
  const head = `static ${helper.returns?.text ?? "void"} ${helper.name}(${parameters.join(", ") || "void"})\n{`;
  return group(head, nodes, "}\n");
}

function entryText(
  shared: Shared,
  helpers: readonly HelperFunction[],
  settings: GenerationSettings,
): { node: TextNode; name: string; returns: CType; parameters: CType[] } {
  const { chooser, record } = shared;
  const returns = chooser.chance(0.9) ? chooser.pick(INTEGER_TYPES) : null;
  const context = createContext(shared, helpers, returns, settings.size);
  const scalars: ScalarVariable[] = Array.from({ length: 1 + chooser.below(4) }, (_, index) => ({
    name: `p${index}`,
    type: chooser.pick(INTEGER_TYPES),
    writable: true,
  }));
  const arrays: ArrayVariable[] = Array.from({ length: 1 + chooser.below(2) }, (_, index) => ({
    name: `in${index}`,
    element: chooser.pick(ELEMENT_TYPES),
    length: 8,
    resource: `in${index}`,
    isPointer: true,
  }));
  for (const { element } of arrays) context.use(takeExtern(element));
  const name = `run_${shared.suffix.slice(1)}`;
  const parameters = [
    ...scalars.map((scalar) => `${scalar.type.text} ${scalar.name}`),
    ...arrays.map((array) => `${array.element.text} *${array.name}`),
    `struct ${record.tag} *rp`,
  ];
  const scope: Scope = {
    scalars: [...scalars, ...shared.globals],
    arrays,
    records: [{ name: "rp", isPointer: true, record }],
  };
  // File-scope variables outlive a run in C, so each run sets them first.
  const before = shared.globals.map((global, index) =>
    leaf(`${global.name} = ${scalars[index]?.name ?? index};`, false),
  );
  const nodes = functionBody(context, scope, before, 6 + chooser.below(5));
  const head = `${returns?.text ?? "void"} ${name}(${parameters.join(", ")})\n{`;
  for (const lock of ["take_lock", "drop_lock"]) context.use(lockExtern(lock, shared.suffix));
  return {
    node: group(head, nodes, "}\n", false),
    name,
    returns: returns?.type ?? { kind: "void" },
    parameters: [
      ...scalars.map(({ type }) => type.type),
      ...arrays.map(({ element }): CType => ({ kind: "pointer", to: element.type })),
      { kind: "pointer", to: record.type.type },
    ],
  };
}

function lockExtern(name: string, suffix: string): GeneratedExtern {
  const tag = `lock${suffix}`;
  return {
    name: `${name}${suffix}`,
    returns: { kind: "void" },
    parameters: [{ kind: "pointer", to: { kind: "record", tag, union: false } }],
    variadic: false,
    shows: [],
    writes: [],
    declaration: "",
  };
}
