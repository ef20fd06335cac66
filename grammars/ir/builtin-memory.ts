/** Built-in macros about objects: containers, exchanged values, sizes, macros that write their arguments. */
import type { Builtin, BuiltinCall } from "./builtin-call.ts";
import {
  argumentNode,
  argumentPlace,
  argumentText,
  argumentValue,
  NO_VALUE,
  positionalNode,
  positionalValue,
  renamedText,
  select,
  stableArgument,
  typeArgument,
} from "./builtin-call.ts";
import { INT, pointerTo, UNKNOWN, UNSIGNED_INT, UNSIGNED_LONG, VOID } from "./c-types.ts";
import { emitCall, lowerArguments } from "./call-operations.ts";
import { disarm } from "./cleanups.ts";
import { assign, capture, load, opaque, stable } from "./context.ts";
import { binary, bytePointer, constant, convert, explicitCast } from "./conversions.ts";
import { fieldType, lowerDiscard } from "./expressions.ts";
import { beginBlock, branch, emit, jump, newBlock } from "./graph-builder.ts";
import { jumpToLabel } from "./jumps.ts";
import { dereferenced, fieldOf } from "./places.ts";
import { objectType } from "./sizes.ts";
import type { Expression } from "./types.ts";

/** `(type *)((char *)pointer - offsetof(type, member))`. */
function containing(call: BuiltinCall, pointer: Expression): Expression {
  const type = typeArgument(call, 1);
  const offset = opaque(
    "offset",
    UNSIGNED_LONG,
    `offsetof(${argumentText(call, 1)}, ${argumentText(call, 2)})`,
  );
  return explicitCast(binary("-", bytePointer(pointer), offset), pointerTo(type));
}

const containerOf: Builtin = (call) => containing(call, positionalValue(call, 0));

/** The same for an entry that may be NULL. */
const containerOfSafe: Builtin = (call) => {
  const pointer = stable(call.context, positionalValue(call, 0), call.location);
  const whole = containing(call, pointer);
  return select(call.context, pointer, whole, constant(0n, whole.type), whole.type, call.location);
};

/** `list_first_entry(head, type, member)`: the container of what a link of the head points to. */
function entryThrough(...fields: readonly string[]): Builtin {
  return (call) => {
    let value = positionalValue(call, 0);
    for (const field of fields) {
      const base = dereferenced(value);
      value = load(fieldOf(base, field, fieldType(call.context, base.type, field)));
    }
    return containing(call, value);
  };
}

/** The first argument's value; what else is given (a lock to be held, say) is looked at only. */
const readOnce: Builtin = (call) => {
  const value = argumentValue(call, 0);
  for (const node of call.nodes.slice(1)) lowerDiscard(call.context, node);
  return value;
};
const readThrough: Builtin = (call) => load(dereferenced(argumentValue(call, 0)));

const writeOnce: Builtin = (call) => {
  const place = argumentPlace(call, 0);
  assign(call.context, place, convert(argumentValue(call, 1), place.type), call.location);
  return NO_VALUE;
};

const writeThrough: Builtin = (call) => {
  const place = dereferenced(stableArgument(call, 0));
  assign(call.context, place, convert(argumentValue(call, 1), place.type), call.location);
  return NO_VALUE;
};

const exchange: Builtin = (call) => {
  const place = dereferenced(stableArgument(call, 0));
  const value = stableArgument(call, 1);
  const before = capture(call.context, load(place), call.location);
  assign(call.context, place, convert(value, place.type), call.location);
  return before;
};

const compareExchange: Builtin = (call) => {
  const { context, location } = call;
  const place = dereferenced(stableArgument(call, 0));
  const expected = stableArgument(call, 1);
  const value = stableArgument(call, 2);
  const before = capture(context, load(place), location);
  const [equal, after] = [newBlock(context.graph), newBlock(context.graph)];
  branch(context.graph, binary("==", before, expected), equal, after, location);
  beginBlock(context.graph, equal);
  assign(context, place, convert(value, place.type), location);
  jump(context.graph, after);
  beginBlock(context.graph, after);
  return before;
};

const swap: Builtin = (call) => {
  const left = argumentPlace(call, 0);
  const right = argumentPlace(call, 1);
  const before = capture(call.context, load(left), call.location);
  assign(call.context, left, convert(load(right), left.type), call.location);
  assign(call.context, right, convert(before, right.type), call.location);
  return NO_VALUE;
};

/** `do_div(n, base)`: n becomes the quotient, the value is the remainder. */
const doDivide: Builtin = (call) => {
  const place = argumentPlace(call, 0);
  const base = stableArgument(call, 1);
  const remainder = capture(
    call.context,
    explicitCast(binary("%", load(place), base), UNSIGNED_INT),
    call.location,
  );
  assign(call.context, place, convert(binary("/", load(place), base), place.type), call.location);
  return remainder;
};

/** A macro that looks like a call and writes one of its arguments: a call, after which that argument is anything. */
function writingArgument(index: number): Builtin {
  return (call) => {
    const { context, location, name, nodes } = call;
    const node = argumentNode(call, index);
    const place = node === undefined ? null : argumentPlace(call, index);
    const values = nodes.map((_, position) =>
      position === index && place !== null ? load(place) : argumentValue(call, position),
    );
    const value = emitCall(context, { kind: "direct", name }, values, call.needed, location);
    if (place !== null) {
      emit(context.graph, {
        kind: "opaque",
        reason: `written by ${name}`,
        reads: [],
        writes: [place],
        location,
      });
    }
    return value;
  };
}

