/**
 * `npm run estimates`: plans 200 changes of all kinds at four times of a year with holidays and make-up workdays, reads what each is said to cost, lets
 * `scale-on-schedule` run on its timer for 30 days, and compares each with what the bill then differs by from that of a fleet nobody touches.
 *
 * Exit code 1 when fewer than 19 of 20 are within 2 %, or when one of the others has nothing on its line that says why.
 */
import { fileURLToPath } from 'node:url';
import { developerCommand, wholeNumber } from '../../build/developer-command.ts';
import { performAll } from '../harness/crew.ts';
import { errorOf, isBound, type Measured, type Plan } from './measure.ts';

const { count, processes } = developerCommand('estimates', 'Compares what changes are said to cost with what 30 simulated days then cost.')
  .option('--count <n>', 'changes in all', wholeNumber(4), 200)
  .option('--processes <n>', 'simulated accounts at once', wholeNumber(), 2)
  .parse()
  .opts<{ readonly count: number; readonly processes: number }>();
const starts = ['2026-09-24T10:20:00+08:00', '2026-02-05T15:05:00+08:00', '2026-04-20T08:00:00+08:00', '2026-11-24T23:30:00+08:00'];
const plans = starts.map((start, index): Plan => ({ start, seed: 100 + index, count: Math.ceil(count / starts.length) }));
const measured = await performAll<Plan, readonly Measured[]>(plans, {
  worker: fileURLToPath(new URL('worker.ts', import.meta.url)),
  processes,
  nameOf: ({ start }) => start,
  onAnswer: ({ start }, _measured, seconds) => console.log(`${start}: ${seconds} s`),
});
const changes = measured.flat();
const off = changes.filter((each) => errorOf(each) > 0.02);
for (const each of off) {
  const { change, lasting, oneOff, untouched, scaled, covers, reasons } = each;
  const yuan = (micros: number): string => (micros / 1_000_000).toFixed(2);
  const figures = `said ${yuan(lasting)} and ${yuan(oneOff)}, made ${yuan(scaled - untouched)} (${(errorOf(each) * 100).toFixed(1)} %)`;
  console.log(`${figures}; ${[...covers, ...reasons].join(', ')}\n    ${JSON.stringify(change)}`);
}
console.log(`${changes.length - off.length} of ${changes.length} changes within 2 %`);
process.exitCode = (changes.length - off.length) * 20 >= changes.length * 19 && off.every(isBound) ? 0 : 1;
