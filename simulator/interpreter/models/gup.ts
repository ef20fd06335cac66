/** get_user_pages*() and pin_user_pages*() on the kernel model: maps what the code asks for, then takes it. */
import type { CType } from "@pinscope/grammars/ir";
import { inEra, namesOfFlags } from "@pinscope/simulator/catalogue";
import { FOLL, type GetUserPages, type Kernel, NullPageArray, type Page } from "@pinscope/simulator/kernel";
import { type Answer, type Call, EFAULT, ENOMEM, type Model, UNSIGNED_LONG } from "../call.ts";
import { type Preset, USER_ADDRESS } from "../choices.ts";
import { Halt } from "../run-input.ts";
import { choiceTerm, compareTerm, type Term } from "../terms.ts";
import { PAGE_SIZE } from "../world.ts";

/** What the kernel would have followed a NULL pointer in. */
function crashing<Result>(call: Call, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof NullPageArray) throw new Halt("crash", `${call.name}(): the array of pages is NULL`);
    throw error;
  }
}

const INT: CType = { kind: "integer", bits: 32, signed: true };
const HIGHEST_USER = 2 ** 47 - PAGE_SIZE;
/** Pages that one call may take; what asks for more gets a short count. */
const PAGES_BUDGET = 512;
const SMALLEST_ADDRESS = 65_536n;
const BUFFER_DISTANCE = 0x1000_0000n;

type Form = (kernel: Kernel) => GetUserPages;

const forms: Readonly<Record<string, { readonly form: Form; readonly locked: boolean }>> = {
  get_user_pages: { form: (kernel) => kernel.getUserPages, locked: true },
  get_user_pages_fast: { form: (kernel) => kernel.getUserPagesFast, locked: false },
  get_user_pages_fast_only: { form: (kernel) => kernel.getUserPagesFastOnly, locked: false },
  __get_user_pages_fast: { form: (kernel) => kernel.getUserPagesFast, locked: false },
  get_user_pages_remote: { form: (kernel) => kernel.getUserPagesRemote, locked: true },
  get_user_pages_locked: { form: (kernel) => kernel.getUserPages, locked: true },
  get_user_pages_unlocked: { form: (kernel) => kernel.getUserPagesUnlocked, locked: false },
  pin_user_pages: { form: (kernel) => kernel.pinUserPages, locked: true },
  pin_user_pages_fast: { form: (kernel) => kernel.pinUserPagesFast, locked: false },
  pin_user_pages_fast_only: { form: (kernel) => kernel.pinUserPagesFast, locked: false },
  pin_user_pages_remote: { form: (kernel) => kernel.pinUserPagesRemote, locked: true },
  pin_user_pages_locked: { form: (kernel) => kernel.pinUserPages, locked: true },
  pin_user_pages_unlocked: { form: (kernel) => kernel.pinUserPagesUnlocked, locked: false },
};

/** Ways in which a call for `count` pages may end, the usual one first. */
function countOutcomes(count: number): readonly Preset[] {
  const numbers = [count, EFAULT, 1, Math.ceil(count / 2), count - 1, ENOMEM].filter(
    (number) => number < 0 || (number > 0 && number <= count),
  );
  return [...new Set(numbers)].map((number) => ({ kind: "number", value: BigInt(number) }));
}

/** The FOLL flags of a number as the code's kernel counts them, in the model's bits. */
function modelFlags(call: Call, flags: bigint): number {
  const version = call.run.input.program.version;
  let bits = 0;
  for (const name of namesOfFlags(Number(flags), version) ?? []) {
    const key = name.replace(/^FOLL_/, "");
    if (Object.hasOwn(FOLL, key)) bits |= FOLL[key as keyof typeof FOLL];
  }
  return bits;
}

