/** Pages in pipes. */
import { api } from "./entry.ts";
import { count, done, truth } from "./outcome.ts";
import { acquire, contents, pointer, release, transfer } from "./term.ts";
import type { ApiEntry } from "./types.ts";

const buffer = contents(pointer("buf"));
const both = "struct pipe_inode_info *pipe, struct pipe_buffer *buf";
const getter = (name: string, source: string): ApiEntry =>
  api(name, {
    resultUnit: "boolean",
    prototypes: `bool ${name}(${both})`,
    outcomes: truth([acquire("reference", buffer, { holder: pointer("buf") })]),
    releaseWith: ["pipe_buf_release", "generic_pipe_buf_release"],
    source,
  });
const putter = (name: string, source: string): ApiEntry =>
  api(name, {
    resultUnit: "none",
    prototypes: `void ${name}(${both})`,
    outcomes: done(release("reference", buffer, { holder: pointer("buf") })),
    source,
  });
const moved = transfer(buffer, pointer("pipe"));
const spliced = transfer(contents(pointer("spd")), pointer("pipe"));

export const pipe: readonly ApiEntry[] = [
  getter("pipe_buf_get", "include/linux/pipe_fs_i.h:pipe_buf_get"),
  getter("generic_pipe_buf_get", "fs/pipe.c:generic_pipe_buf_get"),
  putter("pipe_buf_release", "include/linux/pipe_fs_i.h:pipe_buf_release"),
  putter("generic_pipe_buf_release", "fs/pipe.c:generic_pipe_buf_release"),
  api("add_to_pipe", {
    resultUnit: "byte",
    prototypes: `ssize_t add_to_pipe(${both})`,
    outcomes: count({
      effects: [moved],
      zero: [{ effects: [moved] }],
      failure: [transfer(buffer, "callee")],
    }),
    source: "fs/splice.c:add_to_pipe",
    notes: "On an error the buffer has been released already.",
  }),
  api("splice_to_pipe", {
    resultUnit: "byte",
    prototypes: "ssize_t splice_to_pipe(struct pipe_inode_info *pipe, struct splice_pipe_desc *spd)",
    outcomes: count({
      effects: [spliced],
      zero: [{ effects: [transfer(contents(pointer("spd")), "callee")] }],
      failure: [transfer(contents(pointer("spd")), "callee")],
    }),
    source: "fs/splice.c:splice_to_pipe",
    notes: "What the pipe does not take is released through spd_release.",
  }),
  api("iter_to_pipe", {
    resultUnit: "byte",
    prototypes: [
      [
        "v4.9",
        "ssize_t iter_to_pipe(struct iov_iter *from, struct pipe_inode_info *pipe, unsigned int flags)",
      ],
    ],
    outcomes: count({
      effects: [acquire("reference", contents(pointer("pipe")), { holder: pointer("pipe") })],
      zero: [{}],
    }),
    releaseWith: ["pipe_buf_release"],
    source: "fs/splice.c:iter_to_pipe",
    notes: "Long-lived user pages held by references: a known case that was not converted.",
  }),
];
