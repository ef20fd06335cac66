export { type CtagsFunction, type Disagreement, parseCtagsLines } from "./compare.ts";
export {
  createSyntaxMeasure,
  type FolderFigures,
  measureSyntax,
  type SyntaxFile,
  type SyntaxMeasure,
  type SyntaxMeasureSettings,
  type SyntaxProblem,
  type SyntaxReport,
} from "./measure.ts";
