/**
 * A machine that runs functions' graphs one operation at a time: frames, calls, branches.
 * Explicit frames, so that a reader may stop between any two steps and look.
 * Knows no kernel API: every call goes to the host, which answers it or has a known function entered.
 */
import { wrap } from "../arithmetic.ts";
import type {
  Block,
  CType,
  Edge,
  EdgeId,
  Expression,
  FunctionIr,
  Location,
  Operation,
  Place,
  Variable,
  VariableId,
} from "../types.ts";
import { addressOf, type Context, evaluate, evaluateScalar, store, type Value } from "./expressions.ts";
import type { CallEvent, EvaluationHost, Frame, Machine, Outcome } from "./host.ts";
import { createLayouts, type Layouts, type RecordLookup } from "./layout.ts";
import { createMemory, type MemoryObject } from "./memory.ts";
import { Stuck } from "./stuck.ts";

interface Index {
  readonly blocks: ReadonlyMap<number, Block>;
  readonly edges: ReadonlyMap<EdgeId, Edge>;
  readonly variables: ReadonlyMap<VariableId, Variable>;
}

const indices = new WeakMap<FunctionIr, Index>();

function indexOf(ir: FunctionIr): Index {
  let index = indices.get(ir);
  if (index === undefined) {
    index = {
      blocks: new Map(ir.blocks.map((block) => [block.id, block])),
      edges: new Map(ir.edges.map((edge) => [edge.id, edge])),
      variables: new Map(ir.variables.map((variable) => [variable.id, variable])),
    };
    indices.set(ir, index);
  }
  return index;
}

export interface MachineSettings {
  readonly host: EvaluationHost;
  /** Record definitions; a record without one gets its fields as they are named. */
  readonly records?: RecordLookup;
}

export function createMachine(settings: MachineSettings): Machine {
  const memory = createMemory();
  const layouts = createLayouts(settings.records ?? (() => undefined));
  const globals = new Map<string, MemoryObject>();
  const functions = new Map<string, MemoryObject>();
  const strings = new Map<string, MemoryObject>();
  const statics = new Map<FunctionIr, Map<VariableId, MemoryObject>>();
  const machine: Machine = {
    memory,
    layouts,
    host: settings.host,
    frames: [],
    steps: 0,
    addressOfGlobal(name, type) {
      let object = globals.get(name);
      if (object === undefined) {
        const fill = settings.host.globalFill?.(name) ?? "zero";
        object = memory.allocate({ label: name, kind: "global", size: sizeFor(type, layouts), fill });
        globals.set(name, object);
      }
      return object.base;
    },
    addressOfFunction(name) {
      let object = functions.get(name);
      if (object === undefined) {
        object = memory.allocate({ label: name, kind: "function", size: 1, fill: "zero" });
        functions.set(name, object);
      }
      return object.base;
    },
    addressOfString(text) {
      let object = strings.get(text);
      if (object === undefined) {
        const bytes = new TextEncoder().encode(`${text}\0`);
        object = memory.allocate({ label: "string", kind: "string", size: bytes.length, fill: "zero" });
        memory.copyIn(object.base, { bytes, determinate: new Uint8Array(bytes.length).fill(1) });
        strings.set(text, object);
      }
      return object.base;
    },
    objectOf(frame, id) {
      const known = frame.objects.get(id) ?? statics.get(frame.function)?.get(id);
      if (known !== undefined) return known;
      const variable = variableOf(frame.function, id);
      const isStatic = variable.role === "static";
      const object = memory.allocate({
        label: variable.name,
        kind: isStatic ? "global" : "local",
        size: sizeFor(variable.type, layouts),
        fill: isStatic ? "zero" : "indeterminate",
      });
      if (!isStatic) {
        frame.objects.set(id, object);
        return object;
      }
      statics.set(frame.function, (statics.get(frame.function) ?? new Map()).set(id, object));
      for (const operation of variable.initializer ?? []) operate(machine, frame, operation);
      return object;
    },
  };
  return machine;
}

/** Bytes of a variable's object; null (no bounds) where the type does not say. */
function sizeFor(type: CType, layouts: Layouts): number | null {
  if (type.kind === "array" && (type.length === null || sizeFor(type.of, layouts) === null)) return null;
  if (type.kind === "record" && layouts.isOpen(type.tag)) return null;
  return layouts.sizeOf(type);
}

function variableOf(ir: FunctionIr, id: VariableId): Variable {
  const variable = indexOf(ir).variables.get(id);
  if (variable === undefined) throw new Stuck("unsupported", `variable ${id} is not declared`);
  return variable;
}

