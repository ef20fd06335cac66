/** An API's contract in words, for one kernel version. Everything comes from the catalogue. Knows no protocol. */
import {
  type ApiEntry,
  type Condition,
  type Effect,
  findEntry,
  type IntegerTerm,
  inEra,
  type KernelVersion,
  type Outcome,
  outcomesAt,
  type PointerTerm,
  type Target,
} from "@pinscope/simulator/catalogue";

const familyWords = {
  pin: "pins",
  reference: "takes references on",
  allocation: "allocates",
  memory: "allocates memory for",
  object: "takes",
} as const;

const releaseWords = {
  pin: "unpins",
  reference: "puts",
  allocation: "frees",
  memory: "frees",
  object: "lets go of",
} as const;

/**
 * The contract as Markdown: the signature, what each outcome does, what lets go what it takes, and what it asks of its
 * caller.
 * @param link of the entry's page in the catalogue; null for none.
 */
export function contractOf(entry: ApiEntry, version: KernelVersion, link: string | null): string {
  const shown = version.slice(1);
  const signature = entry.signatures.find(({ era }) => inEra(era, version)) ?? entry.signatures.at(-1);
  const lines: string[] = [];
  if (signature !== undefined) {
    const parameters = signature.parameters.map(({ name, type }) => declare(type, name));
    if (signature.variadic) parameters.push("...");
    lines.push(
      "```c",
      `${declare(signature.returns, entry.name)}(${parameters.join(", ") || "void"});`,
      "```",
    );
  }
  const exists = inEra(entry.era, version);
  lines.push(exists ? `In kernel ${shown}:` : `Not in kernel ${shown}; where it exists:`, "");
  for (const outcome of outcomesAt(entry, exists ? version : lastVersion(entry, version)))
    lines.push(`- ${outcomeText(outcome, entry)}`);
  const releases = entry.releaseWith.filter((name) => {
    const found = findEntry(name);
    return found === undefined || inEra(found.era, version);
  });
  const more: string[] = [];
  if (releases.length > 0)
    more.push(`What it takes is let go with ${list(releases.map((one) => `\`${one}()\``))}.`);
  if (entry.negativeErrno) more.push("A negative result is an errno, and then nothing is held.");
  if (entry.placeholder !== undefined && inEra(entry.placeholder, version))
    more.push("In this version a pin is counted as a plain reference.");
  for (const { condition, era } of entry.requires ?? [])
    if (inEra(era, version)) more.push(`The caller sees to it that ${conditionText(condition)}.`);
  const context = contextText(entry);
  if (context !== "") more.push(context);
  if (entry.successor !== undefined) {
    const { name, obsoleteSince, removedIn } = entry.successor;
    const since = obsoleteSince === undefined ? "" : `, obsolete since ${obsoleteSince.slice(1)}`;
    const gone = removedIn === undefined ? "" : `, gone in ${removedIn.slice(1)}`;
    more.push(`Successor: \`${name}()\`${since}${gone}.`);
  }
  if (more.length > 0) lines.push("", ...more.flatMap((sentence) => [sentence, ""]));
  const page = link === null ? "" : ` · [catalogue](${link})`;
  lines.push("", `Read from \`${entry.source}\`${page}`);
  return lines.join("\n").replace(/\n{3,}/g, "\n\n");
}

/** Effects are kept per version: for a kernel without the call, those of the nearest end of its life. */
function lastVersion(entry: ApiEntry, version: KernelVersion): KernelVersion {
  return entry.signatures.at(-1)?.era.since ?? entry.era.since ?? version;
}

function declare(type: string, name: string): string {
  const array = /^(.*?)(\[.*\])$/.exec(type);
  if (array !== null) return `${array[1]} ${name}${array[2]}`;
  return type.endsWith("*") ? `${type}${name}` : `${type} ${name}`;
}

function outcomeText({ name, result, possible, effects }: Outcome, entry: ApiEntry): string {
  const when = result === undefined ? outcomeWords[name] : `${outcomeWords[name]} (${conditionText(result)})`;
  const only = possible === undefined ? "" : `, possible only if ${conditionText(possible)}`;
  const done = effects.map((effect) => effectText(effect, entry));
  return `**${when}**${only}: ${done.length === 0 ? "nothing changes" : done.join("; ")}`;
}

const outcomeWords: Readonly<Record<Outcome["name"], string>> = {
  success: "success",
  short: "fewer than asked",
  zero: "zero",
  error: "error",
  null: "NULL",
  "error-pointer": "error pointer",
  done: "always",
};

