/**
 * Whether a text names anything that Pinscope follows: what decides if the server is started. The names are generated
 * from the catalogue (`npm run manifest`). Knows neither editor nor server.
 */
import { literals, words } from "./tracked-names.json";

const known: ReadonlySet<string> = new Set(words);
const wordAt = new RegExp(`\\w*(?:${literals.join("|")})\\w*`, "g");

/** True where a text uses a name that makes a file worth checking. */
export function namesTracked(text: string): boolean {
  for (const [word] of text.matchAll(wordAt)) if (known.has(word)) return true;
  return false;
}
