/**
 * Calls that touch no counter but must behave for code to go on: memory, lists, counters, addresses of pages,
 * scatterlists, copies to and from user space. What is not here and not in sight gives an assumed result (`calls.ts`).
 */
import type { CType } from "@pinscope/grammars/ir";
import type { Answer, Call, Model } from "../call.ts";
import { Halt } from "../run-input.ts";
import { constantTerm, type Term, valueOfTerm } from "../terms.ts";
import { vectorStubs } from "./bio.ts";
import { bioIterateStubs } from "./bio-iterate.ts";
import { completionStubs } from "./completions.ts";
import { deviceStubs } from "./devices.ts";
import { frameStubs } from "./frames.ts";
import { iterStubs } from "./iter.ts";
import { listStubs } from "./lists.ts";
import { pageStubs } from "./page-addresses.ts";
import { scatterlistStubs } from "./scatterlist.ts";
import { fragmentStubs } from "./skb.ts";
import { named } from "./table.ts";

const COPY_BUDGET = 1 << 16;
const INT: CType = { kind: "integer", bits: 32, signed: true };
const LONG: CType = { kind: "integer", bits: 64, signed: true };
const SIZE: CType = { kind: "integer", bits: 64, signed: false };

const UNSIGNED: CType = { kind: "integer", bits: 32, signed: false };

const nothing: Model = () => undefined;
const one: Model = () => 1n;

/** array_size() and its like, of which no argument is so large that the kernel would say SIZE_MAX. */
const arithmetic =
  (operator: "+" | "-" | "*"): Model =>
  (call): Answer => {
    const left = sizeTerm(call, 0);
    let result: Term = left;
    for (let position = 1; position < call.count; position++)
      result = { kind: "binary", operator, left: result, right: sizeTerm(call, position), type: SIZE };
    if (call.event.arguments.some((_, position) => call.term(position) !== null)) {
      call.run.call.keepsTerms = true;
      call.run.call.resultIs(result);
    }
    const { layouts } = call.world.machine;
    return valueOfTerm(result, layouts, (key) => call.run.choices.all.get(key)?.value) ?? 0n;
  };

/** An argument as a size_t. */
function sizeTerm(call: Call, position: number): Term {
  const operand = call.term(position) ?? constantTerm(call.at(position), SIZE);
  return { kind: "cast", implicit: true, operand, type: SIZE };
}

// --- bytes

/** Bytes that may be touched from an argument's address on: sizes by names that nobody defines are too large. */
function roomAt(call: Call, position: number): number {
  const place = call.world.machine.memory.locate(call.at(position));
  if (place === null) return 0;
  const { size } = place.object;
  return Math.min(COPY_BUDGET, size === null ? COPY_BUDGET : Math.max(0, size - place.offset));
}

const copyMemory: Model = (call): Answer => {
  const { memory } = call.world.machine;
  const size = Math.min(call.int(2), roomAt(call, 0), roomAt(call, 1));
  if (size > 0 && memory.locate(call.at(0)) !== null && memory.locate(call.at(1)) !== null)
    memory.copyIn(call.at(0), memory.copyOut(call.at(1), size));
  return call.at(0);
};

const setMemory: Model = (call): Answer => {
  const size = Math.min(call.int(2), roomAt(call, 0));
  if (size > 0) {
    const bytes = new Uint8Array(size).fill(Number(call.at(1) & 0xffn));
    call.world.machine.memory.copyIn(call.at(0), { bytes, determinate: new Uint8Array(size).fill(1) });
  }
  return call.at(0);
};

/** copy_from_user(): the bytes are the user's, so nobody knows them. */
const copyFromUser: Model = (call): Answer => {
  if (call.failure() !== null) return BigInt(Math.max(1, call.int(2)));
  const size = Math.min(call.int(2), roomAt(call, 0));
  if (size > 0) call.run.unknowns.forgetBytes(call.at(0), size);
  return call.chosen(
    { kind: "number", value: 0n },
    { type: LONG, what: `bytes not copied by ${call.name}()` },
  );
};

