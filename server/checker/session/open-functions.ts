/** The functions of an open file, for questions about them: what a name holds at a place, what a run is given. */
import type { FunctionIr, Location } from "@pinscope/grammars/ir";
import type { ProgramView } from "../engine/context.ts";
import { heldAt, type Walk } from "../held.ts";
import type { KernelChoice } from "../types.ts";
import { type PresentProgram, stillUsed, usedBy } from "../witness/uses.ts";
import { type FindingPath, pathKey } from "../wording.ts";
import type { PlacedFunction } from "./front-end.ts";
import type { Surroundings } from "./trace.ts";
import type { FunctionAt, OpenFunctions } from "./types.ts";

/** What a reading knows of its present text. */
interface Parts {
  readonly source: string;
  readonly kernel: KernelChoice;
  readonly functions: readonly PlacedFunction[];
  readonly around: Surroundings;
  readonly present: PresentProgram;
  readonly paths: ReadonlyMap<string, FindingPath>;
  place(location: Location): Location;
  walk(ir: FunctionIr, view: ProgramView): Walk;
}

export function openFunctions(parts: Parts): OpenFunctions {
  const { source, kernel, functions, around, present, paths, place } = parts;
  const at = (offset: number): FunctionAt | null => {
    const found = functions.find(({ start, end }) => offset >= start && offset < end);
    const ir = found === undefined ? null : around.lookup(found.name);
    if (found === undefined || ir === null || ir.location.start !== found.version.origin) return null;
    const { name, start, end, version } = found;
    return { name, ir, start, end, shift: version.origin - start };
  };
  const view: ProgramView = {
    lookup: around.lookup,
    defines: (name) => around.versionOf(name) !== null,
    movesPages: around.movesPages,
    movesRecords: around.movesRecords,
    naming: around.naming,
    testsIterators: around.testsIterators,
    assumesUnreleased: around.assumesUnreleased,
    leftBehind: around.leftBehind,
    bind: around.bind,
  };
  return {
    kernel,
    at,
    place,
    used: () => {
      const { program, uses } = usedBy(present, kernel.version);
      return { program, holds: (now) => stillUsed(uses, now.present) };
    },
    present,
    pathOf: (finding) => paths.get(pathKey(finding)) ?? null,
    heldAt: (offset) => heldAt({ source, at, walk: (ir) => parts.walk(ir, view), place }, offset),
  };
}
