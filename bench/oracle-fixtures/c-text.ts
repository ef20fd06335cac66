/** C texts of types, places and values, as the kernel's compiler takes them. */
import type { CType } from "@pinscope/grammars/ir";
import type { InitialValue, Origin } from "@pinscope/simulator/interpreter";

/** A declaration of `name`; null for a type that has no name here. */
export function declaration(type: CType, name: string): string | null {
  switch (type.kind) {
    case "void":
      return `void ${name}`;
    case "bool":
      return `bool ${name}`;
    case "integer": {
      const base = { 8: "char", 16: "short", 32: "int", 64: "long" }[type.bits];
      return `${type.signed ? "signed" : "unsigned"} ${base} ${name}`;
    }
    case "pointer": {
      if (["unknown", "function", "void", "float"].includes(type.to.kind)) return `void *${name}`;
      return type.to.kind === "array" ? `void *${name}` : declaration(type.to, `*${name}`);
    }
    case "record":
      return `${type.union ? "union" : "struct"} ${type.tag} ${name}`;
    default:
      return null;
  }
}

export function objectName(id: number): string {
  return `o${id}`;
}

/** The place in C; null where it has none. */
export function placeInC(origin: Origin): string | null {
  const steps = (list: readonly { kind: string; name?: string; index?: number }[]): string =>
    list.map((step) => (step.kind === "field" ? `.${step.name}` : `[${step.index}]`)).join("");
  if (origin.kind === "global") return `${origin.name}${steps(origin.steps)}`;
  if (origin.kind !== "object") return null;
  const pointer = declaration({ kind: "pointer", to: origin.type }, "");
  if (pointer === null || (pointer === "void *" && origin.type.kind !== "pointer")) return null;
  return `((${pointer})${objectName(origin.object)})[${origin.index}]${steps(origin.steps)}`;
}

/** The value in C; null where it has none. */
export function valueInC({ choice, pointed, type }: InitialValue): string | null {
  const { preset, value } = choice;
  if (pointed !== null) {
    if (pointed.kind === "object")
      return pointed.offset === 0
        ? `(void *)${objectName(pointed.object)}`
        : `(void *)((char *)${objectName(pointed.object)} + ${pointed.offset})`;
    if (pointed.kind === "page") return pointed.address === null ? null : pageAt(pointed.address);
    return null;
  }
  if (preset.kind === "null") return "NULL";
  if (preset.kind === "error") return `ERR_PTR(${preset.errno})`;
  const number = `${BigInt.asIntN(64, value)}L`;
  return type.kind === "pointer" ? `(void *)${number}` : number;
}

export function pageAt(address: number): string {
  return `h_page(${address}UL)`;
}