/** Above the first pages and below the kernel's half, in one comparison: what lies below wraps to large numbers. */
function isUserAddress(start: Term): Term {
  const moved: Term = {
    kind: "binary",
    operator: "-",
    left: { kind: "cast", implicit: true, operand: start, type: UNSIGNED_LONG },
    right: { kind: "constant", value: SMALLEST_ADDRESS, type: UNSIGNED_LONG },
    type: UNSIGNED_LONG,
  };
  return compareTerm("<", moved, BigInt(HIGHEST_USER) - SMALLEST_ADDRESS - (1n << 24n));
}

function isOutside(address: bigint): boolean {
  return address < SMALLEST_ADDRESS || Number(address) > HIGHEST_USER;
}

/** Sees to it that a number of pages is asked for, and that they lie in user memory, where choices can. */
function demandRange(call: Call, start: number, count: number): void {
  const { run } = call;
  const pages = BigInt(run.input.scenario.pages);
  const asked = (): number => call.int(count);
  const startTerm = call.term(start);
  if (startTerm !== null && run.input.scenario.offset > 0)
    run.choices.demand(
      compareTerm("==", startTerm, USER_ADDRESS + BigInt(run.input.scenario.offset)),
      true,
      run.choices.wishKey("start as told"),
    );
  if (isOutside(call.at(start)))
    if (startTerm !== null) {
      // A buffer of its own for each call: what the code does not say to be one is two.
      const buffer = USER_ADDRESS + BUFFER_DISTANCE * BigInt(call.world.acquisitions.length);
      const first = buffer + BigInt(run.input.scenario.offset);
      run.choices.prefer(
        compareTerm("==", startTerm, first),
        run.choices.wishKey("start is the buffer"),
        true,
      );
      const isInUserMemory = run.choices.wishKey("start in user memory");
      if (isOutside(call.at(start)))
        run.choices.demand(isUserAddress(startTerm), true, isInUserMemory, "success path", true);
    }
  const countTerm = call.term(count);
  if (countTerm !== null && run.choices.hasFree(countTerm)) {
    const usual = compareTerm("==", countTerm, pages);
    // What comes back short may not be made to fit by asking for less.
    if (run.input.scenario.short.length > 0)
      run.choices.demand(usual, true, run.choices.wishKey("usual count"));
    else if (BigInt(asked()) !== pages) {
      const stays = startTerm === null || isOutside(call.at(start)) ? null : isUserAddress(startTerm);
      run.choices.prefer(usual, run.choices.wishKey("usual count"), true, stays);
    }
    // Noted where it holds, too: a later branch may not be turned by asking for a negative number.
    run.choices.demand(
      compareTerm(">", countTerm, 0n),
      true,
      run.choices.wishKey("some pages"),
      "success path",
      true,
    );
    if (asked() > PAGES_BUDGET)
      run.choices.demand(
        compareTerm("<=", countTerm, pages),
        true,
        run.choices.wishKey("not too many pages"),
      );
  }
}

