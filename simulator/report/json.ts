/** A simulation as JSON: all that it holds, places with their lines. */
import type { Location } from "@pinscope/grammars/ir";
import type { Simulation } from "@pinscope/simulator/interpreter";
import { differences } from "./against.ts";
import { type Places, placesOf, type SourceOf } from "./places.ts";

/** The whole simulation; `schema_version` grows with changes that are not additions. */
export function simulationToJson(simulation: Simulation, sourceOf: SourceOf): string {
  return withLines({ schema_version: 1, ...simulation }, placesOf(simulation.file, sourceOf));
}

/** Two simulations of one function, and the steps at which the pages differ. */
export function comparisonToJson(first: Simulation, second: Simulation, sourceOf: SourceOf): string {
  const places = placesOf(first.file, sourceOf);
  return withLines(
    { schema_version: 1, differences: differences(first, second, places), simulations: [first, second] },
    places,
  );
}

function withLines(whole: unknown, places: Places): string {
  const withLine = (_key: string, value: unknown): unknown => {
    if (typeof value === "bigint") return String(value);
    if (typeof value !== "object" || value === null || !("start" in value) || !("file" in value))
      return value;
    const location = value as Location;
    const line = places.lineOf(location);
    return line === null ? location : { ...location, line };
  };
  return `${JSON.stringify(whole, withLine, 1)}\n`;
}
