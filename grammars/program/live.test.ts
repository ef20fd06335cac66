/** A program that follows edits says what one that is read afresh says: which bodies there are, and where macros stand. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { openProgram, plainBodies, updateProgram } from "./index.ts";

const path = "a.c";
const source = `#define FIRST(x) (x)
static int one(int x)
{
	if (x) {
		return FIRST(x);
	}
	return 0;
}
#define SECOND(x) ((x) + 1)
struct pool { int n; };
static int two(struct pool *pool)
{
	char *text = "}{";

	/* } */
	while (pool->n) {
		pool->n--;
	}
	return SECOND(pool->n);
}
#define THIRD 3
static void three(void)
{
#ifdef SECOND
	one(THIRD);
#endif
}
`;

const pieces = [
  "{",
  "}",
  "x",
  " ",
  ";",
  "\n",
  "\n}",
  "/*",
  "*/",
  '"',
  "'",
  "\t}\n",
  "#define FOURTH 4\n",
  "if (x) {\n",
];
const edits = fc.array(
  fc.record({ at: fc.nat(), removed: fc.nat({ max: 3 }), text: fc.constantFrom("", ...pieces) }),
  { minLength: 1, maxLength: 12 },
);

it("equals one read afresh after any edits", () => {
  let kept = 0;
  fc.assert(
    fc.property(edits, (list) => {
      let text = source;
      let live = openProgram(path, new Map([[path, text]]));
      for (const { at, removed, text: put } of list) {
        const start = at % (text.length + 1);
        const oldEnd = Math.min(text.length, start + removed);
        text = text.slice(0, start) + put + text.slice(oldEnd);
        const before = live.program;
        live = updateProgram(
          live,
          new Map([[path, text]]),
          { start, oldEnd, newEnd: start + put.length },
          {},
        );
        if (live.program === before) kept++;
        const fresh = openProgram(path, new Map([[path, text]]));
        expect(live.bodies.map(({ start: from, end }) => [from, end])).toEqual(
          plainBodies(path, text).map(({ start: from, end }) => [from, end]),
        );
        for (const name of ["FIRST", "SECOND", "THIRD", "FOURTH"]) {
          expect(live.macroPlace(name)).toEqual(fresh.macroPlace(name));
          expect(live.program.macro(name)?.body).toBe(fresh.program.macro(name)?.body);
        }
      }
    }),
    { numRuns: 150 },
  );
  expect(kept).toBeGreaterThan(100);
});