const gup: Model = (call): Answer => {
  const spec = forms[call.name];
  if (spec === undefined) return undefined;
  const { world, run } = call;
  const start = call.position("start");
  const count = call.position("nr_pages");
  demandRange(call, start, count);
  const asked = call.int(count);
  const address = Number(call.at(start));
  const array = call.named("pages");
  const flags = flagsOf(call);
  const wished = wishedCount(call, asked);
  if (wished === EFAULT && asked > 0) return BigInt(failedOnHole(call, spec, asked, flags));
  if (wished < 0 || (wished === 0 && asked > 0)) return BigInt(wished);

  const first = Math.floor(address / PAGE_SIZE) * PAGE_SIZE;
  const reachable = Number.isSafeInteger(address) && address > 0 && address <= HIGHEST_USER;
  // Near the end of all addresses the fast forms say that the sum overflows.
  const wraps = !spec.locked && address >= 2 ** 63 && asked > 0;
  if (!reachable)
    return BigInt(wraps ? spec.form(world.kernel)(world.mm, address, asked, flags, []) : EFAULT);
  const wanted = Math.min(wished, PAGES_BUDGET);
  if (wanted > 0) world.mapUser(first, wanted, run.input.scenario.buffer, call.nthCall);

  const pages: (Page | null)[] = [];
  const { kernel, mm } = world;
  // mmap_lock is not followed through the code: the model is told that it is held where it must be.
  if (spec.locked) kernel.mmapReadLock(mm);
  // What lies behind the pages that are to come back may be mapped for another call: it is not asked for.
  const result = crashing(call, () =>
    spec.form(kernel)(mm, address, wanted, flags, array === 0n ? null : pages),
  );
  if (spec.locked) kernel.mmapReadUnlock(mm);
  const held = result > 0 ? pages.slice(0, result).filter((page) => page !== null) : [];
  if (array !== 0n && result > 0) {
    call.writePages(array, pages.slice(0, result));
    world.acquire({
      callee: call.name,
      family: call.name.startsWith("pin") ? "pin" : "reference",
      plain: isPlaceholder(call),
      function: call.event.caller.name,
      location: call.event.location,
      depth: call.event.depth,
      pages: held,
    });
  }
  if (result !== wished) run.call.resultIs(null);
  keepLock(call);
  return BigInt(result);
};

/** Where the code hands over `*locked`, the call may let go of mmap_lock and say so. */
function keepLock(call: Call): void {
  const pointer = call.named("locked");
  if (pointer === 0n || call.world.machine.memory.locate(pointer) === null) return;
  const choice = call.run.choices.choose({
    key: `locked ${call.event.caller.name}:${call.name}:${call.event.location.start}`,
    type: INT,
    what: `*locked after ${call.name}()`,
    preset: { kind: "number", value: 1n },
    isKnown: (value) => value === 0n || value === 1n,
  });
  call.write(pointer, 4, choice.value);
  call.run.shadows.setTerm(pointer, choiceTerm(choice.key, INT), INT);
}

/** A user address at which nothing is ever mapped. */
const HOLE = 0x1000_0000;

/** What the kernel says where nothing is mapped: flags may be refused before it looks. */
function failedOnHole(
  { world: { kernel, mm } }: Call,
  { form, locked }: (typeof forms)[string],
  asked: number,
  flags: number,
): number {
  if (locked) kernel.mmapReadLock(mm);
  const result = form(kernel)(mm, HOLE, Math.min(asked, PAGES_BUDGET), flags, []);
  if (locked) kernel.mmapReadUnlock(mm);
  return Math.min(result, 0);
}

function isPlaceholder({ bound }: Call): boolean {
  const era = bound?.entry.placeholder;
  return bound != null && era !== undefined && inEra(era, bound.effectVersion);
}

/** The old forms say `write` and `force` instead of flags. */
function flagsOf(call: Call): number {
  if (call.position("gup_flags") >= 0) return modelFlags(call, call.named("gup_flags"));
  let flags = 0;
  if (call.position("write") >= 0 && call.named("write") !== 0n) flags |= FOLL.WRITE;
  if (call.position("force") >= 0 && call.named("force") !== 0n) flags |= FOLL.FORCE;
  return flags;
}

/** A result that is given: more pages than that are asked for, where choices can see to it. */
function demandMore(call: Call, result: bigint): void {
  const term = call.term(call.position("nr_pages"));
  if (term !== null && result > 0n)
    call.run.choices.demand(
      compareTerm(">", term, result),
      true,
      call.run.choices.wishKey("more than come"),
      "path",
    );
}

/** Whether the call may return 0 whatever it is asked. */
export function mayBeZero({ bound }: Call): boolean {
  return bound?.outcomes.some(({ name, possible }) => name === "zero" && possible === undefined) ?? false;
}

