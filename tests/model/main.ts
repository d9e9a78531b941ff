/**
 * `npm run model`: checks the invariants of the money path in every state and every story within bounds, then in stories by chance.
 *
 * Rounds: every state of the purchase round that two runs, a person, and each fault or pair of faults can reach. Stories: the whole shipped run with
 * its journal, messages and people from the window's begin to the expiry, in every story in which one thing, or two, go wrong. By chance: stories in
 * which up to six do.
 *
 * Exit code 1 when something is violated, or when something was left out that had to be done.
 */
import { Option } from 'commander';
import { developerCommand, wholeNumber } from '../../build/developer-command.ts';
import { hash32 } from '../../simulator/world/random.ts';
import { bundleWorker } from '../chaos/bundled-worker.ts';
import { performAll } from '../harness/crew.ts';
import { faults } from './configuration.ts';
import { pairs, singles, together } from './plan.ts';
import { dimensions } from './stories/dimensions.ts';
import { families, familyText } from './stories/families.ts';
import type { Result, Task } from './task.ts';

interface Flags {
  readonly gate?: boolean;
  readonly singles?: boolean;
  readonly pairs?: boolean;
  readonly family?: string;
  readonly random?: number;
  readonly seed: number;
  readonly from: number;
  readonly minutes?: number;
  readonly states: number;
  readonly workers?: number;
  readonly list?: boolean;
}

const startMs = Date.now();
const flags = developerCommand(
  'model',
  'Checks the invariants of the money path in every state and story within bounds, then in random stories.',
)
  .option('--gate', 'rounds with each fault and pair, stories in which one thing goes wrong, in coarse ticks, and a sample')
  .option('--singles', 'leave out the pairs')
  .option('--pairs', 'end with the pairs')
  .addOption(new Option('--family <name>', 'only the stories of one family').choices(families.map(({ name }) => name)))
  .option('--random <n>', 'only so many random stories', wholeNumber())
  .option('--seed <n>', 'other random stories', wholeNumber(0), 1)
  .option('--from <n>', 'leave out so many random stories, which were played before', wholeNumber(0), 0)
  .option('--minutes <n>', 'begin nothing new after so many minutes, and say what is left', wholeNumber())
  .option('--states <millions>', 'give up a configuration that has more states', wholeNumber(), 30)
  .option('--workers <n>', 'processes (default: one per core)', wholeNumber())
  .option('--list', 'say what rounds and stories are made of, and explore nothing')
  .parse()
  .opts<Flags>();
const untilMs = startMs + (flags.minutes ?? Number.POSITIVE_INFINITY) * 60_000;
const maxStates = flags.states * 1_000_000;

/** Stories of one task. */
const chunk = 1_000;
/** Stories by chance in the gate. */
const sampledInGate = 10_000;

const units = { round: 'states', stories: 'worlds', sample: 'stories' } as const;
const sums = new Map<Task['kind'], { tasks: number; states: number; steps: number; cpuMs: number }>();
const broken: Result[] = [];
const leftOut: string[] = [];

function tell(result: Result): void {
  const { task, states, steps, cpuMs, complete, violations } = result;
  const sum = sums.get(task.kind) ?? { tasks: 0, states: 0, steps: 0, cpuMs: 0 };
  sums.set(task.kind, { tasks: sum.tasks + 1, states: sum.states + states, steps: sum.steps + steps, cpuMs: sum.cpuMs + cpuMs });
  if (violations.length > 0) broken.push(result);
  else if (!complete) leftOut.push(`${task.name} (more than ${states} ${units[task.kind]})`);
  // Samples are many; their sum is told in the end.
  if (task.kind === 'sample' && violations.length === 0) return;
  const verdict = violations.length > 0 ? `BREAKS ${violations.map(({ rule }) => rule).join(' ')}` : complete ? 'holds    ' : 'unfinished';
  const figures = `${states.toLocaleString('en').padStart(11)} ${units[task.kind]}  ${(cpuMs / 1000).toFixed(1).padStart(7)} s`;
  console.log(`${verdict}  ${figures}  ${task.name}`);
}

/** What a process may take, in megabytes: two of them fit a machine of eight gigabytes. Most of what is made lives for a moment only. */
const memory = ['--max-old-space-size=3000', '--max-semi-space-size=64'];

