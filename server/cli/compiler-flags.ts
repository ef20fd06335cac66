/**
 * What Kbuild's flags for the compiler say of how a file is to be read: symbols, include folders, files read before it.
 * Knows no file system; flags that say nothing of that are passed over.
 */

export interface CompilerFlags {
  /** In order: a string is the replacement text, false means `-U`. */
  readonly defines: readonly (readonly [name: string, value: string | false])[];
  /** `-I`, `-isystem`, `-iquote`, in order. */
  readonly folders: readonly string[];
  /** `-include`, in order. */
  readonly includes: readonly string[];
  /** What is to be compiled. */
  readonly files: readonly string[];
}

/** Flags of gcc and clang whose value is the next argument. */
const withValue = new Set(
  "-o -x -MF -MT -MQ -Xassembler -Xlinker -Xpreprocessor -Xclang -mllvm --param -target -arch -T -u -z -L -l -A -imacros -idirafter -iprefix -iwithprefix -isysroot".split(
    " ",
  ),
);

const read = {
  "-D": "define",
  "-U": "undefine",
  "-I": "folder",
  "-isystem": "folder",
  "-iquote": "folder",
  "-include": "include",
} as const;

/** Reads the arguments that Kbuild passes to its checker behind the checker's own. */
export function readCompilerFlags(args: readonly string[]): CompilerFlags {
  const defines: [string, string | false][] = [];
  const folders: string[] = [];
  const includes: string[] = [];
  const files: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? "";
    if (!argument.startsWith("-")) {
      if (/\.[ciS]$/.test(argument)) files.push(argument);
      continue;
    }
    if (withValue.has(argument)) {
      at++;
      continue;
    }
    const flag = flagOf(argument);
    if (flag === undefined) continue;
    const value = argument.length > flag.length ? argument.slice(flag.length) : (args[++at] ?? "");
    if (value === "") continue;
    switch (read[flag]) {
      case "define": {
        const [, name = "", , text] = /^(\w+)(\([^)]*\))?(?:=([\s\S]*))?$/.exec(value) ?? [];
        if (name !== "")
          defines.push([value.includes("(") ? (value.split("=")[0] ?? name) : name, text ?? "1"]);
        break;
      }
      case "undefine":
        defines.push([value, false]);
        break;
      case "folder":
        folders.push(value);
        break;
      case "include":
        includes.push(value);
        break;
    }
  }
  return { defines, folders, includes, files };
}

/** `-Idir` and `-I dir` alike; the longer of two flags that fit. */
function flagOf(argument: string): keyof typeof read | undefined {
  const names = Object.keys(read) as (keyof typeof read)[];
  return names
    .filter((name) => argument === name || (name.length === 2 && argument.startsWith(name)))
    .sort((one, other) => other.length - one.length)[0];
}

/** `#define`s that begin a line of a header and take no arguments, by name; the last one counts. */
export function plainDefines(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = "", value = ""] of text.matchAll(
    /^[ \t]*#[ \t]*define[ \t]+(\w+)(?:[ \t]+(.*?))?[ \t]*\r?$/gm,
  ))
    found.set(name, value.replace(/\/\*.*?\*\//g, "").trim());
  return found;
}
