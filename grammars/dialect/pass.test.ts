import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import {
  type ConditionSettings,
  defaultTables,
  mergeTables,
  passText,
  rescannedWindow,
  updatePass,
} from "./index.ts";

const parser = await loadParser();
const settings: ConditionSettings = { version: [6, 12, 0], defines: new Map(), assumptions: new Map() };
const pass = (source: string, extra: Partial<ConditionSettings> = {}) =>
  passText(source, defaultTables, { ...settings, ...extra });

const lines = (text: string): number => text.split("\n").length;

/** What the tree of the passed text says of errors. */
function broken(source: string, tables = defaultTables): boolean {
  const passed = passText(source, tables, settings);
  expect(passed.text.length).toBe(source.length);
  const tree = parser.parse(passed.text);
  const { hasError } = tree;
  tree.free();
  return hasError;
}

/** A text in a function's body. */
const inFunction = (body: string): string => `int f(int a)\n{\n\t${body}\n\treturn 0;\n}\n`;

describe("kernel constructs read without error", () => {
  const bodies: Record<string, string> = {
    "type names as arguments": "x = container_of(ptr, struct thing, member.of[2]);",
    "pointer types as arguments": "p = va_arg(ap, const struct thing *); q = min_t(unsigned long, a, b);",
    "offsetof with a path": "n = offsetof(struct thing, inner.field[3]);",
    typeof: "typeof(*ptr) copy = *ptr; __typeof__(a->b[1]) other;",
    "alignof an expression": "n = __alignof__(*ptr);",
    "loop macro with a body": "list_for_each_entry(pos, &head, list) {\n\t\tuse(pos);\n\t}",
    "loop macro with one statement": "for_each_sg(table, sg, n, i)\n\t\tput_page(sg_page(sg));",
    "unknown loop macro": "my_walk_all(tree, node) {\n\t\tuse(node);\n\t}",
    "unknown loop macro without braces": "my_walk_all(tree, node)\n\t\tuse(node);",
    "loop macro without arguments": "for_each_driver() {\n\t\tuse();\n\t}",
    "call without semicolon": "TRACE_HERE(a)\n\tuse(a);\n\tSTOP\n\tuse(b);",
    "case ranges": "switch (a) {\n\tcase 'a' ... 'z':\n\tcase 1 ... 9: return 1;\n\t}",
    "label at the end of a block": "if (a) {\n\t\tgoto out;\n\tout:\n\t}",
    "strings made of macros": 'printk(KERN_ERR PFX "x %" PRIu64 " " __stringify(FOO) "y\\n", a);',
    "statements as arguments":
      "wait_event_cmd(wq, a, unlock(&l); go(), lock(&l));\n\tCHECK(x, return -EINTR);\n\tCHECK(y, goto out);",
    "control flow as an argument": "nvkm_msec(dev, 2000,\n\t\tif (!busy(a))\n\t\t\tbreak;\n\t);",
    "a macro around a statement": "D1(if (a)\n\t\tuse(a);)",
    "operators as arguments": "WARN(CHECK_CMP(a, <=, b));",
    "empty arguments": "CALL(a, , b); CALL(, a); CALL(a,);",
    guards: "guard(mutex)(&lock);\n\tscoped_guard(spinlock, &lock)\n\t\tuse(a);\n\tCLASS(fd, f)(3);",
    "cleanup attribute": "char *buf __free(kfree) = kmalloc(4, GFP_KERNEL);",
    "asm with macros": 'asm volatile(LOCK "incl %0" : "+m" (v), ASM_CALL_CONSTRAINT : "r" (a) : "memory");',
    "asm register": 'register unsigned long r asm("rax") = 1;',
    "asm goto": 'asm_volatile_goto("jmp %l[out]" : : : : out);\nout:',
    "bitmap with initializer": "DECLARE_BITMAP(seen, 64) = { 0 };",
    "static macro declaration": "static DEFINE_RATELIMIT_STATE(rs, 5 * HZ, 10);",
    while_each: "do {\n\t\tuse(a);\n\t} while_each_thread(g, t);",
    "pasted names": "F(3DNOWPREFETCH) | F(15_0);",
    "designated arguments": "x = CONFIG(.event = 0xc0, .mask = 1);",
    "unnamed bit fields": "struct { u32 a : 1, : 3; u32 : 4; } s;",
    "condition macro without parentheses": "if time_after(a, b) {\n\t\tuse(a);\n\t}",
  };
  for (const [name, body] of Object.entries(bodies)) {
    it(name, () => {
      expect(passedBody(body)).toBe(passedBody(body));
      expect(broken(inFunction(body))).toBe(false);
    });
  }

  const files: Record<string, string> = {
    "system calls":
      "SYSCALL_DEFINE3(read, unsigned int, fd, char __user *, buf, size_t, count)\n{\n\treturn 0;\n}\n",
    "system call without arguments": "SYSCALL_DEFINE0(fork)\n{\n\treturn 0;\n}\n",
    "definition macros of unknown name": "TEST_F(suite, name)\n{\n\treturn;\n}\nTEST(single) {\n}\n",
    "unknown attributes":
      "static EXPORT_FOR_TESTS int f(void)\n{\n}\nMY_SCOPE struct a *g(int x MY_UNUSED)\n{\n}\n",
    "attribute behind a declarator": "static struct a b __my_data = { 1 };\nchar c[] SECTION_X;\n",
    "file-scope macros":
      'MODULE_LICENSE("GPL");\nEXPORT_SYMBOL(f)\nstatic DEFINE_PER_CPU(struct a, b) = { 1 };\nint x;\n',
    "machine description": 'define_machine(board) {\n\t.name = "x",\n};\nint x;\n',
    "struct member macros":
      "struct s {\n\tDECLARE_BITMAP(m, 4);\n\tstruct_group(g, int a; int b;);\n\tMY_FIELD(x)\n\tint c;\n};\n",
    "macro lists": "static int a[] = {\n\tONE(1)\n\tTWO(2)\n\tOPS_A OPS_B\n};\n",
    "a label before #if": "int f(void)\n{\n\tgoto out;\nout:\n#ifdef A\n\tg();\n#endif\n}\n",
    "an else split by #endif": "int f(void)\n{\n#ifdef A\n\tif (x)\n\t\tg();\n\telse\n#endif\n\th();\n}\n",
    "an unbraced body inside #if":
      "int f(void)\n{\n\tif (x)\n#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 0, 0)\n\t\tg();\n#else\n\t\th();\n#endif\n}\n",
    "a call's name and arguments apart":
      "int f(void)\n{\n\tr =\n#ifdef A\n\tg(\n#else\n\th(1,\n#endif\n\t2);\n}\n",
    "alternative signatures": "#ifdef A\nint f(int a)\n#else\nint f(long a)\n#endif\n{\n\treturn 0;\n}\n",
  };
  for (const [name, source] of Object.entries(files)) {
    it(name, () => expect(broken(source)).toBe(false));
  }
});

