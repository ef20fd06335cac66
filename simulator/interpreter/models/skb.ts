/** Pages that fragments of socket buffers name. Who holds them is the catalogue's. */
import type { Page } from "@pinscope/simulator/kernel";
import type { Answer, Call, Model } from "../call.ts";

/** The page that was put there, or one that somebody else put there: always the same. */
function pageOfFragment({ world }: Call, fragment: bigint): Page {
  const page = world.containers.get(fragment)?.at(-1) ?? world.givenPage();
  world.containers.set(fragment, [page]);
  return page;
}

export const fragmentStubs: Readonly<Record<string, Model>> = {
  skb_frag_page: (call): Answer => call.world.addressOfPage(pageOfFragment(call, call.at(0))),
  skb_frag_address: (call): Answer => call.world.contentsOf(pageOfFragment(call, call.at(0))),
};
