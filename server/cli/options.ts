/**
 * The one list of options: it parses the command line, and the help text is generated from it.
 * Knows no file system; what is wrong comes back as a message.
 */
import { parseArgs } from "node:util";

export type Command = "check" | "syntax" | "dump" | "simulate" | "scenario" | "kbuild" | "lsp";

interface OptionSpec {
  readonly name: string;
  readonly commands: readonly Command[];
  /** What the value is called in the help; absent for a switch. */
  readonly value?: string;
  /** May be given several times. */
  readonly repeatable?: boolean;
  /** The only values allowed. */
  readonly choices?: readonly string[];
  readonly help: string;
  /** Not in the help: for controls of our own. */
  readonly hidden?: true;
}

const optionList: readonly OptionSpec[] = [
  {
    name: "kernel",
    commands: ["check", "kbuild", "syntax", "dump", "simulate"],
    value: "V[,V]",
    help: "kernel version or versions to read the code for (default: found from the tree)",
  },
  {
    name: "format",
    commands: ["check", "syntax", "dump", "simulate", "scenario"],
    value: "FORMAT",
    help: "text (default) or json; check: sarif, github, checkpatch; simulate: html; dump: dot",
  },
  {
    name: "rule",
    commands: ["check", "kbuild"],
    value: "RULE[,RULE]",
    repeatable: true,
    help: "run only these rules",
  },
  {
    name: "ignore",
    commands: ["check", "kbuild"],
    value: "RULE[,RULE]",
    repeatable: true,
    help: "do not run these rules",
  },
  {
    name: "severity",
    commands: ["check", "kbuild"],
    value: "LEVEL",
    choices: ["error", "warning", "info"],
    help: "report only findings of at least this level: error, warning or info (default info)",
  },
  {
    name: "fail-on",
    commands: ["check", "kbuild"],
    value: "LEVEL",
    choices: ["error", "warning", "info", "never"],
    help: "exit with 1 from: error, warning, info or never (default warning; kbuild: never)",
  },
  {
    name: "baseline",
    commands: ["check", "kbuild"],
    value: "FILE",
    help: "leave out findings that FILE accepts; editor: those of the editor's baseline",
  },
  { name: "write-baseline", commands: ["check"], help: "accept all that is found now, in the --baseline" },
  {
    name: "jobs",
    commands: ["check"],
    value: "N",
    help: "threads that analyze (default: one per processor)",
  },
  {
    name: "no-replay",
    commands: ["check", "kbuild"],
    help: "do not replay findings on the kernel model: none about counts is an error then",
  },
  {
    name: "show-refuted",
    commands: ["check", "kbuild"],
    help: "show the findings, too, that are withdrawn because their replay refutes them",
  },
  {
    name: "assume-unreleased",
    commands: ["check"],
    help: "take it that nothing is let go of or kept: reports correct code, to see what replays say of it",
    hidden: true,
  },
  { name: "deep", commands: ["check"], help: "analyze every file, also those that name no API of interest" },
  {
    name: "no-cache",
    commands: ["check"],
    help: "check every file anew, and keep nothing for the next run",
  },
  {
    name: "show-ids",
    commands: ["check"],
    help: "text: show each finding's identifier, for simulate --path",
  },
  { name: "stats", commands: ["check"], help: "print figures of the run on standard error" },
  {
    name: "config",
    commands: ["check", "kbuild", "syntax", "dump", "simulate", "scenario"],
    value: "FILE",
    help: "configuration to use instead of the nearest .pinscope.json",
  },
  { name: "stdio", commands: ["lsp"], help: "talk over standard input and output" },
  {
    name: "scenario",
    commands: ["simulate"],
    value: "KEY=VALUE[;…]",
    repeatable: true,
    help: "what the run assumes; a key that does not exist lists them (docs/simulate.md)",
  },
  {
    name: "lines",
    commands: ["simulate"],
    value: "FROM-TO",
    help: "lines of the function that the run must pass through, error paths too",
  },
  {
    name: "via",
    commands: ["simulate"],
    value: "A,B,C",
    repeatable: true,
    help: "functions that the run must come to, each called by the one before",
  },
  {
    name: "path",
    commands: ["simulate"],
    value: "ID",
    help: "run the path of a finding of the FILE (check --show-ids, JSON and SARIF name it)",
  },
  {
    name: "explore",
    commands: ["simulate"],
    help: "run under every scenario that matters and print what is left wrong",
  },
  {
    name: "era",
    commands: ["simulate", "scenario"],
    value: "ERA",
    help: "kernel to simulate (default: the one recorded, the file's own, or that of --kernel)",
  },
  {
    name: "compare",
    commands: ["scenario"],
    help: "compare with the states in the file; exit with 1 where they differ",
  },
  {
    name: "only",
    commands: ["scenario"],
    value: "NAME[,NAME]",
    repeatable: true,
    help: "run only the scenarios with these names",
  },
  {
    name: "against",
    commands: ["scenario", "simulate"],
    value: "ERA",
    help: "run under two kernels and tell where they part (scenario: then exit with 1)",
  },
  { name: "list", commands: ["scenario"], help: "list the scenarios that come with Pinscope, and the eras" },
  { name: "cfg", commands: ["dump"], value: "FILE:FUNCTION", help: "print a function's control-flow graph" },
];

