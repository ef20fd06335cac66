/** User and kernel buffers mapped into block requests. */
import { api, type DatedPrototype } from "./entry.ts";
import { errno } from "./outcome.ts";
import { acquire, before, contents, pointer, release, since, store, transfer, value } from "./term.ts";
import type { ApiEntry, Effect } from "./types.ts";

const inRequest: Effect[] = [
  acquire("pin", contents(pointer("rq")), { era: since("v6.5"), holder: pointer("rq") }),
  acquire("reference", contents(pointer("rq")), { era: before("v6.5"), holder: pointer("rq") }),
];
const inBio: Effect[] = [
  release("pin", contents(pointer("bio")), { era: since("v6.5"), holder: pointer("bio") }),
  release("reference", contents(pointer("bio")), { era: before("v6.5"), holder: pointer("bio") }),
];

/** Pins user pages into the request, or copies into pages of its own; the request holds them. */
const mapper = (name: string, prototypes: readonly DatedPrototype[]): ApiEntry =>
  api(name, {
    resultUnit: "errno",
    prototypes,
    outcomes: errno(inRequest),
    releaseWith: ["blk_rq_unmap_user"],
    source: `block/blk-map.c:${name}`,
  });

export const blockMap: readonly ApiEntry[] = [
  mapper("blk_rq_map_user", [
    [
      "v4.4",
      "int blk_rq_map_user(struct request_queue *q, struct request *rq, struct rq_map_data *map_data, void __user *ubuf, unsigned long len, gfp_t gfp_mask)",
    ],
  ]),
  mapper("blk_rq_map_user_iov", [
    [
      "v4.4",
      "int blk_rq_map_user_iov(struct request_queue *q, struct request *rq, struct rq_map_data *map_data, const struct iov_iter *iter, gfp_t gfp_mask)",
    ],
  ]),
  mapper("blk_rq_map_user_io", [
    [
      "v6.1",
      "int blk_rq_map_user_io(struct request *rq, struct rq_map_data *map_data, void __user *ubuf, unsigned long buf_len, gfp_t gfp_mask, bool vec, int iov_count, bool check_iter_count, int rw)",
    ],
  ]),
  mapper("bio_map_user_iov", [
    ["v5.12", "int bio_map_user_iov(struct request *rq, struct iov_iter *iter, gfp_t gfp_mask)"],
  ]),
  api("blk_rq_unmap_user", {
    resultUnit: "errno",
    prototypes: "int blk_rq_unmap_user(struct bio *bio)",
    outcomes: errno(inBio, inBio),
    source: "block/blk-map.c:blk_rq_unmap_user",
    notes: "Takes the bio that the request had before it was issued. Negative when copying back failed.",
  }),
  api("blk_rq_map_kern", {
    role: "borrow",
    resultUnit: "errno",
    prototypes: [
      [
        "v4.4",
        "int blk_rq_map_kern(struct request_queue *q, struct request *rq, void *kbuf, unsigned int len, gfp_t gfp)",
      ],
      ["v6.19", "int blk_rq_map_kern(struct request *rq, void *kbuf, unsigned int len, gfp_t gfp)"],
    ],
    outcomes: errno([store(value(pointer("kbuf")), pointer("rq"))]),
    source: "block/blk-map.c:blk_rq_map_kern",
  }),
  api("blk_rq_append_bio", {
    resultUnit: "errno",
    prototypes: [
      ["v5.2", "int blk_rq_append_bio(struct request *rq, struct bio **bio)"],
      ["v5.12", "int blk_rq_append_bio(struct request *rq, struct bio *bio)"],
    ],
    outcomes: errno([transfer(value(pointer("bio")), pointer("rq"))]),
    source: "block/blk-map.c:blk_rq_append_bio",
  }),
];
