/**
 * What a run is to pass through: places in the function that is run (selected lines), or functions that call each other
 * (a chain). Says which ways lead there; decides nothing.
 */
import type { Block, BlockId, Edge, EdgeId, FunctionIr, Location } from "@pinscope/grammars/ir";
import type { Contradiction, SimulatedProgram } from "./types.ts";

export type Goal =
  /**
   * Selected code of the function that is run. `places` are where its operations, tests and jumps stand, in the order of
   * the text; what stands before `headEnd` is no more than the test of a branch that the selection begins with.
   */
  | {
      readonly kind: "lines";
      readonly selection: Location;
      readonly places: readonly Location[];
      readonly headEnd: number;
    }
  /** Each is to be called by the one before, straight or through others; the first by the function that is run. */
  | { readonly kind: "calls"; readonly functions: readonly string[] };

/** Calls followed when asking whether a function leads to another one. */
const LEAD_DEPTH = 8;

/**
 * The goal of passing through a stretch of a function: along the success path where that goes through it; else from the
 * first of its code to the last. Null where no code of the function begins in the stretch.
 * @param stretch its text; `start` its first character as the graph's locations count
 */
export function linesGoal(ir: FunctionIr, stretch: string, start: number): Goal | null {
  const end = start + stretch.length;
  const inside = codePlaces(ir).filter((place) => place.start >= start && place.start < end);
  const places = inside.toSorted((one, other) => one.start - other.start);
  if (places.length === 0) return null;
  const headEnd = start + branchHeadLength(stretch);
  return { kind: "lines", selection: { file: ir.file, start, end }, places, headEnd };
}

/** Length of `if (…)` at the beginning of a text; 0 where it begins otherwise. */
function branchHeadLength(text: string): number {
  const open = /^[\s}]*(?:else\s+)?if\s*\(/.exec(text)?.[0].length;
  if (open === undefined) return 0;
  let depth = 1;
  let at = open;
  for (; at < text.length && depth > 0; at++) {
    if (text[at] === "(") depth += 1;
    else if (text[at] === ")") depth -= 1;
  }
  return at;
}

/** Where code stands that a run can be seen at. */
export function codePlaces(ir: FunctionIr): Location[] {
  return ir.blocks.flatMap((block) => [
    ...placesIn(block),
    ...ir.edges.filter(({ from }) => from === block.id).flatMap(({ jumps }) => jumps ?? []),
  ]);
}

function placesIn({ operations, terminator }: Block): Location[] {
  const own = operations.filter(({ kind }) => kind !== "declare").map(({ location }) => location);
  return "location" in terminator ? [...own, terminator.location] : own;
}

/** The ways through the functions of a program to the points of one goal; kept between runs. */
export class Ways {
  readonly goal: Goal;
  /** Whether branches are to go towards the goal: not while the success path is tried, which may go there by itself. */
  isGuiding: boolean;
  private readonly root: FunctionIr;
  private readonly program: SimulatedProgram;
  private readonly known = new Map<FunctionIr, Map<number, Leading>>();
  private readonly leads = new Map<string, boolean>();

  constructor(goal: Goal, root: FunctionIr, program: SimulatedProgram) {
    this.goal = goal;
    this.isGuiding = goal.kind === "calls";
    this.root = root;
    this.program = program;
  }

  /** How many points there are: the first and the last of selected code, or the functions of a chain. */
  get length(): number {
    return this.goal.kind === "lines" ? Math.min(2, this.goal.places.length) : this.goal.functions.length;
  }

  /** Where a point of selected code is; null for functions. */
  placeOf(point: number): Location | null {
    if (this.goal.kind !== "lines" || point >= this.length) return null;
    return this.goal.places.at(point === 0 ? 0 : -1) ?? null;
  }

  /** Whether the graphs have a way to the first point, and through the places one after the other. */
  get isPossible(): boolean {
    if (!this.leading(this.root, 0).blocks.has(this.root.entry)) return false;
    if (this.goal.kind === "calls") return true;
    const { blocks } = this.leading(this.root, this.length - 1);
    return this.root.blocks.some((block) => blocks.has(block.id) && this.touches(block));
  }

