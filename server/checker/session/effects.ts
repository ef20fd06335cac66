/** What the texts of functions name that matters to the checker, kept with each text as long as the macros are the same. */
import type { Program } from "@pinscope/grammars/program";
import { identifiersIn, type NamedEffects, namedEffects } from "../callees.ts";
import type { FunctionVersion } from "./versions.ts";

export const nothingNamed: NamedEffects = {
  pages: false,
  records: false,
  triggers: false,
  lookups: false,
  iterators: false,
};

const noNames: ReadonlySet<string> = new Set();

export class EffectsOfTexts {
  private expansions: { readonly program: Program; readonly names: Map<string, ReadonlySet<string>> } | null =
    null;

  of(version: FunctionVersion | undefined, program: Program): NamedEffects {
    if (version === undefined) return nothingNamed;
    if (version.effects === null || version.effectsIn !== program) {
      version.effects = namedEffects(version.identifiers, (name) => this.namesInMacro(name, program));
      version.effectsIn = program;
    }
    return version.effects;
  }

  private namesInMacro(name: string, program: Program): ReadonlySet<string> {
    if (this.expansions?.program !== program) this.expansions = { program, names: new Map() };
    const { names } = this.expansions;
    let found = names.get(name);
    if (found === undefined) {
      const definition = program.macro(name);
      found = definition === undefined ? noNames : identifiersIn(definition.body);
      names.set(name, found);
    }
    return found;
  }
}
