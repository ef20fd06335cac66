import { describe, expect, it } from "vitest";
import { plainDefines, readCompilerFlags } from "./compiler-flags.ts";

describe("compiler flags", () => {
  it("give symbols, folders and headers, however they are spelled", () => {
    const text =
      "-D__linux__ -Dlinux -Wbitwise --arch=x86 -m64 -Wp,-MMD,drivers/.a.o.d -nostdinc -I/src/include -I ./include " +
      "-include /src/include/linux/kconfig.h -isystem /usr/lib/gcc/include -D __KERNEL__ -UDEBUG -DNR=4 " +
      "-x c --param asan-stack=1 -o out.o -include pre.h -c drivers/a.c";
    expect(readCompilerFlags([...text.split(" "), '-DKBUILD_MODNAME="a"', "-DMIN(a)=a", "-DEMPTY="])).toEqual(
      {
        defines: [
          ["__linux__", "1"],
          ["linux", "1"],
          ["__KERNEL__", "1"],
          ["DEBUG", false],
          ["NR", "4"],
          ["KBUILD_MODNAME", '"a"'],
          ["MIN(a)", "a"],
          ["EMPTY", ""],
        ],
        folders: ["/src/include", "./include", "/usr/lib/gcc/include"],
        includes: ["/src/include/linux/kconfig.h", "pre.h"],
        files: ["drivers/a.c"],
      },
    );
  });

  it("give nothing where there is nothing", () => {
    expect(readCompilerFlags([])).toEqual({ defines: [], folders: [], includes: [], files: [] });
    expect(readCompilerFlags(["-D", "-I"]).defines).toEqual([]);
  });
});

describe("defines of a header", () => {
  it("are those without arguments", () => {
    const header =
      '#define A 1\n  # define B "x" /* why */\r\n#define C\n#define D(x) x\n/*\n#defined E */\n#define A 2\n';
    expect([...plainDefines(header)]).toEqual([
      ["A", "2"],
      ["B", '"x"'],
      ["C", ""],
    ]);
  });
});
