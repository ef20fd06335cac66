/**
 * Loops whose turns nobody computes (walks of lists and tables out of sight) and that let go of pages: a run that
 * chooses how often they turn shows nothing about what is left. Runs nothing.
 */
import type { FunctionIr, Location } from "@pinscope/grammars/ir";
import { bindCall } from "@pinscope/simulator/catalogue";
import type { SimulatedProgram, Simulation } from "@pinscope/simulator/interpreter";

/** Calls followed into their bodies. */
const depthBudget = 3;

const pageFamilies: ReadonlySet<string> = new Set(["pin", "reference", "allocation"]);

/** Where the run chose how often such a loop turns; null where it met none. */
export function openLoop({ assumptions }: Simulation, program: SimulatedProgram): Location | null {
  for (const { loopIn, location } of assumptions) {
    const ir = loopIn === null ? null : program.lookup(loopIn);
    if (ir !== null && callsOfLoop(ir, location).some((call) => letsGo(call, program, 0))) return location;
  }
  return null;
}

interface DirectCall {
  readonly name: string;
  readonly argumentCount: number;
}

function callsOfLoop(ir: FunctionIr, test: Location): readonly DirectCall[] {
  const head = ir.blocks.find(
    ({ terminator }) => "location" in terminator && terminator.location.start === test.start,
  );
  const loop = ir.loops.find(({ blocks }) => head !== undefined && blocks.includes(head.id));
  if (loop === undefined) return [];
  return ir.blocks.filter(({ id }) => loop.blocks.includes(id)).flatMap(callsIn);
}

function callsIn({ operations }: FunctionIr["blocks"][number]): readonly DirectCall[] {
  return operations.flatMap((operation) =>
    operation.kind === "call" && operation.callee.kind === "direct"
      ? [{ name: operation.callee.name, argumentCount: operation.arguments.length }]
      : [],
  );
}

function letsGo({ name, argumentCount }: DirectCall, program: SimulatedProgram, depth: number): boolean {
  const bound = bindCall(name, argumentCount, [], program.version);
  const releases = bound?.outcomes.some(({ effects }) =>
    effects.some((effect) => effect.kind === "release" && pageFamilies.has(effect.family)),
  );
  if (releases === true) return true;
  const ir = depth < depthBudget ? program.lookup(name) : null;
  return ir?.blocks.flatMap(callsIn).some((call) => letsGo(call, program, depth + 1)) ?? false;
}
