/** What is wrong with a `.pinscope.json`, as diagnostics of that file; published, since nobody pulls for it. */
import { formatProblem } from "@pinscope/server/config";
import { DiagnosticSeverity } from "vscode-languageserver";
import type { Checked } from "../core/checked.ts";
import type { ServerContext } from "../core/server-context.ts";

export function reportConfigProblems({ connection, log }: ServerContext): {
  checked(checked: Checked): void;
} {
  /** What was said last of each file. */
  const said = new Map<string, string>();
  return {
    checked({ project }) {
      const { configUri, problems, messages } = project;
      const key = configUri ?? "";
      const now = messages.join("\n");
      if ((said.get(key) ?? "") === now) return;
      said.set(key, now);
      for (const message of messages) log.warn(message);
      if (configUri === null) return;
      void connection.sendDiagnostics({
        uri: configUri,
        diagnostics: problems.map((problem) => {
          const start = { line: problem.line - 1, character: problem.column - 1 };
          const message = formatProblem(problem).slice(
            `${problem.file}:${problem.line}:${problem.column}: `.length,
          );
          return {
            range: { start, end: { ...start, character: start.character + 1 } },
            severity: DiagnosticSeverity.Error,
            source: "pinscope",
            message,
          };
        }),
      });
    },
  };
}