  /** Whether the first place is in a block, or on an edge that leaves it. */
  private touches(block: Block): boolean {
    if (this.holds(this.root, block, 0)) return true;
    return this.root.edges.some((edge) => edge.from === block.id && this.isPassed(this.root, edge, 0));
  }

  /** Those of some edges that lead to a point: without another turn of a loop where one of them does, else with. */
  onTheWay(ir: FunctionIr, ids: readonly EdgeId[], point: number): readonly EdgeId[] {
    const { blocks, forward, edges } = this.leading(ir, point);
    const leads = (id: EdgeId, to: ReadonlySet<BlockId>): boolean => {
      const edge = ir.edges.find((one) => one.id === id);
      return (
        edge !== undefined && (edges.has(id) || (to.has(edge.to) && !(to === forward && isBack(ir, edge))))
      );
    };
    const straight = ids.filter((id) => leads(id, forward));
    return straight.length > 0 ? straight : ids.filter((id) => leads(id, blocks));
  }

  private leading(ir: FunctionIr, point: number): Leading {
    const points = this.known.get(ir) ?? new Map<number, Leading>();
    this.known.set(ir, points);
    let leading = points.get(point);
    if (leading === undefined) {
      leading = leadingTo(
        ir,
        (block) => this.holds(ir, block, point),
        (edge) => this.isPassed(ir, edge, point),
      );
      points.set(point, leading);
    }
    return leading;
  }

  private holds(ir: FunctionIr, block: Block, point: number): boolean {
    if (this.goal.kind === "lines") {
      const place = this.placeOf(point);
      return ir === this.root && placesIn(block).some(({ start }) => start === place?.start);
    }
    const name = this.goal.functions[point];
    return name !== undefined && callees(block).some((callee) => this.leadsTo(callee, name, 0, ir.file));
  }

  private isPassed(ir: FunctionIr, { jumps }: Edge, point: number): boolean {
    if (this.goal.kind !== "lines" || ir !== this.root) return false;
    const place = this.placeOf(point);
    return jumps?.some(({ start }) => start === place?.start) ?? false;
  }

  /** Whether calling a function may come to a call of another one, or is one. */
  private leadsTo(callee: string, name: string, depth: number, from: string): boolean {
    if (callee === name) return true;
    const key = `${callee} ${name}`;
    const known = this.leads.get(key);
    if (known !== undefined) return known;
    if (depth >= LEAD_DEPTH) return false;
    this.leads.set(key, false);
    const body = this.program.lookup(callee, from);
    const found = body?.blocks.some((block) =>
      callees(block).some((next) => this.leadsTo(next, name, depth + 1, body.file)),
    );
    this.leads.set(key, found ?? false);
    return found ?? false;
  }
}

interface Leading {
  /** Blocks from whose beginning a point can be come to. */
  readonly blocks: ReadonlySet<BlockId>;
  /** Those of them from which that takes no further turn of a loop. */
  readonly forward: ReadonlySet<BlockId>;
  /** Edges that pass it themselves. */
  readonly edges: ReadonlySet<EdgeId>;
}

function callees({ operations }: Block): string[] {
  return operations.flatMap((operation) =>
    operation.kind === "call" && operation.callee.kind === "direct" ? [operation.callee.name] : [],
  );
}

function leadingTo(
  ir: FunctionIr,
  holds: (block: Block) => boolean,
  isPassed: (edge: Edge) => boolean,
): Leading {
  const edges = ir.edges.filter(isPassed);
  const at = [...ir.blocks.filter(holds).map(({ id }) => id), ...edges.map(({ from }) => from)];
  return {
    blocks: backwardsFrom(at, ir.edges),
    forward: backwardsFrom(
      at,
      ir.edges.filter((edge) => !isBack(ir, edge)),
    ),
    edges: new Set(edges.map(({ id }) => id)),
  };
}

