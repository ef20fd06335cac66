/** Outcomes exclude each other and cover what the kernel can return; checked by running them on random calls. */
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type ApiEntry,
  bindCall,
  type CallFacts,
  catalogue,
  evaluateCondition,
  evaluateInteger,
  inEra,
  type KernelVersion,
  type Outcome,
  outcomesAt,
} from "./index.ts";
import { sampledVersions } from "./sampled-versions.ts";

const entries = [...catalogue.values()].filter(({ neverMerged }) => !neverMerged);

type Result = bigint | "null" | "error" | "valid";

/** A call whose every question is answered; answers that the seed does not fix follow from the question's text. */
interface Sample {
  readonly seed: number;
  readonly counts: Readonly<Record<string, bigint>>;
  readonly result: Result;
}

/** A number from a text: the same for the same question of the same sample. */
function draw(sample: Sample, question: string, choices: number): number {
  let state = sample.seed ^ 0x9e3779b9;
  for (const character of question) state = Math.imul(state ^ character.charCodeAt(0), 0x85ebca6b) >>> 0;
  return (state >>> 7) % choices;
}

const smallNumbers = [0n, 1n, 2n, 5n, 4095n, 4096n, 4097n];
function factsOf(sample: Sample): CallFacts {
  return {
    integer: (term) => {
      if (term.kind === "result") return typeof sample.result === "bigint" ? sample.result : undefined;
      const count = sample.counts[term.name];
      return count ?? smallNumbers[draw(sample, `${term.kind} ${term.name}`, smallNumbers.length)];
    },
    pointer: (term) => {
      if (term.kind === "result") {
        if (typeof sample.result !== "bigint") return sample.result;
        return sample.result === 0n ? "null" : "valid";
      }
      const before = term.kind === "pointee" && term.before ? "before " : "";
      return (["null", "valid"] as const)[draw(sample, `${before}${term.kind} ${term.name}`, 2)];
    },
    flag: (argument, flag) => draw(sample, `${argument}.${flag}`, 4) === 0,
    predicate: (name, argument) => draw(sample, `${name}(${argument})`, 2) === 0,
  };
}

/** Whether an outcome is what happened. Every question is answered, so the truth is known. */
function happened(outcome: Outcome, facts: CallFacts): boolean {
  const decide = (condition: Outcome["result"]): boolean => {
    if (!condition) return true;
    const truth = evaluateCondition(condition, facts);
    if (truth === undefined) throw new Error("an outcome asks what no call answers");
    return truth;
  };
  return decide(outcome.result) && decide(outcome.possible);
}

const askedFor = ["nr_pages", "max_folios", "npage", "nr_frames"];
const askedBy = (entry: ApiEntry): string | undefined =>
  entry.signatures.at(-1)?.parameters.find(({ name }) => askedFor.includes(name))?.name;

/** The results that a call can be seen with, apart from 0 of counts, which `zero` below covers. */
function resultsOf(entry: ApiEntry, version: KernelVersion, asked: bigint): readonly Result[] {
  const returns = entry.signatures.find(({ era }) => inEra(era, version))?.returns ?? "void";
  if (returns === "void" || returns === "unknown") return [0n];
  if (returns.endsWith("*")) return ["valid"];
  const names = outcomesAt(entry, version).map(({ name }) => name);
  const errors = names.includes("error") ? [-4095n, -12n, -1n] : [];
  switch (entry.resultUnit) {
    case "errno":
      return names.includes("done") ? [0n, -14n] : [0n, ...errors];
    case "boolean":
      return [0n, 1n];
    case "page":
    case "folio": {
      const limit = entry.name === "get_kernel_page" ? 1n : asked;
      const short = names.includes("short") || !names.includes("error") || !askedBy(entry);
      const counts = Array.from({ length: Number(limit) }, (_, index) => BigInt(index + 1));
      return [...errors, ...(short ? counts : [limit])].filter((count) => count <= limit);
    }
    case "byte":
    case "bvec":
      return [...errors, 1n, 4096n, 9000n];
    default:
      return returns === "bool" || names.includes("null") ? [0n, 1n] : [...errors, 0n];
  }
}

const sampleOf = (entry: ApiEntry, version: KernelVersion): fc.Arbitrary<Sample> =>
  fc
    .record({ seed: fc.nat(), asked: fc.integer({ min: 1, max: 6 }), pick: fc.nat() })
    .map(({ seed, asked, pick }) => {
      const results = resultsOf(entry, version, BigInt(asked));
      return {
        seed,
        counts: Object.fromEntries(askedFor.map((name) => [name, BigInt(asked)])),
        result: results[pick % results.length] ?? 0n,
      };
    });

test("exactly one outcome explains a result that the kernel can give", () => {
  for (const entry of entries)
    for (const version of sampledVersions) {
      if (!inEra(entry.era, version) || !entry.signatures.some(({ era }) => inEra(era, version))) continue;
      const outcomes = outcomesAt(entry, version);
      fc.assert(
        fc.property(sampleOf(entry, version), (sample) => {
          const facts = factsOf(sample);
          const matching = outcomes.filter((outcome) => happened(outcome, facts)).map(({ name }) => name);
          if (matching.length !== 1)
            throw new Error(`${entry.name} ${version}, result ${sample.result}: [${matching.join(", ")}]`);
        }),
        { numRuns: 12, seed: 7 },
      );
    }
});