function blockOf(ir: FunctionIr, id: number): Block {
  const block = indexOf(ir).blocks.get(id);
  if (block === undefined) throw new Stuck("unsupported", `block ${id} does not exist`);
  return block;
}

const contexts = new WeakMap<Frame, Context>();

/** The view that expressions have of a frame; a frame belongs to one machine. */
function contextOf(machine: Machine, frame: Frame): Context {
  const known = contexts.get(frame);
  if (known !== undefined) return known;
  const made: Context = {
    memory: machine.memory,
    layouts: machine.layouts,
    addressOfVariable: (id) => machine.objectOf(frame, id).base,
    addressOfGlobal: machine.addressOfGlobal,
    addressOfFunction: machine.addressOfFunction,
    addressOfString: machine.addressOfString,
    nameOfVariable: (id) => variableOf(frame.function, id).name,
    indeterminate: (read) => machine.host.indeterminate?.(read, machine),
    opaque: (reason, name, type) =>
      (name === undefined ? undefined : machine.layouts.constantOf(name)) ??
      machine.host.opaque?.(reason, name, type, machine),
  };
  contexts.set(frame, made);
  return made;
}

/**
 * Begins a call: pushes a frame at the function's entry (or at `start`) and writes the arguments, converted to the
 * parameters' types. Parameters without an argument stay indeterminate.
 */
export function enterFunction(
  machine: Machine,
  ir: FunctionIr,
  values: readonly (Value | undefined)[],
  options: { readonly result?: VariableId | undefined; readonly start?: number } = {},
): Frame {
  const block = blockOf(ir, options.start ?? ir.entry);
  const frame: Frame = { function: ir, objects: new Map(), block, next: 0, result: options.result };
  machine.frames.push(frame);
  const context = contextOf(machine, frame);
  ir.parameters.forEach((id, position) => {
    const value = values[position];
    if (value === undefined) return;
    store({ kind: "variable", id, type: variableOf(ir, id).type }, value, context);
  });
  return frame;
}

/** Runs one operation or terminator of the top frame. Returns the outcome when that was the last, else null. */
export function step(machine: Machine): Outcome | null {
  const frame = machine.frames.at(-1);
  if (frame === undefined) return { kind: "returned", value: null, steps: machine.steps };
  machine.steps += 1;
  const operation = frame.block.operations[frame.next];
  try {
    if (operation === undefined) return terminate(machine, frame);
    frame.next += 1;
    return operate(machine, frame, operation);
  } catch (error) {
    if (!(error instanceof Stuck)) throw error;
    return {
      kind: "stuck",
      cause: error.stuckCause,
      message: error.message,
      function: frame.function.name,
      location: operation?.location ?? locationOfTerminator(frame),
      steps: machine.steps,
    };
  }
}

function locationOfTerminator(frame: Frame): Location {
  const terminator = frame.block.terminator;
  return "location" in terminator ? terminator.location : frame.function.location;
}

function operate(machine: Machine, frame: Frame, operation: Operation): Outcome | null {
  const context = contextOf(machine, frame);
  switch (operation.kind) {
    case "assign":
      store(operation.target, evaluate(operation.value, context), context);
      return null;
    case "declare": {
      if (variableOf(frame.function, operation.variable).role === "static") return null;
      const object = machine.objectOf(frame, operation.variable);
      machine.memory.refill(object, operation.zeroed ? "zero" : "indeterminate");
      return null;
    }
    case "opaque": {
      if (machine.host.opaqueOperation?.(operation, machine) === true) return null;
      throw new Stuck("unsupported", operation.reason);
    }
    case "call":
      return call(machine, frame, operation, context);
  }
}

function call(
  machine: Machine,
  frame: Frame,
  operation: Extract<Operation, { kind: "call" }>,
  context: Context,
): Outcome | null {
  const { callee } = operation;
  const name =
    callee.kind === "direct" ? callee.name : functionAt(evaluateScalar(callee.pointer, context), machine);
  const values = operation.arguments.map((argument) => ({
    value: evaluate(argument, context),
    type: argument.type,
  }));
  const event: CallEvent = {
    name,
    ...(callee.kind === "indirect" && callee.field !== undefined ? { field: callee.field } : {}),
    arguments: values,
    type: operation.type,
    location: operation.location,
    ...(operation.cleanup === undefined ? {} : { cleanup: operation.cleanup }),
    caller: frame.function,
    depth: machine.frames.length,
  };
  const answer = machine.host.call(event, machine);
  switch (answer.kind) {
    case "stop":
      return { kind: "stopped", reason: answer.reason, steps: machine.steps };
    case "enter":
      enterFunction(
        machine,
        answer.function,
        answer.arguments ?? values.map(({ value }) => value),
        answer.arguments === undefined ? { result: operation.result } : {},
      );
      return null;
    case "value":
      deliver(machine, frame, operation.result, answer.value);
      return null;
  }
}

