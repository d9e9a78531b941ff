/**
 * `npm run example-weeks`: plays the example policy on the demo's accounts over whole weeks, with every function and the visits of the demo's
 * users, in three ways: as it ships, without its limits, and with capacity exactly by its schedules instead of `scale-on-schedule`. Compares
 * users turned away, groups without nodes, schedules that lapsed, messages, steps down and costs.
 *
 * `--period NAME` plays one of the periods of `ways.ts`; `--full` plays every run of the deployed timers, also those at times at which they
 * can change nothing, and takes twice as long. Exit code 1 when something is as it must not be.
 */
import { examplePolicy } from './play.ts';
import { rowOf, violations } from './verdicts.ts';
import { compareAll, extraordinaryBy, periods } from './ways.ts';

const at = process.argv.indexOf('--period');
const named = at < 0 ? undefined : process.argv[at + 1];
const chosen = periods.filter(({ name }) => at < 0 || name === named);
if (chosen.length === 0) {
  console.error(`There is no period '${named ?? ''}'; take ${periods.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}
const compared = await compareAll(chosen, process.argv.includes('--full') ? 'all' : 'some', ({ period, way }, seconds) =>
  console.log(`${period.name}, ${way}: ${seconds} s`),
);
const extraordinary = extraordinaryBy(examplePolicy);
let wrong = 0;
for (const [period, figures] of compared) {
  console.log(`\n${period.name}\n${rowOf(figures, extraordinary)}`);
  for (const text of violations(figures, extraordinary)) {
    console.error(`wrong: ${text}`);
    wrong += 1;
  }
}
console.log(`\n${compared.length} periods played, ${wrong} things wrong`);
process.exitCode = wrong > 0 ? 1 : 0;
