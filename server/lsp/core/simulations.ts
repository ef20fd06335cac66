/**
 * Simulations of one open document's functions: made in slices between which messages are handled, kept for as long as
 * what they rest on is the same. Knows no protocol and no wording.
 */
import type { OpenFunctions } from "@pinscope/server/checker";
import {
  type Goal,
  type PathEdge,
  profileOf,
  type Scenario,
  type Simulated,
  type SimulationInput,
  simulateInSteps,
} from "@pinscope/simulator/interpreter";

/** Milliseconds that one slice may take; a single run is not cut. */
const slice = 8;

/** Simulations kept of one document, and answers. */
const keptLimit = 300;

/** What is simulated: a function of the document, as a scenario or a path has it. */
export interface SimulationRequest {
  readonly function: string;
  readonly scenario: Scenario;
  readonly path?: readonly PathEdge[];
  readonly goal?: Goal;
  readonly presets?: SimulationInput["presets"];
  /** Names the request among those of the function. */
  readonly key: string;
  /** Whether the steps are told; only a report needs them. */
  readonly trace: boolean;
  /** Bounds for a search that somebody waits for. */
  readonly runs?: number;
  readonly steps?: number;
}

export interface SimulationContext {
  readonly functions: OpenFunctions;
  yieldToMessages(): Promise<void>;
  /** True once the answer is not wanted any more. */
  isCancelled(): boolean;
}

interface Kept {
  readonly simulated: Simulated;
  holds(now: OpenFunctions): boolean;
}

export class Simulations {
  readonly #kept = new Map<string, Kept>();
  readonly #answers = new Map<string, string | null>();

  /** What was said of places in a state of the document, by whatever names both. */
  get answers(): ReadonlyMap<string, string | null> {
    return this.#answers;
  }

  keepAnswer(key: string, answer: string | null): void {
    this.#answers.set(key, answer);
    forgetOldest(this.#answers);
  }

  /**
   * The simulation of a request; null where it was cancelled.
   * @throws UnknownFunctionError where the document has no such function
   */
  async find(request: SimulationRequest, context: SimulationContext): Promise<Simulated | null> {
    const { functions } = context;
    const key = `${request.function} ${request.key} ${request.trace}`;
    const known = this.#kept.get(key);
    if (known?.holds(functions) === true) return known.simulated;
    this.#kept.delete(key);
    const { program, holds } = functions.used();
    const { version, patch } = functions.kernel;
    const { path, goal, presets, runs, steps } = request;
    const search = simulateInSteps({
      program,
      function: request.function,
      profile: profileOf(request.scenario.era ?? `${version.slice(1)}.${patch}`),
      scenario: request.scenario,
      trace: request.trace,
      ...(path !== undefined && { path }),
      ...(goal !== undefined && { goal }),
      ...(presets !== undefined && { presets }),
      ...(runs !== undefined && { runs }),
      ...(steps !== undefined && { steps }),
    });
    let began = performance.now();
    for (;;) {
      const next = search.next();
      if (next.done === true) {
        this.#keep(key, { simulated: next.value, holds });
        return next.value;
      }
      if (performance.now() - began < slice) continue;
      await context.yieldToMessages();
      if (context.isCancelled()) return null;
      began = performance.now();
    }
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.set(key, kept);
    forgetOldest(this.#kept);
  }
}

function forgetOldest(kept: Map<string, unknown>): void {
  for (const oldest of kept.keys()) {
    if (kept.size <= keptLimit) break;
    kept.delete(oldest);
  }
}
