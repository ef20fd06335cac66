/** What the process's exit code says. */
export const exitCodes = {
  /** Nothing reached `--fail-on`. */
  clean: 0,
  findings: 1,
  /** Wrong use of the command line, or a configuration that cannot be used. */
  usage: 2,
  /** A defect of the checker, or nothing could be read. */
  internal: 3,
  /** A path that cannot be executed; the reason is told. */
  notExecutable: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
