/** Compiles a program and its driver with gcc, runs the binary and takes its log apart. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { driverText, entryTable } from "./driver.ts";
import type { ProgramSpec } from "./spec.ts";

/** The kernel's own flags that change what C means, without its optimizations of layout or size. */
const KERNEL_FLAGS: readonly string[] = [
  "-std=gnu11",
  "-fno-strict-overflow",
  "-fno-strict-aliasing",
  "-funsigned-char",
  "-fno-delete-null-pointer-checks",
];

export interface GccSettings {
  /** Folder for sources and binaries; made where missing. */
  readonly folder: string;
  readonly prelude: string;
  /** Names the files, so that several runs do not meet. */
  readonly stem: string;
  readonly extraFlags?: readonly string[];
}

export type GccResult =
  | {
      readonly kind: "logs";
      readonly logs: ReadonlyMap<string, readonly (readonly string[])[]>;
      /** What the binary wrote to stderr (a sanitizer's reports). */
      readonly complaints: string;
    }
  | { readonly kind: "failed"; readonly stage: "program" | "driver" | "run"; readonly message: string };

/** Runs every entry once per seed: `seeds[entry][run]`. Logs are keyed by entry name. */
export function runWithGcc(
  spec: ProgramSpec,
  seeds: readonly (readonly bigint[])[],
  settings: GccSettings,
): GccResult {
  mkdirSync(settings.folder, { recursive: true });
  const path = (name: string) => join(settings.folder, `${settings.stem}${name}`);
  writeFileSync(path(".c"), `${spec.source}\n${entryTable(spec)}`);
  writeFileSync(path("-driver.c"), driverText(spec, seeds));
  const compile = (stage: "program" | "driver", args: readonly string[]): GccResult | null => {
    const done = spawnSync("gcc", [...args], { encoding: "utf8", maxBuffer: 1 << 26 });
    if (done.error !== undefined) return { kind: "failed", stage, message: String(done.error) };
    return done.status === 0 ? null : { kind: "failed", stage, message: done.stderr };
  };
  const flags = [...KERNEL_FLAGS, "-w", "-O1", "-no-pie", "-fno-pie", ...(settings.extraFlags ?? [])];
  const failure =
    compile("program", [...flags, "-include", settings.prelude, "-c", path(".c"), "-o", path(".o")]) ??
    compile("driver", [
      ...KERNEL_FLAGS,
      "-w",
      "-O0",
      "-fno-pie",
      "-c",
      path("-driver.c"),
      "-o",
      path("-driver.o"),
    ]) ??
    compile("driver", [
      "-no-pie",
      ...(settings.extraFlags ?? []).filter((flag) => flag.startsWith("-fsanitize")),
      path(".o"),
      path("-driver.o"),
      "-o",
      path(".out"),
    ]);
  if (failure !== null) return failure;
  const run = spawnSync(path(".out"), [], { encoding: "latin1", maxBuffer: 1 << 30, timeout: 600_000 });
  if (run.status !== 0)
    return {
      kind: "failed",
      stage: "run",
      message: `status ${run.status}, signal ${run.signal}\n${run.stderr}`,
    };
  return { kind: "logs", logs: parseLogs(run.stdout), complaints: run.stderr };
}

function parseLogs(text: string): Map<string, string[][]> {
  const logs = new Map<string, string[][]>();
  let current: string[] | null = null;
  for (const line of text.split("\n")) {
    const header = /^# (\w+) (\d+)$/.exec(line);
    if (header?.[1] !== undefined) {
      current = [];
      const runs = logs.get(header[1]) ?? [];
      runs.push(current);
      logs.set(header[1], runs);
    } else if (line !== "") current?.push(line);
  }
  return logs;
}
