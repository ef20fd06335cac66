/**
 * How fast the kernel model is and what its history costs:
 * `calls`: pin_user_pages_fast() of one page and unpin_user_page() by turns, a snapshot after each;
 * `history`: 100,000 steps with a snapshot each, on address spaces of two sizes, and the way back to the first;
 * `overflow`: 32,768 direct-I/O writes of 64 zero pages held in flight together, where the count wraps, where they add
 * references, and where nothing moves.
 */
import {
  createKernel,
  DEFAULT_MACHINE,
  FOLL,
  findEra,
  type Kernel,
  type Mm,
  type Page,
} from "@pinscope/simulator/kernel";

const BASE = 0x1000_0000_0000;

function mapped(kernel: Kernel, pages: number): Mm {
  const mm = kernel.createMm();
  kernel.mmap(mm, {
    address: BASE,
    pages,
    protection: { read: true, write: true },
    shared: false,
    file: null,
  });
  return mm;
}

function touched(kernel: Kernel, pages: number): Mm {
  const mm = mapped(kernel, pages);
  for (let page = 0; page < pages; page++) kernel.writeByte(mm, BASE + page * 4096, 1);
  kernel.lruAddDrainAll();
  return mm;
}

function kernelOf(era: string): Kernel {
  return createKernel({ era: findEra(era), machine: DEFAULT_MACHINE });
}

function seconds(action: () => void): number {
  const start = process.hrtime.bigint();
  action();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/** Seconds of all processors that the program used, garbage collection included. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Pins and unpins by turns over `spread` pages, with a snapshot after each call. */
function pinAndUnpin(kernel: Kernel, mm: Mm, calls: number, spread: number): void {
  const pages: (Page | null)[] = [null];
  for (let call = 0; call < calls; call += 2) {
    const got = kernel.pinUserPagesFast(mm, BASE + ((call / 2) % spread) * 4096, 1, FOLL.WRITE, pages);
    const page = pages[0];
    if (got !== 1 || !page) throw new Error(`pin_user_pages_fast() returned ${got}`);
    kernel.snapshot();
    kernel.unpinUserPage(page);
    kernel.snapshot();
  }
}

function calls(): void {
  const total = 1_000_000;
  for (const spread of [1, 64]) {
    const rates: number[] = [];
    for (let round = 0; round < 5; round++) {
      const kernel = kernelOf("6.12.y");
      const mm = touched(kernel, 64);
      rates.push(total / seconds(() => pinAndUnpin(kernel, mm, total, spread)));
    }
    rates.sort((left, right) => left - right);
    const million = (rate: number | undefined): string => ((rate ?? 0) / 1e6).toFixed(2);
    console.log(
      `calls: ${total} over ${spread} page(s), a snapshot each: median ${million(rates[2])} million/s, ` +
        `slowest of 5 ${million(rates[0])}`,
    );
  }
}

function history(): void {
  for (const size of [64, 65_536]) {
    const kernel = kernelOf("6.12.y");
    const mm = touched(kernel, size);
    const first = kernel.snapshot();
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    pinAndUnpin(kernel, mm, 100_000, 64);
    const last = kernel.snapshot();
    globalThis.gc?.();
    const grown = (process.memoryUsage().heapUsed - before) / 1e6;
    const back = seconds(() => kernel.restore(first));
    const forth = seconds(() => kernel.restore(last));
    console.log(
      `history: 100000 steps over ${size} mapped pages: heap grows by ${grown.toFixed(1)} MB, resident ` +
        `${(process.memoryUsage().rss / 1e6).toFixed(0)} MB; to the first step ${(back * 1000).toFixed(1)} ms, ` +
        `to the last again ${(forth * 1000).toFixed(1)} ms`,
    );
  }
}

function overflow(): void {
  for (const era of ["extraction-series-v8", "6.1.y", "v6.3", "6.12.y"]) {
    const kernel = kernelOf(era);
    const mm = mapped(kernel, 64);
    const device = kernel.createBlockDevice(512);
    const before = processorSeconds();
    const time = seconds(() => {
      for (let write = 0; write < 32_768; write++) {
        kernel.blkdevDirectIo(device, kernel.iovIterUbuf("source", mm, BASE, 64 * 4096), false);
        kernel.snapshot();
      }
    });
    const { refcount } = kernel.zeroPage.folio;
    console.log(
      `overflow: ${era}: ${device.inFlight.length} writes in flight, refcount of the zero page ${refcount}, ` +
        `pins acquired ${kernel.vmstat.nrFollPinAcquired}, ${time.toFixed(2)} s ` +
        `(${(processorSeconds() - before).toFixed(2)} s of processor time)`,
    );
  }
}

calls();
history();
overflow();
