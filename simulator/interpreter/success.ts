/**
 * From which places of a function its success exit can be reached, and whether an acquiring call lies on the way: the
 * wish that decides branches on unknown values. Walks the graph with the sign of the variables that are returned.
 * Knows no run.
 */
import type {
  Block,
  CType,
  Edge,
  Expression,
  FunctionIr,
  Operation,
  VariableId,
} from "@pinscope/grammars/ir";

/** A number or pointer that stands for failure: negative, or an error pointer. NULL counts where a pointer is returned. */
export type Status = "error" | "null" | "fine";
export type Statuses = ReadonlyMap<VariableId, Status>;

/** What can be reached: nothing good; a success exit; one with an acquiring call before it. */
export type Reach = 0 | 1 | 2;

export interface Reachable {
  readonly reach: Reach;
  readonly distance: number;
}

export interface SuccessMap {
  /** Variables whose status matters. */
  readonly tracked: ReadonlySet<VariableId>;
  /** What can be reached from the start of a block, and over how many blocks. */
  from(block: number, statuses: Statuses): Reachable;
}

/** -EIOCBQUEUED and -EINPROGRESS: what was asked for goes on elsewhere. */
const PENDING: ReadonlySet<bigint> = new Set([-529n, -115n]);

const NODE_BUDGET = 4000;
const TRACKED_LIMIT = 6;

const maps = new WeakMap<FunctionIr, SuccessMap>();

/** The map of a function. `acquires` answers for the calls in it; equal functions must get equal answers. */
export function successMap(ir: FunctionIr, acquires: (name: string) => boolean): SuccessMap {
  const known = maps.get(ir);
  if (known !== undefined) return known;
  const made = build(ir, acquires);
  maps.set(ir, made);
  return made;
}

/** Whether a value returned by a function of this type means failure. */
export function isFailure(value: bigint, type: CType): boolean {
  if (type.kind === "pointer") return statusOfNumber(value, true) !== "fine";
  if (type.kind === "bool") return value === 0n;
  return statusOfNumber(value, false) === "error";
}

export function statusOfNumber(value: bigint, pointer: boolean): Status {
  const signed = BigInt.asIntN(64, value);
  if (PENDING.has(signed) || PENDING.has(BigInt.asIntN(32, value))) return "fine";
  if (signed < 0n && signed >= -4095n) return "error";
  const narrow = BigInt.asIntN(32, value);
  if (value >= 0n && value < 1n << 32n && narrow < 0n && narrow >= -4095n) return "error";
  return pointer && value === 0n ? "null" : "fine";
}

function build(ir: FunctionIr, acquires: (name: string) => boolean): SuccessMap {
  const blocks = new Map<number, Block>(ir.blocks.map((block) => [block.id, block]));
  const edges = new Map<number, Edge>(ir.edges.map((edge) => [edge.id, edge]));
  const tracked = trackedVariables(ir);
  const known = new Map<string, Reachable>();

  /** Statuses behind a block's operations, and whether an acquiring call was among them. */
  const through = (block: Block, before: Statuses): { statuses: Statuses; acquired: boolean } => {
    let statuses = before;
    let acquired = false;
    for (const operation of block.operations) {
      statuses = after(operation, statuses, tracked);
      if (operation.kind === "call" && operation.callee.kind === "direct")
        acquired ||= acquires(operation.callee.name);
    }
    return { statuses, acquired };
  };

  const search = (start: number, statuses: Statuses): Reachable => {
    // Breadth first over (block, statuses, acquired); the first success with an acquisition ends it.
    let best: Reachable = { reach: 0, distance: 0 };
    const seen = new Set<string>();
    const queue: { block: number; statuses: Statuses; acquired: boolean; distance: number }[] = [
      { block: start, statuses, acquired: false, distance: 0 },
    ];
    for (let at = 0; at < queue.length && at < NODE_BUDGET; at++) {
      const node = queue[at];
      const block = node === undefined ? undefined : blocks.get(node.block);
      if (node === undefined || block === undefined) continue;
      const behind = through(block, node.statuses);
      const acquired = node.acquired || behind.acquired;
      const { terminator } = block;
      if (terminator.kind === "return") {
        if (!isGood(terminator.value, ir.returns, behind.statuses)) continue;
        if (acquired) return { reach: 2, distance: node.distance };
        if (best.reach === 0) best = { reach: 1, distance: node.distance };
        continue;
      }
      for (const id of successors(block, behind.statuses)) {
        const edge = edges.get(id);
        if (edge === undefined) continue;
        const { distance } = node;
        const next = { block: edge.to, statuses: behind.statuses, acquired, distance: distance + 1 };
        const key = keyOf(next.block, next.statuses) + (acquired ? "+" : "");
        if (seen.has(key)) continue;
        seen.add(key);
        queue.push(next);
      }
    }
    return best;
  };

  return {
    tracked,
    from(block, statuses) {
      const key = keyOf(block, statuses);
      let found = known.get(key);
      if (found === undefined) {
        found = search(block, statuses);
        known.set(key, found);
      }
      return found;
    },
  };
}

