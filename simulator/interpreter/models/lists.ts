/** Doubly linked lists, `next` and `prev` as in struct list_head. Knows no pages. */
import type { Answer, Call, Model } from "../call.ts";
import { named } from "./table.ts";

function link(call: Call, previous: bigint, entry: bigint, next: bigint): void {
  call.write(next + 8n, 8, entry);
  call.write(entry, 8, next);
  call.write(entry + 8n, 8, previous);
  call.write(previous, 8, entry);
}

function listWord(call: Call, address: bigint, self: bigint): bigint {
  const known = call.world.machine.memory.read(address, 8);
  if (known !== null && known !== 0n) return known;
  call.write(address, 8, self);
  return self;
}

const initList: Model = (call): Answer => {
  call.write(call.at(0), 8, call.at(0));
  call.write(call.at(0) + 8n, 8, call.at(0));
  return undefined;
};

const listAdd =
  (tail: boolean): Model =>
  (call): Answer => {
    const head = call.at(1);
    const next = listWord(call, head, head);
    const previous = listWord(call, head + 8n, head);
    if (tail) link(call, previous, call.at(0), head);
    else link(call, head, call.at(0), next);
    call.run.storedAs.set(head, "a list");
    return undefined;
  };

const listRemove: Model = (call): Answer => {
  const entry = call.at(0);
  const next = listWord(call, entry, entry);
  const previous = listWord(call, entry + 8n, entry);
  call.write(next + 8n, 8, previous);
  call.write(previous, 8, next);
  call.write(entry, 8, entry);
  call.write(entry + 8n, 8, entry);
  return undefined;
};

const listEmpty: Model = (call): Answer => (listWord(call, call.at(0), call.at(0)) === call.at(0) ? 1n : 0n);

export const listStubs: Readonly<Record<string, Model>> = {
  ...named("INIT_LIST_HEAD", initList),
  ...named("list_add list_add_rcu", listAdd(false)),
  ...named("list_add_tail list_add_tail_rcu", listAdd(true)),
  ...named("list_del list_del_init list_del_rcu", listRemove),
  ...named("list_empty list_empty_careful", listEmpty),
};
