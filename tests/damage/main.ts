/** `npm run damage`: two hundred damages of a journal, each under every function. Exit code 1 where one is not borne. */
import { developerCommand, wholeNumber } from '../../build/developer-command.ts';
import { play } from './fixture.ts';
import { judge } from './judge.ts';

const { from, count } = developerCommand('damage', 'Damages a journal, runs every function on it, and rehearses each repair.')
  .option('--from <n>', 'seed of the first damage', wholeNumber(0), 0)
  .option('--count <n>', 'damages', wholeNumber(), 200)
  .parse()
  .opts<{ readonly from: number; readonly count: number }>();
const whole = await play();
let failed = 0;
for (let seed = from; seed < from + count; seed++) {
  const { key, what, told, wrong } = await judge(seed, whole);
  if (wrong.length > 0) failed += 1;
  process.stdout.write(`${String(seed).padStart(4)}  ${wrong.length === 0 ? 'borne' : 'WRONG'}  ${what}: ${key}  told: ${told.length}\n`);
  for (const line of wrong) process.stdout.write(`      ${line}\n`);
}
process.stdout.write(`${count - failed} of ${count} damages were borne.\n`);
process.exitCode = failed === 0 ? 0 : 1;
