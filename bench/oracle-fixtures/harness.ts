/** The C that starts a fixture's functions in the state of each case. Writes nothing. */
import type { CType } from "@pinscope/grammars/ir";
import type { InitialState } from "@pinscope/simulator/interpreter";
import { declaration, objectName, pageAt, placeInC, valueInC } from "./c-text.ts";
import type { Case, FixtureFile } from "./cases.ts";
import { FINDS, KEPT, WRAPPED } from "./kernel-calls.ts";
import { readTexts } from "./scenarios.ts";

/** A case as C text; a text where it cannot be set up. */
export function caseText(file: FixtureFile, one: Case, number: number): string | { readonly reason: string } {
  const { initial } = one;
  const ir = file.program.lookup(one.function);
  if (ir === null) return { reason: "has no body" };
  const unable = one.simulation.balance.find(({ callee }) => !WRAPPED.has(callee) && !FINDS.has(callee));
  if (unable !== undefined) return { reason: `${unable.callee}() is not set up for a kernel` };
  const placed = [...initial.values.map(({ pointed }) => pointed), ...initial.slots];
  const isPlaced = (address: number): boolean =>
    placed.some((one) =>
      one === null
        ? false
        : "page" in one
          ? one.page === address
          : one.kind === "page" && one.address === address,
    );
  if (initial.given.some(({ address, found }) => !found && !isPlaced(address)))
    return { reason: "is given pages in a bio of somebody else" };
  const made = setUp(file, initial);
  if (typeof made !== "string") return made;
  const texts: string[] = [];
  for (const id of ir.parameters) {
    const variable = ir.variables.find((variable) => variable.id === id);
    const value = initial.values.find(
      ({ origin }) => origin.kind === "parameter" && origin.name === variable?.name,
    );
    const text = value === undefined ? "0" : valueInC(value);
    if (text === null) return { reason: `parameter ${variable?.name} has a value that C has not` };
    texts.push(text);
  }
  const call = `${one.function}(${texts.join(", ")})`;
  const body = ir.returns.kind === "void" ? `${call};\n\treturn 0;` : `return (long)${call};`;
  const tables = tablesOf(one, number);
  if (typeof tables !== "string") return tables;
  return `static long run_${number}(void)\n{\n${made}\t${body}\n}\n${tables}`;
}

function setUp(file: FixtureFile, initial: InitialState): string | { readonly reason: string } {
  const lines: string[] = [];
  const objects = new Map<number, CType>();
  const results = new Set<number>();
  for (const { pointed, type, origin } of initial.values) {
    if (pointed?.kind !== "object" || type.kind !== "pointer") continue;
    if (origin.kind === "call") results.add(pointed.object);
    else if (!objects.has(pointed.object)) objects.set(pointed.object, type.to);
  }
  for (const [id, type] of objects) {
    const name = objectName(id);
    const size = declaration(type, "");
    const iterator = initial.iterators.find(({ object }) => object === id);
    const made = objectText(type, size);
    // What is the kernel's own stays as it is.
    const isNew = made.startsWith("h_object(");
    lines.push(`\tvoid *${name} = ${made};`, ...(isNew ? heads(file, name, type) : []));
    if (iterator !== undefined) {
      const kind = ["ubuf", "iovec"].indexOf(iterator.kind);
      if (kind < 0) return { reason: `an iterator of kind ${iterator.kind}` };
      if (iterator.offset !== 0 || type.kind !== "record" || type.tag !== "iov_iter")
        return { reason: "an iterator inside another record" };
      lines.push(`\th_iter(${name}, ${kind}, ${iterator.start}UL, ${iterator.length});`);
    }
  }
  const declared = lines.filter((line) => line.startsWith("\tvoid"));
  const rest = lines.filter((line) => !line.startsWith("\tvoid"));
  for (const value of initial.values) {
    const { origin } = value;
    if (origin.kind === "parameter" || origin.kind === "call") continue;
    if (origin.kind === "object" && results.has(origin.object))
      return { reason: `${value.what} lies in what a call without a body returned` };
    if (origin.kind === "object" && !objects.has(origin.object))
      return { reason: `${value.what} lies in what the kernel made` };
    const place = placeInC(origin);
    const text = valueInC(value);
    if (place === null || text === null) return { reason: `${value.what} cannot be set in C` };
    rest.push(`\t${place} = ${text};`);
  }
  for (const { origin, page } of initial.slots) {
    if (page === null || origin.kind !== "object" || !objects.has(origin.object))
      return { reason: "reads slots of an array that nobody filled" };
    rest.push(`\t((struct page **)${objectName(origin.object)})[${origin.index}] = ${pageAt(page)};`);
  }
  return [...declared, ...rest].map((line) => `${line}\n`).join("");
}

