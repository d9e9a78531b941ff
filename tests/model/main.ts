/**
 * `npm run model`: visits every state of the shipped purchase protocol that a configuration can reach, and checks the invariants in each.
 * Explores each fault, each pair of faults, and then all faults together with one, two, … of them in one story.
 *
 * `--singles` and `--pairs` stop after those. `--minutes N` begins nothing more after N minutes, and `--states N` (in millions, default 30)
 * gives up a configuration that has more; what was left out is said. Exit code 1 when an invariant breaks, or when something was left out that had to be done.
 */
import type { Configuration } from './configuration.ts';
import type { Exploration } from './explore.ts';
import { pairs, singles, together } from './plan.ts';
import { exploreAll } from './workers.ts';

const startMs = Date.now();
const numberAfter = (flag: string, otherwise: number): number => {
  const at = process.argv.indexOf(flag);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const untilMs = startMs + numberAfter('--minutes', Number.POSITIVE_INFINITY) * 60_000;
const maxStates = numberAfter('--states', 30) * 1_000_000;
const sum = { configurations: 0, states: 0, transitions: 0 };
const violations: Exploration[] = [];
const leftOut: string[] = [];

function tell(exploration: Exploration): void {
  const { name, states, transitions, complete, violation } = exploration;
  sum.configurations += 1;
  sum.states += states;
  sum.transitions += transitions;
  if (violation) violations.push(exploration);
  else if (!complete) leftOut.push(`${name} (more than ${states} states)`);
  const verdict = violation ? `BREAKS ${violation.invariant}` : complete ? 'holds    ' : 'unfinished';
  console.log(`${verdict}  ${states.toLocaleString('en').padStart(11)} states  ${name}`);
}

async function exploreEach(configurations: readonly Configuration[]): Promise<void> {
  const rest = await exploreAll(configurations, { maxStates, untilMs, onEnd: tell });
  leftOut.push(...rest.map(({ name }) => name));
}

await exploreEach(singles());
if (!process.argv.includes('--singles')) await exploreEach(pairs());
const must = leftOut.length;
if (!process.argv.includes('--singles') && !process.argv.includes('--pairs')) {
  // Each is a part of the next; the first that is too large for this machine ends the series.
  for (let atMost = 0; leftOut.length === must && violations.length === 0 && Date.now() < untilMs; atMost++)
    await exploreEach([together(atMost)]);
}

for (const { name, violation } of violations)
  console.error([`${name}: ${violation?.invariant}, ${violation?.text}`, ...(violation?.trace ?? [])].join('\n  '));
if (leftOut.length > 0) console.log(`not explored to the end: ${leftOut.join('; ')}`);
const seconds = Math.round((Date.now() - startMs) / 1000);
console.log(
  `${sum.configurations} configurations, ${sum.states.toLocaleString('en')} states, ${sum.transitions.toLocaleString('en')} steps, ${violations.length} violations, ${seconds} s`,
);
process.exitCode = violations.length > 0 || must > 0 ? 1 : 0;
