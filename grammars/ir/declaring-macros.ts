/**
 * Macros of the kernel's headers that declare a local: `LIST_HEAD(list)`, `DEFINE_WAIT(wait)`, `XA_STATE(xas, …)`.
 * The local is declared, then the macro is a call that gets its address.
 */
import type { BuiltinCall } from "./builtin-call.ts";
import { UNKNOWN, UNSIGNED_LONG } from "./c-types.ts";
import { emitCall, lowerArguments } from "./call-operations.ts";
import type { FunctionContext } from "./context.ts";
import { addVariable, locationOf, lookup, textOf, variablePlace } from "./context.ts";
import { constantValue } from "./declarators.ts";
import { emit } from "./graph-builder.ts";
import { addressOf } from "./places.ts";
import type { CType } from "./types.ts";

function record(tag: string): CType {
  return { kind: "record", tag, union: false };
}

/** Type of what is declared, by macro; other `DEFINE_…` and `DECLARE_…` declare something unknown. */
const TYPES: ReadonlyMap<string, CType> = new Map([
  ["LIST_HEAD", record("list_head")],
  ["HLIST_HEAD", record("hlist_head")],
  ["LLIST_HEAD", record("llist_head")],
  ["DEFINE_WAIT", record("wait_queue_entry")],
  ["DEFINE_WAIT_FUNC", record("wait_queue_entry")],
  ["DECLARE_WAITQUEUE", record("wait_queue_entry")],
  ["DECLARE_WAIT_QUEUE_HEAD_ONSTACK", record("wait_queue_head")],
  ["DECLARE_COMPLETION_ONSTACK", record("completion")],
  ["DECLARE_COMPLETION", record("completion")],
  ["XA_STATE", record("xa_state")],
  ["XA_STATE_ORDER", record("xa_state")],
  ["MA_STATE", record("ma_state")],
  ["VMA_ITERATOR", record("vma_iterator")],
  ["DEFINE_FOLIO_VMA_WALK", record("page_vma_mapped_walk")],
  ["DEFINE_PAGE_VMA_WALK", record("page_vma_mapped_walk")],
]);

const DECLARING = /^(?:DEFINE|DECLARE)_[A-Z0-9_]+$/;

function isDeclaring(name: string): boolean {
  return TYPES.has(name) || DECLARING.test(name);
}

/** Lowers a declaring macro; false when the call is none, or its first argument is no new name. */
export function lowerDeclaringMacro(call: BuiltinCall): boolean {
  const { context, location, name, nodes } = call;
  const [first, ...rest] = nodes;
  if (!isDeclaring(name) || first?.type !== "identifier") return false;
  const text = textOf(context, first);
  if (lookup(context, text)?.kind === "variable" && context.scope.names.has(text)) return false;
  const type = declaredType(context, call);
  const variable = addVariable(context, text, type, "local", locationOf(context, first));
  context.scope.names.set(text, { kind: "variable", id: variable.id, type });
  emit(context.graph, { kind: "declare", variable: variable.id, zeroed: false, location });
  if (name === "DECLARE_BITMAP") return true;
  const values = lowerArguments(context, rest);
  emitCall(
    context,
    { kind: "direct", name },
    [addressOf(variablePlace(variable)), ...values],
    false,
    location,
  );
  return true;
}

function declaredType(context: FunctionContext, call: BuiltinCall): CType {
  const size = call.nodes[1];
  if (call.name !== "DECLARE_BITMAP" || size === undefined) return TYPES.get(call.name) ?? UNKNOWN;
  const bits = constantValue(context, size);
  return { kind: "array", of: UNSIGNED_LONG, length: bits === null ? null : Math.ceil(Number(bits) / 64) };
}
