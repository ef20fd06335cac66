import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { dumpCfgText } from "./dump.ts";
import { lowerSource } from "./lowering-fixture.ts";

const parser = await loadParser();

const before = "static int first(int a)\n{\n\treturn a;\n}\n\n";
const behind =
  "struct pair {\n\tint a;\n};\n\nstatic int second(int a)\n{\n\tif (a) {\n\t\tg(a);\n\t}\n\treturn 1;\n}\n\nint third(void)\n{\n\treturn second(2);\n}\n";

describe("what one function breaks stays in it", () => {
  for (const typed of ["if (b) {", "b = g(", "switch (b) {\n\tcase 1:", "do {", "if (b", "}", 'b = "']) {
    it(JSON.stringify(typed), () => {
      const broken = `int broken(int b)\n{\n\t${typed}\n\tg(b);\n\treturn 0;\n}\n\n`;
      const { functions } = lowerSource(parser, before + broken + behind);
      const whole = lowerSource(parser, before + behind).functions;
      for (const name of ["first", "second", "third"]) {
        const [found, wanted] = [functions.get(name), whole.get(name)];
        expect(found && dumpCfgText(found)).toBe(wanted && dumpCfgText(wanted));
        const moved = name === "first" ? 0 : broken.length;
        expect(found?.location.start).toBe((wanted?.location.start ?? 0) + moved);
      }
    });
  }
});
