/**
 * Cleanups that the compiler runs at the end of scopes: `__free()`, `guard()`, `CLASS()`, `scoped_guard()`.
 * Must not know which construct leaves a scope.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { pointerTo, UNKNOWN } from "./c-types.ts";
import { emitCall, lowerArguments } from "./call-operations.ts";
import type { Cleanup, FunctionContext, Scope } from "./context.ts";
import { addVariable, assign, loadVariable, locationOf, stable, textOf, variablePlace } from "./context.ts";
import { constant, isErrorPointer } from "./conversions.ts";
import { beginBlock, branch, jump, newBlock } from "./graph-builder.ts";
import { operands } from "./syntax-nodes.ts";
import type { BlockId, Expression, Location, Variable } from "./types.ts";

interface Guard {
  readonly acquire: string;
  readonly release: string;
  readonly skips: Cleanup["skips"];
}

function guard(acquire: string, release: string): Guard {
  return { acquire, release, skips: "nothing" };
}

/** Guards and classes of the kernel's own headers; a project's definitions come first. */
const GUARDS: ReadonlyMap<string, Guard> = new Map([
  ["mutex", guard("mutex_lock", "mutex_unlock")],
  ["mutex_try", guard("mutex_trylock", "mutex_unlock")],
  ["mutex_intr", guard("mutex_lock_interruptible", "mutex_unlock")],
  ["rwsem_read", guard("down_read", "up_read")],
  ["rwsem_read_try", guard("down_read_trylock", "up_read")],
  ["rwsem_read_intr", guard("down_read_interruptible", "up_read")],
  ["rwsem_write", guard("down_write", "up_write")],
  ["rwsem_write_try", guard("down_write_trylock", "up_write")],
  ["spinlock", guard("spin_lock", "spin_unlock")],
  ["spinlock_try", guard("spin_trylock", "spin_unlock")],
  ["spinlock_bh", guard("spin_lock_bh", "spin_unlock_bh")],
  ["spinlock_irq", guard("spin_lock_irq", "spin_unlock_irq")],
  ["spinlock_irqsave", guard("spin_lock_irqsave", "spin_unlock_irqrestore")],
  ["raw_spinlock", guard("raw_spin_lock", "raw_spin_unlock")],
  ["raw_spinlock_nested", guard("raw_spin_lock_nested", "raw_spin_unlock")],
  ["raw_spinlock_bh", guard("raw_spin_lock_bh", "raw_spin_unlock_bh")],
  ["raw_spinlock_irq", guard("raw_spin_lock_irq", "raw_spin_unlock_irq")],
  ["raw_spinlock_irqsave", guard("raw_spin_lock_irqsave", "raw_spin_unlock_irqrestore")],
  ["read_lock", guard("read_lock", "read_unlock")],
  ["read_lock_irq", guard("read_lock_irq", "read_unlock_irq")],
  ["read_lock_irqsave", guard("read_lock_irqsave", "read_unlock_irqrestore")],
  ["write_lock", guard("write_lock", "write_unlock")],
  ["write_lock_irq", guard("write_lock_irq", "write_unlock_irq")],
  ["write_lock_irqsave", guard("write_lock_irqsave", "write_unlock_irqrestore")],
  ["rcu", guard("rcu_read_lock", "rcu_read_unlock")],
  ["rcu_tasks_trace", guard("rcu_read_lock_trace", "rcu_read_unlock_trace")],
  ["srcu", guard("srcu_read_lock", "srcu_read_unlock")],
  ["preempt", guard("preempt_disable", "preempt_enable")],
  ["migrate", guard("migrate_disable", "migrate_enable")],
  ["irq", guard("local_irq_disable", "local_irq_enable")],
  ["irqsave", guard("local_irq_save", "local_irq_restore")],
  ["cpus_read_lock", guard("cpus_read_lock", "cpus_read_unlock")],
  ["device", guard("device_lock", "device_unlock")],
  ["rtnl", guard("rtnl_lock", "rtnl_unlock")],
  ["fd", guard("fdget", "fdput")],
  ["fd_raw", guard("fdget_raw", "fdput")],
  ["fd_pos", guard("fdget_pos", "fdput_pos")],
  ["get_unused_fd", guard("get_unused_fd_flags", "put_unused_fd")],
]);

/** `__free(name)` where the function has another name. */
const FREES: ReadonlyMap<string, string> = new Map([
  ["device_node", "of_node_put"],
  ["fwnode_handle", "fwnode_handle_put"],
  ["put_cred", "put_cred"],
  ["free_page", "free_page"],
]);

function guardNamed(context: FunctionContext, name: string): Guard {
  const defined = context.program.cleanup(name);
  const known = GUARDS.get(name);
  return {
    acquire: defined?.acquire ?? known?.acquire ?? `class_${name}_constructor`,
    release: defined?.release ?? known?.release ?? `class_${name}_destructor`,
    skips: defined?.skips ?? "nothing",
  };
}

/** `__free(name)` on a local: at the end of its scope it is released unless NULL or an error pointer. */
export function addFree(
  context: FunctionContext,
  name: string,
  variable: Variable,
  location: Location,
): void {
  const defined = context.program.cleanup(name);
  const release = defined?.release ?? FREES.get(name) ?? name;
  context.scope.cleanups.push({
    name,
    release,
    argument: () => loadVariable(variable),
    skips: defined === undefined ? "null-or-error" : (defined.skips ?? "nothing"),
    location,
  });
}

