/**
 * Calls that keep a record they are given: lists, trees, maps. The record is found through them from then on, so
 * what it names outlives the function that built it. They hold no page themselves.
 */
import { api } from "./entry.ts";
import { done, errno } from "./outcome.ts";
import { pointer, store, value } from "./term.ts";
import type { ApiEntry } from "./types.ts";

const keeps = { role: "borrow", resultUnit: "none" } as const;

/** A call that links `record` into `head`, both embedded in other objects. */
const links = (name: string, prototype: string, record: string, head: string, source: string): ApiEntry =>
  api(name, {
    ...keeps,
    prototypes: prototype,
    outcomes: done(store(value(pointer(record)), pointer(head))),
    source,
  });

const list = "include/linux/list.h";

export const lists: readonly ApiEntry[] = [
  ...["list_add", "list_add_tail", "list_add_rcu", "list_add_tail_rcu"].map((name) =>
    links(
      name,
      `void ${name}(struct list_head *entry, struct list_head *head)`,
      "entry",
      "head",
      `${list}:${name}`,
    ),
  ),
  ...["list_move", "list_move_tail"].map((name) =>
    links(
      name,
      `void ${name}(struct list_head *entry, struct list_head *head)`,
      "entry",
      "head",
      `${list}:${name}`,
    ),
  ),
  ...["hlist_add_head", "hlist_add_head_rcu"].map((name) =>
    links(
      name,
      `void ${name}(struct hlist_node *entry, struct hlist_head *head)`,
      "entry",
      "head",
      `${list}:${name}`,
    ),
  ),
  links(
    "rb_link_node",
    "void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **rb_link)",
    "node",
    "rb_link",
    "include/linux/rbtree.h:rb_link_node",
  ),
  links(
    "interval_tree_insert",
    "void interval_tree_insert(struct interval_tree_node *node, struct rb_root_cached *root)",
    "node",
    "root",
    "lib/interval_tree.c:interval_tree_insert",
  ),
  api("xa_store", {
    role: "borrow",
    resultUnit: "pointer",
    prototypes: "void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)",
    outcomes: done(store(value(pointer("entry")), pointer("xa"))),
    source: "lib/xarray.c:xa_store",
  }),
  api("xa_insert", {
    role: "borrow",
    resultUnit: "errno",
    prototypes: "int xa_insert(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)",
    outcomes: errno([store(value(pointer("entry")), pointer("xa"))]),
    source: "include/linux/xarray.h:xa_insert",
  }),
];