function backwardsFrom(at: readonly BlockId[], edges: readonly Edge[]): ReadonlySet<BlockId> {
  const found = new Set(at);
  const pending = [...at];
  for (let id = pending.pop(); id !== undefined; id = pending.pop())
    for (const { from, to } of edges)
      if (to === id && !found.has(from)) {
        found.add(from);
        pending.push(from);
      }
  return found;
}

/** Whether an edge begins another turn of a loop. */
function isBack(ir: FunctionIr, { from, to }: Edge): boolean {
  return ir.loops.some(({ head, blocks }) => head === to && blocks.includes(from));
}

/** How far one run has come. */
export class Progress {
  readonly ways: Ways;
  /** Points passed, from the first. */
  reached = 0;
  /** Branches that went elsewhere although they should not, with what kept them from it. */
  readonly obstacles: Contradiction[] = [];

  constructor(ways: Ways) {
    this.ways = ways;
  }

  /** Offsets of the selected places that were passed. */
  private readonly passed = new Set<number>();

  /** Whether the run did what it was to do. */
  get isComplete(): boolean {
    const { goal, isGuiding, isPossible } = this.ways;
    if (this.reached >= this.ways.length) return true;
    if (goal.kind === "calls") return false;
    // The success path went through the lines by itself: not only through the test of a branch that they are about.
    const places = goal.places.filter(({ start }) => this.passed.has(start));
    if (isGuiding && isPossible) return false;
    const body = goal.places.some(({ start }) => start >= goal.headEnd);
    const isThrough = body ? places.some(({ start }) => start >= goal.headEnd) : places.length > 0;
    return isThrough && (this.reached > 0 || !isPossible);
  }

  /** Code of the function that is run is about to be executed. */
  pass(location: Location): void {
    const { goal } = this.ways;
    if (goal.kind !== "lines") return;
    this.passed.add(location.start);
    if (this.ways.placeOf(this.reached)?.start === location.start) this.reached += 1;
  }

  /** A function is called; `stack` are the functions that run, the outermost first. */
  call(name: string, stack: readonly string[]): void {
    const { goal } = this.ways;
    if (goal.kind === "calls")
      this.reached = Math.max(this.reached, inStack(goal.functions, [...stack.slice(1), name]));
  }

  /** The point that code of the last function of the stack is to make for; null where there is none. */
  next(stack: readonly string[]): number | null {
    const { goal, isGuiding, length } = this.ways;
    if (!isGuiding || this.reached >= length) return null;
    if (goal.kind === "lines") return stack.length === 1 ? this.reached : null;
    return inStack(goal.functions, stack.slice(1));
  }
}

/** How many functions of a chain, from the first, are in a stack in their order. */
function inStack(chain: readonly string[], stack: readonly string[]): number {
  let found = 0;
  for (const name of stack) if (name === chain[found]) found += 1;
  return found;
}

/** Why the goal was not come to, and where: the first point that was not. */
export function whereItEnds(
  { ways, reached, obstacles }: Progress,
  root: FunctionIr,
): { readonly text: string; readonly location: Location } {
  const { goal, isPossible } = ways;
  const location = obstacles.at(-1)?.location ?? root.nameLocation;
  if (goal.kind === "lines") {
    const place = ways.placeOf(reached) ?? root.nameLocation;
    const which =
      ways.length === 1 ? "selected code" : reached === 0 ? "first selected code" : "last selected code";
    const why = isPossible ? "no values were found under which the run comes here" : "no way leads here";
    const after = reached === 0 ? "" : " from the first";
    return { text: `the ${which} is not reached: ${why}${after}`, location: place };
  }
  const from = goal.functions[reached - 1] ?? root.name;
  const to = goal.functions[reached] ?? "";
  const why =
    reached === 0 && !isPossible
      ? "nothing in sight leads there"
      : "no values were found under which it is called";
  return { text: `the chain ends in ${from}(): ${to}() is not called from it: ${why}`, location };
}
