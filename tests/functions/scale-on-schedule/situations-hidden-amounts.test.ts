import { afterEach, describe, expect, test } from 'vitest';
import { scaleOnSchedule } from '../../../functions/scale-on-schedule/automation.ts';
import { ruleModule } from '../../../functions/scale-on-schedule/rule.ts';
import type { AssumptionValue } from '../../../simulator/assumptions.ts';
import { type LiveFunction, liveFunction, policyText } from '../../e2e/live-function.ts';
import { minuteMs } from '../../fixtures/times.ts';

const groups = [
  { id: 'aig-steps', name: 'office-steps', region: 'cn-hangzhou', pool: { strategy: { fixed: 2 } } },
  { id: 'aig-weekly', name: 'weekly', region: 'cn-hangzhou', pool: { strategy: { fixed: 3 } } },
];
const text = policyText(
  {
    'scale-on-schedule': [
      '{name: steps, groups: {name: "office-*"}, schedule: steps, peak: {tag: peak-nodes, otherwise: 6, atMost: 6}, method: fixed}',
      '{name: weekly, groups: {name: weekly}, schedule: office}',
    ],
  },
  { sections: 'limits: {}' },
).replace(
  'schedules: {',
  'schedules: {steps: {everyday: {00:00-08:00: 1 node, 08:00-13:00: 50%, 13:00-18:00: 100%, 18:00-24:00: 2 nodes}}, ',
);

let live: LiveFunction;
afterEach(() => live?.close());

interface Day {
  /** `minute of the play, group, what was written`. */
  readonly writes: readonly string[];
  readonly codes: ReadonlySet<string>;
  /** Node time by group, in hours. */
  readonly nodeHours: readonly number[];
}

/** A day with a run every five minutes, as deployed, from noon on. */
async function dayUnder(assumptions: Readonly<Record<string, AssumptionValue>>): Promise<Day> {
  live = await liveFunction(scaleOnSchedule, [ruleModule], { groups }, text, { assumptions });
  const writes: string[] = [];
  const codes = new Set<string>();
  for (let minute = 0; minute < 24 * 60; minute += 5) {
    const before = live.writes().length;
    await live.run();
    for (const each of live.decided) for (const code of each.split(' ').slice(2)) codes.add(code.replace(',', ''));
    for (const { input } of live.writes().slice(before)) {
      const { StrategyType, NodeAmount } = (input['NodePoolStrategy'] ?? {}) as Record<string, unknown>;
      writes.push(`${minute} ${String(StrategyType)} ${String(NodeAmount ?? '')}`.trim());
    }
    live.simulator.advance(5 * minuteMs);
  }
  live.simulator.world.settleStatistics();
  const account = live.simulator.world.account('1000000000000001');
  const nodeHours = account.groupList.map(({ statistics }) => Math.round(statistics.payAsYouGoNodeMs / 36_000) / 100);
  return { writes, codes, nodeHours };
}

describe('what NodeAmount shows of a pool that is paid by the hour', () => {
  test.each([
    { payAsYouGoNodeAmount: 'zero' },
    { payAsYouGoNodeAmount: 'absent' },
    { payAsYouGoNodeAmount: 'zero', nodeBootMinutes: 20 },
    { payAsYouGoNodeAmount: 'absent', nodeReleaseMinutes: 10 },
  ])('changes nothing of what is written, and no person is blamed: %j', async (assumptions) => {
    const { payAsYouGoNodeAmount: _, ...others } = assumptions;
    const usual = await dayUnder(others);
    await live.close();
    const day = await dayUnder(assumptions);
    expect(day.writes).toEqual(usual.writes);
    expect(day.nodeHours).toEqual(usual.nodeHours);
    expect([...day.codes].filter((code) => code.startsWith('manual'))).toEqual([]);
    expect(usual.writes.length).toBeGreaterThan(4);
  });
});
