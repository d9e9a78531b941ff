/**
 * `npm run mutants`: breaks the money path in one place at a time, and shows which test finds it. A rule of safety whose mutant survives is held by no
 * test. It takes about a quarter of an hour on two cores, so it is no part of `npm test`.
 * Exit code 1 when a mutant survives that is not known to be equivalent, when one that is known to be is killed, or when the list is out of date.
 */
import { developerCommand, wholeNumber } from '../../build/developer-command.ts';
import { type Mutant, problemsOf } from './mutant.ts';
import { mutants as all } from './mutants.ts';
import { type TestResult, Workspace } from './workspace.ts';

/** Tests of single parts of the money path, over within seconds: most mutants die here, so they come first. */
const quickest = [
  ...[
    'claim-and-answer',
    'classify',
    'renew',
    'reservations',
    'reservations-meanwhile',
    'reserve',
    'resolve',
    'round',
    'send-once',
    'settle',
  ].map((name) => `tests/functions/renew-before-expiry/purchase/${name}.test.ts`),
  'tests/engine/answers.test.ts',
  ...['approvals-and-alerts', 'budget', 'renewal', 'sentinel', 'stream'].map((name) => `tests/journal/${name}.test.ts`),
  ...['expiry-moves', 'plan', 'renewal-notifier', 'renewal-notifier-carried', 'renewal-notifier-pace', 'renewal-notifier-refused'].map(
    (name) => `tests/functions/renew-before-expiry/${name}.test.ts`,
  ),
];
/** Tests that look at the money path alone. */
const nearest = ['tests/functions/renew-before-expiry', 'tests/journal', 'tests/model/rules'];
/** After so long a run of tests never ends, in milliseconds. */
const limitMs = 10 * 60_000;
/** How long the protocol is explored for one mutant. */
const exploreMinutes = 3;

interface Verdict {
  readonly mutant: Mutant;
  readonly fate: 'killed' | 'survived' | 'untold';
  /** What killed it, or why nothing can be told. */
  readonly by: string;
}

interface Flags {
  readonly only: readonly string[];
  readonly jobs: number;
  readonly first?: boolean;
  readonly model?: boolean;
  readonly list?: boolean;
}

const flags = developerCommand('mutants', 'Breaks the sources in one place at a time, and shows which test finds it.')
  .option('--only <part of a name>', 'only these mutants; can be given more than once', (part, all: string[]) => [...all, part], [])
  .option('--jobs <n>', 'mutants at once', wholeNumber(), 2)
  .option('--first', 'run only the tests that look at a place first; what survives those is no verdict')
  .option('--model', 'explore the protocol where no test fails')
  .option('--list', 'print the list only')
  .parse()
  .opts<Flags>();

/** Runs the tests that a mutant names or the quickest, then the nearest, then all that load the broken file, then the explorer. */
async function judge(workspace: Workspace, mutant: Mutant): Promise<Verdict> {
  const sets = [{ files: mutant.tests ?? quickest }, { files: nearest }, { relatedTo: mutant.file }];
  const results = sets.slice(0, flags.first ? 1 : sets.length).map((set) => (): Promise<TestResult> => workspace.runTests(set, limitMs));
  for (const result of results) {
    const found = await workspace.with(mutant, result);
    if (found.outcome === 'hung') return { mutant, fate: 'killed', by: `tests that did not end in ${limitMs / 60_000} minutes` };
    if (found.outcome === 'passed') continue;
    const { file, name } = found.test;
    if (file === '') return { mutant, fate: 'untold', by: name };
    if (await workspace.isSound(file, limitMs)) return { mutant, fate: 'killed', by: `${file}: ${name}` };
    return { mutant, fate: 'untold', by: `${file} fails without the mutant too` };
  }
  if (flags.model && !(await workspace.with(mutant, () => workspace.explore(exploreMinutes)))) {
    return { mutant, fate: 'killed', by: 'the explorer' };
  }
  return { mutant, fate: 'survived', by: '' };
}

const isAsExpected = ({ mutant, fate }: Verdict): boolean => fate === (mutant.equivalent === undefined ? 'killed' : 'survived');

function tell(verdict: Verdict): void {
  const { mutant, fate, by } = verdict;
  const word = fate === 'survived' && mutant.equivalent !== undefined ? 'equivalent' : fate;
  console.log(
    `${isAsExpected(verdict) ? '  ' : '! '}${word.padEnd(10)}  ${mutant.name.padEnd(34)}  ${by || (mutant.equivalent ?? mutant.rule)}`,
  );
}

const { only, jobs } = flags;
const chosen = all.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)));
const problems = problemsOf(all);
for (const problem of problems) console.error(problem);

if (flags.list) {
  for (const { name, file, rule } of chosen) console.log(`${name.padEnd(34)}  ${file}  ${rule}`);
  process.exitCode = problems.length > 0 ? 1 : 0;
} else if (problems.length > 0 || chosen.length === 0) {
  if (chosen.length === 0) console.error('No mutant has such a name; --list shows them.');
  process.exitCode = 1;
} else {
  const startMs = performance.now();
  const waiting = [...chosen];
  const verdicts: Verdict[] = [];
  await Promise.all(
    Array.from({ length: Math.min(jobs, chosen.length) }, async () => {
      const workspace = new Workspace();
      try {
        for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
          const verdict = await judge(workspace, mutant);
          verdicts.push(verdict);
          tell(verdict);
        }
      } finally {
        workspace.remove();
      }
    }),
  );
  const count = (fate: Verdict['fate']): number => verdicts.filter((verdict) => verdict.fate === fate).length;
  const minutes = ((performance.now() - startMs) / 60_000).toFixed(1);
  console.log(
    `${verdicts.length} mutants: ${count('killed')} killed, ${count('survived')} survived, ${count('untold')} untold, ${minutes} min`,
  );
  process.exitCode = verdicts.every(isAsExpected) ? 0 : 1;
}
