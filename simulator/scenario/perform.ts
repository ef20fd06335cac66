/** Executes one call of a scenario on the kernel model. */
import type { Call } from "./call.ts";
import type { Outcome, Performers } from "./calls/area.ts";
import { bioPerformers } from "./calls/bio.ts";
import { directIoPerformers } from "./calls/direct-io.ts";
import { heldPagesPerformers } from "./calls/held-pages.ts";
import { holderPerformers } from "./calls/holders.ts";
import { iteratorPerformers } from "./calls/iterator.ts";
import { machinePerformers } from "./calls/machine.ts";
import { memoryPerformers } from "./calls/memory.ts";
import { pipePerformers } from "./calls/pipe.ts";
import { userPagesPerformers } from "./calls/user-pages.ts";
import { mmOf, type Session } from "./session.ts";
import type { Who } from "./types.ts";

const performers: Performers<Call> = {
  ...userPagesPerformers,
  ...heldPagesPerformers,
  ...holderPerformers,
  ...memoryPerformers,
  ...machinePerformers,
  ...iteratorPerformers,
  ...bioPerformers,
  ...directIoPerformers,
  ...pipePerformers,
};

/**
 * Executes a call.
 * @throws {ScenarioError} where the scenario asks for what is not there (a region, a file, a child).
 * @throws {NotModelled} where the kernel model has no such call.
 */
export function perform<C extends Call>(session: Session, who: Who, call: C): Outcome {
  // Every step is somebody's, also one that only looks.
  mmOf(session, who);
  const performer = performers[call.kind] as (session: Session, who: Who, call: C) => Outcome;
  return performer(session, who, call);
}
