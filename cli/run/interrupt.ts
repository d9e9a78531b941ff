/** What Ctrl-C, SIGTERM and a terminal that is closed mean while a command works. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Gives the signals back to the process. */
  release(): void;
}

/** True where somebody pressed Ctrl-C, who knows what that cuts off; other signals may come from a machine, and then nobody knows. */
export function isByHand(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && signal.reason === byHand;
}

const byHand = new Error('stopped by SIGINT');

/** Exit status of a command that was told to stop (128 + SIGINT). */
export const interruptedExitCode = 130;

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The first Ctrl-C, SIGTERM or SIGHUP asks the work to stop at a safe point; the second Ctrl-C or SIGTERM ends the process at once. SIGHUP never does: a
 * terminal that closes sends it twice. Node.js gives up what `nohup` asked for, so under it a hang-up means the same.
 * @param promise what becomes of the call under way
 */
export function interruptOnSignals(promise = 'is finished and written to the journal'): Interrupt {
  const controller = new AbortController();
  const heard = new Set<NodeJS.Signals>();
  const stop = (name: NodeJS.Signals): void => {
    if (name !== 'SIGHUP' && heard.has(name)) process.exit(interruptedExitCode);
    heard.add(name);
    if (controller.signal.aborted) return;
    process.stderr.write(`\n${name}: stopping. The call under way ${promise}; nothing new begins. Once more ends at once.\n`);
    controller.abort(name === 'SIGINT' ? byHand : new Error(`stopped by ${name}`));
  };
  for (const name of signals) process.on(name, stop);
  return {
    signal: controller.signal,
    release() {
      for (const name of signals) process.off(name, stop);
    },
  };
}