function effectText(effect: Effect, entry: ApiEntry): string {
  const when = effect.when === undefined ? "" : `, if ${conditionText(effect.when)}`;
  switch (effect.kind) {
    case "acquire":
      return `${familyWords[effect.family]} ${targetText(effect.target, effect.unit)}${when}`;
    case "release":
      return `${releaseWords[effect.family]} ${targetText(effect.target, effect.unit)}${when}`;
    case "transfer":
      return `hands over ${targetText(effect.target, "page")} to ${effect.to === "callee" ? "the callee" : pointerText(effect.to)}${when}`;
    case "store":
      return `notes ${targetText(effect.target, "page")} in ${pointerText(effect.into)}${when}`;
    case "allocate":
      return `gives ${effect.zeroed ? "zeroed " : ""}memory in ${pointerText(effect.into)}${when}`;
    case "free":
      return `frees ${pointerText(effect.value)}${when}`;
    case "mark":
      return `from here on \`${effect.predicate}(${effect.argument})\` is ${effect.holds}${when}`;
    case "dirty":
      return `marks ${targetText(effect.target, "page")} dirty${effect.locked ? "" : ", without the page lock"}${when}`;
    default:
      return entry.name;
  }
}

function targetText(target: Target, unit: string): string {
  const many = unit === "page" ? "pages" : `${unit}s`;
  switch (target.kind) {
    case "slots":
      return `${pointerText(target.array)}[${termText(target.low)} … ${termText(target.end)})`;
    case "value":
      return isOne(target.count)
        ? pointerText(target.value)
        : `${pointerText(target.value)}, ${termText(target.count)} times`;
    case "consecutive":
      return `${termText(target.count)} ${many} from ${pointerText(target.first)} on`;
    case "contents":
      return `the ${many} in ${pointerText(target.container)}`;
  }
}

function isOne(term: IntegerTerm): boolean {
  return term.kind === "constant" && term.value === 1;
}

function pointerText(pointer: PointerTerm): string {
  if (pointer.kind === "result") return "the result";
  return pointer.kind === "pointee" ? `\`*${pointer.name}\`` : `\`${pointer.name}\``;
}

const operators = {
  add: "+",
  subtract: "−",
  multiply: "×",
  "shift-left": "<<",
  "ceil-divide": "/",
} as const;

/** An integer as people write it. */
export function termText(term: IntegerTerm, argument: (name: string) => string = (name) => name): string {
  switch (term.kind) {
    case "constant":
      return String(term.value);
    case "argument":
      return argument(term.name);
    case "pointee":
      return `*${argument(term.name)}`;
    case "result":
      return "ret";
    case "page-size":
      return "PAGE_SIZE";
    case "unknown":
      return "?";
    default:
      return `${termText(term.left, argument)} ${operators[term.kind]} ${termText(term.right, argument)}`;
  }
}

/** A condition as people write it. */
function conditionText(condition: Condition): string {
  switch (condition.kind) {
    case "compare":
      return `${termText(condition.left)} ${condition.operator} ${termText(condition.right)}`;
    case "null":
      return `${pointerText(condition.pointer)} is NULL`;
    case "not-null":
      return `${pointerText(condition.pointer)} is not NULL`;
    case "error-pointer":
      return `${pointerText(condition.pointer)} is an error pointer`;
    case "flag":
      return `\`${condition.argument}\` has ${condition.flag}`;
    case "error-value":
      return `${termText(condition.value)} is an errno`;
    case "predicate":
      return `\`${condition.name}(${condition.argument})\``;
    case "not":
      return `not (${conditionText(condition.operand)})`;
    default:
      return condition.operands.map((one) => conditionText(one)).join(` ${condition.kind} `);
  }
}

function contextText({ context }: ApiEntry): string {
  if (context === undefined) return "";
  const sleeps = {
    yes: "It may sleep.",
    no: "It does not sleep.",
    "when-dirtying": "It sleeps when it dirties.",
  };
  const lock = {
    held: "The mmap lock is held.",
    "not-held": "The mmap lock is not held.",
    either: "",
  };
  return [
    context.sleeps === undefined ? "" : sleeps[context.sleeps],
    context.mmapLock === undefined ? "" : lock[context.mmapLock],
  ]
    .filter((one) => one !== "")
    .join(" ");
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
