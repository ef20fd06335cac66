/** A fast hash of texts. Not for security: equal texts have equal hashes, others almost never. */

/** 53 bits in base 36 and the length (cyrb53: two multiplicative hashes over UTF-16 units, mixed). */
export function hashText(text: string): string {
  let left = 0xdeadbeef;
  let right = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    left = Math.imul(left ^ unit, 2654435761);
    right = Math.imul(right ^ unit, 1597334677);
  }
  left = Math.imul(left ^ (left >>> 16), 2246822507) ^ Math.imul(right ^ (right >>> 13), 3266489909);
  right = Math.imul(right ^ (right >>> 16), 2246822507) ^ Math.imul(left ^ (left >>> 13), 3266489909);
  const bits = 4294967296 * (2097151 & right) + (left >>> 0);
  return `${bits.toString(36)}.${text.length.toString(36)}`;
}
