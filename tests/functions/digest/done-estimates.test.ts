import { expect, test } from 'vitest';
import { DoneTally } from '../../../functions/digest/facts/gather.ts';
import type { PastRun } from '../../../functions/digest/facts/past-runs.ts';

type Estimate = readonly [yuan: number, per: string];

/** A run that did one thing for each of these costs, lasting and once. */
function runOf(key: string, costs: readonly { readonly cost?: Estimate; readonly once?: Estimate; readonly outcome?: string }[]): PastRun {
  const money = ([yuan, per]: Estimate) => ({ kind: 'estimate', amount: { currency: 'CNY', micros: String(yuan * 1_000_000) }, per });
  return {
    ...{ function: 'scale-on-schedule', target: 'home', holdsChanged: false, errors: [], atMs: 0, key },
    decisions: costs.map(({ cost, once }, index) => ({
      ...{ verdict: 'act', rule: 'r', resource: { id: `g${index}` }, because: [] },
      action: { key: `${key} ${index}`, change: [], ...(cost && { cost: money(cost) }), ...(once && { once: money(once) }) },
    })),
    outcomes: costs.map(({ outcome = 'done' }, index) => ({ resource: { id: `g${index}` }, key: `${key} ${index}`, outcome })),
  };
}

function estimatesOf(...runs: readonly PastRun[]): readonly string[] {
  const tally = new DoneTally();
  for (const run of runs) tally.take(run);
  return tally.facts.estimates.map(({ per, amount }) => `${Number(amount.micros) / 1_000_000} ${per}`);
}

test('what lasts is summed within a run and never across runs, and what is once never with it', () => {
  const estimates = estimatesOf(
    runOf('a', [{ cost: [10, 'per 30 days'], once: [-3, 'once, on 2026-10-01'] }, { cost: [5, 'per 30 days'] }]),
    runOf('b', [{ cost: [-4, 'per 30 days'] }, { once: [-3, 'once, on 2026-10-01'] }, { once: [-2, 'once, on 2026-10-02'] }]),
  );
  expect(estimates).toEqual(['15 per 30 days', '-6 once, on 2026-10-01', '-4 per 30 days', '-2 once, on 2026-10-02']);
});

test('a step that a schedule takes, what costs nothing and what was not done are none', () => {
  expect(
    estimatesOf(
      runOf('a', [{ cost: [3, 'until 2026-10-01 18:00'] }, { cost: [2, 'at most, until 2026-10-01 18:00'] }, { cost: [0, 'per 30 days'] }]),
      runOf('b', [{ cost: [7, 'per 30 days'], outcome: 'failed' }, { once: [1, 'once, until 2026-10-01 18:00'] }]),
    ),
  ).toEqual(['1 once, until 2026-10-01 18:00']);
});