/** How the call is to end: by scenario, by the run's choices, else with all pages. */
function wishedCount(call: Call, asked: number): number {
  const { scenario } = call.run.input;
  if (scenario.buffer === "hole") return EFAULT;
  const failed = call.failure();
  if (failed !== null) return failed === ENOMEM || failed === -1 ? EFAULT : failed;
  const short = scenario.short.find((one) => one.call === null || one.call === call.name);
  if (short !== undefined && short.got < asked) return short.got > 0 || mayBeZero(call) ? short.got : EFAULT;
  if (call.fixedResult !== null) demandMore(call, call.fixedResult);
  if (asked <= 0) return asked;
  const allowed = countOutcomes(Math.min(asked, PAGES_BUDGET));
  const preset: Preset = { kind: "number", value: BigInt(asked) };
  return Number(BigInt.asIntN(64, call.chosen(preset, { allowed, what: `pages of ${call.name}()` })));
}

const onePage: Model = (call) => {
  const start = call.position("addr");
  const { world, run } = call;
  const term = call.term(start);
  if (Number(call.at(start)) < Number(SMALLEST_ADDRESS) && term !== null)
    run.choices.demand(
      compareTerm("==", term, USER_ADDRESS),
      true,
      run.choices.wishKey("start is the buffer"),
      "success path",
      true,
    );
  const address = Number(call.at(start));
  const failed = call.failure() !== null || run.input.scenario.buffer === "hole";
  const asPointer = call.name !== "get_user_page_fast_only";
  if (failed || address > HIGHEST_USER || address <= 0) return asPointer ? failedPointer(call) : 0n;
  const first = Math.floor(address / PAGE_SIZE) * PAGE_SIZE;
  world.mapUser(first, 1, run.input.scenario.buffer, call.nthCall);
  const pages: (Page | null)[] = [];
  const flags = call.position("gup_flags") >= 0 ? modelFlags(call, call.named("gup_flags")) : FOLL.WRITE;
  // The fast form refuses flags that the others know.
  const take =
    call.name === "get_user_page_fast_only"
      ? world.kernel.getUserPagesFastOnly
      : world.kernel.getUserPagesUnlocked;
  const result = take(world.mm, address, 1, flags, pages);
  const page = pages[0];
  if (result !== 1 || !page) return asPointer ? failedPointer(call) : 0n;
  world.acquire({
    callee: call.name,
    family: "reference",
    function: call.event.caller.name,
    location: call.event.location,
    depth: call.event.depth,
    pages: [page],
  });
  if (asPointer) return world.addressOfPage(page);
  call.writePages(call.named("pagep"), [page]);
  return 1n;
};

function failedPointer(call: Call): bigint {
  return call.name === "get_dump_page" ? 0n : BigInt.asUintN(64, BigInt(EFAULT));
}

const memfd: Model = (call) => {
  const { world } = call;
  const most = Math.max(1, Math.min(call.int(call.position("max_folios")), call.run.input.scenario.pages));
  const wished = wishedCount(call, most);
  if (wished < 0) return BigInt(wished);
  const file = world.kernel.createFile("shmem", most * PAGE_SIZE);
  const folios: (Page["folio"] | null)[] = [];
  const { ret } = world.kernel.memfdPinFolios(file, 0, wished * PAGE_SIZE - 1, folios, most);
  const pages = folios.slice(0, Math.max(0, ret)).map((folio) => folio?.pages[0] ?? null);
  call.writePages(call.named("folios"), pages);
  call.write(call.named("offset"), 8, 0n);
  if (ret > 0)
    world.acquire({
      callee: call.name,
      family: "pin",
      function: call.event.caller.name,
      location: call.event.location,
      depth: call.event.depth,
      pages: pages.filter((page) => page !== null),
    });
  return BigInt(ret);
};

export const gupModels: Readonly<Record<string, Model>> = {
  ...Object.fromEntries(Object.keys(forms).map((name) => [name, gup])),
  get_user_page_fast_only: onePage,
  get_dump_page: onePage,
  get_user_page_vma_remote: onePage,
  memfd_pin_folios: memfd,
};