const passedBody = (body: string): string => pass(inFunction(body)).text;

describe("what the pass leaves", () => {
  it("names loops and their macros", () => {
    const source = inFunction("for_each_sg(t, s, n, i) { }\n\tmy_for_each_x(a, b->c) { }");
    const loops = pass(source).notes.flatMap((note) => (note.kind === "loop" ? [note.macro] : []));
    expect(loops).toEqual([
      { name: "for_each_sg", cursors: [1], index: 3, count: 2 },
      { name: "my_for_each_x", cursors: [0] },
    ]);
  });

  it("leaves calls of functions that only sound like loops", () => {
    const source = inFunction("r = bus_for_each_dev(b, 0, 0, fn); class_for_each_device(c, 0, 0, fn);");
    expect(pass(source).text).toBe(source);
  });

  it("reads a definition macro as a header and keeps the name's place", () => {
    const source = "BPF_CALL_2(probe, struct map *, m, u32, n)\n{\n}\n";
    const passed = pass(source);
    expect(passed.text).toBe("u64        probe( struct map *  m, u32  n)\n{\n}\n");
    expect(passed.notes).toEqual([
      { kind: "definition", start: 0, end: source.indexOf("\n"), definer: "BPF_CALL_2", name: "probe" },
    ]);
  });

  it("keeps cleanups with their meaning", () => {
    const source = inFunction("void *p __free(kvfree) = 0;\n\tscoped_guard(mutex, &l) { }");
    const kinds = pass(source).notes;
    expect(kinds).toMatchObject([
      { kind: "free-attribute", cleanup: "kvfree" },
      { kind: "scoped-guard", className: "mutex" },
    ]);
  });

  it("counts what it blanks by entry", () => {
    const blanked = pass("static int __init f(void)\n{\n}\nmodule_init(f);\n#if 0\nint g;\n#endif\n").blanked;
    expect(Object.fromEntries(blanked)).toEqual({
      "annotation:__init": 6,
      "file-scope:module_init": 14,
      "directive:if": 4,
      "directive:endif": 6,
      unselected: 5,
    });
  });

  it("never touches calls, control flow or assignments of ordinary code", () => {
    const source = inFunction("if (a) { b = g(a); } while (h(b--)) break;\n\tdo { x->y(1); } while (0);");
    expect(pass(source).text).toBe(source);
  });

  it("takes a line break in a comment for no line of code", () => {
    const source =
      "int f(int a)\n{\nif (a) /* why\n\t*/ {\n\tg(a);\n}\ng(1);\n\tu32 /* why\n */ b = 3;\n\tTRACE_THIS(a) /*\n */ + b;\n}\n";
    expect(pass(source).text).toBe(source);
  });

  it("takes a brace in the first column for the end of a block where the braces balance so", () => {
    const inner = "int f(int a)\n{\n\tif (a) {\n\t\tg(a);\n}\nout:\n\tg(1);\n\treturn a;\n}\nint h;\n";
    expect(pass(inner).text).toBe(inner);
    // The block's own brace is not written yet: the function ends, and what follows is at file scope.
    const open =
      "int f(int a)\n{\n\tif (a) {\n\t\tg(a);\n}\nmodule_init(f);\nint h(void)\n{\n\treturn 1;\n}\n";
    expect(pass(open).text).toBe(open.replace("module_init(f)", " ".repeat("module_init(f)".length)));
  });

  it("takes a project's own entries", () => {
    const tables = mergeTables(defaultTables, {
      annotations: [{ name: "my_attr", withArguments: true }],
      loops: [{ name: "walk_it", cursors: [0], count: 1 }],
      definitions: [{ name: "MY_HANDLER", nameArgument: 1, parameters: "declarations", returns: "void" }],
    });
    const source = "MY_HANDLER(kind, run, int x)\n{\n\tint y my_attr(3);\n\twalk_it(p, n);\n}\n";
    const passed = passText(source, tables, settings);
    expect(broken(source, tables)).toBe(false);
    expect(passed.text).toContain("run( int x)");
    expect(passed.notes.map((note) => note.kind)).toEqual(["definition", "loop"]);
  });
});

