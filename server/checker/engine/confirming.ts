/**
 * Claims of states that stand for several paths: each is believed only if one of those paths, walked again by itself,
 * shows it too. Knows no APIs and words no messages.
 */
import { type Claim, type ClaimedProblem, Context, type Guide } from "./context.ts";
import type { Acquisition, Route } from "./state.ts";

/** Walks that one function's claims may ask for. */
const walkBudget = 12;

function acquisitionOf(problem: ClaimedProblem): Acquisition | null {
  if ("acquisition" in problem) return problem.acquisition;
  return "holding" in problem ? problem.holding.acquisition : null;
}

/** Equal for claims that say the same of the same places. */
function claimKey({ problem, location, rootLocation }: Claim): string {
  const acquisition = acquisitionOf(problem);
  const what =
    problem.kind === "negative-comparison" ? problem.call.location.start : acquisition?.location.start;
  const outcome = problem.kind === "leak" && problem.assumed === true ? problem.acquisition.outcome : "";
  return `${problem.kind}|${location.file}:${location.start}|${rootLocation.start}|${what ?? ""}|${outcome}`;
}

function guideOf(route: Route | null): Guide {
  const guide: { frame: number; edge: number }[] = [];
  for (let node = route; node !== null; node = node.before)
    guide.push({ frame: node.frame, edge: node.edge });
  return guide.reverse();
}

/** What is said of a call by itself does not depend on how it was reached. */
export function restsOnPath({ problem }: Claim): boolean {
  return problem.kind !== "flags" && problem.kind !== "obsolete";
}

/**
 * The claims that single paths show, and how many others there are; `run` walks a context's function and collects its
 * claims.
 */
export function confirmed(
  context: Context,
  run: (context: Context) => unknown,
): { readonly claims: readonly Claim[]; readonly unconfirmed: number } {
  const sure = context.claims.filter((claim) => !claim.state.isJoined || !restsOnPath(claim));
  const known = new Set(sure.map(claimKey));
  const dropped = new Set<string>();
  let walks = 0;
  for (const claim of context.claims) {
    const key = claimKey(claim);
    if (!claim.state.isJoined || known.has(key)) continue;
    dropped.add(key);
    if (walks >= walkBudget) continue;
    walks++;
    const again = new Context(context.root, context.program, null, {
      of: context,
      guide: guideOf(claim.state.route),
    });
    run(again);
    const shown = again.claims.find((other) => !other.state.isJoined && claimKey(other) === key);
    if (shown === undefined) continue;
    known.add(key);
    sure.push(shown);
  }
  for (const key of known) dropped.delete(key);
  return { claims: sure, unconfirmed: dropped.size };
}
