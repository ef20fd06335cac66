/** `pinscope dump` and `pinscope syntax` in process: what is read of a file. */
import { describe, expect, it } from "vitest";
import { leak, pinscope, put, useFolder } from "./command-fixture.ts";

useFolder();

describe("pinscope dump", async () => {
  it("prints a graph as text and for Graphviz", async () => {
    expect((await pinscope("dump", "--cfg", "leak.c:leak")).stdout).toContain(
      "pin_user_pages_fast(start, 1, ",
    );
    expect((await pinscope("dump", "--format", "dot", "--cfg", "leak.c:leak")).stdout).toMatch(
      /^digraph "leak" \{\n/,
    );
    expect(await pinscope("dump", "--cfg", "leak.c:lek")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('leak.c: no function "lek"; did you mean "leak"?\n') as string,
    });
  });
});

describe("pinscope syntax", async () => {
  it("lists what it could not read, with figures per folder", async () => {
    put("syntax/good/a.c", leak);
    put("syntax/bad/b.c", "int whole(void)\n{\n\treturn 1;\n}\n\nint broken(void)\n{\n\treturn (1 + ;\n}\n");
    const report = JSON.parse((await pinscope("syntax", "--format", "json", "syntax")).stdout) as Record<
      string,
      unknown
    >;
    expect(report).toMatchObject({
      functions: 3,
      functionsWithSyntaxErrors: 1,
      folders: {
        good: { functions: 1, functionsWithSyntaxErrors: 0 },
        bad: { functions: 2, functionsWithSyntaxErrors: 1 },
      },
      list: [{ file: "syntax/bad/b.c", line: 8, function: "broken" }],
    });
    expect((await pinscope("syntax", "syntax")).stdout).toMatch(
      /^syntax\/bad\/b\.c:8:1: warning: broken\(\) is not read whole: /m,
    );
    expect((await pinscope("syntax", "nowhere")).status).toBe(3);
  });
});
