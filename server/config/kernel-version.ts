/**
 * Which kernel a file belongs to: the kernel Makefile above it, else a literal KDIR or KERNELDIR in a Makefile above
 * it, else the newest kernel that the catalogue knows. Knows no file system: Makefiles come from a reader.
 */
import type { KernelChoice } from "@pinscope/server/checker";
import { foldersUpFrom, joinPath, parentFolder, type TextReader } from "./paths.ts";

export interface DetectedKernel {
  readonly kernel: KernelChoice;
  /** Where the version was found, for people. */
  readonly reason: string;
}

/** Reads `6.12` or `6.12.5`; undefined when the text is neither. */
export function parseKernel(text: string): KernelChoice | undefined {
  const match = /^v?(\d+)\.(\d+)(?:\.(\d+))?$/.exec(text.trim());
  if (match === null) return undefined;
  return { version: `v${Number(match[1])}.${Number(match[2])}`, patch: Number(match[3] ?? 0) };
}

/** `6.12.5`, or `6.12` where the patch level is 0. */
export function formatKernel(kernel: KernelChoice): string {
  return kernel.version.slice(1) + (kernel.patch === 0 ? "" : `.${kernel.patch}`);
}

/**
 * A detector with a memory: every folder is looked at once. It is asked with absolute paths.
 * @param newest serves where nothing is found.
 */
export function kernelDetector(newest: KernelChoice, read: TextReader): (file: string) => DetectedKernel {
  const makefiles = new Map<string, string | null>();
  const byFolder = new Map<string, DetectedKernel>();
  const makefileIn = (folder: string): string | null => {
    let text = makefiles.get(folder);
    if (text === undefined) {
      text = read(joinPath(folder, "Makefile"));
      makefiles.set(folder, text);
    }
    return text;
  };

  const detect = (folder: string): DetectedKernel => {
    const chain = foldersUpFrom(folder);
    for (const one of chain) {
      const version = kernelMakefileVersion(makefileIn(one) ?? "");
      if (version !== undefined) return { kernel: version, reason: joinPath(one, "Makefile") };
    }
    for (const one of chain) {
      for (const name of ["Makefile", "Kbuild"]) {
        const text = name === "Makefile" ? makefileIn(one) : read(joinPath(one, name));
        const version = kernelFolderVersion(text ?? "", one, read);
        if (version !== undefined) return { kernel: version, reason: `KDIR of ${joinPath(one, name)}` };
      }
    }
    return { kernel: newest, reason: "the newest known; no kernel tree found above" };
  };

  return (file) => {
    const folder = parentFolder(file);
    let found = byFolder.get(folder);
    if (found === undefined) {
      found = detect(folder);
      byFolder.set(folder, found);
    }
    return found;
  };
}

/** The version that a kernel tree's top Makefile sets: VERSION, PATCHLEVEL and SUBLEVEL together. */
export function kernelMakefileVersion(text: string): KernelChoice | undefined {
  const number = (name: string): number | undefined => {
    const match = new RegExp(`^${name}[ \\t]*:?=[ \\t]*(\\d+)[ \\t]*\\r?$`, "m").exec(text);
    return match === null ? undefined : Number(match[1]);
  };
  const [major, minor, patch] = [number("VERSION"), number("PATCHLEVEL"), number("SUBLEVEL")];
  if (major === undefined || minor === undefined || patch === undefined) return undefined;
  return { version: `v${major}.${minor}`, patch };
}

/** The version of the kernel folder that a module's Makefile names literally. */
function kernelFolderVersion(text: string, folder: string, read: TextReader): KernelChoice | undefined {
  for (const match of text.matchAll(/^[ \t]*(?:KDIR|KERNELDIR)[ \t]*[:?]?=[ \t]*(\S+)[ \t]*\r?$/gm)) {
    const path = match[1] ?? "";
    if (path.includes("$")) continue;
    const there = read(joinPath(joinPath(folder, path), "Makefile"));
    const version = kernelMakefileVersion(there ?? "") ?? versionInPath(path);
    if (version !== undefined) return version;
  }
  return undefined;
}

function versionInPath(path: string): KernelChoice | undefined {
  const match = /(?:^|[^\d.])(\d+\.\d+(?:\.\d+)?)(?=$|[^\d.])/.exec(path);
  return match?.[1] === undefined ? undefined : parseKernel(match[1]);
}
