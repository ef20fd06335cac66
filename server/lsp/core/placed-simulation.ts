/**
 * A simulation whose locations count from the origins of graphs, with all of them where they stand in the text, and files
 * named for people.
 */
import type { Location } from "@pinscope/grammars/ir";
import type { Simulation } from "@pinscope/simulator/interpreter";

/** @param shown what a report calls a file */
export function placedSimulation(
  simulation: Simulation,
  place: (location: Location) => Location,
  shown: (file: string) => string,
): Simulation {
  // Locations stand in many parts of the trace; whatever looks like one is one.
  const placed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(placed);
    if (typeof value !== "object" || value === null) return value;
    if (isLocation(value)) {
      const found = place(value);
      return { ...found, file: shown(found.file) };
    }
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, placed(part)]));
  };
  return { ...(placed(simulation) as Simulation), file: shown(simulation.file) };
}

function isLocation(value: object): value is Location {
  return (
    "file" in value &&
    typeof value.file === "string" &&
    "start" in value &&
    typeof value.start === "number" &&
    "end" in value
  );
}
