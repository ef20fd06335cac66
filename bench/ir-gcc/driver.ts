/**
 * The C side: a second translation unit with the logging stubs, the drawing of values and `main`. It is compiled apart
 * from the program and shares no declaration with it, so that types need only agree in representation.
 */
import type { CType } from "@pinscope/grammars/ir";
import { STREAM_IN_C } from "./random.ts";
import {
  DRAW_DEPTH,
  type EntrySpec,
  EVENT_LIMIT,
  type ExternSpec,
  INNER_ELEMENTS,
  isOpaque,
  OPAQUE_BYTES,
  OUTER_ELEMENTS,
  type ProgramSpec,
  STRING_LIMIT,
} from "./spec.ts";

/** The name under which the program's text hands an entry to the driver; entries may be static. */
function entrySymbol(name: string): string {
  return `harness_entry_${name}`;
}

/** What is appended to the program's text before gcc reads it. */
export function entryTable(spec: ProgramSpec): string {
  return spec.entries.map(({ name }) => `void *${entrySymbol(name)} = (void *)${name};\n`).join("");
}

/** C text of a declaration of `name` with the type's representation. */
function declare(type: CType, name: string): string {
  switch (type.kind) {
    case "bool":
      return `_Bool ${name}`;
    case "integer": {
      const base = { 8: "char", 16: "short", 32: "int", 64: "long" }[type.bits];
      return `${type.signed ? "signed" : "unsigned"} ${base} ${name}`;
    }
    case "pointer":
    case "function":
    case "unknown":
      return `void *${name}`;
    case "array":
      return declare(type.of, `${name}[${type.length ?? 0}]`);
    case "record":
      return `${type.union ? "union" : "struct"} ${type.tag} ${name}`;
    case "void":
      return `void ${name}`;
    case "float":
      return `${type.bits === 32 ? "float" : "double"} ${name}`;
  }
}

interface TypeTable {
  readonly text: string[];
  /** Number of the type's `fill_`, `show_` and `new_` functions. */
  numberOf(type: CType): number;
}

function typeKey(type: CType): string {
  return JSON.stringify(type, (key, value) => (key === "name" ? undefined : value));
}

function createTypeTable(records: ProgramSpec["records"]): TypeTable {
  const numbers = new Map<string, number>();
  const text: string[] = [];
  const numberOf = (type: CType): number => {
    const key = typeKey(type);
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const number = numbers.size;
    numbers.set(key, number);
    const index = text.length;
    text.push(
      `static void fill_${number}(void *, int); static void show_${number}(const void *); static void *new_${number}(int);\n`,
    );
    const [fill, show] = bodies(type);
    const opaque = isOpaque(type, records);
    const sized = opaque ? "" : declare(type, "");
    text[index] = `${text[index]}`;
    text.push(`static void fill_${number}(void *p, int depth) { ${opaque ? "" : fill} }
static void show_${number}(const void *p) { ${opaque ? 'out("?");' : show} }
static void dump_${number}(const void *p, int count) {
	for (int i = 0; i < count; i++) { out(" "); show_${number}((const char *)p + i * ${opaque ? 1 : `(long)sizeof(${sized})`}); }
}
static void *new_${number}(int depth) {
	int count = ${opaque ? 0 : `depth == 0 ? ${OUTER_ELEMENTS} : ${INNER_ELEMENTS}`};
	void *base = make_object(${opaque ? OPAQUE_BYTES : `count * sizeof(${sized})`}, count, dump_${number});
	for (int i = 0; i < count; i++) fill_${number}((char *)base + i * ${opaque ? 1 : `(long)sizeof(${sized})`}, depth + 1);
	return base;
}
`);
    return number;
  };

  const bodies = (type: CType): [string, string] => {
    switch (type.kind) {
      case "bool":
      case "integer":
        return [
          `*(${declare(type, "*")})p = harness_interesting();`,
          `out_number(*(const ${declare(type, "*")})p);`,
        ];
      case "pointer": {
        const target = numberOf(type.to);
        const draw =
          type.to.kind === "function" ? "0" : `(harness_next() & 7) == 0 ? 0 : new_${target}(depth)`;
        return [
          `void **slot = p; if (depth >= ${DRAW_DEPTH}) { *slot = 0; return; } *slot = ${draw};`,
          "out_pointer(*(void *const *)p);",
        ];
      }
      case "record": {
        const shape = records.get(type.tag);
        if (shape === undefined) return ["", ""];
        const fields = [...shape.fields].slice(0, shape.union ? 1 : undefined);
        const self = declare(type, "*");
        return [
          fields.map(([name, of]) => `fill_${numberOf(of)}(&((${self})p)->${name}, depth);`).join(" "),
          `out("{"); ${fields.map(([name, of]) => `show_${numberOf(of)}(&((const ${self})p)->${name});`).join(' out(" "); ')} out("}");`,
        ];
      }
      case "array": {
        const element = numberOf(type.of);
        const size = `sizeof(${declare(type.of, "")})`;
        return [
          `for (int i = 0; i < ${type.length ?? 0}; i++) fill_${element}((char *)p + i * ${size}, depth);`,
          `out("<"); for (int i = 0; i < ${type.length ?? 0}; i++) { out(" "); show_${element}((const char *)p + i * ${size}); } out(">");`,
        ];
      }
      default:
        return ["", ""];
    }
  };
  return { text, numberOf };
}