function functionAt(address: bigint, machine: Machine): string | null {
  const object = machine.memory.locate(address)?.object;
  return object?.kind === "function" ? object.label : null;
}

function deliver(machine: Machine, frame: Frame, result: VariableId | undefined, value: Value | null): void {
  if (result === undefined || value === null) return;
  const { type } = variableOf(frame.function, result);
  if (type.kind === "void") return;
  store({ kind: "variable", id: result, type }, value, contextOf(machine, frame));
}

function terminate(machine: Machine, frame: Frame): Outcome | null {
  const { terminator } = frame.block;
  const context = contextOf(machine, frame);
  switch (terminator.kind) {
    case "goto":
      return follow(frame, terminator.edge);
    case "branch": {
      const condition = evaluateScalar(terminator.condition, context);
      return follow(frame, condition === 0n ? terminator.whenFalse : terminator.whenTrue);
    }
    case "switch":
      return follow(frame, chooseCase(machine, frame, terminator.edges, terminator.value, context));
    case "unreachable":
      return { kind: "unreachable", location: terminator.location, steps: machine.steps };
    case "return": {
      let value = terminator.value === null ? null : evaluate(terminator.value, context);
      if (typeof value === "bigint") value = wrap(value, frame.function.returns);
      machine.frames.pop();
      for (const object of frame.objects.values()) machine.memory.release(object);
      const caller = machine.frames.at(-1);
      if (caller === undefined) return { kind: "returned", value, steps: machine.steps };
      deliver(machine, caller, frame.result, value);
      return null;
    }
  }
}

function follow(frame: Frame, id: EdgeId): null {
  const edge = indexOf(frame.function).edges.get(id);
  if (edge === undefined) throw new Stuck("unsupported", `edge ${id} does not exist`);
  frame.block = blockOf(frame.function, edge.to);
  frame.next = 0;
  return null;
}

type SwitchTerminator = Extract<Block["terminator"], { kind: "switch" }>;

function chooseCase(
  machine: Machine,
  frame: Frame,
  ids: SwitchTerminator["edges"],
  expression: SwitchTerminator["value"],
  context: Context,
): EdgeId {
  const value = evaluateScalar(expression, context);
  const { edges } = indexOf(frame.function);
  let byDefault: EdgeId | null = null;
  for (const id of ids) {
    const condition = edges.get(id)?.condition;
    if (condition?.kind === "default") byDefault = id;
    if (condition?.kind !== "case") continue;
    // A case label that no definition in sight gives a value is asked for by its text.
    const low =
      condition.low ?? machine.host.opaque?.("case label", condition.label, expression.type, machine);
    if (low === undefined) throw new Stuck("unknown-value", `case ${condition.label}`);
    const high = condition.high ?? low;
    if (value >= wrap(low, expression.type) && value <= wrap(high, expression.type)) return id;
  }
  if (byDefault === null) throw new Stuck("unsupported", "switch without an edge for its value");
  return byDefault;
}

/** The number at an address, zero where nothing wrote it; for hosts that look. Throws `Stuck` on a bad address. */
export function loadScalarAt(machine: Machine, address: bigint, type: CType): bigint {
  return wrap(machine.memory.read(address, machine.layouts.sizeOf(type)) ?? 0n, type);
}

/** The address of a place in the top frame; null where it has none now. For hosts that look. */
export function addressIn(machine: Machine, place: Place): bigint | null {
  const frame = machine.frames.at(-1);
  if (frame === undefined) return null;
  try {
    return addressOf(place, contextOf(machine, frame));
  } catch (error) {
    if (error instanceof Stuck) return null;
    throw error;
  }
}

/** The value of an expression in the top frame; null where it has none now. For hosts that look. */
export function evaluateIn(machine: Machine, expression: Expression): Value | null {
  const frame = machine.frames.at(-1);
  if (frame === undefined) return null;
  try {
    return evaluate(expression, contextOf(machine, frame));
  } catch (error) {
    if (error instanceof Stuck) return null;
    throw error;
  }
}
