/** All calls that conformance makes. */
import { allocationCases } from "./calls/allocation.ts";
import { bioCases } from "./calls/bios.ts";
import { holderCases } from "./calls/holders.ts";
import { iteratorCases } from "./calls/iterators.ts";
import { kvmCases } from "./calls/kvm.ts";
import { mappingCases } from "./calls/mappings.ts";
import { nameCases } from "./calls/names.ts";
import { pageCacheCases } from "./calls/page-cache.ts";
import { referenceCases } from "./calls/references.ts";
import { requestCases } from "./calls/requests.ts";
import { userPageCases } from "./calls/user-pages.ts";
import type { ConformanceCase } from "./stage.ts";

export const conformanceCases: readonly ConformanceCase[] = [
  ...userPageCases,
  ...referenceCases,
  ...allocationCases,
  ...iteratorCases,
  ...pageCacheCases,
  ...bioCases,
  ...requestCases,
  ...holderCases,
  ...kvmCases,
  ...nameCases,
  ...mappingCases,
];
