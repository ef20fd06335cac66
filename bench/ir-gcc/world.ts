/**
 * Our side: a host for the evaluator that draws, logs and answers exactly as the C driver does (see `driver.ts`).
 */
import {
  type CallAnswer,
  type CallEvent,
  type CType,
  createLayouts,
  type FunctionIr,
  type Layouts,
  loadScalarAt,
  type MemoryObject,
  type Outcome,
  type Value,
  wrap,
} from "@pinscope/grammars/ir";
import { type Engine, type EngineInput, evaluator } from "./engine.ts";
import { createStream } from "./random.ts";
import {
  DRAW_DEPTH,
  type EntrySpec,
  EVENT_LIMIT,
  type ExternSpec,
  INNER_ELEMENTS,
  isOpaque,
  OPAQUE_BYTES,
  OUTER_ELEMENTS,
  type ProgramSpec,
  type RunLog,
  STRING_LIMIT,
} from "./spec.ts";

/** Functions whose call never comes back; the driver's prelude ends the run there too. */
const NO_RETURN = new Set(["panic", "harness_bug", "BUG"]);
const STEP_BUDGET = 400_000;

interface DrawnObject {
  readonly object: MemoryObject;
  readonly type: CType;
  readonly count: number;
}

export interface WorldSettings {
  /** Reads of what nothing wrote: zero (as with gcc's automatic initialization), or the run is stuck. */
  readonly uninitialized: "zero" | "stuck";
  /** What executes; absent: the evaluator alone. */
  readonly engine?: (input: EngineInput) => Engine;
}

export interface WorldRun extends RunLog {
  readonly outcome: Outcome;
}

