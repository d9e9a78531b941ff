/**
 * `npm run model`: checks the invariants of the money path in every state and every story within bounds, then in stories by chance.
 *
 * Rounds: every state of the purchase round that two runs, a person, and each fault or pair of faults can reach. Stories: the whole shipped run with
 * its journal, messages and people from the window's begin to the expiry, in every story in which one thing, or two, go wrong. By chance: stories in
 * which up to six do.
 *
 * `--singles` leaves out the pairs; `--pairs` ends with them; `--gate` takes pairs of rounds, single things of stories, and a sample. `--random N`
 * tells N stories by chance and nothing else, `--seed N` other ones (default 1). `--minutes N` begins nothing more after N minutes, and `--states N`
 * (in millions, default 30) gives up a configuration that has more; what was left out is said. `--list` says what rounds and stories are made of, and
 * explores nothing. Exit code 1 when something is violated, or when something was left out that had to be done.
 */
import { hash32 } from '../../simulator/world/random.ts';
import { faults } from './configuration.ts';
import { pairs, singles, together } from './plan.ts';
import { dimensions } from './stories/dimensions.ts';
import { families, familyText } from './stories/families.ts';
import type { Result, Task } from './task.ts';
import { performAll } from './workers.ts';

const startMs = Date.now();
const has = (flag: string): boolean => process.argv.includes(flag);
const numberAfter = (flag: string, otherwise: number): number => {
  const at = process.argv.indexOf(flag);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const untilMs = startMs + numberAfter('--minutes', Number.POSITIVE_INFINITY) * 60_000;
const maxStates = numberAfter('--states', 30) * 1_000_000;

/** Stories of one task. */
const chunk = 1_000;
/** Stories by chance in the gate. */
const sampledInGate = 10_000;

const units = { round: 'states', stories: 'worlds', sample: 'stories' } as const;
const sums: Record<Task['kind'], { tasks: number; states: number; steps: number; spentMs: number }> = {
  round: { tasks: 0, states: 0, steps: 0, spentMs: 0 },
  stories: { tasks: 0, states: 0, steps: 0, spentMs: 0 },
  sample: { tasks: 0, states: 0, steps: 0, spentMs: 0 },
};
const broken: Result[] = [];
const leftOut: string[] = [];

function tell(result: Result): void {
  const { task, states, steps, complete, violations } = result;
  const sum = sums[task.kind];
  sum.tasks += 1;
  sum.states += states;
  sum.steps += steps;
  if (violations.length > 0) broken.push(result);
  else if (!complete) leftOut.push(`${task.name} (more than ${states} ${units[task.kind]})`);
  // Samples are many; their sum is told in the end.
  if (task.kind === 'sample' && violations.length === 0) return;
  const verdict = violations.length > 0 ? `BREAKS ${violations.map(({ rule }) => rule).join(' ')}` : complete ? 'holds    ' : 'unfinished';
  console.log(`${verdict}  ${states.toLocaleString('en').padStart(11)} ${units[task.kind]}  ${task.name}`);
}

async function each(kind: Task['kind'], tasks: readonly Task[]): Promise<void> {
  const beganMs = Date.now();
  const rest = await performAll(tasks, { untilMs, onEnd: tell });
  sums[kind].spentMs += Date.now() - beganMs;
  // A sample is as large as there was time for.
  if (kind === 'sample') return;
  leftOut.push(...rest.map(({ name }) => name));
}

const rounds = (configurations: ReturnType<typeof singles>): readonly Task[] =>
  configurations.map((configuration) => ({ kind: 'round', name: `round, ${configuration.name}`, configuration, maxStates }));
const stories = (atMost: number, grain: 'fine' | 'coarse'): readonly Task[] =>
  families.map(({ name: family }) => ({
    kind: 'stories',
    name: `stories, ${family}, at most ${atMost}, ${grain} ticks`,
    family,
    atMost,
    grain,
  }));
const sample = (count: number): readonly Task[] => {
  const seed = numberAfter('--seed', 1);
  return Array.from({ length: Math.ceil(count / chunk) }, (_, index) => ({
    ...{ kind: 'sample' as const, name: `by chance, part ${index} of seed ${seed}` },
    ...{ seed: hash32(`stories ${seed} ${index}`), count: Math.min(chunk, count - index * chunk) },
  }));
};

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

if (has('--list')) {
  list();
} else if (has('--random')) {
  await each('sample', sample(numberAfter('--random', 0)));
} else {
  await each('round', rounds(singles()));
  await each('stories', stories(1, has('--gate') ? 'coarse' : 'fine'));
  if (!has('--singles')) await each('round', rounds(pairs()));
  if (!has('--singles') && !has('--gate')) await each('stories', stories(2, 'coarse'));
  if (has('--gate')) await each('sample', sample(sampledInGate));
  const must = leftOut.length;
  if (!has('--singles') && !has('--pairs') && !has('--gate')) {
    // Each is a part of the next; the first that is too large for this machine ends the series.
    for (let atMost = 0; leftOut.length === must && broken.length === 0 && Date.now() < untilMs; atMost++)
      await each('round', rounds([together(atMost)]));
    leftOut.splice(must);
  }
}

for (const { task, violations } of broken) {
  for (const { rule, text, trace } of violations) console.error([`${task.name}: ${rule}, ${text}`, ...trace].join('\n  '));
}
if (leftOut.length > 0) console.log(`not explored to the end: ${leftOut.join('; ')}`);
for (const [kind, { tasks, states, steps, spentMs }] of Object.entries(sums)) {
  if (tasks === 0) continue;
  const rate = Math.round(steps / Math.max(1, spentMs / 1000));
  console.log(
    `${kind}: ${tasks} tasks, ${states.toLocaleString('en')} ${units[kind as Task['kind']]}, ${steps.toLocaleString('en')} steps, ${rate.toLocaleString('en')} steps/s`,
  );
}
const violations = broken.reduce((sum, result) => sum + result.violations.length, 0);
console.log(`${violations} violations, ${Math.round((Date.now() - startMs) / 1000)} s`);
process.exitCode = violations > 0 || leftOut.length > 0 ? 1 : 0;
