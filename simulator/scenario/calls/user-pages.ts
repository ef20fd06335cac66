/** Calls that take user pages, and let go of them. */
import {
  FOLL,
  type FolioArray,
  type GetUserPages,
  type Mm,
  type Page,
  type PageArray,
} from "@pinscope/simulator/kernel";
import type { Address, SlotRange } from "../call.ts";
import { chooseFrame } from "../observe.ts";
import {
  fileAt,
  findRegion,
  mmOf,
  NotModelled,
  releasedUpTo,
  resolveAddress,
  ScenarioError,
  type Session,
} from "../session.ts";
import type { Who } from "../types.ts";
import {
  address,
  Expected,
  type Form,
  type Outcome,
  type Performers,
  parseAddress,
  pick,
  region,
} from "./area.ts";

export type AcquireName =
  | "pin_user_pages_fast"
  | "pin_user_pages"
  | "pin_user_pages_unlocked"
  | "pin_user_pages_remote"
  | "get_user_pages_fast"
  | "get_user_pages"
  | "get_user_pages_unlocked"
  | "get_user_pages_fast_only";

export type ReleaseName =
  | "unpin_user_page"
  | "unpin_user_pages"
  | "unpin_user_pages_dirty_lock"
  | "unpin_user_page_range_dirty_lock"
  | "unpin_user_folio"
  | "unpin_folio"
  | "unpin_folios"
  | "put_page";

export const follFlagNames = [
  "FOLL_WRITE",
  "FOLL_LONGTERM",
  "FOLL_NOFAULT",
  "FOLL_FORCE",
  "FOLL_NOWAIT",
  "FOLL_DUMP",
  "FOLL_HWPOISON",
  "FOLL_GET",
  "FOLL_PCI_P2PDMA",
] as const;
export type FollFlag = (typeof follFlagNames)[number];
/** A flag, or a number as C code passes it, whose meaning differs from kernel to kernel. */
export type FollText = FollFlag | `0x${string}`;

export type UserPagesCall =
  | {
      readonly kind: "acquire";
      readonly api: AcquireName;
      readonly address: Address;
      readonly pages: number;
      readonly flags: readonly FollText[];
      /** Called with `pages` NULL: fault in only. */
      readonly pagesNull: boolean;
      readonly slot: number;
    }
  /** The acquiring call, `times` over, until one gets fewer pages than asked; no slot keeps the pages. */
  | {
      readonly kind: "acquireRepeatedly";
      readonly times: number;
      readonly api: AcquireName;
      readonly address: Address;
      readonly pages: number;
      readonly flags: readonly FollText[];
    }
  | {
      readonly kind: "release";
      readonly api: ReleaseName;
      readonly range: SlotRange;
      /** The argument of the `_dirty_lock` forms. */
      readonly dirty: boolean;
    }
  /** The releasing call on the frame that `frame` (a watch such as `P`, or an address) names, `times` over. */
  | {
      readonly kind: "releaseRepeatedly";
      readonly times: number;
      readonly api: ReleaseName;
      readonly frame: string;
    }
  /** Bytes `start` to `end` (inclusive) of a memfd; the slot holds the first page of each folio. */
  | {
      readonly kind: "memfdPin";
      readonly path: string;
      readonly start: number;
      readonly end: number;
      readonly maxFolios: number;
      readonly slot: number;
    }
  /** The offset that the last memfd_pin_folios() gave. */
  | { readonly kind: "memfdOffset" }
  | { readonly kind: "getPage"; readonly from: number; readonly index: number; readonly slot: number };

export const acquireNames: readonly AcquireName[] = [
  "pin_user_pages_fast",
  "pin_user_pages",
  "pin_user_pages_unlocked",
  "pin_user_pages_remote",
  "get_user_pages_fast",
  "get_user_pages",
  "get_user_pages_unlocked",
  "get_user_pages_fast_only",
];
export const releaseNames: readonly ReleaseName[] = [
  "unpin_user_page",
  "unpin_user_pages",
  "unpin_user_pages_dirty_lock",
  "unpin_user_page_range_dirty_lock",
  "unpin_user_folio",
  "unpin_folio",
  "unpin_folios",
  "put_page",
];

