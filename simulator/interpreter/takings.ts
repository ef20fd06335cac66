/**
 * What a call whose body nobody sees may take of pages that it is given or led to. Nothing is taken unless the code lets go
 * of a page later that nobody would hold otherwise: then the run starts again with the taking as an assumption.
 */
import type { Page } from "@pinscope/simulator/kernel";
import type { Call } from "./call.ts";
import { mayLetGo, pagesNamedFrom } from "./out-of-sight.ts";
import type { Run } from "./run.ts";
import { Restart, withReason } from "./run-input.ts";
import type { PageFamily } from "./world.ts";

/** Ways to take a page that a call may have, each with what a scenario's `set` names it. */
const WAYS: readonly { readonly family: PageFamily; readonly what: string }[] = [
  { family: "reference", what: "references taken by" },
  { family: "pin", what: "pins taken by" },
];

/** A call out of sight that was given something. */
export interface Handed {
  readonly name: string;
  /** The same whenever the same code runs the same way. */
  readonly key: string;
  readonly addresses: readonly bigint[];
}

/** Notes what a call is given, and takes pages for it where that was found out to be missing. */
export function handOver(call: Call): void {
  const { run, event } = call;
  if (mayLetGo(call.name)) return;
  const addresses = event.arguments.flatMap(({ value }) => (typeof value === "bigint" ? [value] : []));
  const key = `taken ${event.caller.name}:${call.name}:${event.location.start}:${call.nthCall.nth}`;
  run.handed.push({ name: call.name, key, addresses });
  for (const { family, what } of WAYS)
    if (isTaken(run, call, `${key} ${family}`, what)) take(call, addresses, family);
}

function isTaken(run: Run, call: Call, key: string, what: string): boolean {
  const named = `${what} ${call.name}()`;
  const isAsked =
    run.input.presets.has(`${key}#1`) || run.input.scenario.set.some((one) => one.what === named);
  if (!isAsked) return false;
  const choice = run.choices.choose({
    key,
    type: { kind: "bool" },
    what: named,
    preset: { kind: "number", value: 0n },
  });
  run.choices.counted.add(choice.key);
  return choice.value !== 0n;
}

function take(call: Call, addresses: readonly bigint[], family: PageFamily): void {
  const { world, event } = call;
  const pages = [...new Set(addresses.flatMap((address) => [...pagesNamedFrom(world, address)]))];
  for (const page of pages)
    if (family === "pin") world.pinAgain(page);
    else world.kernel.getPage(page);
  const { location, depth, caller } = event;
  world.acquire({ callee: call.name, family, function: caller.name, location, depth, pages });
}

/** The code lets go of a page that nobody holds: the last call out of sight that came by it may have taken it. */
export function askForTaking(run: Run, page: Page, family: PageFamily): void {
  const { input, world } = run;
  const way = WAYS.find((one) => one.family === family);
  // Who asks for a path asks whether the page is held on it: that somebody took it would answer every such question.
  if (!input.mayRestart || way === undefined || input.path !== null) return;
  const by = run.handed.findLast(({ addresses }) =>
    addresses.some((address) => pagesNamedFrom(world, address).has(page)),
  );
  if (by === undefined) return;
  const key = `${by.key} ${family}`;
  if (input.wishes.has(key)) return;
  const presets = new Map([[`${key}#1`, { kind: "number" as const, value: 1n }]]);
  throw new Restart(key, withReason(presets, "success path"));
}
