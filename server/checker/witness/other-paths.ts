/**
 * Paths near one that code cannot take: a branch that is computed to go one way is taken that way, or an earlier branch
 * that forbids it is taken the other way. Runs nothing.
 */
import type { Block, FunctionIr, Location } from "@pinscope/grammars/ir";
import type { SimulatedProgram, Simulation } from "@pinscope/simulator/interpreter";
import type { ShownEdge } from "../engine/shown-path.ts";

export interface OtherPath {
  readonly path: readonly ShownEdge[];
  /** Branches of the first path that are not in this one, or that go another way. */
  readonly leftOut: readonly Location[];
}

/** The path to try after `path` diverged; null where there is none. */
export function otherPath(
  path: readonly ShownEdge[],
  { exit, divergedAt, contradictions }: Simulation,
  program: SimulatedProgram,
): OtherPath | null {
  if (exit.kind !== "diverged" || divergedAt === null) return null;
  const forbidding = contradictions.at(-1)?.sharing;
  if (forbidding === undefined) return withOtherBranch(path, divergedAt, program);
  const starts = new Set(forbidding.map(({ start }) => start));
  const at = path.findLastIndex((edge, index) => {
    return index < divergedAt && starts.has(branchOf(edge, program)?.location.start ?? -1);
  });
  return at < 0 ? null : withOtherBranch(path, at, program);
}

type Branch = Extract<Block["terminator"], { kind: "branch" }>;

function branchOf({ function: name, edge }: ShownEdge, program: SimulatedProgram): Branch | null {
  const ir: FunctionIr | null = program.lookup(name);
  for (const { terminator } of ir?.blocks ?? [])
    if (terminator.kind === "branch" && (terminator.whenTrue === edge || terminator.whenFalse === edge))
      return terminator;
  return null;
}

/** The same path with one branch the other way: of a loop, without the turns up to where it goes that way anyhow. */
function withOtherBranch(
  path: readonly ShownEdge[],
  at: number,
  program: SimulatedProgram,
): OtherPath | null {
  const edge = path[at];
  const branch = edge === undefined ? null : branchOf(edge, program);
  if (edge === undefined || branch === null) return null;
  const other = branch.whenTrue === edge.edge ? branch.whenFalse : branch.whenTrue;
  const again = path.findIndex((one, index) => index > at && one.edge === other && isSameFrame(one, edge));
  const dropped = again < 0 ? [edge] : path.slice(at, again);
  const rest = again < 0 ? [{ ...edge, edge: other }, ...path.slice(at + 1)] : path.slice(again);
  return {
    path: [...path.slice(0, at), ...rest],
    leftOut: dropped.flatMap((one) => branchOf(one, program)?.location ?? []),
  };
}

function isSameFrame(one: ShownEdge, other: ShownEdge): boolean {
  return (
    one.function === other.function &&
    one.calls.length === other.calls.length &&
    one.calls.every((call, index) => call === other.calls[index])
  );
}
