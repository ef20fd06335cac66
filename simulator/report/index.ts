/** Public face: a simulation as text, JSON and a page. */
export { renderComparison } from "./against.ts";
export { type HtmlOptions, renderSimulationHtml } from "./html.ts";
export { comparisonToJson, simulationToJson } from "./json.ts";
export type { SourceOf } from "./places.ts";
export { type Paint, renderExploration, renderSimulation } from "./text.ts";