/** Runs one entry with one seed. `functions` are those the program defines, entered when called. */
export function runEntry(
  spec: ProgramSpec,
  entry: EntrySpec,
  functions: ReadonlyMap<string, FunctionIr>,
  seed: bigint,
  settings: WorldSettings,
): WorldRun {
  const lines: string[] = [];
  const externs = new Map(spec.externs.map((extern) => [extern.name, extern]));
  const drawn: DrawnObject[] = [];
  const stream = createStream(seed);
  const records = (tag: string) => spec.records.get(tag);
  const layouts: Layouts = createLayouts(records);
  let events = 0;

  const ir = functions.get(entry.name);
  if (ir === undefined) throw new Error(`${entry.name} was not lowered`);
  const engine = (settings.engine ?? evaluator)({
    function: ir,
    functions,
    records,
    call,
    zeroes: settings.uninitialized === "zero",
    steps: STEP_BUDGET,
  });
  const { machine } = engine;

  function make(type: CType, depth: number): bigint {
    const opaque = isOpaque(type, spec.records);
    const count = opaque ? 0 : depth === 0 ? OUTER_ELEMENTS : INNER_ELEMENTS;
    const size = opaque ? OPAQUE_BYTES : count * layouts.sizeOf(type);
    const object = machine.memory.allocate({ label: `@${drawn.length}`, kind: "host", size, fill: "zero" });
    drawn.push({ object, type, count });
    for (let index = 0; index < count; index += 1)
      fill(object.base + BigInt(index * layouts.sizeOf(type)), type, depth + 1);
    return object.base;
  }

  function fill(address: bigint, type: CType, depth: number): void {
    if (isOpaque(type, spec.records)) return;
    switch (type.kind) {
      case "bool":
      case "integer":
        machine.memory.write(address, layouts.sizeOf(type), wrap(stream.interesting(), type));
        return;
      case "pointer": {
        let target = 0n;
        if (depth < DRAW_DEPTH && type.to.kind !== "function" && (stream.next() & 7n) !== 0n)
          target = make(type.to, depth);
        machine.memory.write(address, 8, target);
        return;
      }
      case "record": {
        const shape = spec.records.get(type.tag);
        if (shape === undefined) return;
        for (const [name, of] of [...shape.fields].slice(0, shape.union ? 1 : undefined))
          fill(address + BigInt(layouts.offsetOf(type.tag, name, of)), of, depth);
        return;
      }
      case "array":
        for (let index = 0; index < (type.length ?? 0); index += 1)
          fill(address + BigInt(index * layouts.sizeOf(type.of)), type.of, depth);
        return;
      default:
        return;
    }
  }

  function draw(type: CType): Value {
    if (type.kind === "pointer" && type.to.kind !== "function") return make(type.to, 0);
    return drawInPlace(type);
  }

  /** Draws through a scratch object, so that records come out whole. */
  function drawInPlace(type: CType): Value {
    const size = layouts.sizeOf(type);
    const scratch = machine.memory.allocate({ label: "scratch", kind: "host", size, fill: "zero" });
    fill(scratch.base, type, 0);
    const value =
      type.kind === "record"
        ? machine.memory.copyOut(scratch.base, size)
        : loadScalarAt(machine, scratch.base, type);
    machine.memory.release(scratch);
    return value;
  }

  function showAt(address: bigint, type: CType): string {
    if (isOpaque(type, spec.records)) return "?";
    switch (type.kind) {
      case "record": {
        const shape = spec.records.get(type.tag);
        const fields = [...(shape?.fields ?? [])].slice(0, shape?.union ? 1 : undefined);
        const texts = fields.map(([name, of]) =>
          showAt(address + BigInt(layouts.offsetOf(type.tag, name, of)), of),
        );
        return `{${texts.join(" ")}}`;
      }
      case "array":
        return `<${elements(address, type.of, type.length ?? 0)}>`;
      default:
        return show(loadScalarAt(machine, address, type), type);
    }
  }

  function elements(address: bigint, type: CType, count: number): string {
    const size = layouts.sizeOf(type);
    let text = "";
    for (let index = 0; index < count; index += 1) text += ` ${showAt(address + BigInt(index * size), type)}`;
    return text;
  }

  function show(value: Value, type: CType): string {
    if (typeof value !== "bigint") {
      const scratch = machine.memory.allocate({
        label: "scratch",
        kind: "host",
        size: value.bytes.length,
        fill: "zero",
      });
      machine.memory.copyIn(scratch.base, value);
      const text = showAt(scratch.base, type);
      machine.memory.release(scratch);
      return text;
    }
    if (isOpaque(type, spec.records)) return "?";
    // Not converted to the type: a conversion that the lowering left out must show.
    return type.kind === "pointer" ? showPointer(value) : String(BigInt.asIntN(64, value));
  }

  function showPointer(value: bigint): string {
    const address = BigInt.asUintN(64, value);
    if (address === 0n) return "null";
    if (address >= 2n ** 64n - 4095n) return `err${BigInt.asIntN(64, address)}`;
    const found = machine.memory.locate(address);
    if (found === null) return "wild";
    const { object, offset } = found;
    const id = drawn.findIndex((candidate) => candidate.object === object);
    if (id >= 0) return `@${id}+${offset}`;
    if (object.kind === "string") return `"${stringAt(address)}"`;
    return object.kind === "host" ? "wild" : object.kind;
  }

  function stringAt(address: bigint): string {
    const bytes: number[] = [];
    for (let index = 0; index < STRING_LIMIT; index += 1) {
      const byte = Number(machine.memory.read(address + BigInt(index), 1) ?? 0n);
      if (byte === 0) break;
      bytes.push(byte);
    }
    return new TextDecoder().decode(new Uint8Array(bytes)).replaceAll("\n", "\\n");
  }

  function reach(value: Value, size: number, count: number): number {
    if (typeof value !== "bigint") return 0;
    const found = machine.memory.locate(value);
    if (found === null) return 0;
    const { object, offset } = found;
    if (object.kind === "local" || object.kind === "global") return count;
    if (object.kind !== "host") return 0;
    return Math.min(count, Math.trunc(((object.size ?? 0) - offset) / size));
  }

  function call(event: CallEvent): CallAnswer {
    const name = event.name ?? "(unknown function)";
    if (NO_RETURN.has(name)) return { kind: "stop", reason: "unreachable" };
    const known = functions.get(name);
    if (known !== undefined) return { kind: "enter", function: known };
    const extern = externs.get(name);
    if (extern === undefined) return { kind: "stop", reason: `call of ${name}, which is not declared` };
    events += 1;
    if (events > EVENT_LIMIT) return { kind: "stop", reason: "event limit" };
    return { kind: "value", value: answer(extern, event) };
  }

  function answer(extern: ExternSpec, event: CallEvent): Value {
    const texts = extern.parameters.map((type, index) => {
      const value = event.arguments[index]?.value;
      if (value === undefined) return "missing";
      const text = show(value, type);
      const wanted = extern.shows[index] ?? 0;
      if (type.kind !== "pointer" || wanted === 0 || isOpaque(type.to, spec.records)) return text;
      const count = reach(value, layouts.sizeOf(type.to), wanted);
      return count > 0 && typeof value === "bigint" ? `${text} [${elements(value, type.to, count)}]` : text;
    });
    extern.parameters.forEach((type, index) => {
      const value = event.arguments[index]?.value;
      const wanted = extern.writes[index] ?? 0;
      if (type.kind !== "pointer" || wanted === 0 || isOpaque(type.to, spec.records)) return;
      if (typeof value !== "bigint") return;
      const size = layouts.sizeOf(type.to);
      const count = reach(value, size, wanted);
      for (let element = 0; element < count; element += 1) fill(value + BigInt(element * size), type.to, 1);
    });
    const line = `${extern.name}(${texts.join(", ")})`;
    if (extern.returns.kind === "void") {
      lines.push(line);
      return 0n;
    }
    const value = result(extern.returns);
    lines.push(`${line} -> ${show(value, extern.returns)}`);
    return value;
  }

  function result(type: CType): Value {
    if (type.kind !== "pointer" || type.to.kind === "function") return drawInPlace(type);
    const choice = stream.next() & 7n;
    if (choice === 0n) return 0n;
    return choice === 1n ? BigInt.asUintN(64, -12n) : make(type.to, 0);
  }

  const { outcome, complaints } = engine.run(entry.parameters.map(draw));
  lines.push(ending(outcome, entry.returns), ...complaints);
  drawn.forEach(({ object, type, count }, id) => {
    if (count > 0) lines.push(`~ @${id}:${elements(object.base, type, count)}`);
  });
  return { lines, outcome };

  function ending(last: Outcome, returns: CType): string {
    switch (last.kind) {
      case "returned":
        if (returns.kind === "void") return "= void";
        return `= ${last.value === null ? "nothing" : show(last.value, returns)}`;
      case "unreachable":
        return "= unreachable";
      case "stopped":
        return `= ${last.reason}`;
      case "budget":
        return "= time limit";
      case "stuck":
        if (last.cause === "null-pointer" || last.cause === "wild-pointer") return "= fault";
        if (last.message.startsWith("division")) return "= fault";
        return `= stuck: ${last.cause}: ${last.message}`;
    }
  }
}
