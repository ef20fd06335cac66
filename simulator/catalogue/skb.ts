/** Pages in socket buffers and page pools. */
import { api } from "./entry.ts";
import { count, done, errno, pointerOrNull } from "./outcome.ts";
import { acquire, contents, pointer, release, resultPointer, transfer, value } from "./term.ts";
import type { ApiEntry } from "./types.ts";

const intoBuffer = done(transfer(value(pointer("page")), pointer("skb")));
const none = { resultUnit: "none" } as const;
const buffer = contents(pointer("skb"));
const fragment = contents(pointer("frag"));
const pool = ["page_pool_put_page", "page_pool_put_full_page", "page_pool_recycle_direct"] as const;
const pooled = (name: string, parameters: string): ApiEntry =>
  api(name, {
    resultUnit: "pointer",
    prototypes: [["v4.18", `struct page *${name}(${parameters})`]],
    outcomes: pointerOrNull([acquire("reference", value(resultPointer))]),
    releaseWith: pool,
    source: "include/net/page_pool/helpers.h",
  });
const backToPool = (name: string, parameters: string): ApiEntry =>
  api(name, {
    ...none,
    prototypes: [["v4.18", `void ${name}(${parameters})`]],
    outcomes: done(release("reference", value(pointer("page")))),
    source: "include/net/page_pool/helpers.h",
  });

