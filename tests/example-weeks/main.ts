/**
 * `npm run example-weeks`: plays the example policy on the demo's accounts over whole weeks, with every function and the visits of the demo's
 * users, in three ways: as it ships, without its limits, and with capacity exactly by its schedules instead of `scale-on-schedule`. Compares
 * users turned away, groups without nodes, schedules that lapsed, messages, steps down and costs.
 *
 * Exit code 1 when something is as it must not be.
 */
import { Option } from 'commander';
import { developerCommand } from '../../build/developer-command.ts';
import { examplePolicy } from './play.ts';
import { rowOf, violations } from './verdicts.ts';
import { compareAll, extraordinaryBy, periods } from './ways.ts';

const flags = developerCommand(
  'example-weeks',
  'Plays the example policy over whole weeks: who is turned away, what is told, what limits cost.',
)
  .addOption(new Option('--period <name>', 'one period only').choices(periods.map(({ name }) => name)))
  .option('--full', 'play every run of the deployed timers, also where nothing can change; takes twice as long')
  .parse()
  .opts<{ readonly period?: string; readonly full?: boolean }>();
const chosen = periods.filter(({ name }) => flags.period === undefined || name === flags.period);
const compared = await compareAll(chosen, flags.full ? 'all' : 'some', ({ period, way }, seconds) =>
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
