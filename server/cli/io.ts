/** Where a command writes, and what it knows of the place it writes to; replaced in tests. */

export interface Output {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The process's own streams. */
export const processOutput: Output = {
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
  stdoutIsTerminal: process.stdout.isTTY === true,
  stderrIsTerminal: process.stderr.isTTY === true,
  environment: process.env,
};

/** Colors only on a terminal, never where NO_COLOR is set (to anything but the empty text). */
export function wantsColors(output: Output): boolean {
  const { NO_COLOR: noColor, TERM: term } = output.environment;
  return output.stdoutIsTerminal && (noColor === undefined || noColor === "") && term !== "dumb";
}

/** Time until progress is shown, in milliseconds: short runs show none. */
const quietTime = 1000;

/** Time between two progress lines, in milliseconds. */
const progressInterval = 100;

/** A progress line on standard error; does nothing when that is no terminal. */
export function progressLine(output: Output): { update(done: number, of: number): void; clear(): void } {
  let next = performance.now() + quietTime;
  let shown = false;
  return {
    update(done, of) {
      if (!output.stderrIsTerminal || performance.now() < next) return;
      next = performance.now() + progressInterval;
      shown = true;
      output.stderr(`\rchecked ${done} of ${of} files\u001b[K`);
    },
    clear() {
      if (shown) output.stderr("\r\u001b[K");
      shown = false;
    },
  };
}