export const socketBuffers: readonly ApiEntry[] = [
  api("skb_fill_page_desc", {
    ...none,
    prototypes: "void skb_fill_page_desc(struct sk_buff *skb, int i, struct page *page, int off, int size)",
    outcomes: intoBuffer,
    source: "include/linux/skbuff.h:skb_fill_page_desc",
    notes: "The reference goes when the buffer is freed.",
  }),
  api("__skb_fill_page_desc", {
    ...none,
    prototypes: "void __skb_fill_page_desc(struct sk_buff *skb, int i, struct page *page, int off, int size)",
    outcomes: intoBuffer,
    source: "include/linux/skbuff.h:__skb_fill_page_desc",
  }),
  api("skb_add_rx_frag", {
    ...none,
    prototypes:
      "void skb_add_rx_frag(struct sk_buff *skb, int i, struct page *page, int off, int size, unsigned int truesize)",
    outcomes: intoBuffer,
    source: "include/linux/skbuff.h:skb_add_rx_frag",
  }),
  // Beyond the reference, from general knowledge.
  api("skb_fill_page_desc_noacc", {
    ...none,
    prototypes: [
      [
        "v6.0",
        "void skb_fill_page_desc_noacc(struct sk_buff *skb, int i, struct page *page, int off, int size)",
      ],
    ],
    outcomes: intoBuffer,
    source: "include/linux/skbuff.h:skb_fill_page_desc_noacc",
  }),
  api("skb_frag_fill_page_desc", {
    ...none,
    prototypes: [
      ["v6.5", "void skb_frag_fill_page_desc(skb_frag_t *frag, struct page *page, int off, int size)"],
    ],
    outcomes: done(transfer(value(pointer("page")), pointer("frag"))),
    source: "include/linux/skbuff.h:skb_frag_fill_page_desc",
  }),
  api("skb_frag_ref", {
    ...none,
    prototypes: "void skb_frag_ref(struct sk_buff *skb, int f)",
    outcomes: done(acquire("reference", buffer, { holder: pointer("skb") })),
    releaseWith: ["skb_frag_unref"],
    source: "include/linux/skbuff_ref.h:skb_frag_ref",
  }),
  api("__skb_frag_ref", {
    ...none,
    prototypes: "void __skb_frag_ref(skb_frag_t *frag)",
    outcomes: done(acquire("reference", fragment, { holder: pointer("frag") })),
    releaseWith: ["__skb_frag_unref", "skb_page_unref"],
    source: "include/linux/skbuff_ref.h:__skb_frag_ref",
  }),
  api("skb_frag_unref", {
    ...none,
    prototypes: "void skb_frag_unref(struct sk_buff *skb, int f)",
    outcomes: done(release("reference", buffer, { holder: pointer("skb") })),
    source: "include/linux/skbuff_ref.h:skb_frag_unref",
  }),
  api("__skb_frag_unref", {
    ...none,
    prototypes: [
      ["v4.4", "void __skb_frag_unref(skb_frag_t *frag)"],
      ["v5.14", "void __skb_frag_unref(skb_frag_t *frag, bool recycle)"],
    ],
    outcomes: done(release("reference", fragment, { holder: pointer("frag") })),
    source: "include/linux/skbuff_ref.h:__skb_frag_unref",
  }),
  api("skb_page_unref", {
    ...none,
    prototypes: [
      ["v6.5", "void skb_page_unref(const struct sk_buff *skb, struct page *page, bool napi_safe)"],
      ["v6.10", "void skb_page_unref(struct page *page, bool recycle)"],
      ["v6.12", "void skb_page_unref(netmem_ref page, bool recycle)"],
    ],
    backports: ["6.1.y"],
    outcomes: done(release("reference", value(pointer("page")))),
    source: "include/linux/skbuff_ref.h:skb_page_unref",
  }),
  api("skb_append_pagefrags", {
    resultUnit: "errno",
    prototypes: [
      ["v4.4", "int skb_append_pagefrags(struct sk_buff *skb, struct page *page, int offset, size_t size)"],
      [
        "v6.5",
        "int skb_append_pagefrags(struct sk_buff *skb, struct page *page, int offset, size_t size, size_t max_frags)",
      ],
    ],
    outcomes: errno([acquire("reference", value(pointer("page")), { holder: pointer("skb") })]),
    releaseWith: ["skb_frag_unref"],
    source: "net/core/skbuff.c:skb_append_pagefrags",
    notes: "The buffer takes a reference of its own unless the page continues its last fragment.",
  }),
  api("skb_splice_from_iter", {
    resultUnit: "byte",
    prototypes: [
      [
        "v6.5",
        "ssize_t skb_splice_from_iter(struct sk_buff *skb, struct iov_iter *iter, ssize_t maxsize, gfp_t gfp)",
      ],
      ["v6.19", "ssize_t skb_splice_from_iter(struct sk_buff *skb, struct iov_iter *iter, ssize_t maxsize)"],
    ],
    outcomes: count({ effects: [acquire("reference", buffer, { holder: pointer("skb") })], zero: [{}] }),
    releaseWith: ["skb_frag_unref"],
    source: "net/core/skbuff.c:skb_splice_from_iter",
    notes: "Only for kernel-backed iterators.",
  }),
  api("skb_zerocopy_iter_stream", {
    resultUnit: "byte",
    prototypes: [
      [
        "v4.18",
        "int skb_zerocopy_iter_stream(struct sock *sk, struct sk_buff *skb, struct msghdr *msg, int len, struct ubuf_info *uarg)",
      ],
      [
        "v6.19",
        "int skb_zerocopy_iter_stream(struct sock *sk, struct sk_buff *skb, struct msghdr *msg, int len, struct ubuf_info *uarg, struct net_devmem_dmabuf_binding *binding)",
      ],
    ],
    outcomes: count({ effects: [acquire("reference", buffer, { holder: pointer("skb") })], zero: [{}] }),
    releaseWith: ["skb_frag_unref"],
    source: "net/core/skbuff.c:skb_zerocopy_iter_stream",
  }),
  api("skb_free_frag", {
    ...none,
    prototypes: "void skb_free_frag(void *addr)",
    outcomes: done(release("reference", value(pointer("addr")))),
    source: "include/linux/skbuff.h:skb_free_frag",
  }),
  backToPool(
    "page_pool_put_page",
    "struct page_pool *pool, struct page *page, unsigned int dma_sync_size, bool allow_direct",
  ),
  // Beyond the reference, from general knowledge.
  backToPool("page_pool_put_full_page", "struct page_pool *pool, struct page *page, bool allow_direct"),
  backToPool("page_pool_recycle_direct", "struct page_pool *pool, struct page *page"),
  pooled("page_pool_alloc_pages", "struct page_pool *pool, gfp_t gfp"),
  pooled("page_pool_dev_alloc_pages", "struct page_pool *pool"),
];