const mayFail =
  (type: CType): Model =>
  (call): Answer => {
    call.run.call.isAssumed = true;
    return call.chosen(
      { kind: "number", value: 0n },
      { type: call.event.type.kind === "unknown" ? type : call.event.type },
    );
  };

/** check_add_overflow() and its like: the result as the third argument's type has it, and whether it does not fit. */
const checked =
  (operator: "+" | "-" | "*"): Model =>
  (call): Answer => {
    const pointer = call.typeAt(2);
    const type: CType = pointer.kind === "pointer" && pointer.to.kind === "integer" ? pointer.to : LONG;
    const [left, right] = [0, 1].map((position) => {
      const known = call.typeAt(position);
      const signed = known.kind === "integer" ? known.signed : true;
      return signed ? BigInt.asIntN(64, call.at(position)) : call.at(position);
    });
    if (left === undefined || right === undefined || type.kind !== "integer") return undefined;
    const exact = operator === "+" ? left + right : operator === "-" ? left - right : left * right;
    const value = type.signed ? BigInt.asIntN(type.bits, exact) : BigInt.asUintN(type.bits, exact);
    call.write(call.at(2), type.bits / 8, value);
    const operand = (position: number, value: bigint): Term => ({
      kind: "cast",
      implicit: true,
      operand: call.term(position) ?? constantTerm(value, type),
      type,
    });
    if (call.term(0) !== null || call.term(1) !== null) {
      const sum: Term = { kind: "binary", operator, left: operand(0, left), right: operand(1, right), type };
      call.run.shadows.setTerm(call.at(2), sum, type);
      const isUnsigned = type.bits === 64 && !type.signed && left >= 0n && right >= 0n;
      if (isUnsigned && operator === "+" && [0, 1].every((position) => isUnsignedOrNumber(call, position))) {
        call.run.call.keepsTerms = true;
        call.run.call.resultIs({
          kind: "binary",
          operator: "<",
          left: sum,
          right: operand(0, left),
          type: INT,
        });
      }
    }
    return value === exact ? 0n : 1n;
  };

function isUnsignedOrNumber(call: Call, position: number): boolean {
  const type = call.typeAt(position);
  return call.term(position) === null || type.kind === "pointer" || (type.kind === "integer" && !type.signed);
}

/** memdup_user() and its like: a copy of bytes that nobody knows. */
const duplicate: Model = (call): Answer => {
  if (call.failure() !== null) return BigInt.asUintN(64, -12n);
  const size = call.count > 1 ? Math.min(call.int(call.count > 2 ? 1 : 1), COPY_BUDGET) : null;
  return call.run.memory.allocate(size !== null && size > 0 ? size : null, call.name, false);
};

// --- counters

function counter(call: Call, position: number): { address: bigint; type: CType } {
  const wide = /64|long/.test(call.name);
  return { address: call.at(position), type: wide ? LONG : INT };
}

const countRead: Model = (call): Answer => {
  const { address, type } = counter(call, 0);
  const known = call.read(address, type);
  if (known !== null) return known;
  const value = call.chosen({ kind: "number", value: 1n }, { type });
  call.write(address, call.world.machine.layouts.sizeOf(type), value);
  return value;
};

const countSet: Model = (call): Answer => {
  const { address, type } = counter(call, 0);
  call.write(address, call.world.machine.layouts.sizeOf(type), call.at(1));
  return undefined;
};

/** What the counter is changed by: by name for inc and dec, else the first argument. */
function amountOf(call: Call): { amount: bigint; position: number } {
  if (/inc|_get/.test(call.name)) return { amount: 1n, position: 0 };
  if (/dec/.test(call.name)) return { amount: -1n, position: 0 };
  const amount = BigInt.asIntN(64, call.at(0));
  return { amount: /sub/.test(call.name) ? -amount : amount, position: 1 };
}

