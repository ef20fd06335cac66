/**
 * A short stable hash of a finding's identity. Not for security: it only has to differ where findings differ.
 */

/** 64 bits of FNV-1a over UTF-16 units, as 16 hexadecimal digits. */
export function fingerprint(parts: readonly string[]): string {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  const text = parts.join("\u0000");
  for (let at = 0; at < text.length; at++) {
    low ^= text.charCodeAt(at);
    // Multiplies by the prime 2^40 + 0x1b3 in two halves of 32 bits.
    const product = low * 0x1b3;
    const carry = Math.floor(product / 2 ** 32);
    high = (Math.imul(high, 0x1b3) + carry + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
}
