/**
 * `npm run model`: visits every state of the shipped protocol under each fault and prints how many there are; `--pairs` adds each pair of
 * faults, `--budget MINUTES` stops before a configuration that would begin later and says what was left out. Exit code 1 on a violation.
 */
import { allFaults, type Configuration } from './configuration.ts';
import { explore } from './explore.ts';

const budgetAt = process.argv.indexOf('--budget');
const budgetMs = budgetAt < 0 ? Number.POSITIVE_INFINITY : Number(process.argv[budgetAt + 1]) * 60_000;
const faults: Configuration['faults'][] = allFaults.map((fault) => ({ [fault]: 1 }));
if (process.argv.includes('--pairs')) {
  allFaults.forEach((a, index) => {
    for (const b of allFaults.slice(index + 1)) faults.push({ [a]: 1, [b]: 1 });
  });
}

const startMs = Date.now();
let states = 0;
let explored = 0;
const leftOut: string[] = [];
const broken: string[] = [];
for (const each of faults) {
  const name = Object.keys(each).join(' + ');
  if (Date.now() - startMs > budgetMs) {
    leftOut.push(name);
    continue;
  }
  try {
    const result = explore({ name, faults: each });
    states += result.states;
    explored += 1;
    console.log(`${result.violation ? 'BREAKS' : 'holds '} ${String(result.states).padStart(9)} states  ${name}`);
    if (result.violation)
      broken.push([`${name}: ${result.violation.invariant} ${result.violation.text}`, ...result.violation.trace].join('\n  '));
  } catch (error) {
    leftOut.push(`${name} (${error instanceof Error ? error.message : error})`);
  }
}
for (const text of broken) console.error(text);
if (leftOut.length > 0) console.log(`not explored: ${leftOut.join('; ')}`);
console.log(`${explored} configurations, ${states} states, ${broken.length} violations, ${Math.round((Date.now() - startMs) / 1000)} s`);
process.exitCode = broken.length > 0 ? 1 : 0;