/** `unsafe_get_user(x, pointer, label)`: jumps to the label on a fault. */
function faulting(label: number, written: number | null): Builtin {
  return (call) => {
    const { context, location, name } = call;
    const place = written === null ? null : argumentPlace(call, written);
    const nodes = call.nodes.filter((_, index) => index !== label && index !== written);
    emitCall(context, { kind: "direct", name }, lowerArguments(context, nodes), false, location);
    const [fault, next] = [newBlock(context.graph), newBlock(context.graph)];
    branch(context.graph, opaque("fault", INT), fault, next, location);
    beginBlock(context.graph, fault);
    jumpToLabel(context, argumentText(call, label));
    beginBlock(context.graph, next);
    if (place !== null) {
      emit(context.graph, {
        kind: "opaque",
        reason: `written by ${name}`,
        reads: [],
        writes: [place],
        location,
      });
    }
    return NO_VALUE;
  };
}

const arraySize: Builtin = (call) => {
  const node = argumentNode(call, 0);
  if (node === undefined) return opaque("missing argument", UNSIGNED_LONG);
  const type = objectType(call.context, node);
  if (type.kind === "array" && type.length !== null) return constant(BigInt(type.length), UNSIGNED_LONG);
  return opaque("size", UNSIGNED_LONG, `ARRAY_SIZE(${renamedText(call.context, node)})`);
};

/** Sizes with a counted tail: not computed, but the count is evaluated. */
function structSize(count: number): Builtin {
  return (call) => {
    const node = positionalNode(call, count);
    if (node !== undefined) lowerDiscard(call.context, node);
    return opaque("size", UNSIGNED_LONG);
  };
}

const sizeOfField: Builtin = (call) =>
  opaque("size", UNSIGNED_LONG, `sizeof(${argumentText(call, 0)}.${argumentText(call, 1)})`);

const offsetOf: Builtin = (call) =>
  opaque("offset", UNSIGNED_LONG, `offsetof(${argumentText(call, 0)}, ${argumentText(call, 1)})`);

const noFreePointer: Builtin = (call) => disarm(call.context, argumentValue(call, 0), call.location);

const variableArgument: Builtin = (call) => {
  const list = positionalValue(call, 0);
  const type = typeArgument(call, 1);
  const value = emitCall(call.context, { kind: "direct", name: call.name }, [list], true, call.location);
  return type.kind === "void" || type === UNKNOWN ? value : explicitCast(value, type);
};

function named(lowering: Builtin, names: string): [string, Builtin][] {
  return names.split(/\s+/).map((name) => [name, lowering]);
}

export const memoryBuiltins: readonly (readonly [string, Builtin])[] = [
  ...named(containerOf, "container_of container_of_const list_entry hlist_entry rb_entry llist_entry"),
  ...named(containerOfSafe, "rb_entry_safe hlist_entry_safe"),
  ...named(entryThrough("next"), "list_first_entry list_first_entry_rcu"),
  ...named(entryThrough("prev"), "list_last_entry"),
  ...named(readOnce, "READ_ONCE READ_ONCE_NOCHECK ACCESS_ONCE data_race rcu_dereference rcu_dereference_raw"),
  ...named(readOnce, "rcu_dereference_bh rcu_dereference_sched rcu_dereference_check rcu_access_pointer"),
  ...named(readOnce, "rcu_dereference_protected unrcu_pointer srcu_dereference"),
  ...named(readThrough, "smp_load_acquire"),
  ...named(writeOnce, "WRITE_ONCE rcu_assign_pointer RCU_INIT_POINTER smp_store_mb"),
  ...named(writeThrough, "smp_store_release"),
  ...named(exchange, "xchg xchg_relaxed xchg_acquire xchg_release"),
  ...named(compareExchange, "cmpxchg cmpxchg_relaxed cmpxchg_acquire cmpxchg_release cmpxchg64"),
  ["swap", swap],
  ["do_div", doDivide],
  ...named(writingArgument(0), "get_user __get_user local_irq_save local_save_flags"),
  ...named(
    writingArgument(1),
    "spin_lock_irqsave raw_spin_lock_irqsave read_lock_irqsave write_lock_irqsave",
  ),
  ...named(writingArgument(1), "spin_trylock_irqsave raw_spin_trylock_irqsave"),
  ...named(faulting(2, 0), "unsafe_get_user"),
  ...named(faulting(2, null), "unsafe_put_user"),
  ...named(faulting(3, null), "unsafe_copy_to_user unsafe_copy_from_user"),
  ["ARRAY_SIZE", arraySize],
  ["struct_size", structSize(2)],
  ["struct_size_t", structSize(2)],
  ["flex_array_size", structSize(2)],
  ...named(sizeOfField, "sizeof_field FIELD_SIZEOF"),
  ...named(offsetOf, "offsetof __builtin_offsetof offsetofend"),
  ...named(noFreePointer, "no_free_ptr retain_and_null_ptr take_fd"),
  ["va_arg", variableArgument],
  ["__builtin_va_arg", variableArgument],
  ["u64_to_user_ptr", (call) => explicitCast(argumentValue(call, 0), pointerTo(VOID))],
];