function recordDefinitions(spec: ProgramSpec): string {
  const done = new Set<string>();
  const lines: string[] = [];
  const define = (tag: string): void => {
    const shape = spec.records.get(tag);
    if (shape === undefined || done.has(tag)) return;
    done.add(tag);
    for (const type of shape.fields.values()) {
      const held = type.kind === "array" ? type.of : type;
      if (held.kind === "record") define(held.tag);
    }
    const fields = [...shape.fields].map(([name, type]) => `${declare(type, name)};`).join(" ");
    lines.push(`${shape.union ? "union" : "struct"} ${tag} { ${fields} };`);
  };
  for (const tag of spec.records.keys()) define(tag);
  return lines.join("\n");
}

function stub(extern: ExternSpec, types: TypeTable, spec: ProgramSpec): string {
  const parameters = extern.parameters.map((type, index) => declare(type, `a${index}`));
  const list =
    parameters.length === 0 ? "void" : [...parameters, ...(extern.variadic ? ["..."] : [])].join(", ");
  const shows = extern.parameters.map((type, index) => {
    const separator = index === 0 ? "" : 'out(", "); ';
    const value = `${separator}show_${types.numberOf(type)}(&a${index});`;
    const count = extern.shows[index] ?? 0;
    if (type.kind !== "pointer" || count === 0 || isOpaque(type.to, spec.records)) return value;
    const target = types.numberOf(type.to);
    const size = `sizeof(${declare(type.to, "")})`;
    return `${value} { int n = reach(a${index}, ${size}, ${count}); if (n > 0) { out(" ["); dump_${target}(a${index}, n); out("]"); } }`;
  });
  const writes = extern.parameters.map((type, index) => {
    const count = extern.writes[index] ?? 0;
    if (type.kind !== "pointer" || count === 0 || isOpaque(type.to, spec.records)) return "";
    const target = types.numberOf(type.to);
    const size = `sizeof(${declare(type.to, "")})`;
    return `{ int n = reach(a${index}, ${size}, ${count}); for (int i = 0; i < n; i++) fill_${target}((char *)a${index} + i * ${size}, 1); }`;
  });
  const result = answer(extern.returns, types);
  return `${declare(extern.returns, extern.name)}(${list})
{
	begin_event("${extern.name}"); ${shows.join(" ")} out(")");
	${writes.join(" ")}
	${result}
}
`;
}

function answer(type: CType, types: TypeTable): string {
  if (type.kind === "void") return 'out("\\n");';
  const shown = `out(" -> "); show_${types.numberOf(type)}(&r); out("\\n"); return r;`;
  if (type.kind === "pointer" && type.to.kind !== "function") {
    const fresh = `new_${types.numberOf(type.to)}(0)`;
    return `void *r; unsigned long long k = harness_next() & 7; r = k == 0 ? 0 : k == 1 ? (void *)-12L : ${fresh}; ${shown}`;
  }
  return `${declare(type, "r")}; __builtin_memset(&r, 0, sizeof(r)); fill_${types.numberOf(type)}(&r, 0); ${shown}`;
}

function runner(entry: EntrySpec, index: number, types: TypeTable): string {
  const parameters = entry.parameters.map((type, position) => {
    const name = `a${position}`;
    if (type.kind === "pointer" && type.to.kind !== "function")
      return `void *${name} = new_${types.numberOf(type.to)}(0);`;
    return `${declare(type, name)}; __builtin_memset(&${name}, 0, sizeof(${name})); fill_${types.numberOf(type)}(&${name}, 0);`;
  });
  const cast = `(${declare(entry.returns, "")} (*)(${entry.parameters.map((type) => declare(type, "")).join(", ") || "void"}))`;
  const call = `(${cast}${entrySymbol(entry.name)})(${entry.parameters.map((_, position) => `a${position}`).join(", ")})`;
  const run =
    entry.returns.kind === "void"
      ? `${call}; out("= void\\n");`
      : `${declare(entry.returns, "r")} = ${call}; out("= "); show_${types.numberOf(entry.returns)}(&r); out("\\n");`;
  return `extern void *${entrySymbol(entry.name)};
static void run_${index}(void) { ${parameters.join(" ")} ${run} }
`;
}

