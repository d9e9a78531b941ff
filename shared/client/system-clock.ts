import { onAbort } from './abort.ts';
import type { Clock } from './clock.ts';

/** The real clock of this machine. `sleep` keeps the process alive until it is over or aborted. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      let forget: (() => void) | undefined;
      const timer = setTimeout(
        () => {
          forget?.();
          resolve();
        },
        Math.max(0, ms),
      );
      if (signal) {
        forget = onAbort(signal, () => {
          clearTimeout(timer);
          reject(signal.reason as Error);
        });
      }
    }),
};
