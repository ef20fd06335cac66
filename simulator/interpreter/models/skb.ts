/** Pages that fragments of socket buffers name. Who holds them is the catalogue's. */
import type { Answer, Model } from "../call.ts";

/** skb_frag_page(): the page that was put there, or one that somebody else put there: always the same. */
const pageOfFragment: Model = (call): Answer => {
  const { world } = call;
  const page = world.containers.get(call.at(0))?.at(-1) ?? world.givenPage();
  world.containers.set(call.at(0), [page]);
  return world.addressOfPage(page);
};

export const fragmentStubs: Readonly<Record<string, Model>> = { skb_frag_page: pageOfFragment };
