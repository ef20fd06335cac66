/** What the texts of functions name that matters to the checker, kept with each text as long as the macros are the same. */
import type { Program } from "@pinscope/grammars/program";
import { type NamedEffects, namedEffects, namesInMacros } from "../callees.ts";
import type { FunctionVersion } from "./versions.ts";

export const nothingNamed: NamedEffects = {
  pages: false,
  records: false,
  triggers: false,
  lookups: false,
  iterators: false,
};

export class EffectsOfTexts {
  private expansions: {
    readonly program: Program;
    readonly names: (name: string) => ReadonlySet<string> | undefined;
  } | null = null;

  of(version: FunctionVersion | undefined, program: Program): NamedEffects {
    if (version === undefined) return nothingNamed;
    if (version.effects === null || version.effectsIn !== program) {
      version.effects = namedEffects(version.identifiers, this.namesInMacros(program));
      version.effectsIn = program;
    }
    return version.effects;
  }

  private namesInMacros(program: Program): (name: string) => ReadonlySet<string> | undefined {
    if (this.expansions?.program !== program)
      this.expansions = { program, names: namesInMacros((name) => program.macro(name)) };
    return this.expansions.names;
  }
}
