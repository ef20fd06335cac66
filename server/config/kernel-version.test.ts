/** Which kernel a file is read for. */
import { describe, expect, it } from "vitest";
import { formatKernel, kernelDetector, kernelMakefileVersion, parseKernel } from "./index.ts";

const newest = { version: "v7.1", patch: 0 } as const;

/** What a detector says of a file, in a file system that holds these texts only. */
function detect(file: string, texts: Readonly<Record<string, string>>) {
  return kernelDetector(newest, (path) => texts[path] ?? null)(file);
}

describe("the kernel of a file", () => {
  const makefile = "# SPDX\nVERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 3\nEXTRAVERSION =\n";

  it("is that of the Makefile above with all three numbers", () => {
    const texts = {
      "/src/linux/Makefile": makefile,
      "/src/linux/drivers/x/Makefile": "VERSION = 9\nobj-m += x.o\n",
    };
    expect(detect("/src/linux/drivers/x/y.c", texts)).toEqual({
      kernel: { version: "v6.12", patch: 3 },
      reason: "/src/linux/Makefile",
    });
    expect(detect("C:\\linux\\mm\\y.c", { "C:\\linux\\Makefile": makefile }).kernel.version).toBe("v6.12");
  });

  it("is that of a literal KDIR, by the folder's Makefile or its name", () => {
    const named = { "/mod/Makefile": "KDIR ?= /lib/modules/5.10.3-amd64/build\n" };
    expect(detect("/mod/y.c", named).kernel).toEqual({ version: "v5.10", patch: 3 });
    const beside = { "/mod2/Kbuild": "KERNELDIR := ../linux\n", "/linux/Makefile": makefile };
    expect(detect("/mod2/src/y.c", beside).kernel).toEqual({ version: "v6.12", patch: 3 });
  });

  it("is the newest otherwise", () => {
    const texts = { "/mod3/Makefile": "KDIR ?= /lib/modules/$(shell uname -r)/build\n" };
    expect(detect("/mod3/y.c", texts).kernel).toEqual(newest);
  });

  it("needs VERSION, PATCHLEVEL and SUBLEVEL together", () => {
    expect(kernelMakefileVersion("VERSION = 6\nPATCHLEVEL = 1\n")).toBeUndefined();
    expect(kernelMakefileVersion("VERSION = 6\r\nPATCHLEVEL = 1\r\nSUBLEVEL = 0\r\n")).toEqual({
      version: "v6.1",
      patch: 0,
    });
  });

  it("is written as it is read", () => {
    for (const text of ["6.12", "5.10.3"]) expect(formatKernel(parseKernel(text) ?? newest)).toBe(text);
    for (const text of ["6", "six", "6.12-rc1", ""]) expect(parseKernel(text)).toBeUndefined();
  });
});