const countChange: Model = (call): Answer => {
  const { amount, position } = amountOf(call);
  const { address, type } = counter(call, position);
  const bits = type === LONG ? 64 : 32;
  const before = BigInt.asIntN(bits, call.read(address, type) ?? (amount < 0n ? -amount : 0n));
  const after = BigInt.asIntN(bits, before + amount);
  call.write(address, bits / 8, after);
  const term = position === 1 ? call.term(0) : null;
  if (term !== null && !/_and_test|fetch|not_zero|unless/.test(call.name)) {
    const sum: Term = {
      kind: "binary",
      operator: /sub/.test(call.name) ? "-" : "+",
      left: constantTerm(before, type),
      right: { kind: "cast", implicit: true, operand: term, type },
      type,
    };
    call.run.shadows.setTerm(address, sum, type);
    call.run.call.keepsTerms = true;
    if (/_return/.test(call.name)) call.run.call.resultIs(sum);
  }
  if (/_and_test|dec_and_lock|dec_and_mutex_lock/.test(call.name)) return after === 0n ? 1n : 0n;
  if (/fetch/.test(call.name)) return before;
  if (/_return/.test(call.name)) return after;
  return /not_zero|unless/.test(call.name) ? 1n : undefined;
};

/** kref_put(): the last one runs the release function. */
const krefPut: Model = (call): Answer => {
  const before = call.read(call.at(0), INT) ?? 2n;
  const after = BigInt.asIntN(32, before - 1n);
  call.write(call.at(0), 4, after);
  if (after !== 0n) return 0n;
  const target = call.run.functionAt(call.at(1));
  const body = target === null ? null : call.run.input.program.lookup(target, call.event.caller.file);
  if (body === null) return 1n;
  return { kind: "enter", function: body, arguments: [call.at(0)] };
};

const krefInit: Model = (call): Answer => {
  call.write(call.at(0), 4, 1n);
  return undefined;
};

/** ilog2(): of 0 there is none. */
const logarithm: Model = (call): Answer => BigInt(call.at(0).toString(2).length - 1);

const oneOrFail: Model = (call): Answer => {
  call.run.call.isAssumed = true;
  call.run.call.keepsTerms = true;
  return call.chosen(
    { kind: "number", value: 1n },
    { type: call.event.type.kind === "unknown" ? INT : call.event.type },
  );
};

/** KUnit's assertions: a test that fails one ends there, and KUnit lets go of what it keeps for the test. */
const assertion =
  (what: "pointer" | "equal"): Model =>
  (call): Answer => {
    const value = BigInt.asIntN(64, call.at(1));
    const holds =
      what === "pointer" ? value !== 0n && (value >= 0n || value < -4095n) : call.at(1) === call.at(2);
    if (!holds) throw new Halt("stopped", `${call.name}(): the test ends`);
    return undefined;
  };

function fieldOffset({ world }: Call, tag: string, field: string): number {
  return world.machine.layouts.offsetOf(tag, field, { kind: "pointer", to: { kind: "unknown" } });
}

/** Waits and locks, which one path alone always gets. */
const quiet = `mutex_lock mutex_unlock mutex_init mutex_destroy spin_lock spin_unlock spin_lock_irq spin_unlock_irq
  spin_lock_irqsave spin_unlock_irqrestore spin_lock_bh spin_unlock_bh spin_lock_init down up down_read up_read down_write
  up_write mmap_read_lock mmap_read_unlock mmap_write_lock mmap_write_unlock rcu_read_lock rcu_read_unlock
  synchronize_rcu cond_resched complete complete_all init_completion reinit_completion wait_for_completion wake_up
  wake_up_all wake_up_interruptible lock_page unlock_page folio_lock folio_unlock flush_dcache_page kunmap
  kunmap_atomic kunmap_local msleep udelay schedule might_sleep might_fault init_waitqueue_head mmgrab mmdrop mmput
  flush_work del_timer_sync lru_add_drain lru_add_drain_all mark_page_accessed
  dma_unmap_sg dma_unmap_sgtable dma_unmap_page dma_unmap_single sg_unmark_end_all bio_put bio_uninit
  blk_start_plug blk_finish_plug set_bit clear_bit __set_bit __clear_bit local_irq_enable local_irq_disable
  preempt_enable preempt_disable pagefault_disable pagefault_enable get_file fput get_task_struct put_task_struct
  mmap_read_lock_nested lockdep_assert_held mmap_assert_locked`;

