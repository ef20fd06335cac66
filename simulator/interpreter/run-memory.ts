/** Memory as calls ask for it in one run: heap, objects that somebody gives, words that nobody wrote. Knows no API. */
import type { CType } from "@pinscope/grammars/ir";
import type { Page } from "@pinscope/simulator/kernel";
import type { Run } from "./run.ts";
import { Halt } from "./run-input.ts";
import { choiceTerm } from "./terms.ts";
import { functionOf } from "./unknowns.ts";

/** No buffer of a scenario has so many pages: a count that is no count reads on and on. */
const GIVEN_LIMIT = 1024;

export class RunMemory {
  private readonly run: Run;

  constructor(run: Run) {
    this.run = run;
  }

  /** Whether an address lies in memory that this path made and that nobody else had a hand in. */
  isUnfilled(address: bigint): boolean {
    const object = this.run.machine.memory.locate(address)?.object;
    if (object === undefined || !(object.kind === "local" || this.run.world.heap.has(object.base)))
      return false;
    return !this.run.escapes.some((one) => this.run.machine.memory.locate(one.address)?.object === object);
  }

  /** An object that a pointer of this type may point to, and its address. */
  makeObject(type: CType, label: string): bigint {
    const to = type.kind === "pointer" ? type.to : type;
    if (to.kind === "record" && (to.tag === "page" || to.tag === "folio"))
      return this.run.world.addressOfPage(this.givenPage());
    return this.run.machine.memory.allocate({ label, kind: "host", size: null, fill: "indeterminate" }).base;
  }

  /** A page that somebody outside holds. */
  private givenPage(): Page {
    const { world } = this.run;
    if (world.givenCount >= GIVEN_LIMIT)
      throw new Halt("crash", `more than ${GIVEN_LIMIT} pages were read from memory that nobody filled`);
    return world.givenPage();
  }

  /** A call that nobody sees may have written a number or a pointer here; where nothing asks for it, what is there stays. */
  mayBeWritten(address: bigint, pointer: CType): void {
    const type: CType = pointer.kind === "pointer" ? pointer.to : { kind: "unknown" };
    if (type.kind !== "integer" && type.kind !== "bool" && type.kind !== "pointer") return;
    const place = this.run.machine.memory.locate(address);
    const width = this.run.machine.layouts.sizeOf(type);
    const size = place?.object.size ?? null;
    if (place === null || (size !== null && place.offset + width > size)) return;
    const value = this.run.machine.memory.read(address, width);
    // A pointer that points somewhere stays what it is.
    if (value === null || (type.kind === "pointer" && value !== 0n)) return;
    const choice = this.run.choices.choose({
      key: `written ${functionOf(this.run.machine)}:${this.run.location.start}:${this.run.machine.memory.locate(address)?.object.label}`,
      type,
      what: `${this.run.machine.memory.locate(address)?.object.label ?? "memory"} after the call`,
      preset: { kind: "number", value },
    });
    this.run.machine.memory.write(address, this.run.machine.layouts.sizeOf(type), choice.value);
    this.run.shadows.setTerm(address, choiceTerm(choice.key, type), type);
  }

  /** Heap memory; `size` null has no bounds. Gives its address. */
  allocate(size: number | null, by: string, zeroed: boolean): bigint {
    const object = this.run.machine.memory.allocate({
      label: by,
      kind: "host",
      size,
      fill: zeroed ? "zero" : "indeterminate",
    });
    this.run.world.heap.set(object.base, { object, by });
    return object.base;
  }

  /** Eight bytes; where nothing wrote them, a pointer to an object of its own. */
  readWord(address: bigint): bigint {
    const { memory } = this.run.machine;
    const known = memory.read(address, 8);
    if (known !== null) return known;
    const choice = this.run.choices.choose({
      key: `word ${memory.locate(address)?.object.label}:${this.run.location.start}`,
      type: { kind: "pointer", to: { kind: "unknown" } },
      what: memory.locate(address)?.object.label ?? "memory",
      preset: { kind: "object" },
    });
    memory.write(address, 8, choice.value);
    return choice.value;
  }
}