const usageOf: Readonly<Record<Command, string>> = {
  check: "pinscope check [options] PATH…",
  syntax: "pinscope syntax [options] PATH…",
  dump: "pinscope dump --cfg FILE:FUNCTION [options]",
  simulate: "pinscope simulate [options] FILE:FUNCTION [PATH…]",
  scenario: "pinscope scenario [options] FILE|NAME…",
  kbuild: "make C=1 CHECK='pinscope kbuild [options]'",
  lsp: "pinscope lsp --stdio",
};

const purposeOf: Readonly<Record<Command, string>> = {
  check: "finds pages that are not let go as they were acquired",
  syntax: "lists the functions that could not be parsed",
  dump: "prints what the checker reads",
  simulate: "runs a function on the kernel model",
  scenario: "runs page scenarios on the kernel model",
  kbuild: "checks what the kernel's build compiles",
  lsp: "is the language server that editors start",
};

const commandNames = Object.keys(usageOf)
  .join(", ")
  .replace(/, (\w+)$/, " or $1");

/** A command line that was understood. */
export interface CommandLine {
  readonly command: Command;
  readonly paths: readonly string[];
  /** Values in the order given; a switch has the single value `true`. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  /** What Kbuild passes on for the compiler; of `kbuild` only. */
  readonly compilerFlags?: readonly string[];
}

export type ParsedCommandLine =
  | { readonly kind: "run"; readonly line: CommandLine }
  | { readonly kind: "help"; readonly command: Command | undefined }
  | { readonly kind: "version" }
  | { readonly kind: "problem"; readonly message: string };

function isCommand(text: string): text is Command {
  return Object.hasOwn(usageOf, text);
}

/** Reads the arguments behind `pinscope`. Never throws. */
export function parseCommandLine(args: readonly string[]): ParsedCommandLine {
  const [first, ...rest] = args;
  if (first === undefined || first === "--help" || first === "-h" || first === "help") {
    const asked = rest[0];
    return { kind: "help", command: asked !== undefined && isCommand(asked) ? asked : undefined };
  }
  if (first === "--version" || first === "-V") return { kind: "version" };
  if (!isCommand(first)) {
    return { kind: "problem", message: `there is no command "${first}": use ${commandNames}` };
  }
  const specs = optionList.filter((spec) => spec.commands.includes(first));
  const { own, others } = first === "kbuild" ? splitFlags(rest, specs) : { own: rest, others: undefined };
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({
      args: [...own],
      allowPositionals: true,
      strict: true,
      options: {
        help: { type: "boolean", short: "h" },
        ...Object.fromEntries(
          specs.map((spec) => [
            spec.name,
            { type: spec.value === undefined ? ("boolean" as const) : ("string" as const), multiple: true },
          ]),
        ),
      },
    });
  } catch (error) {
    return { kind: "problem", message: firstSentence(error) };
  }
  if (parsed.values["help"] === true) return { kind: "help", command: first };
  const options = new Map<string, readonly string[]>();
  for (const spec of specs) {
    const values = parsed.values[spec.name];
    if (!Array.isArray(values)) continue;
    const texts = values.map(String);
    if (texts.length > 1 && spec.value !== undefined && spec.repeatable !== true) {
      return { kind: "problem", message: `--${spec.name} may be given only once` };
    }
    const wrong = texts.find((text) => spec.choices !== undefined && !spec.choices.includes(text));
    if (wrong !== undefined) {
      const choices = (spec.choices ?? []).join(", ");
      return { kind: "problem", message: `--${spec.name}: expected one of ${choices}, got "${wrong}"` };
    }
    options.set(spec.name, texts);
  }
  return {
    kind: "run",
    line: {
      command: first,
      paths: parsed.positionals,
      options,
      ...(others === undefined ? {} : { compilerFlags: others }),
    },
  };
}

/** The options of ours among the compiler's, which have names of their own. */
function splitFlags(
  args: readonly string[],
  specs: readonly OptionSpec[],
): { readonly own: readonly string[]; readonly others: readonly string[] } {
  const own: string[] = [];
  const others: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? "";
    const [name, value] = argument.split("=", 2);
    const spec = specs.find((one) => `--${one.name}` === name);
    if (argument === "--help" || spec !== undefined) own.push(argument);
    else others.push(argument);
    if (spec?.value !== undefined && value === undefined && at + 1 < args.length) own.push(args[++at] ?? "");
  }
  return { own, others };
}

function firstSentence(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split(/\.\s/)[0] ?? message;
}

/** The help text of one command or of all, ending with a line break. */
export function helpText(command: Command | undefined): string {
  const commands = command === undefined ? (Object.keys(usageOf) as Command[]) : [command];
  const lines = ["Usage:"];
  for (const name of commands) lines.push(`  ${usageOf[name].padEnd(46)} ${purposeOf[name]}`);
  if (command === undefined) lines.push("  pinscope --version | --help");
  for (const name of commands) {
    lines.push("", `Options of ${name}:`);
    for (const spec of optionList.filter((one) => one.commands.includes(name) && one.hidden !== true)) {
      const left = spec.value === undefined ? `--${spec.name}` : `--${spec.name} ${spec.value}`;
      lines.push(`  ${left.padEnd(24)} ${spec.help}`);
    }
  }
  lines.push(
    "",
    "Exit codes: 0 nothing reaches --fail-on, 1 findings or differences, 2 wrong usage, configuration or scenario,",
    "3 internal error or nothing could be read, 4 a path that cannot be executed.",
  );
  return `${lines.join("\n")}\n`;
}
