/**
 * Entries of the catalogue that no call executes, each with its reason. Whatever declares something and is not here is
 * executed; a test counts.
 */
import type { ApiEntry } from "@pinscope/simulator/catalogue";

const lists = "the model has no lists: being on one holds nothing and changes no count";
const container = "the model's page caches are its only xarrays: filemap_add_folio() fills them";
const device = "device memory is not modeled: no page of it exists";

export const listedEntries: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      "list_add",
      "list_add_tail",
      "list_add_rcu",
      "list_add_tail_rcu",
      "list_move",
      "list_move_tail",
      "hlist_add_head",
      "hlist_add_head_rcu",
      "rb_link_node",
      "interval_tree_insert",
    ].map((name) => [name, lists]),
  ),
  xa_store: container,
  xa_insert: container,
  get_dev_pagemap: device,
  put_dev_pagemap: device,
  migrate_vma_setup: device,
  migrate_vma_finalize: device,
  ERR_CAST: "an error pointer names no page",
  ...Object.fromEntries(
    (
      "WARN WARN_ON WARN_ONCE WARN_ON_ONCE WARN_TAINT BUG BUG_ON BUILD_BUG_ON VM_BUG_ON VM_BUG_ON_PAGE VM_BUG_ON_FOLIO " +
      "VM_WARN_ON VM_WARN_ON_ONCE VM_WARN_ON_ONCE_PAGE VM_WARN_ON_ONCE_FOLIO smp_load_acquire offset_in_page list_first_entry"
    )
      .split(" ")
      .map((name) => [
        name,
        "a macro that the front end reads as an expression or a check: no call of it remains",
      ]),
  ),
  usual_driver_pin_wrappers:
    "no function: it stands for drivers' own wrappers, which are summarized where they are defined",
  pin_user_page: "no function: a name of the documentation for the family",
};

/** A name of which the catalogue says only that it takes nothing and gives nothing back: no argument, effect or result. */
export function declaresNothing({ role, signatures, outcomes, neverMerged }: ApiEntry): boolean {
  return (
    role === "borrow" &&
    neverMerged !== true &&
    signatures.every(({ parameters, variadic }) => variadic === true && parameters.length === 0) &&
    outcomes.every(({ effects, result }) => effects.length === 0 && result === undefined)
  );
}
