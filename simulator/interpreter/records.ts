/** Layouts of kernel records for the machine: open where their fields are not all told, page and folio as one. */
import type { CType, RecordLookup, RecordShape } from "@pinscope/grammars/ir";

const NO_BYTES: CType = {
  kind: "array",
  of: { kind: "integer", bits: 8, signed: false },
  length: 0,
};
/** A folio begins with its head page: `&folio->page` is the folio's address. */
const PAGE_SHAPE: RecordShape = { union: false, fields: new Map([["page", NO_BYTES]]), open: true };
const FOLIO_SHAPE: RecordShape = { union: false, fields: new Map(), sameAs: "page" };

/** Records of the kernel whose fields are all told, in their order: their sizes are the kernel's. */
const COMPLETE: ReadonlySet<string> = new Set([
  "scatterlist",
  "sg_table",
  "bio_vec",
  "bvec_iter",
  "iovec",
  "kvec",
  "list_head",
  "hlist_head",
  "hlist_node",
  "llist_head",
  "llist_node",
  "rb_root",
]);

/**
 * @param known the program's records; those that stand in for kernel headers are marked `partial`.
 * @param opened tags of records of which a field was asked for that nobody sees.
 */
export function kernelRecords(
  known: (tag: string) => (RecordShape & { readonly partial?: true }) | undefined,
  opened: ReadonlySet<string>,
): RecordLookup {
  return (tag) => {
    if (tag === "folio") return FOLIO_SHAPE;
    if (tag === "page") return PAGE_SHAPE;
    const shape = known(tag);
    if (shape === undefined) return undefined;
    const partial = shape.partial === true && !COMPLETE.has(tag);
    return partial || opened.has(tag) ? { ...shape, open: true } : shape;
  };
}
