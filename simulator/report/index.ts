/** Public face: a simulation as text, JSON and a page. */
export { type HtmlOptions, renderSimulationHtml } from "./html.ts";
export { simulationToJson } from "./json.ts";
export type { SourceOf } from "./places.ts";
export { type Paint, renderExploration, renderSimulation } from "./text.ts";
