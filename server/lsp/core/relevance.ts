/**
 * Whether a file is worth checking, as the command line's prefilter decides it: it names a trigger, or a macro of its
 * headers whose body does. Works on text; knows no analysis.
 */
import { triggerLiterals, triggerWords } from "@pinscope/simulator/catalogue";

const words: ReadonlySet<string> = new Set(triggerWords());

/** How often macros may stand in macros. */
const roundLimit = 3;

/** Headers of one file that are looked into. */
const headerLimit = 64;

/** Whether a text names a trigger. */
export function namesTrigger(text: string): boolean {
  return triggerLiterals().some((literal) => {
    for (let at = text.indexOf(literal); at !== -1; at = text.indexOf(literal, at + literal.length)) {
      if (words.has(wordAround(text, at))) return true;
    }
    return false;
  });
}

/**
 * Whether a text uses a macro of `headers` whose replacement names a trigger, itself or through other such macros.
 */
export function usesTriggerMacro(text: string, headers: readonly string[]): boolean {
  const macros = headers.flatMap(macrosIn);
  const found = new Set<string>();
  for (let round = 0; round < roundLimit; round++) {
    const before = found.size;
    for (const { name, body } of macros) {
      if (!found.has(name) && [...identifiers(body)].some((word) => words.has(word) || found.has(word)))
        found.add(name);
    }
    if (found.size === before) break;
  }
  return found.size > 0 && [...identifiers(text)].some((word) => found.has(word));
}

/** Texts of the headers beside a file, as deep as they name each other. */
export async function quotedHeaders(
  path: string,
  text: string,
  load: (path: string) => Promise<string | null>,
): Promise<string[]> {
  const seen = new Map<string, string>();
  const visit = async (from: string, body: string): Promise<void> => {
    const folder = from.slice(0, from.lastIndexOf("/") + 1);
    for (const [, name] of body.matchAll(/^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"/gm)) {
      const header = folder + name;
      if (seen.has(header) || seen.size >= headerLimit) continue;
      seen.set(header, "");
      const found = await load(header);
      if (found === null) continue;
      seen.set(header, found);
      await visit(header, found);
    }
  };
  await visit(path, text);
  return [...seen.values()];
}

function macrosIn(text: string): { readonly name: string; readonly body: string }[] {
  if (!text.includes("define")) return [];
  return [...text.matchAll(/^[ \t]*#[ \t]*define[ \t]+(\w+)((?:[^\n\\]|\\[\s\S])*)/gm)].map((match) => ({
    name: match[1] ?? "",
    body: match[2] ?? "",
  }));
}

function identifiers(text: string): ReadonlySet<string> {
  return new Set(text.match(/[A-Za-z_]\w*/g));
}

function wordAround(text: string, at: number): string {
  let start = at;
  while (start > 0 && /\w/.test(text[start - 1] ?? "")) start--;
  return /\w*/.exec(text.slice(start, start + 80))?.[0] ?? "";
}
