/** `npm run bench`: the budgets of the design, each beside what it is compared with, in one run. */
import { Option } from 'commander';
import { developerCommand } from '../build/developer-command.ts';
import { alignColumns } from '../cli/render/columns.ts';
import type { BenchRow } from './row.ts';
import { bundleRows } from './rows/bundles.ts';
import { callRows } from './rows/calls.ts';
import { fleetRows } from './rows/fleet.ts';
import { limiterRow } from './rows/limiter.ts';
import { planningRows } from './rows/planning.ts';
import { signingRow } from './rows/signing.ts';
import { simulationRow } from './rows/simulation.ts';
import { usageRows } from './rows/usage.ts';

const parts: Readonly<Record<string, () => BenchRow[] | BenchRow | Promise<BenchRow[] | BenchRow>>> = {
  signing: signingRow,
  calls: callRows,
  bundles: bundleRows,
  planning: planningRows,
  fleet: fleetRows,
  limiter: limiterRow,
  simulation: simulationRow,
  usage: usageRows,
};

const { json, only } = developerCommand('bench', 'Measures speed and memory, each beside what it is compared with.')
  .addOption(new Option('--only <part>', 'one part only').choices(Object.keys(parts)))
  .option('--json', 'print one JSON array instead of a table')
  .parse()
  .opts<{ readonly json?: boolean; readonly only?: string }>();
const rows: BenchRow[] = [];
for (const [name, measure] of Object.entries(parts)) {
  if (only !== undefined && only !== name) continue;
  process.stderr.write(`measuring ${name} …\n`);
  rows.push(...[await measure()].flat());
}

if (json) {
  const fields = rows.map(({ name, ours, theirs, ratio, limit, holds }) => ({ name, ours, theirs, ratio, limit, holds }));
  process.stdout.write(`${JSON.stringify(fields, null, 2)}\n`);
} else {
  const figure = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
  const cells = rows.map(({ name, unit, ours, theirs, ratio, spread, limit, goal, atLeast, holds }) => [
    holds ? 'holds' : 'MISSES',
    name,
    `${figure(ours)} ${unit}`,
    `${figure(theirs)} ${unit}`,
    figure(ratio),
    spread === undefined ? '' : spread.map(figure).join('–'),
    `${atLeast ? '≥' : '≤'} ${figure(limit)}`,
    goal === undefined ? '' : `${figure(goal)}${(atLeast ? ratio >= goal : ratio <= goal) ? '' : ' missed'}`,
  ]);
  const right = { align: 'right' } as const;
  process.stdout.write(
    `${alignColumns(
      [['', '', 'ours', 'theirs', 'ratio', 'quartiles', 'limit', 'goal'], ...cells],
      [{}, {}, right, right, right, right, right, right],
    ).join('\n')}\n`,
  );
}
process.exitCode = rows.every(({ holds }) => holds) ? 0 : 1;