function flags(text: string): { flags: FollText[]; pagesNull: boolean } {
  const names = text === "0" ? [] : text.split("|");
  return {
    flags: names
      .filter((name) => name !== "(pages=NULL)")
      .map((name) => (isNumber(name) ? name : pick(follFlagNames, name, "0 or gup flags joined by |"))),
    pagesNull: names.includes("(pages=NULL)"),
  };
}

function isNumber(text: string): text is `0x${string}` {
  return /^0x[0-9a-f]+$/.test(text);
}

function acquireFlags(text: string | undefined): readonly FollText[] {
  return text === undefined ? ["FOLL_WRITE"] : flags(text).flags;
}

function slotRange(text: string): SlotRange {
  const match = /^slot(\d+)(?:\[(\d+)\.\.(\d+)?\])?$/.exec(text);
  if (match === null)
    throw new Expected(`expected a slot such as slot0, slot0[1..2] or slot0[1..], got "${text}"`);
  const last = match[3] === undefined ? null : Number(match[3]);
  const first = Number(match[2] ?? 0);
  if (last !== null && last < first) throw new Expected(`expected a range that grows, got "${text}"`);
  return { slot: Number(match[1]), first, last };
}

const anyAcquire = acquireNames.join("|");
const anyRelease = releaseNames.join("|");

export const userPagesForms: readonly Form[] = [
  {
    usage: "ACQUIRE(ADDR, N, FLAGS) -> slotK",
    pattern: new RegExp(`^(${anyAcquire})\\(([^,]+), (\\d+), (.+)\\) -> slot(\\d+)$`),
    read: ([, api, at, pages, flagText, slot]) => ({
      kind: "acquire",
      api: pick(acquireNames, api!, "a call"),
      address: address(at!),
      pages: Number(pages),
      ...flags(flagText!),
      slot: Number(slot),
    }),
  },
  {
    usage: "TIMES * ACQUIRE(ADDR, N, FLAGS)",
    pattern: new RegExp(
      `^(?:(\\d+) \\* |one more )?(${anyAcquire})\\(([^,]+?)(?:, (\\d+), (.+))?\\)(?:, slow)?$`,
    ),
    read: ([, times, api, at, pages, flagText]) => ({
      kind: "acquireRepeatedly",
      times: Number(times ?? 1),
      api: pick(acquireNames, api!, "a call"),
      address: address(at!),
      pages: Number(pages ?? 1),
      flags: acquireFlags(flagText),
    }),
  },
  {
    usage: "RELEASE(slotK[FIRST..LAST])",
    pattern: new RegExp(`^(${anyRelease})(?:\\(dirty=([01])\\))?\\((slot.*)\\)$`),
    read: ([, api, dirty, range]) => ({
      kind: "release",
      api: pick(releaseNames, api!, "a call"),
      range: slotRange(range!),
      dirty: dirty === "1",
    }),
  },
  {
    usage: "TIMES * RELEASE(FRAME)",
    pattern: new RegExp(`^(?:(\\d+) \\* )?(unpin_user_page|put_page)\\((${region}(?:\\+\\d+p)?)\\)$`),
    read: ([, times, api, frame]) => ({
      kind: "releaseRepeatedly",
      times: Number(times ?? 1),
      api: pick(releaseNames, api!, "a call"),
      frame: frame!,
    }),
  },
  {
    usage: "memfd_pin_folios(PATH, START..END, MAX) -> slotK",
    pattern: /^memfd_pin_folios\((\/[^ ,]+), (\d+)\.\.(\d+), (\d+)\) -> slot(\d+)$/,
    read: ([, path, start, end, maxFolios, slot]) => ({
      kind: "memfdPin",
      path: path!,
      start: Number(start),
      end: Number(end),
      maxFolios: Number(maxFolios),
      slot: Number(slot),
    }),
  },
  {
    usage: "offset of memfd_pin_folios()",
    pattern: /^offset of memfd_pin_folios\(\)$/,
    read: () => ({ kind: "memfdOffset" }),
  },
  {
    usage: "get_page(slotJ[I..I]) -> slotK",
    pattern: /^get_page\((slot.*)\) -> slot(\d+)$/,
    read: ([, from, slot]) => {
      const range = slotRange(from!);
      return { kind: "getPage", from: range.slot, index: range.first, slot: Number(slot) };
    },
  },
];

