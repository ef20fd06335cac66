/**
 * An open file under one kernel: its usual reading, and the readings that its unselected branches ask for. Knows no
 * other kernel.
 */

import type { ConditionSettings } from "@pinscope/grammars/dialect";
import { differenceBetween } from "@pinscope/grammars/syntax";
import { checkedFunctions, conditionsFor } from "../readings.ts";
import { signaturesAt } from "../signatures.ts";
import type { CheckInput, CheckResult, KernelChoice } from "../types.ts";
import { checkVariants, type Selection } from "../variants.ts";
import { type Clock, Costs } from "./clock.ts";
import type { TextDifference } from "./difference.ts";
import { OpenReading } from "./open-reading.ts";
import type { OpenFunctions } from "./types.ts";

type Files = ReadonlyMap<string, string | null>;

/** What one kernel shows of the current text. */
export interface KernelState {
  readonly result: CheckResult;
  readonly pending: readonly string[];
  readonly settled: boolean;
}

interface VariantReading {
  readonly reading: OpenReading;
  readonly costs: Costs;
  source: string;
  /** Texts of other files as of this number. */
  filesRevision: number;
  /** The last call that needed it. */
  used: number;
}

export class OpenKernel {
  private readonly input: CheckInput;
  private readonly kernel: KernelChoice;
  private readonly conditions: ConditionSettings;
  private readonly usual: OpenReading;
  private readonly variants = new Map<string, VariantReading>();
  private source = "";
  private files: Files = new Map();
  private filesRevision = 0;
  private calls = 0;

  constructor(input: CheckInput, kernel: KernelChoice) {
    this.input = input;
    this.kernel = kernel;
    this.conditions = conditionsFor(kernel, input.settings);
    this.usual = this.open(this.conditions, new Costs());
  }

  /** Follows the file to a new text; `edit` is null when other files changed. */
  update(source: string, files: Files, edit: TextDifference | null): void {
    this.source = source;
    this.files = files;
    if (edit === null) this.filesRevision++;
    this.usual.update(source, files, edit, null);
  }

  /** Works as far as time allows, and tells what is known then. */
  work(clock: Clock, settle: boolean): KernelState {
    this.usual.work(clock, settle);
    const usual = this.usual.read(settle);
    const pending = this.usual.pending.map(({ name }) => name);
    if (!usual.complete) {
      const { findings, stats, missing } = usual;
      return {
        result: { findings, functions: checkedFunctions(usual), stats, missing },
        pending,
        settled: false,
      };
    }
    this.calls++;
    let settled = this.usual.isSettled;
    const joined = checkVariants(this.source, this.conditions, usual, (conditions, select) => {
      // Readings are chosen by what those before them chose: one that is not there keeps the others from it.
      if (!settled || clock.isCancelled() || !(settle || clock.leaves(0))) {
        settled = false;
        return null;
      }
      const variant = this.variant(conditions);
      this.bringUp(variant, select);
      variant.reading.work(clock, settle);
      pending.push(...variant.reading.pending.map(({ name }) => name));
      const isReadable = variant.reading.isAnalyzed || variant.reading.missing.length > 0;
      const reading = isReadable ? variant.reading.read(settle) : null;
      if (!variant.reading.isSettled && variant.reading.missing.length === 0) settled = false;
      return reading;
    });
    if (settled) this.dropUnused();
    const { findings, stats, missing } = joined;
    return { result: { findings, functions: checkedFunctions(usual), stats, missing }, pending, settled };
  }

  /** The functions of the usual reading, for questions about them; null while headers lack. */
  functions(): OpenFunctions | null {
    return this.usual.open();
  }

  close(): void {
    this.usual.close();
    for (const { reading } of this.variants.values()) reading.close();
    this.variants.clear();
  }

  private open(conditions: ConditionSettings, costs: Costs): OpenReading {
    const { path, parser, settings } = this.input;
    const signatures = signaturesAt(this.kernel.version);
    return new OpenReading({ path, parser, settings, signatures, conditions, kernel: this.kernel, costs });
  }

  private variant(conditions: ConditionSettings): VariantReading {
    const key = [...conditions.assumptions].map(([name, value]) => `${name}=${value}`).join(" ");
    const known = this.variants.get(key);
    if (known !== undefined) return known;
    const costs = new Costs();
    const variant = { reading: this.open(conditions, costs), costs, source: "", filesRevision: -1, used: 0 };
    this.variants.set(key, variant);
    return variant;
  }

  private bringUp(variant: VariantReading, select: Selection): void {
    const isNew = variant.filesRevision !== this.filesRevision;
    const edit = isNew ? null : differenceBetween(variant.source, this.source);
    variant.used = this.calls;
    variant.reading.update(this.source, this.files, edit, select);
    variant.source = this.source;
    variant.filesRevision = this.filesRevision;
  }

  private dropUnused(): void {
    for (const [key, { reading, used }] of this.variants) {
      if (used === this.calls) continue;
      reading.close();
      this.variants.delete(key);
    }
  }
}
