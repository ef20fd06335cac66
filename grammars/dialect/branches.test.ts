import { expect, test } from "vitest";
import { branchChooser, type ConditionSettings, defaultTables, passText } from "./index.ts";

const settings: ConditionSettings = { version: [6, 12, 0], defines: new Map(), assumptions: new Map() };

/** What the branch around `target` needs, as text; checks that the pass selects it under the answer. */
function needs(source: string, extra: Partial<ConditionSettings> = {}): string | null {
  const own = { ...settings, ...extra };
  const offset = source.indexOf("target");
  const choice = branchChooser(source, own)(offset);
  if (choice === null) return null;
  const passed = passText(source, defaultTables, { ...own, assumptions: choice.assumptions });
  expect(passed.text.slice(offset, offset + 6)).toBe("target");
  return [...choice.changes].map(([name, value]) => `${name}=${value}`).join(" ");
}

test("selected branches need nothing, dead ones cannot be had", () => {
  expect(needs("#ifdef A\nint target;\n#endif\n")).toBeNull();
  expect(needs("int target;\n")).toBeNull();
  expect(needs("#if 0\nint target;\n#endif\n")).toBeNull();
  expect(needs("#if 1\n#elif defined(A)\nint target;\n#endif\n")).toBeNull();
  expect(needs("#ifdef A\n#if 0\nint target;\n#endif\n#endif\n")).toBeNull();
});

test("only what is needed changes", () => {
  expect(needs("#ifdef A\n#elif defined(B)\nint target;\n#endif\n")).toBe("B=true A=false");
  expect(needs("#ifdef A\n#else\nint target;\n#endif\n")).toBe("A=false");
  expect(needs("#if defined(A) && defined(B)\n#else\nint target;\n#endif\n")).toBe("A=false");
  expect(needs("#if IS_ENABLED(CONFIG_A) || FOO >= 4\n#else\nint target;\n#endif\n")).toBe(
    "CONFIG_A=false FOO<4=true",
  );
  expect(needs("#if __has_include(<x.h>)\n#else\nint target;\n#endif\n")).toBe("__has_include(<x.h>)=false");
});

test("an open symbol that the branch rests on is named", () => {
  expect(needs("#ifdef A\n#else\n#ifdef B\n#else\nint target;\n#endif\n#endif\n")).toBe("A=false B=false");
  expect(needs("#ifdef A\n#elif defined(B) || !defined(B)\nint target;\n#endif\n")).toBe("A=false");
});

test("the usual values of other symbols stay", () => {
  const first = "#if !defined(B)\nint b;\n#endif\n";
  expect(needs(`${first}#if defined(A)\n#elif !defined(B)\nint target;\n#endif\n`)).toBe("A=false");
});

test("definitions of the file lead to the symbols around them", () => {
  const define = "#ifdef CONFIG_A\n#define MODE 2\n#else\n#define MODE 1\n#endif\n";
  expect(needs(`${define}#if MODE == 1\nint target;\n#endif\n`)).toBe("CONFIG_A=false");
  expect(needs(`${define}#define KIND MODE\n#if KIND == 2\n#else\nint target;\n#endif\n`)).toBe(
    "CONFIG_A=false",
  );
  const version = "#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 0, 0)\n#define OLD\n#endif\n";
  expect(needs(`${version}#ifdef OLD\nint target;\n#endif\n`)).toBeNull();
});

test("what the user said stands", () => {
  const source = "#ifdef CONFIG_A\n#else\nint target;\n#endif\n";
  expect(needs(source, { defines: new Map([["CONFIG_A", "y"]]) })).toBeNull();
  expect(needs(source, { defines: new Map([["CONFIG_B", "y"]]) })).toBe("CONFIG_A=false");
});

test("directives are found behind comments, continuations and on the first line", () => {
  expect(
    needs("#ifdef A /* x */\n/*\n#else\n*/\n#define B \\\n#else\nint b;\n#else // y\nint target;\n#endif"),
  ).toBe("A=false");
});

test("long chains of alternatives have a last branch", () => {
  const chain =
    "#if defined(A) || defined(B) || defined(C)\n#elif defined(D) || defined(E)\n#else\nint target;\n#endif\n";
  expect(needs(chain)?.split(" ").sort().join(" ")).toBe("A=false B=false C=false D=false E=false");
  expect(needs(chain.replace("#else", "#elif defined(F)"))?.split(" ").sort().join(" ")).toBe(
    "A=false B=false C=false D=false E=false F=true",
  );
});

test("many symbols take bounded time", () => {
  const names = Array.from({ length: 60 }, (_, at) => `defined(S${at})`);
  const source = `#if ${names.join(" || ")}\n#else\nint target;\n#endif\n`;
  const started = performance.now();
  expect(needs(source)).toBeNull();
  expect(performance.now() - started).toBeLessThan(5000);
});