/** errno values that the recorder, not the kernel, returns. */
const ENOENT = 2;
const ERANGE = 34;

const follBits: Readonly<Record<FollFlag, number>> = {
  FOLL_WRITE: FOLL.WRITE,
  FOLL_LONGTERM: FOLL.LONGTERM,
  FOLL_NOFAULT: FOLL.NOFAULT,
  FOLL_FORCE: FOLL.FORCE,
  FOLL_NOWAIT: FOLL.NOWAIT,
  FOLL_DUMP: FOLL.DUMP,
  FOLL_HWPOISON: FOLL.HWPOISON,
  FOLL_GET: FOLL.GET,
  FOLL_PCI_P2PDMA: FOLL.PCI_P2PDMA,
};

/** Which of the kernel's functions a name is, and whether the recorder held mmap_lock around it. */
const acquirers: Readonly<
  Record<AcquireName, { readonly name: keyof GetUserPagesFunctions; readonly locked: boolean }>
> = {
  pin_user_pages_fast: { name: "pinUserPagesFast", locked: false },
  pin_user_pages: { name: "pinUserPages", locked: true },
  pin_user_pages_unlocked: { name: "pinUserPagesUnlocked", locked: false },
  pin_user_pages_remote: { name: "pinUserPagesRemote", locked: true },
  get_user_pages_fast: { name: "getUserPagesFast", locked: false },
  get_user_pages: { name: "getUserPages", locked: true },
  get_user_pages_unlocked: { name: "getUserPagesUnlocked", locked: false },
  get_user_pages_fast_only: { name: "getUserPagesFastOnly", locked: false },
};

interface GetUserPagesFunctions {
  readonly pinUserPagesFast: GetUserPages;
  readonly pinUserPages: GetUserPages;
  readonly pinUserPagesUnlocked: GetUserPages;
  readonly pinUserPagesRemote: GetUserPages;
  readonly getUserPagesFast: GetUserPages;
  readonly getUserPages: GetUserPages;
  readonly getUserPagesUnlocked: GetUserPages;
  readonly getUserPagesFastOnly: GetUserPages;
}

function acquire(
  session: Session,
  mm: Mm,
  api: AcquireName,
  address: number,
  count: number,
  bits: number,
  pages: PageArray | null,
): number {
  const { kernel } = session;
  const { name, locked } = acquirers[api];
  if (locked) kernel.mmapReadLock(mm);
  const ret = kernel[name](mm, address, count, bits, pages);
  if (locked) kernel.mmapReadUnlock(mm);
  return ret;
}

function gupFlags(session: Session, flags: readonly FollText[]): number {
  const bitsOf = (flag: FollText): number =>
    isNumber(flag) ? session.kernel.gupFlagsOf(Number(flag)) : follBits[flag];
  return flags.reduce((bits, flag) => bits | bitsOf(flag), 0);
}

/** Lets go of pages by one of the releasing functions; those that take one page are called for each. */
function release(session: Session, api: ReleaseName, pages: readonly Page[], dirty: boolean): void {
  const { kernel } = session;
  const [first] = pages;
  switch (api) {
    case "unpin_user_page":
      for (const page of pages) kernel.unpinUserPage(page);
      return;
    case "put_page":
      for (const page of pages) kernel.putPage(page);
      return;
    case "unpin_user_pages":
      kernel.unpinUserPages(pages, pages.length);
      return;
    case "unpin_user_pages_dirty_lock":
      kernel.unpinUserPagesDirtyLock(pages, pages.length, dirty);
      return;
    case "unpin_user_page_range_dirty_lock":
      if (first !== undefined && pages.every((page) => page.folio === first.folio))
        kernel.unpinUserPageRangeDirtyLock(first, pages.length, dirty);
      else for (const page of framesFrom(session, pages)) kernel.unpinUserPageRangeDirtyLock(page, 1, dirty);
      return;
    case "unpin_user_folio":
      if (first !== undefined) kernel.unpinUserFolio(first.folio, pages.length);
      return;
    case "unpin_folio":
      for (const page of pages) kernel.unpinFolio(page.folio);
      return;
    case "unpin_folios": {
      const folios = pages.map((page) => page.folio);
      kernel.unpinFolios(folios, folios.length);
      return;
    }
  }
}

