/** Short names for texts: equal for equal texts. */
import { createHash } from "node:crypto";

export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
