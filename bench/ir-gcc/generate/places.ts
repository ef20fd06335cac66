/** What generated code can assign to: variables, elements of arrays, fields of records. */
import { expression, literal } from "./expressions.ts";
import { INT } from "./pools.ts";
import { type ArrayVariable, type FunctionContext, type Generated, join, pure, type Scope } from "./scope.ts";

export interface Place extends Generated {
  /** What an assignment to it writes. */
  readonly root: string;
}

/** Something that can be assigned. */
export function place(scope: Scope, context: FunctionContext, depth: number): Place | null {
  const { chooser } = context;
  const writable = scope.scalars.filter((scalar) => scalar.writable);
  const kind = chooser.below(10);
  if (kind < 5 || depth <= 0) {
    if (writable.length === 0) return null;
    const { name, type } = chooser.pick(writable);
    return { ...pure(name, type, [name]), root: name };
  }
  if (kind < 8 && scope.arrays.length > 0) return element(scope, context, depth, chooser.pick(scope.arrays));
  if (scope.records.length > 0) return field(scope, context, depth);
  return null;
}

export function index(scope: Scope, context: FunctionContext, depth: number, length: number): Generated {
  const inner = context.chooser.chance(0.4)
    ? literal(context)
    : expression(scope, context, Math.min(depth - 1, 1));
  return { ...inner, text: `(${inner.text}) & ${length - 1}` };
}

function element(scope: Scope, context: FunctionContext, depth: number, array: ArrayVariable): Place | null {
  const at = index(scope, context, depth, array.length);
  if (at.writes.has(array.resource)) return null;
  const text = context.chooser.chance(0.75) ? `${array.name}[${at.text}]` : `*(${array.name} + (${at.text}))`;
  const made = join(text, array.element, [at]);
  return { ...made, reads: new Set([...made.reads, array.resource, array.name]), root: array.resource };
}

function field(scope: Scope, context: FunctionContext, depth: number): Place | null {
  const { chooser } = context;
  const variable = chooser.pick(scope.records);
  const chosen = chooser.pick(variable.record.fields);
  const at = chosen.bound === null ? pure("", INT) : index(scope, context, depth, chosen.bound);
  if (at.writes.has(variable.name)) return null;
  const path = chosen.path.replace("%", at.text);
  const text = variable.isPointer
    ? chooser.chance(0.9)
      ? `${variable.name}->${path}`
      : `(*${variable.name}).${path}`
    : `${variable.name}.${path}`;
  const made = join(text, chosen.type, [at]);
  return { ...made, reads: new Set([...made.reads, variable.name]), root: variable.name };
}