/** The frames from the first page's on: single pages lie anywhere in memory, so the scenario has to know what follows. */
function framesFrom(session: Session, pages: readonly Page[]): Page[] {
  const { framesBehind, kernel } = session;
  const [first] = pages;
  if (first === undefined || framesBehind.length !== pages.length - 1)
    throw new NotModelled("which frames follow a single page in memory is not known");
  const behind = framesBehind.map((name) => {
    const named = name === null ? undefined : session.regions.get(name);
    const page = named === undefined ? null : kernel.walk(session.parent, named.address).page;
    return page ?? kernel.allocPages(0);
  });
  return [first, ...behind];
}

function releaseSlot(session: Session, api: ReleaseName, range: SlotRange, dirty: boolean): Outcome {
  const slot = session.slots.get(range.slot);
  if (slot === undefined) return { ret: -ENOENT };
  const end = (range.last ?? slot.pages.length - 1) + 1;
  if (range.first > slot.pages.length || end > slot.pages.length) return { ret: -ERANGE };
  release(session, api, slot.pages.slice(range.first, end), dirty);
  releasedUpTo(session, range.slot, end);
  return { ret: 0 };
}

/** The frame that a watch's name or an address names. */
function framePage(session: Session, who: Who, name: string): Page {
  const known = session.frames.get(name);
  if (known !== undefined) return known;
  if (chooseFrame(session, name)) return session.frames.get(name)!;
  const address = parseAddress(name);
  const page =
    address === undefined || (address.kind === "region" && findRegion(session, address.name) === null)
      ? null
      : session.kernel.walk(mmOf(session, who), resolveAddress(session, address)).page;
  if (page === null) throw new ScenarioError(`expected a frame or an address with a page, got "${name}"`);
  return page;
}

/** The page with this index in a slot. */
export function slotPage(session: Session, slot: number, index: number): Page | null {
  return session.slots.get(slot)?.pages[index] ?? null;
}

export const userPagesPerformers: Performers<UserPagesCall> = {
  acquire: (session, who, call) => {
    const pages: PageArray = [];
    const from = resolveAddress(session, call.address);
    const bits = gupFlags(session, call.flags);
    const ret = acquire(
      session,
      mmOf(session, who),
      call.api,
      from,
      call.pages,
      bits,
      call.pagesNull ? null : pages,
    );
    session.slots.delete(call.slot);
    if (ret > 0 && !call.pagesNull) {
      const held = pages.slice(0, ret).filter((page) => page !== null);
      session.slots.set(call.slot, { pages: held, first: 0 });
    }
    return { ret };
  },
  acquireRepeatedly: (session, who, call) => {
    const mm = mmOf(session, who);
    const from = resolveAddress(session, call.address);
    const bits = gupFlags(session, call.flags);
    const pages: PageArray = [];
    const { api, pages: wanted, times } = call;
    let done = 0;
    while (done < times && acquire(session, mm, api, from, wanted, bits, pages) === wanted) done++;
    return { ret: done };
  },
  release: (session, _who, call) => releaseSlot(session, call.api, call.range, call.dirty),
  releaseRepeatedly: (session, who, call) => {
    const one = [framePage(session, who, call.frame)];
    for (let done = 0; done < call.times; done++) release(session, call.api, one, false);
    return { ret: call.times };
  },
  memfdPin: (session, _who, { path, start, end, maxFolios, slot }) => {
    const folios: FolioArray = [];
    const file = fileAt(session, path);
    const { ret, offset } = session.kernel.memfdPinFolios(file, start, end, folios, maxFolios);
    session.slots.delete(slot);
    session.memfdOffset = offset;
    if (ret > 0) {
      const pages = folios.slice(0, ret).flatMap((folio) => folio?.pages[0] ?? []);
      session.slots.set(slot, { pages, first: 0 });
    }
    return { ret };
  },
  memfdOffset: (session) => ({ ret: session.memfdOffset }),
  getPage: (session, _who, call) => {
    const page = slotPage(session, call.from, call.index);
    if (page === null) return { ret: -ENOENT };
    session.kernel.getPage(page);
    session.slots.set(call.slot, { pages: [page], first: 0 });
    return { ret: 1 };
  },
};
