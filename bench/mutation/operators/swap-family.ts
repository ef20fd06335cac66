/** Swaps the family: a pinned page is put, a referenced one unpinned, or the acquisition takes the other kind. */

import { isUnreachable } from "../reach.ts";
import { compact, excerpt } from "../text.ts";
import { field } from "../tree.ts";
import type { CallSite, Candidate, Edit, FileModel, FunctionModel } from "../types.ts";

interface Swap {
  readonly to: string;
  /** How many of the arguments the other name takes. */
  readonly keeps: number;
}

const acquires: readonly (readonly [string, string])[] = [
  ["pin_user_pages", "get_user_pages"],
  ["pin_user_pages_fast", "get_user_pages_fast"],
  ["pin_user_pages_fast_only", "get_user_pages_fast_only"],
  ["pin_user_pages_remote", "get_user_pages_remote"],
  ["pin_user_pages_unlocked", "get_user_pages_unlocked"],
];

const releases: readonly (readonly [string, string, number])[] = [
  ["unpin_user_page", "put_page", 1],
  ["unpin_user_pages", "release_pages", 2],
  ["unpin_user_pages_dirty_lock", "release_pages", 2],
  ["unpin_folio", "folio_put", 1],
  ["unpin_user_folio", "folio_put_refs", 2],
  ["put_page", "unpin_user_page", 1],
  ["release_pages", "unpin_user_pages", 2],
  ["folio_put", "unpin_folio", 1],
  ["folio_put_refs", "unpin_user_folio", 2],
];

const swaps: ReadonlyMap<string, Swap> = new Map<string, Swap>([
  ...acquires.flatMap(([pin, get]): [string, Swap][] => [
    [pin, { to: get, keeps: 99 }],
    [get, { to: pin, keeps: 99 }],
  ]),
  ...releases.map(([from, to, keeps]): [string, Swap] => [from, { to, keeps }]),
]);

export function swapFamily(subject: FunctionModel, file: FileModel): Candidate[] {
  return [...subject.acquisitions, ...subject.releases].flatMap((call) => {
    const swap = swaps.get(call.name);
    const callee = field(call.node, "function");
    if (swap === undefined || callee === null) return [];
    return [
      {
        operator: "swap-family" as const,
        at: call.node.start,
        edits: [{ start: callee.start, end: callee.end, text: swap.to }, ...cut(call, swap.keeps)],
        change: `${excerpt(call.node, file.source)}: ${swap.to}`,
        shape: "inLoop" in call && call.inLoop === true ? ("loop" as const) : ("plain" as const),
        ...equivalence(call, subject, file),
      },
    ];
  });
}

function equivalence(call: CallSite, subject: FunctionModel, file: FileModel): { equivalent?: string } {
  if (isUnreachable(subject.ir, call)) return { equivalent: "call in unreachable code" };
  const into = subject.acquisitions.find(({ node }) => node === call.node)?.into;
  return into != null && compact(into, file.source) === "NULL"
    ? { equivalent: "no array: nothing is taken" }
    : {};
}

/** Removes the arguments behind the first `keeps`. */
function cut(call: CallSite, keeps: number): Edit[] {
  const last = call.arguments[keeps - 1];
  const end = call.arguments.at(-1);
  return last === undefined || end === undefined || last === end
    ? []
    : [{ start: last.end, end: end.end, text: "" }];
}
