/** What Ctrl-C and SIGTERM mean while a command works. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Gives the signals back to the process. */
  release(): void;
}

/** Exit status of a command that was told to stop (128 + SIGINT). */
export const interruptedExitCode = 130;

/** The first Ctrl-C asks the work to stop at a safe point; the second ends the process at once. */
export function interruptOnSignals(): Interrupt {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(interruptedExitCode);
    process.stderr.write(
      `\n${name}: stopping. The call under way is finished and written to the journal; nothing new begins. Once more ends at once.\n`,
    );
    controller.abort(new Error(`stopped by ${name}`));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    signal: controller.signal,
    release() {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}
