/** What functions of 6.12 are always given, where their callers decide and nothing in the function says so. */

/** Scenarios that no caller of a function makes, by `FILE:FUNCTION`, each with the reason. */
export const EXCLUDED: ReadonlyMap<string, { readonly scenario: RegExp; readonly reason: string }> = new Map([
  [
    "fs/fuse/file.c:fuse_get_user_pages",
    {
      scenario: /^short=iov_iter_extract_pages: 0 /,
      reason: "its callers ask for no more bytes than the iterator has",
    },
  ],
]);

/** Scenario texts by `FILE:FUNCTION`. */
export const GIVEN: ReadonlyMap<string, readonly string[]> = new Map([
  // MSG_SPLICE_PAGES goes with iterators over pages that somebody else holds: include/linux/socket.h.
  // Its helper refuses iterators over user memory.
  ["fs/smb/client/smb2ops.c:smb2_get_aead_req", ["iter=bvec"]],
  ["net/core/skbuff.c:skb_splice_from_iter", ["iter=bvec"]],
  ["net/tls/tls_device.c:tls_push_data", ["iter=bvec"]],
  ["net/tls/tls_sw.c:tls_sw_sendmsg_splice", ["iter=bvec"]],
]);
