import type { SingleBar } from 'cli-progress';
import type { Progress } from '../../shared/engine/run.ts';

/** Shows how far a run is, on standard error, once it has taken longer than two seconds. */
export interface ProgressDisplay {
  show(label: string, progress: Progress): void;
  /** Clears the line. Call before anything else is printed, and at the end. */
  clear(): void;
}

/** Nothing is shown before this many milliseconds: short work needs no bar. */
const patienceMs = 2000;
/** Where there is no terminal, one line at most this often, in milliseconds. */
const lineEveryMs = 10_000;

/** Progress of the runs of a command. `quiet` shows none. */
export function progressDisplay(now: () => number, quiet: boolean): ProgressDisplay {
  const startMs = now();
  const terminal = process.stderr.isTTY === true;
  let bar: SingleBar | undefined;
  let loading = false;
  let library: typeof import('cli-progress') | undefined;
  let lastLineMs = startMs;
  return {
    show(label, progress) {
      if (quiet || now() - startMs < patienceMs) return;
      const [done, of] = progress.phase === 'observing' ? [progress.observed, progress.announced] : [progress.done, progress.of];
      if (!terminal) {
        if (now() - lastLineMs < lineEveryMs) return;
        lastLineMs = now();
        process.stderr.write(`${label}: ${progress.phase}, ${done}${of === undefined ? '' : ` of ${of}`}\n`);
        return;
      }
      if (!loading) {
        loading = true;
        void import('cli-progress').then((loaded) => {
          library = loaded;
        });
      }
      if (!library) return;
      if (!bar) {
        const format = '{label}  {phase}  {bar} {value} of {total}';
        bar = new library.SingleBar(
          { format, stream: process.stderr, clearOnComplete: true, hideCursor: true },
          library.Presets.shades_classic,
        );
        bar.start(of ?? done, done, { label, phase: progress.phase });
      }
      bar.setTotal(of ?? done);
      bar.update(done, { label, phase: progress.phase });
    },
    clear() {
      bar?.stop();
      bar = undefined;
    },
  };
}