/** List heads are empty, and counted objects are held twice, as the simulation takes them to be. */
function heads({ program }: FixtureFile, name: string, type: CType): string[] {
  if (type.kind !== "record") return [];
  return [...(program.records(type.tag)?.fields ?? [])].flatMap(([field, of]) => {
    if (of.kind !== "record") return [];
    const place = `((struct ${type.tag} *)${name})->${field}`;
    if (of.tag === "list_head") return [`\tINIT_LIST_HEAD(&${place});`];
    return of.tag === "kref" ? [`\trefcount_set(&${place}.refcount, 2);`] : [];
  });
}

function objectText(type: CType, size: string | null): string {
  if (type.kind === "function") return "h_nothing";
  if (type.kind === "record" && type.tag === "mm_struct") return "current->mm";
  if (type.kind === "record" && type.tag === "task_struct") return "current";
  if (type.kind === "record" && type.tag === "block_device") return "h_bdev()";
  if (type.kind === "record" && type.tag === "bio") return "h_bio()";
  return `h_object(${size === null || type.kind === "void" ? 1 : `sizeof(${size})`})`;
}

function tablesOf(one: Case, number: number): string | { readonly reason: string } {
  const { initial } = one;
  const scenario = readTexts(one.complete);
  const call = (name: string, nth: number | null): string => `{"${name}", ${nth ?? 0}}`;
  const maps = initial.mappings.map(
    ({ address, pages, call: before }) =>
      `{${address}UL, ${pages}, ${before === null ? "{NULL, 0}" : call(before.name, before.nth)}}`,
  );
  const held = { pin: "H_PINNED", reference: "H_REFERENCED", allocation: "H_NOT_HELD" };
  const given = initial.given.map(
    ({ address, family, found }) =>
      `{${address}UL, ${family === null || found ? "H_NOT_HELD" : held[family]}}`,
  );
  const fails = scenario.fail.map((failure) => call(failure.call, failure.nth));
  const results: string[] = [];
  for (const value of initial.values) {
    const { origin, pointed, choice } = value;
    if (origin.kind !== "call") continue;
    if (origin.name === "sg_alloc_table" && ![0n, -12n].includes(BigInt.asIntN(64, choice.value)))
      return { reason: `${value.what} is one that the kernel does not give` };
    if (WRAPPED.has(origin.name)) {
      if (failed(choice)) fails.push(call(origin.name, origin.nth));
      continue;
    }
    if (KEPT.has(origin.name)) continue;
    if (pointed?.kind === "object") return { reason: `${value.what} is an object of its own` };
    if (pointed?.kind === "page") {
      if (pointed.address === null) return { reason: `${value.what} is a page that is not mapped` };
      results.push(`{${call(origin.name, origin.nth)}, 0, ${pointed.address}UL}`);
    } else results.push(`{${call(origin.name, origin.nth)}, ${BigInt.asIntN(64, choice.value)}L, 0}`);
  }
  const table = (type: string, name: string, entries: readonly string[]): string =>
    entries.length === 0
      ? ""
      : `static const struct ${type} ${name}_${number}[] = {${entries.join(", ")}};\n`;
  const use = (name: string, entries: readonly string[]): string =>
    entries.length === 0 ? "NULL, 0" : `${name}_${number}, ${entries.length}`;
  return (
    table("h_map", "maps", maps) +
    table("h_given", "given", given) +
    table("h_call", "fails", fails) +
    table("h_result", "results", results) +
    `const struct h_case case_${number} = {run_${number}, ${use("maps", maps)}, ${use("given", given)}, ` +
    `${use("fails", fails)}, ${use("results", results)}};\n`
  );
}