/** Pieces that exercise every state of the scanner, in any order and cut anywhere. */
const pieces = [
  "int f(void)\n{\n\tuse(a, struct b *);\n}\n\n",
  "#ifdef A\n",
  "#else\n",
  "#endif\n",
  "#if B > 2 || defined(C)\n",
  "#define A 1\n",
  "#undef A\n",
  "/* comment\n over lines */\n",
  "// line \\\n continued\n",
  '"string \\" \' "',
  "'\\''",
  "for_each_x(a, b)\n\tg();\n",
  "SYSCALL_DEFINE1(a, int, b)\n{\n",
  "}\n",
  "{\n",
  "\tif (a) {\n\t\tg();\n}\n",
  "(",
  ")",
  "EXPORT_SYMBOL(f)\n",
  "static __init int x = 10 MINS;\n",
  'asm("x" FOO(1) : [a] "=r" (b), C : : "memory");\n',
  "MACRO(if (a) break;\n)\n",
  "A B C D;\n",
  "case 1 ... 2:\n",
  "\t;\r\n",
  "\\\n",
  "\ud800",
];
const kernelLike = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 6 })), {
  maxLength: 40,
});

describe("on any text", () => {
  it("keeps length and lines", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          kernelLike.map((parts) => parts.join("")),
          fc.string({ unit: "binary", maxLength: 200 }),
        ),
        (source) => {
          const passed = pass(source);
          expect(passed.text.length).toBe(source.length);
          expect(lines(passed.text)).toBe(lines(source));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("gives after edits what a fresh pass gives", () => {
    const unit =
      "static int g(struct a *p)\n{\n\tlist_for_each(x, y)\n\t\tuse(x, int *);\n\treturn 0;\n}\n\n";
    const block = fc.oneof(fc.constant(unit.repeat(8)), fc.constantFrom(...pieces));
    const text = fc.array(block, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(""));
    const edit = fc.record({ at: fc.nat(), remove: fc.nat({ max: 30 }), insert: kernelLike });
    fc.assert(
      fc.property(text, fc.array(edit, { minLength: 1, maxLength: 4 }), (first, edits) => {
        let source = first;
        let passed = pass(source);
        for (const { at, remove, insert } of edits) {
          const start = at % (source.length + 1);
          const oldEnd = Math.min(source.length, start + remove);
          const added = insert.slice(0, 3).join("");
          source = source.slice(0, start) + added + source.slice(oldEnd);
          const before = passed;
          passed = updatePass(passed, source, { start, oldEnd, newEnd: start + added.length });
          const fresh = pass(source);
          const window = rescannedWindow(passed);
          if (window !== null) {
            expect(before.text.slice(0, window.start)).toBe(passed.text.slice(0, window.start));
            expect(before.text.slice(window.oldEnd)).toBe(passed.text.slice(window.newEnd));
            expect(window.newEnd - window.oldEnd).toBe(source.length - before.text.length);
          }
          expect(passed.text).toBe(fresh.text);
          expect(passed.notes).toEqual(fresh.notes);
          expect(passed.unknownConditions).toEqual(fresh.unknownConditions);
          expect(passed.blanked).toEqual(fresh.blanked);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("takes linear time on hostile texts", () => {
    const size = 300_000;
    const hostile = [
      "(".repeat(size),
      "{".repeat(size),
      "}".repeat(size),
      "f(".repeat(size / 2),
      "if(".repeat(size / 3),
      "x ".repeat(size / 2),
      "A(b)\n".repeat(size / 5),
      "A(b;".repeat(size / 4),
      "[".repeat(size),
      "/*".repeat(size / 2),
      '"'.repeat(size),
      "#if A\n".repeat(size / 6),
      "#define A A B\n".repeat(size / 14),
      "asm(".repeat(size / 4),
      "x:}".repeat(size / 3),
      "__init(".repeat(size / 7),
      "f()\n{\n {\n}\n".repeat(size / 12),
      " {{\n}\n".repeat(size / 6),
      "for_each_a(b){".repeat(size / 14),
      `int a = ${"1 ".repeat(size / 2)};`,
    ];
    for (const source of hostile) {
      // Time of the processor, not of the clock: a busy machine makes no text hostile.
      const started = process.cpuUsage();
      expect(pass(source).text.length).toBe(source.length);
      const { user, system } = process.cpuUsage(started);
      expect((user + system) / 1000, source.slice(0, 20)).toBeLessThan(4000);
    }
  }, 120_000);
});