/** `__cleanup(release)` on a local: at the end of its scope `release(&variable)` runs. */
export function addCleanup(
  context: FunctionContext,
  release: string,
  variable: Variable,
  location: Location,
): void {
  const place = variablePlace(variable);
  const argument = (): Expression => ({ kind: "address", place, type: pointerTo(variable.type) });
  context.scope.cleanups.push({ name: release, release, argument, skips: "nothing", location });
}

/**
 * `guard(name)(arguments)`: taken here, let go at the end of the scope around. With `onFailure`, that is where control
 * goes when the lock is not taken.
 */
export function lowerGuard(
  context: FunctionContext,
  name: string,
  argumentNodes: readonly SyntaxNode[],
  location: Location,
  onFailure: BlockId | null = null,
): void {
  const { acquire, release, skips } = guardNamed(context, name);
  const values = lowerArguments(context, argumentNodes);
  const [first, ...more] = values;
  const held = first === undefined ? null : stable(context, first, location);
  // The address of an object is never NULL: only a pointer's value is asked for.
  const needed = first?.kind === "address" && skips === "null" ? "nothing" : skips;
  const callee = { kind: "direct", name: acquire } as const;
  const taken = emitCall(context, callee, held === null ? [] : [held, ...more], onFailure !== null, location);
  if (onFailure !== null) {
    const next = newBlock(context.graph);
    // `…_try` constructors give true when they take the lock, the others 0.
    if (name.endsWith("_try")) branch(context.graph, taken, next, onFailure, location);
    else branch(context.graph, taken, onFailure, next, location);
    beginBlock(context.graph, next);
  }
  context.scope.cleanups.push({ name, release, argument: () => held, skips: needed, location });
}

/** `CLASS(name, variable)(arguments)`: a local that its class's constructor fills and its destructor empties. */
function lowerClass(
  context: FunctionContext,
  name: string,
  variableNode: SyntaxNode,
  argumentNodes: readonly SyntaxNode[],
  location: Location,
): void {
  const { acquire, release, skips } = guardNamed(context, name);
  const values = lowerArguments(context, argumentNodes);
  const value = emitCall(context, { kind: "direct", name: acquire }, values, true, location);
  const type = context.program.signature(acquire)?.returns ?? UNKNOWN;
  const text = textOf(context, variableNode);
  const variable = addVariable(context, text, type, "local", locationOf(context, variableNode));
  context.scope.names.set(text, { kind: "variable", id: variable.id, type });
  assign(context, variablePlace(variable), value, location);
  const argument = (): Expression => loadVariable(variable);
  context.scope.cleanups.push({ name, release, argument, skips, location });
}

/** Reads `guard(name)(…)` and `CLASS(name, variable)(…)`; false when the call is neither. */
export function lowerCleanupCall(
  context: FunctionContext,
  head: SyntaxNode,
  argumentNodes: readonly SyntaxNode[],
  location: Location,
): boolean {
  const [callee, list] = operands(head);
  if (callee === undefined || list === undefined || callee.type !== "identifier") return false;
  const macro = textOf(context, callee);
  const [name, variable] = operands(list);
  if (name === undefined) return false;
  if (macro === "guard") {
    lowerGuard(context, textOf(context, name), argumentNodes, location);
    return true;
  }
  if (macro !== "CLASS" || variable === undefined) return false;
  lowerClass(context, textOf(context, name), variable, argumentNodes, location);
  return true;
}

/** Runs what the scopes from the current one up to `until` (not included; null: all) have to clean up. */
export function runCleanups(context: FunctionContext, until: Scope | null): void {
  for (let scope: Scope | null = context.scope; scope !== null && scope !== until; scope = scope.parent) {
    runCleanupsFrom(context, scope.cleanups);
  }
}

/** Runs cleanups of one scope, the last first. */
export function runCleanupsFrom(context: FunctionContext, cleanups: readonly Cleanup[]): void {
  if (context.graph.current.unreached) return;
  for (const cleanup of cleanups.toReversed()) runCleanup(context, cleanup);
}

function runCleanup(context: FunctionContext, cleanup: Cleanup): void {
  const { graph } = context;
  const argument = cleanup.argument();
  const { location } = cleanup;
  const values = argument === null ? [] : [argument];
  const callee = { kind: "direct", name: cleanup.release } as const;
  if (argument === null || cleanup.skips === "nothing") {
    emitCall(context, callee, values, false, location, cleanup.name);
    return;
  }
  const after = newBlock(graph);
  if (cleanup.skips !== "error") {
    const present = newBlock(graph);
    branch(graph, argument, present, after, location);
    beginBlock(graph, present);
  }
  if (cleanup.skips !== "null") {
    const valid = newBlock(graph);
    branch(graph, isErrorPointer(argument), after, valid, location);
    beginBlock(graph, valid);
  }
  emitCall(context, callee, values, false, location, cleanup.name);
  jump(graph, after);
  beginBlock(graph, after);
}

/** Takes a pointer out of its variable, so that the cleanup finds NULL: `no_free_ptr(p)`. */
export function disarm(context: FunctionContext, pointer: Expression, location: Location): Expression {
  if (pointer.kind !== "load") return pointer;
  const temporary = addVariable(context, `%${++context.temporaries}`, pointer.type, "temporary", location);
  assign(context, variablePlace(temporary), pointer, location);
  assign(context, pointer.place, constant(0n, pointer.type), location);
  return loadVariable(temporary);
}