export const stubs: Readonly<Record<string, Model>> = {
  ...named(quiet, nothing),
  ...named("memcpy memmove __memcpy", copyMemory),
  ...named("memset", setMemory),
  ...named("array_size size_mul array3_size", arithmetic("*")),
  size_add: arithmetic("+"),
  size_sub: arithmetic("-"),
  check_add_overflow: checked("+"),
  check_sub_overflow: checked("-"),
  check_mul_overflow: checked("*"),
  ...named(
    "copy_from_user __copy_from_user __copy_from_user_inatomic copy_struct_from_user copy_from_sockptr",
    copyFromUser,
  ),
  ...named("copy_to_user __copy_to_user clear_user get_user put_user __get_user __put_user", mayFail(LONG)),
  ...named("memdup_user vmemdup_user strndup_user memdup_user_nul", duplicate),
  ...listStubs,
  ...named("atomic_read atomic64_read atomic_long_read refcount_read kref_read", countRead),
  ...named("atomic_set atomic64_set atomic_long_set refcount_set", countSet),
  ...named(
    `atomic_inc atomic_dec atomic_add atomic_sub atomic64_inc atomic64_dec atomic64_add atomic64_sub
    atomic_long_inc atomic_long_dec atomic_long_add atomic_long_sub refcount_inc refcount_dec refcount_add kref_get
    atomic_inc_return atomic_dec_return atomic_add_return atomic_sub_return atomic64_add_return atomic64_sub_return
    atomic64_inc_return atomic_long_add_return atomic_long_sub_return atomic_fetch_add atomic_fetch_sub
    atomic_dec_and_test atomic64_dec_and_test atomic_sub_and_test refcount_dec_and_test refcount_sub_and_test
    refcount_inc_not_zero atomic_inc_not_zero kref_get_unless_zero atomic_inc_unless_negative`,
    countChange,
  ),
  kref_put: krefPut,
  kref_init: krefInit,
  ...named("ilog2 __ilog2_u32 __ilog2_u64", logarithm),
  ...pageStubs,
  ...scatterlistStubs,
  ...frameStubs,
  ...iterStubs,
  ...vectorStubs,
  ...bioIterateStubs,
  ...named("KUNIT_ASSERT_NOT_NULL KUNIT_ASSERT_NOT_ERR_OR_NULL", assertion("pointer")),
  ...named("KUNIT_ASSERT_EQ KUNIT_ASSERT_PTR_EQ", assertion("equal")),
  ...deviceStubs,
  ...fragmentStubs,
  ...named(
    `mutex_trylock spin_trylock down_read_trylock mmap_read_trylock trylock_page folio_trylock access_ok capable
    ns_capable can_do_mlock try_module_get`,
    oneOrFail,
  ),
  ...named("try_get_task_struct mmget_not_zero", one),
  ...completionStubs,
  // Of a record that ends in bytes aligned for any of them (include/linux/crypto.h, x86-64).
  crypto_tfm_ctx_alignment: () => 8n,
  // Properties of an algorithm: sizes, which are no failures.
  ...named("crypto_aead_alignmask crypto_skcipher_alignmask crypto_ahash_alignmask", (call) =>
    call.chosen({ kind: "number", value: 0n }, { type: UNSIGNED }),
  ),
  ...named("crypto_aead_ivsize crypto_aead_reqsize crypto_skcipher_ivsize crypto_skcipher_reqsize", (call) =>
    call.chosen({ kind: "number", value: 16n }, { type: UNSIGNED }),
  ),
  file_inode: (call) => call.readWord(call.at(0) + BigInt(fieldOffset(call, "file", "f_inode"))),
};
