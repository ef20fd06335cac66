/**
 * What an expression of the code names at one moment of a run, in words: pages one by one or as ranges of an array,
 * what bios and iterators hold. Only looks: it makes no choice and writes nothing.
 */
import type { CType, Frame, Place, RecordLookup } from "@pinscope/grammars/ir";
import type { Page } from "@pinscope/simulator/kernel";
import { pagesOfBio } from "./models/bio.ts";
import { addressSeen, offsetOf, readSeen } from "./places.ts";
import type { Run } from "./run.ts";
import { type PageFamily, stateOf } from "./world.ts";

/** Something that an expression names, and how it stands. */
export interface Named {
  /** `page`, `pages[0..3]`, `request->pages[2]` */
  readonly expression: string;
  /** `pinned, refcount 1025, anon` */
  readonly text: string;
}

/** Records that stand for pages or hold them. */
const PAGE_RECORDS: ReadonlySet<string> = new Set([
  "page",
  "folio",
  "bio",
  "bio_vec",
  "iov_iter",
  "sg_table",
  "sg_append_table",
  "scatterlist",
  "folio_batch",
  "pagevec",
]);

/** Records in records that are looked into. */
const FIELD_DEPTH = 2;
/** Elements of an array that are looked at. */
const SLOT_BUDGET = 512;
/** Lines told of one expression. */
const LINE_BUDGET = 8;

/** Whether something of a type can name pages: a page, an array of pages, a bio, a record with such a field. */
export function mayNamePages(type: CType, records: RecordLookup, depth = FIELD_DEPTH): boolean {
  switch (type.kind) {
    case "pointer":
      return mayNamePages(type.to, records, depth);
    case "array":
      return mayNamePages(type.of, records, depth);
    case "record":
      if (PAGE_RECORDS.has(type.tag)) return true;
      return (
        depth > 0 &&
        [...(records(type.tag)?.fields.values() ?? [])].some((field) =>
          mayNamePages(field, records, depth - 1),
        )
      );
    default:
      return false;
  }
}

/** What a place names in a frame of the run. */
export function namedBy(run: Run, frame: Frame, place: Place, expression: string): readonly Named[] {
  const address = addressSeen(run, frame, place);
  if (address === null || (place.kind === "variable" && readSeen(run, address, 1) === null)) {
    const isParameter = place.kind === "variable" && frame.function.parameters.includes(place.id);
    if (isParameter) return [{ expression, text: "as the caller gave it" }];
    if (address === null) return [{ expression, text: "not set" }];
  }
  const found = new Look(run).at(expression, place.type, address, FIELD_DEPTH);
  if (found.length <= LINE_BUDGET) return found;
  const rest = found.length - LINE_BUDGET + 1;
  return [...found.slice(0, LINE_BUDGET - 1), { expression: "…", text: `${rest} more` }];
}

class Look {
  private readonly run: Run;
  private readonly seen = new Set<string>();

  constructor(run: Run) {
    this.run = run;
  }

  at(label: string, type: CType, address: bigint, depth: number): Named[] {
    switch (type.kind) {
      case "pointer": {
        const value = readSeen(this.run, address, 8);
        return value === null
          ? [{ expression: label, text: "not set" }]
          : this.pointed(label, type.to, value, depth);
      }
      case "array":
        return type.of.kind === "record"
          ? this.record(label, type.of.tag, address, depth, ".")
          : this.slots(label, address);
      case "record":
        return this.record(label, type.tag, address, depth, ".");
      default:
        return [];
    }
  }

  private pointed(label: string, to: CType, value: bigint, depth: number): Named[] {
    const { world, machine } = this.run;
    if (value === 0n) return [{ expression: label, text: "NULL" }];
    const signed = BigInt.asIntN(64, value);
    if (signed < 0n && signed >= -4095n) return [{ expression: label, text: `ERR_PTR(${signed})` }];
    const page = world.pageAt(value & ~3n) ?? world.pageOfContents(value);
    if (page !== null) return [{ expression: label, text: this.page(page) }];
    const found = machine.memory.locate(value);
    if (found === null) return [];
    if (!found.object.alive) return [{ expression: label, text: "points to freed memory" }];
    if (to.kind === "record") return this.record(label, to.tag, value, depth, "->");
    return to.kind === "integer" || to.kind === "bool" ? [] : this.slots(label, value);
  }

