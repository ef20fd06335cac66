/**
 * The one description of `.pinscope.json`: it validates the file and generates the schema that editors read
 * (`schemas/pinscope.schema.json`). Knows no file system.
 */
import * as v from "valibot";

const severity = v.picklist(["error", "warning", "information"]);
const name = v.pipe(v.string(), v.regex(/^[A-Za-z_]\w*$/, "a C identifier"));
const position = v.pipe(v.number(), v.integer(), v.minValue(0));

const loopMacro = v.strictObject({
  name,
  cursors: v.array(position),
  index: v.exactOptional(position),
  count: v.exactOptional(position),
});

const definitionMacro = v.strictObject({
  name,
  nameArgument: position,
  parameters: v.picklist(["none", "pairs", "declarations"]),
  returns: v.string(),
});

const dialect = v.strictObject({
  annotations: v.exactOptional(
    v.pipe(
      v.array(v.strictObject({ name, withArguments: v.boolean() })),
      v.description("Macros that only annotate: read as if they were not there."),
    ),
  ),
  loops: v.exactOptional(
    v.pipe(v.array(loopMacro), v.description("Macros that are loop heads, with the arguments they assign.")),
  ),
  loopPatterns: v.exactOptional(
    v.pipe(v.array(v.string()), v.description("A macro whose name holds one of these is a loop head too.")),
  ),
  definitions: v.exactOptional(
    v.pipe(v.array(definitionMacro), v.description("Macros whose use at file scope defines a function.")),
  ),
  typeArguments: v.exactOptional(
    v.pipe(
      v.record(name, v.array(position)),
      v.description("Macros that take type names, with the positions of those arguments."),
    ),
  ),
  fileScope: v.exactOptional(
    v.pipe(v.array(name), v.description("Macros whose use is a whole line at file scope.")),
  ),
});

const era = v.strictObject({
  from: v.pipe(v.string(), v.description("A modeled era or a kernel version: 6.12.y, 5.10.200.")),
  switches: v.pipe(
    v.record(v.string(), v.union([v.boolean(), v.string(), v.number()])),
    v.description("Switches of the simulator that differ; an unknown one is answered with those there are."),
  ),
});

/**
 * The schema of `.pinscope.json`.
 * @param ruleNames every rule that the checker knows; other names are refused.
 */
export function configSchema(ruleNames: readonly string[]) {
  const ruleSeverity = v.exactOptional(v.picklist(["off", "error", "warning", "information"]));
  const rules = Object.fromEntries(ruleNames.map((rule) => [rule, ruleSeverity]));
  const version = v.pipe(v.string(), v.regex(/^\d+\.\d+(\.\d+)?$/, "a kernel version such as 6.12"));
  return v.strictObject({
    $schema: v.exactOptional(v.string()),
    kernel: v.exactOptional(
      v.pipe(
        v.union([version, v.pipe(v.array(version), v.minLength(1))]),
        v.description("Kernel version or versions to check against; default: found from the tree."),
      ),
    ),
    rules: v.exactOptional(v.pipe(v.strictObject(rules), v.description("Severity by rule."))),
    severity: v.exactOptional(v.pipe(severity, v.description("Least severity that is reported."))),
    failOn: v.exactOptional(
      v.pipe(
        v.picklist(["error", "warning", "information", "never"]),
        v.description("Least severity that makes the exit code 1."),
      ),
    ),
    deep: v.exactOptional(
      v.pipe(v.boolean(), v.description("Analyze every file, also those that name no API of interest.")),
    ),
    defines: v.exactOptional(
      v.pipe(
        v.record(name, v.union([v.string(), v.number(), v.boolean()])),
        v.description("Values of CONFIG_* and other symbols that #if tests; false: not defined."),
      ),
    ),
    kernelConfig: v.exactOptional(
      v.pipe(v.string(), v.description("A kernel .config to take CONFIG_* from, relative to this file.")),
    ),
    includeFolders: v.exactOptional(
      v.pipe(v.array(v.string()), v.description('Folders tried for #include "…", relative to this file.')),
    ),
    ignore: v.exactOptional(
      v.pipe(v.array(v.string()), v.description("Paths left out, in .gitignore notation.")),
    ),
    eras: v.exactOptional(
      v.pipe(
        v.record(v.string(), era),
        v.description("Kernels for the simulator, by name: a modeled one with some switches set otherwise."),
      ),
    ),
    dialect: v.exactOptional(
      v.pipe(dialect, v.description("The project's own macros, added to the built-in tables.")),
    ),
  });
}