/** Whether a call of the kernel's was chosen to fail: an errno, or NULL. */
function failed({ value, type }: InitialState["values"][number]["choice"]): boolean {
  const signed = BigInt.asIntN(64, value);
  return type.kind === "pointer" ? value === 0n : signed < 0n && signed >= -4095n;
}

/** Calls of a file that neither have a body there nor are the kernel's here, with the types of their values. */
function stubsOf(file: FixtureFile): ReadonlyMap<string, CType> {
  const found = new Map<string, CType>();
  const bodies = new Set(file.program.names);
  for (const name of file.program.names)
    for (const { operations } of file.program.lookup(name)?.blocks ?? [])
      for (const operation of operations) {
        if (operation.kind !== "call" || operation.callee.kind !== "direct") continue;
        const callee = operation.callee.name;
        if (bodies.has(callee) || WRAPPED.has(callee) || KEPT.has(callee)) continue;
        found.set(callee, operation.type);
      }
  return found;
}

/** The text of a fixture's translation unit: its functions, those of `without` blanked, then the cases. */
export function unitText(
  file: FixtureFile,
  label: string,
  without: ReadonlySet<string>,
  cases: readonly { readonly number: number; readonly text: string }[],
): string {
  // What is blanked keeps its place.
  let source = file.source.replace(/^#include .*$/gm, (line) => " ".repeat(line.length));
  for (const name of without) {
    const ir = file.program.lookup(name);
    if (ir === null) continue;
    const { start, end } = ir.location;
    source = source.slice(0, start) + source.slice(start, end).replace(/[^\n]/g, " ") + source.slice(end);
  }
  const includes = file.source.match(/^#include <.*>$/gm) ?? [];
  const declared = new Set<string>();
  const defines: string[] = [];
  for (const name of WRAPPED) defines.push(`#undef ${name}\n#define ${name} h_${name}`);
  for (const [name, type] of stubsOf(file)) {
    // What the fixture declares has a body in the stubs' file.
    if (new RegExp(`\\b${name}\\([^;{}]*\\)\\s*;`).test(withoutBodies(file))) {
      declared.add(name);
      continue;
    }
    const cast = type.kind === "unknown" ? "(long)" : `(${declaration(type, "") ?? "long"})`;
    defines.push(`#undef ${name}\n#define ${name}(...) (${cast}h_result("${name}"))`);
  }
  return (
    `${includes.join("\n")}\n#include "pinfix.h"\n${defines.join("\n")}\n#line 1 "${label}"\n${source}\n` +
    cases.map(({ number, text }) => `#line 1 "case ${number}"\n${text}`).join("")
  );
}

/** The file's text outside functions. */
function withoutBodies(file: FixtureFile): string {
  let text = file.source;
  for (const name of file.program.names) {
    const location = file.program.lookup(name)?.location;
    if (location === undefined) continue;
    text =
      text.slice(0, location.start) + " ".repeat(location.end - location.start) + text.slice(location.end);
  }
  return text;
}

/** Bodies of the functions that a fixture only declares: apart from it, where no declaration is in the way. */
export function stubsText(names: ReadonlySet<string>, data: ReadonlySet<string>): string {
  const bodies = [...names].map((name) => `long ${name}(void) { return h_result("${name}"); }\n`);
  const objects = [...data].map((name) => `long ${name}[64];\n`);
  return `long h_result(const char *name);\n${bodies.join("")}${objects.join("")}`;
}

export function declaredStubs(file: FixtureFile): ReadonlySet<string> {
  const outside = withoutBodies(file);
  return new Set(
    [...stubsOf(file).keys()].filter((name) => new RegExp(`\\b${name}\\([^;{}]*\\)\\s*;`).test(outside)),
  );
}

/** The table of all cases. */
export function tableText(numbers: readonly number[]): string {
  return (
    `#include "pinfix.h"\n` +
    numbers.map((number) => `extern const struct h_case case_${number};\n`).join("") +
    `const struct h_case *const h_cases[] = {${numbers.map((number) => `&case_${number}`).join(", ")}};\n` +
    `const int h_ncases = ${numbers.length};\n`
  );
}