test("no result whatever has two outcomes", () => {
  const results: readonly Result[] = [-4095n, -1n, 0n, 1n, 2n, 3n, 4096n, "null", "error", "valid"];
  for (const entry of entries.filter(({ outcomes }) => outcomes.length > 1))
    for (const version of sampledVersions) {
      const outcomes = outcomesAt(entry, version);
      const pointer = entry.signatures.at(-1)?.returns.endsWith("*") === true;
      for (const result of results.filter((one) => (typeof one === "bigint") !== pointer))
        for (const asked of [0n, 1n, 3n]) {
          const facts = factsOf({
            seed: 3,
            counts: Object.fromEntries(askedFor.map((name) => [name, asked])),
            result,
          });
          const matching = outcomes.filter((outcome) => happened(outcome, facts));
          if (matching.length > 1) throw new Error(`${entry.name} ${version}: ${result} of ${asked} has two`);
        }
    }
});

/** Whether 0 is explained for a call with these flags. */
function zeroOf(
  name: string,
  version: KernelVersion,
  asked: bigint,
  flags: readonly string[] = [],
  start = 4096n,
): boolean {
  const entry = catalogue.get(name) as ApiEntry;
  const facts: CallFacts = {
    integer: (term) => {
      if (term.kind === "result") return 0n;
      return term.name === "start" ? start : asked;
    },
    pointer: () => "valid",
    flag: (_, flag) => flags.includes(flag),
    predicate: () => false,
  };
  return outcomesAt(entry, version).some((outcome) => happened(outcome, facts));
}

test("a user-page call that asks for pages gives 0 only where the kernel can", () => {
  const top = 2n ** 64n - 4096n;
  const rows: readonly [boolean, ...Parameters<typeof zeroOf>][] = [
    [false, "get_user_pages", "v6.12", 1n],
    [true, "get_user_pages", "v6.12", 0n],
    [true, "get_user_pages", "v6.12", 1n, ["FOLL_NOWAIT"]],
    [false, "get_user_pages", "v6.12", 1n, ["FOLL_LONGTERM"]],
    [false, "pin_user_pages", "v6.2", 1n, ["FOLL_GET"]],
    [true, "pin_user_pages", "v6.3", 1n, ["FOLL_GET"]],
    [false, "pin_user_pages", "v6.3", 1n, ["FOLL_LONGTERM"]],
    [true, "pin_user_pages_remote", "v6.12", 1n, ["FOLL_LONGTERM", "FOLL_PCI_P2PDMA"]],
    [false, "pin_user_pages", "v6.3", 1n, ["FOLL_TOUCH"]],
    [true, "pin_user_pages", "v6.6", 1n, ["FOLL_TOUCH"]],
    [false, "pin_user_pages_fast", "v6.12", 1n, ["FOLL_GET"]],
    [false, "pin_user_pages_fast", "v6.12", 1n, [], top],
    [true, "pin_user_pages_fast", "v6.4", 1n, [], top],
    [false, "pin_user_pages_fast", "v6.4", 1n],
    [true, "pin_user_pages_fast", "v5.7", 0n],
    [true, "get_user_pages_fast_only", "v6.12", 1n],
  ];
  for (const [expected, ...call] of rows) expect(zeroOf(...call), call.join(" ")).toBe(expected);
});

/** End of the slots that the only acquiring effect of an outcome fills. */
function filled(name: string, outcome: string, integers: Readonly<Record<string, bigint>>, predicate = true) {
  const entry = catalogue.get(name) as ApiEntry;
  const facts: CallFacts = {
    integer: (term) => (term.kind === "result" ? integers["result"] : integers[term.name]),
    pointer: () => "valid",
    flag: () => false,
    predicate: () => predicate,
  };
  const found = outcomesAt(entry, "v6.12").filter((one) => one.name === outcome && happened(one, facts));
  const effect = found[0]?.effects.find(({ kind }) => kind === "acquire");
  if (effect?.kind !== "acquire" || effect.target.kind !== "slots") return undefined;
  return { family: effect.family, end: evaluateInteger(effect.target.end, facts) };
}

test("bytes become pages by the offset in the first page", () => {
  const got = (result: bigint, start: bigint) => filled("iov_iter_get_pages2", "success", { result, start });
  expect(got(4096n, 0n)).toEqual({ family: "reference", end: 1n });
  expect(got(4096n, 1n)).toEqual({ family: "reference", end: 2n });
  expect(got(4095n, 1n)).toEqual({ family: "reference", end: 1n });
  expect(got(1n, 4095n)).toEqual({ family: "reference", end: 1n });
  expect(got(2n, 4095n)).toEqual({ family: "reference", end: 2n });
  expect(filled("iov_iter_extract_pages", "success", { result: 8192n, offset0: 1n })).toEqual({
    family: "pin",
    end: 3n,
  });
  expect(filled("iov_iter_extract_pages", "success", { result: 8192n, offset0: 1n }, false)).toBeUndefined();
});

test("user pages are held in the first slots, as many as came back", () => {
  expect(filled("pin_user_pages_fast", "short", { result: 2n, nr_pages: 5n })).toEqual({
    family: "pin",
    end: 2n,
  });
  expect(filled("pin_user_pages_fast", "success", { result: 5n, nr_pages: 5n })).toEqual({
    family: "pin",
    end: 5n,
  });
  expect(filled("get_user_pages", "success", { result: 5n, nr_pages: 5n })).toEqual({
    family: "reference",
    end: 5n,
  });
  expect(filled("pin_user_pages_fast", "error", { result: -14n, nr_pages: 5n })).toBeUndefined();
});

test("a lookup in the page cache fails by NULL up to 6.3 and by error pointer from 6.4", () => {
  const names = (version: KernelVersion) =>
    bindCall("filemap_get_folio", 2, [null, null], version)?.outcomes.map(({ name }) => name);
  expect(names("v6.3")).toEqual(["success", "null"]);
  expect(names("v6.4")).toEqual(["success", "error-pointer"]);
});