/** The whole driver for runs `seeds[entry][run]`. */
export function driverText(spec: ProgramSpec, seeds: readonly (readonly bigint[])[]): string {
  const types = createTypeTable(spec.records);
  const stubs = spec.externs.map((extern) => stub(extern, types, spec));
  const runners = spec.entries.map((entry, index) => runner(entry, index, types));
  const table = spec.entries.map((entry, index) => {
    const list = (seeds[index] ?? []).map((seed) => `${BigInt.asUintN(64, seed)}ULL`);
    return `{ "${entry.name}", run_${index}, ${list.length}, (unsigned long long[]){ ${list.join(", ")} } },`;
  });
  return [
    RUNTIME,
    STREAM_IN_C,
    recordDefinitions(spec),
    types.text.join(""),
    stubs.join(""),
    runners.join(""),
    `static struct { const char *name; void (*run)(void); int runs; unsigned long long *seeds; } entries[] = {
${table.join("\n")}
};
${MAIN}`,
  ].join("\n");
}

const RUNTIME = `
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/time.h>
extern char __executable_start, etext, __data_start, end;
struct object { char *base; long size; int count; void (*dump)(const void *, int); };
static struct object objects[20000];
static int object_count, event_count;
static char arena[1 << 22];
static long arena_used;
static char *stack_top;
static sigjmp_buf leave;
static void out(const char *text) { fputs(text, stdout); }
static void out_number(long long value) { printf("%lld", value); }
static struct object *object_at(const void *p)
{
	for (int i = object_count - 1; i >= 0; i--)
		if ((const char *)p >= objects[i].base && (const char *)p <= objects[i].base + objects[i].size)
			return &objects[i];
	return 0;
}
static int on_stack(const void *p) { return (const char *)p >= (char *)__builtin_frame_address(0) && (const char *)p <= stack_top; }
static int writable(const void *p) { return on_stack(p) || ((const char *)p >= &__data_start && (const char *)p < &end); }
static void out_text(const char *text)
{
	out("\\"");
	for (int i = 0; i < ${STRING_LIMIT} && text[i]; i++)
		if (text[i] == '\\n') out("\\\\n");
		else putchar(text[i]);
	out("\\"");
}
static void out_pointer(const void *p)
{
	struct object *object = object_at(p);
	if (!p) out("null");
	else if ((unsigned long)p >= -4095UL) printf("err%ld", (long)p);
	else if (object) printf("@%d+%ld", (int)(object - objects), (long)((const char *)p - object->base));
	else if (on_stack(p)) out("local");
	else if ((const char *)p >= &__executable_start && (const char *)p < &etext) out("function");
	else if ((const char *)p >= &etext && (const char *)p < &__data_start) out_text(p);
	else if (writable(p)) out("global");
	else out("wild");
}
/* How many of \`count\` elements lie behind a pointer: all of them in the program's own objects. */
static int reach(const void *p, long size, int count)
{
	struct object *object = object_at(p);
	if (object) {
		long left = (object->base + object->size - (const char *)p) / size;
		return left < count ? left : count;
	}
	return writable(p) ? count : 0;
}
static void *make_object(long size, int count, void (*dump)(const void *, int))
{
	struct object *object = &objects[object_count];
	long padded = (size + 64 + 15) / 16 * 16;
	if (object_count >= 20000 || arena_used + padded > (long)sizeof(arena)) siglongjmp(leave, 4);
	object_count++;
	object->base = arena + arena_used;
	object->size = size;
	object->count = count;
	object->dump = dump;
	arena_used += padded;
	return object->base;
}
static void begin_event(const char *name)
{
	if (++event_count > ${EVENT_LIMIT}) siglongjmp(leave, 1);
	out(name);
	out("(");
}
void harness_bug(void) { siglongjmp(leave, 2); }
static void on_signal(int number) { siglongjmp(leave, number == SIGALRM ? 5 : 3); }
`;

const MAIN = `
int main(void)
{
	static const char *endings[] = { "", "event limit", "unreachable", "fault", "memory limit", "time limit" };
	static char buffer[1 << 16];
	char mark;
	struct sigaction action;
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	action.sa_flags = SA_NODEFER;
	sigaction(SIGSEGV, &action, 0); sigaction(SIGBUS, &action, 0);
	sigaction(SIGFPE, &action, 0); sigaction(SIGILL, &action, 0); sigaction(SIGALRM, &action, 0);
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	stack_top = &mark;
	for (unsigned e = 0; e < sizeof(entries) / sizeof(*entries); e++)
		for (volatile int r = 0; r < entries[e].runs; r++) {
			struct itimerval limit = { { 0, 0 }, { 2, 0 } };
			printf("# %s %d\\n", entries[e].name, r);
			memset(arena, 0, arena_used);
			arena_used = object_count = event_count = 0;
			harness_state = entries[e].seeds[r];
			setitimer(ITIMER_REAL, &limit, 0);
			int ending = sigsetjmp(leave, 1);
			if (ending == 0) entries[e].run();
			else printf("\\n= %s\\n", endings[ending]);
			for (int i = 0; i < object_count; i++)
				if (objects[i].count) { printf("~ @%d:", i); objects[i].dump(objects[i].base, objects[i].count); out("\\n"); }
		}
	return 0;
}
`;