/** Gives what was not begun. */
async function performTasks(tasks: readonly Task[]): Promise<readonly Task[]> {
  const bundle = await bundleWorker('tests/model/worker.ts');
  try {
    const results = await performAll<Task, Result>(tasks, {
      ...{ worker: bundle.file, execArgv: memory, untilMs },
      processes: flags.workers,
      nameOf: ({ name }) => name,
      onAnswer: (_task, result) => tell(result),
    });
    return tasks.slice(results.length);
  } finally {
    bundle.remove();
  }
}

/** Does what has to be done: what was not begun is left out. A sample is as large as there was time for. */
async function each(...tasks: readonly (readonly Task[])[]): Promise<void> {
  const rest = await performTasks(tasks.flat());
  leftOut.push(...rest.filter(({ kind }) => kind !== 'sample').map(({ name }) => name));
}

const rounds = (configurations: ReturnType<typeof singles>): readonly Task[] =>
  configurations.map((configuration) => ({ kind: 'round', name: `round, ${configuration.name}`, configuration, maxStates }));
const stories = (atMost: number, grain: 'fine' | 'coarse', among = families): readonly Task[] =>
  among.map(({ name: family }) => ({
    kind: 'stories',
    name: `stories, ${family}, at most ${atMost}, ${grain} ticks`,
    family,
    atMost,
    grain,
  }));
const sample = (count: number, from = 0): readonly Task[] => {
  const { seed } = flags;
  return Array.from({ length: Math.ceil(count / chunk) }, (_, index) => {
    const part = from / chunk + index;
    return {
      ...{ kind: 'sample' as const, name: `by chance, part ${part} of seed ${seed}` },
      ...{ seed: hash32(`stories ${seed} ${part}`), count: Math.min(chunk, count - index * chunk) },
    };
  });
};

async function byChance(count: number): Promise<void> {
  const { from, seed } = flags;
  const rest = await performTasks(sample(count, from));
  const left = rest.length * chunk;
  if (left > 0) console.log(`go on with --random ${left} --seed ${seed} --from ${from + count - left}`);
}

/** What is combined: the source of what the documents say of it. */
function list(): void {
  const told = (title: string, entries: Readonly<Record<string, string>>): void => {
    console.log(`${title}, ${Object.keys(entries).length}:`);
    for (const [name, what] of Object.entries(entries)) console.log(`  ${name.padEnd(14)}  ${what}`);
  };
  told('rounds, faults', faults);
  told('stories, what can go wrong or be done by others', dimensions);
  told('stories, families', Object.fromEntries(families.map((family) => [family.name, familyText(family)])));
}

if (flags.list) {
  list();
} else if (flags.random !== undefined) {
  await byChance(flags.random);
} else if (flags.family !== undefined) {
  const family = families.filter(({ name }) => name === flags.family);
  if (!flags.pairs) await each(stories(1, 'fine', family));
  if (!flags.singles) await each(stories(2, 'coarse', family));
} else if (flags.gate) {
  await each(rounds(singles()), rounds(pairs()), stories(1, 'coarse'), sample(sampledInGate));
} else {
  await each(rounds(singles()), stories(1, 'fine'));
  if (!flags.singles) await each(rounds(pairs()), stories(2, 'coarse'));
  const must = leftOut.length;
  if (!flags.singles && !flags.pairs) {
    // Each is a part of the next; the first that is too large for this machine ends the series.
    for (let atMost = 0; leftOut.length === must && broken.length === 0 && Date.now() < untilMs; atMost++)
      await each(rounds([together(atMost)]));
    leftOut.splice(must);
  }
}

for (const { task, violations } of broken) {
  for (const { rule, text, trace } of violations) console.error([`${task.name}: ${rule}, ${text}`, ...trace].join('\n  '));
}
if (leftOut.length > 0) console.log(`not explored to the end: ${leftOut.join('; ')}`);
for (const [kind, { tasks, states, steps, cpuMs }] of sums) {
  const rate = Math.round(steps / (cpuMs / 1000));
  const figures = [`${states.toLocaleString('en')} ${units[kind]}`, `${steps.toLocaleString('en')} steps`];
  console.log(
    `${kind}: ${tasks} tasks, ${figures.join(', ')}, ${Math.round(cpuMs / 1000)} s of one core, ${rate.toLocaleString('en')} steps/s`,
  );
}
const violations = broken.reduce((sum, result) => sum + result.violations.length, 0);
console.log(`${violations} violations, ${Math.round((Date.now() - startMs) / 1000)} s`);
process.exitCode = violations > 0 || leftOut.length > 0 ? 1 : 0;
