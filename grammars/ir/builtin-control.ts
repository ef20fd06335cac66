/** Built-in macros that steer: conditions passed on, places that control cannot get past, configuration tests. */
import type { Builtin } from "./builtin-call.ts";
import { argumentNode, argumentText, argumentValue, NO_VALUE, stableArgument } from "./builtin-call.ts";
import { INT, LONG } from "./c-types.ts";
import { emitCall, lowerArguments } from "./call-operations.ts";
import { disarm } from "./cleanups.ts";
import { lowerCondition, lowerTruthValue } from "./conditions.ts";
import { opaque, stable } from "./context.ts";
import { constant, convert, truth } from "./conversions.ts";
import { isShortCircuit, lowerDiscard, lowerValue } from "./expressions.ts";
import { beginBlock, beginUnreached, branch, jump, newBlock, stop } from "./graph-builder.ts";
import { leaveFunction } from "./jumps.ts";
import { descendantsOfType, operatorOf, unparenthesized } from "./syntax-nodes.ts";
import type { Expression } from "./types.ts";

const CALLS: ReadonlySet<string> = new Set(["call_expression"]);

/** `likely(x)`, `WARN_ON(x)` and the like. Messages are not printed, but calls in them run where x holds. */
const passedOn: Builtin = (call) => {
  const { context, location, needed } = call;
  const condition = argumentNode(call, 0);
  if (condition === undefined) return constant(0n);
  const rest = call.nodes
    .slice(1)
    .filter((node) => node.type === "call_expression" || descendantsOfType(node, CALLS).length > 0);
  if (rest.length === 0 && !needed) {
    lowerDiscard(context, condition);
    return NO_VALUE;
  }
  const inner = unparenthesized(condition);
  const control = inner.type === "binary_expression" && isShortCircuit(operatorOf(inner));
  const value: Expression = control ? lowerTruthValue(context, inner) : truth(lowerValue(context, condition));
  // `likely(x)` is `__builtin_expect(!!(x), 1)`, and that is a long.
  if (rest.length === 0) return call.name.endsWith("likely") ? convert(value, LONG) : value;
  const kept = stable(context, value, location);
  const [yes, after] = [newBlock(context.graph), newBlock(context.graph)];
  branch(context.graph, kept, yes, after, location);
  beginBlock(context.graph, yes);
  for (const node of rest) lowerDiscard(context, node);
  jump(context.graph, after);
  beginBlock(context.graph, after);
  return kept;
};

/** `BUG_ON(x)`: control gets past only where x is false. */
const stopsWhen: Builtin = (call) => {
  const { context, location } = call;
  const condition = argumentNode(call, 0);
  if (condition === undefined) return NO_VALUE;
  const [yes, after] = [newBlock(context.graph), newBlock(context.graph)];
  lowerCondition(context, condition, yes, after);
  beginBlock(context.graph, yes);
  stop(context.graph, { kind: "unreachable", location });
  beginBlock(context.graph, after);
  return NO_VALUE;
};

/** `BUG()`, and functions that do not return: a call only where something is called. */
function stops(called: boolean): Builtin {
  return (call) => {
    const { context, location, name } = call;
    if (called) {
      emitCall(context, { kind: "direct", name }, lowerArguments(context, call.nodes), false, location);
    }
    stop(context.graph, { kind: "unreachable", location });
    beginUnreached(context.graph);
    return NO_VALUE;
  };
}

/** A call whose value is one of its arguments: `return dev_err_probe(dev, err, …)`. */
function returnsArgument(index: number): Builtin {
  return (call) => {
    const { context, location, name } = call;
    const value = convert(stableArgument(call, index), INT);
    const values = call.nodes.map((_, position) =>
      position === index ? value : argumentValue(call, position),
    );
    emitCall(context, { kind: "direct", name }, values, false, location);
    return value;
  };
}

/** Checked when compiling: nothing runs. */
const notRun: Builtin = () => constant(0n);

const configured: Builtin = (call) => opaque("configuration", INT, `${call.name}(${argumentText(call, 0)})`);

const returnPointer: Builtin = (call) => {
  const value = disarm(call.context, argumentValue(call, 0), call.location);
  leaveFunction(call.context, convert(value, call.context.returns), call.location);
  return NO_VALUE;
};

/** Control flow when lowered as a condition; as a value the truth of that. */
const truthValue: Builtin = (call) => lowerTruthValue(call.context, call.node);

const constantTest: Builtin = (call) => {
  const value = argumentValue(call, 0);
  return value.kind === "constant" ? constant(1n) : opaque("compile-time test", INT);
};

const compileTime: Builtin = () => opaque("compile-time test", INT);

function named(lowering: Builtin, names: string): [string, Builtin][] {
  return names
    .trim()
    .split(/\s+/)
    .map((name) => [name, lowering]);
}

export const controlBuiltins: readonly (readonly [string, Builtin])[] = [
  ...named(
    passedOn,
    `likely unlikely __builtin_expect WARN_ON WARN_ON_ONCE WARN WARN_ONCE WARN_TAINT WARN_TAINT_ONCE WARN_ON_SMP
     VM_WARN_ON VM_WARN_ON_ONCE VM_WARN_ON_PAGE VM_WARN_ON_ONCE_PAGE VM_WARN_ON_FOLIO VM_WARN_ON_ONCE_FOLIO
     VM_WARN_ONCE`,
  ),
  ...named(stopsWhen, "BUG_ON VM_BUG_ON VM_BUG_ON_PAGE VM_BUG_ON_FOLIO VM_BUG_ON_VMA VM_BUG_ON_MM"),
  ...named(stops(false), "BUG unreachable __builtin_unreachable __builtin_trap"),
  ...named(stops(true), "panic do_exit make_task_dead kthread_exit kthread_complete_and_exit nmi_panic"),
  ["dev_err_probe", returnsArgument(1)],
  ...named(notRun, "BUILD_BUG_ON BUILD_BUG_ON_MSG BUILD_BUG_ON_ZERO BUILD_BUG_ON_NOT_POWER_OF_2 BUILD_BUG"),
  ...named(notRun, "static_assert _Static_assert compiletime_assert BUILD_BUG_ON_INVALID"),
  ...named(configured, "IS_ENABLED IS_BUILTIN IS_MODULE IS_REACHABLE"),
  ["IS_ERR_OR_NULL", truthValue],
  ["return_ptr", returnPointer],
  ["__builtin_constant_p", constantTest],
  ...named(compileTime, "__builtin_types_compatible_p __same_type __is_constexpr"),
  ["typecheck", () => constant(1n)],
];