function keyOf(block: number, statuses: Statuses): string {
  return `${block}:${[...statuses]
    .filter(([, status]) => status !== "fine")
    .map(([id, status]) => `${id}${status[0]}`)
    .sort()
    .join(",")}`;
}

/** Variables that are returned, and those that are copied to them. */
function trackedVariables(ir: FunctionIr): ReadonlySet<VariableId> {
  const found = new Set<VariableId>();
  for (const { terminator } of ir.blocks) {
    const id = terminator.kind === "return" ? copiedFrom(terminator.value) : null;
    if (id !== null) found.add(id);
  }
  for (let grown = true; grown && found.size < TRACKED_LIMIT; ) {
    grown = false;
    for (const block of ir.blocks)
      for (const operation of block.operations) {
        if (operation.kind !== "assign" || operation.target.kind !== "variable") continue;
        const id = copiedFrom(operation.value);
        if (id === null || found.has(id) || !found.has(operation.target.id)) continue;
        found.add(id);
        grown = true;
      }
  }
  return found;
}

function withoutCasts(expression: Expression): Expression {
  return expression.kind === "cast" ? withoutCasts(expression.operand) : expression;
}

function copiedFrom(expression: Expression | null): VariableId | null {
  if (expression === null) return null;
  const plain = withoutCasts(expression);
  return plain.kind === "load" && plain.place.kind === "variable" ? plain.place.id : null;
}

function statusOf(expression: Expression, statuses: Statuses): Status {
  const plain = withoutCasts(expression);
  if (plain.kind === "constant")
    return statusOfNumber(plain.value, plain.value === 0n && isPointer(expression));
  // `-NE_ERR_…`: the negative of a name that nobody defines.
  if (plain.kind === "unary" && plain.operator === "-" && withoutCasts(plain.operand).kind === "opaque")
    return "error";
  const id = copiedFrom(plain);
  return (id === null ? undefined : statuses.get(id)) ?? "fine";
}

function isPointer(expression: Expression): boolean {
  return expression.type.kind === "pointer";
}

function isGood(value: Expression | null, returns: CType, statuses: Statuses): boolean {
  if (value === null) return true;
  const status = statusOf(value, statuses);
  if (status === "error") return false;
  if (returns.kind === "pointer") return status !== "null";
  const plain = withoutCasts(value);
  return !(returns.kind === "bool" && plain.kind === "constant" && plain.value === 0n);
}

function after(operation: Operation, statuses: Statuses, tracked: ReadonlySet<VariableId>): Statuses {
  const target =
    operation.kind === "assign" && operation.target.kind === "variable"
      ? operation.target.id
      : operation.kind === "call"
        ? operation.result
        : undefined;
  if (target === undefined || !tracked.has(target)) return statuses;
  const status = operation.kind === "assign" ? statusOf(operation.value, statuses) : "fine";
  if ((statuses.get(target) ?? "fine") === status) return statuses;
  return new Map(statuses).set(target, status);
}

/** Edges that the statuses allow: a test of an error's sign goes one way. */
function successors(block: Block, statuses: Statuses): readonly number[] {
  const { terminator } = block;
  switch (terminator.kind) {
    case "goto":
      return [terminator.edge];
    case "switch":
      return terminator.edges;
    case "branch": {
      const truth = truthUnder(terminator.condition, statuses);
      if (truth === null) return [terminator.whenTrue, terminator.whenFalse];
      return [truth ? terminator.whenTrue : terminator.whenFalse];
    }
    default:
      return [];
  }
}

function truthUnder(condition: Expression, statuses: Statuses): boolean | null {
  const plain = withoutCasts(condition);
  if (plain.kind === "unary" && plain.operator === "!") {
    const inner = truthUnder(plain.operand, statuses);
    return inner === null ? null : !inner;
  }
  if (plain.kind === "load") {
    const status = statusOf(plain, statuses);
    return status === "error" ? true : status === "null" ? false : null;
  }
  if (plain.kind !== "binary") return null;
  const status = statusOf(plain.left, statuses);
  const right = withoutCasts(plain.right);
  if (status === "fine" || right.kind !== "constant") return null;
  if (status === "null") {
    if (right.value !== 0n) return null;
    return plain.operator === "==" ? true : plain.operator === "!=" ? false : null;
  }
  const bound = BigInt.asIntN(64, right.value);
  const unsigned = plain.left.type.kind === "integer" && !plain.left.type.signed;
  if (unsigned && bound >= 0n && !["==", "!="].includes(plain.operator)) return null;
  return truthOfNegative(plain.operator, bound);
}

function truthOfNegative(operator: string, bound: bigint): boolean | null {
  if (bound < 0n) return operator === ">=" || operator === ">" ? (bound === -4095n ? true : null) : null;
  switch (operator) {
    case "<":
    case "<=":
    case "!=":
      return true;
    case ">":
    case ">=":
    case "==":
      return false;
    default:
      return null;
  }
}