  private record(label: string, tag: string, address: bigint, depth: number, access: "." | "->"): Named[] {
    const { world, input } = this.run;
    const key = `${address} ${tag}`;
    if (this.seen.has(key)) return [];
    this.seen.add(key);
    const bio = world.bios.get(address);
    if (bio !== undefined) return this.several(label, pagesOfBio(bio), `${bio.size} bytes`);
    const iter = world.iters.get(address);
    if (iter !== undefined)
      return [{ expression: label, text: `${iter.type} iterator, ${plural(iter.count, "byte")} left` }];
    const contained = world.containers.get(address);
    if (contained !== undefined) return this.several(label, contained, null);
    if (PAGE_RECORDS.has(tag)) {
      const pages = this.reached(address);
      return pages.length === 0
        ? [{ expression: label, text: "no pages" }]
        : this.several(label, pages, null);
    }
    if (depth === 0) return [];
    const lines: Named[] = [];
    for (const [field, type] of input.program.records(tag)?.fields ?? []) {
      const offset = mayNamePages(type, input.program.records, depth - 1)
        ? offsetOf(this.run, tag, field, type)
        : null;
      if (offset === null) continue;
      const told = this.at(`${label}${access}${field}`, type, address + offset, depth - 1);
      lines.push(...told.filter(({ text }) => text !== "not set"));
    }
    return lines;
  }

  /** Pages that the words of an object name, and those of what they point to. */
  private reached(address: bigint): Page[] {
    const { world, machine } = this.run;
    const pages: Page[] = [];
    const queue = [address];
    for (const [turn, one] of queue.entries()) {
      const found = machine.memory.locate(one);
      if (found === null || turn > 4) continue;
      for (const { value } of machine.memory.words(found.object)) {
        const page = world.pageAt(value & ~3n);
        if (page !== null) pages.push(page);
        else if (queue.length < 4 && !queue.includes(value)) queue.push(value);
      }
    }
    return [...new Set(pages)];
  }

  /** Words in a row, as pages. */
  private slots(label: string, base: bigint): Named[] {
    const { world, machine } = this.run;
    const found = machine.memory.locate(base);
    if (found === null || found.offset < 0) return [];
    const { object, offset } = found;
    const written = machine.memory.words(object).at(-1)?.offset ?? -8;
    const end = object.size ?? written + 8;
    const count = Math.min(SLOT_BUDGET, Math.floor((end - offset) / 8));
    if (count <= 0) return [{ expression: label, text: "not set" }];
    const texts: string[] = [];
    let named = false;
    for (let index = 0; index < count; index++) {
      const value = readSeen(this.run, base + BigInt(8 * index), 8);
      const page = value === null ? null : world.pageAt(value & ~3n);
      named ||= page !== null;
      if (page !== null) texts.push(this.page(page));
      else if (value === null) texts.push("not set");
      else texts.push(value === 0n ? "NULL" : "no page");
    }
    if (!named && texts.includes("no page")) return [];
    return grouped(texts, (range) => `${label}${range}`);
  }

  private several(label: string, pages: readonly Page[], more: string | null): Named[] {
    const total = [plural(pages.length, "page"), ...(more === null ? [] : [more])].join(", ");
    const groups = grouped(
      pages.map((page) => this.page(page)),
      (range) => `${label}, pages ${range}`,
    );
    const [only, ...others] = groups;
    if (only === undefined || others.length > 0) return [{ expression: label, text: total }, ...groups];
    return [{ expression: label, text: `${total}: ${only.text}` }];
  }

  private page(page: Page): string {
    const { world } = this.run;
    const { refcount, pincount, dirty, freed } = stateOf(page);
    if (freed) return "freed";
    const held = world.holdings.filter((one) => one.page === page);
    const words = (["pin", "reference", "allocation"] as const).flatMap((family) => {
      const times = held.filter(({ acquisition }) => acquisition.family === family).length;
      return times === 0 ? [] : [times === 1 ? HELD[family] : `${HELD[family]} ${times} times`];
    });
    if (words.length === 0) {
      const taken = world.acquisitions.some(({ pages }) => pages.includes(page));
      words.push(taken ? "let go" : "not taken here");
    }
    const { folio } = page;
    const parts = [...words, `refcount ${refcount}`];
    if (pincount > 0) parts.push(`pincount ${pincount}`);
    parts.push(kindOf(page));
    if (folio.order > 0) parts.push(`in a folio of ${2 ** folio.order} pages`);
    if (dirty) parts.push("dirty");
    return parts.join(", ");
  }
}

const HELD: Readonly<Record<PageFamily, string>> = {
  pin: "pinned",
  reference: "referenced",
  allocation: "allocated",
};

function kindOf({ folio }: Page): string {
  if (folio.zeroPage) return "zero page";
  if (folio.anon) return "anon";
  return folio.mapping === null ? "kernel" : "file";
}

/** Equal neighbors as one line: `[0..3]`. */
function grouped(texts: readonly string[], label: (range: string) => string): Named[] {
  const lines: Named[] = [];
  for (let first = 0; first < texts.length; ) {
    let last = first;
    while (last + 1 < texts.length && texts[last + 1] === texts[first]) last += 1;
    const range = first === last ? `[${first}]` : `[${first}..${last}]`;
    lines.push({ expression: label(range), text: texts[first] ?? "" });
    first = last + 1;
  }
  return lines;
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
