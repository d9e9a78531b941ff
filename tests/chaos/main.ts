/**
 * `npm run chaos`: many processes run the shipped renew-before-expiry at once on one account and one journal, and are killed, frozen and begun
 * again, while calls fail, answers get lost and orders are late. In the end the service's orders are compared with the journal.
 * Exit code 1 when something is as it must not be.
 */
import { Option } from 'commander';
import { developerCommand, wholeNumber } from '../../build/developer-command.ts';
import { bundleWorker } from './bundled-worker.ts';
import { type Progress, playStory, type StoryOptions } from './story.ts';

interface Flags {
  readonly rounds: number;
  readonly processes: number;
  readonly seed: number;
  readonly store?: StoryOptions['store'];
}

const {
  rounds,
  processes,
  seed,
  store: named,
} = developerCommand('chaos', 'Kills, freezes and restarts many processes that renew at once, and compares the orders with the journal.')
  .option('--rounds <n>', 'rounds on each store', wholeNumber(), 200)
  .option('--processes <n>', 'processes at once', wholeNumber(), 8)
  .option('--seed <n>', 'another story', wholeNumber(0), 1)
  .addOption(new Option('--store <kind>', 'one store only (default: both, one after the other)').choices(['dir', 'oss']))
  .parse()
  .opts<Flags>();

function figures({ crew, orders, late, cancelled, resolved, lapsed, days }: Progress): string {
  return `${crew.begun} processes, ${crew.killed} killed, ${crew.frozen} frozen, ${crew.failed} of ${crew.ended} ended runs failed; ${orders} orders, ${late} late, ${cancelled} cancelled, ${resolved} claims resolved, ${lapsed} let lapse; ${days.toFixed(1)} days`;
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
const worker = await bundleWorker();
let violations = 0;
try {
  const stores: readonly StoryOptions['store'][] = named ? [named] : ['dir', 'oss'];
  for (const store of stores) {
    const startMs = Date.now();
    const onRound = (round: number, story: Progress): void => {
      if ((round + 1) % 20 === 0) console.log(`${store}  round ${round + 1}: ${figures(story)}`);
    };
    const story = await playStory({ worker: worker.file, rounds, processes, seed, store, onRound, signal: stop.signal });
    if (stop.signal.aborted) break;
    for (const violation of story.violations) console.error(`VIOLATION  ${store}  ${violation}`);
    violations += story.violations.length;
    const seconds = Math.round((Date.now() - startMs) / 1000);
    const { answers, byBilling, records, given } = story;
    const counts = Object.entries(answers).map(([answer, count]) => `${count} ${answer}`);
    const errors = [...story.crew.errors].map(([code, count]) => `${count} ${code}`);
    console.log(`${store}  failures of runs: ${errors.join(', ') || 'none'}`);
    console.log(
      `${store}  claims by answer: ${counts.join(', ')}; ${byBilling} closed by billing; ${records} records; ${given} answers by approvers`,
    );
    console.log(`${store}  ${rounds} rounds, seed ${seed}: ${figures(story)}; ${story.violations.length} violations, ${seconds} s`);
  }
} finally {
  worker.remove();
}
process.exitCode = violations > 0 || stop.signal.aborted ? 1 : 0;
