import { expect, test } from 'vitest';
import { scaleOnSchedule } from '../../../functions/scale-on-schedule/automation.ts';
import { ruleModule } from '../../../functions/scale-on-schedule/rule.ts';
import { liveFunction, policyText } from '../../e2e/live-function.ts';
import { hourMs } from '../../fixtures/times.ts';

const strategy = { schedule: { '1-5': { '08:00-20:00': 2 } }, enable: '2026-11-01', disable: '2027-10-30' };
const group = { id: 'aig-plant', name: 'plant', region: 'cn-hangzhou', pool: { strategy } };
/** Each weekday of six weeks from Tuesday, 1 December, on. */
const closed = Array.from({ length: 42 }, (_, index) => new Date(Date.UTC(2026, 11, 1 + index)))
  .filter((date) => date.getUTCDay() % 6 !== 0)
  .map((date) => date.toISOString().slice(0, 10));
const text = policyText(
  { 'scale-on-schedule': ['{name: plant, groups: all, schedule: office}'] },
  { sections: `limits: {}\ncalendars: {own: {holidays: [${closed.join(', ')}]}}` },
)
  .replace('everyday:', 'workday:')
  .replace('regions: [cn-hangzhou]', 'regions: [cn-hangzhou], calendar: own');

test('a closing of six weeks is put off once a week, no node runs in it, and the week after it is an ordinary one', async () => {
  const live = await liveFunction(scaleOnSchedule, [ruleModule], { groups: [group] } as never, text);
  const [pool] = [...live.simulator.world.accounts.values()].flatMap(({ groupList }) => groupList).flatMap(({ pools }) => pools);
  const nodesAt: Record<string, number> = {};
  try {
    for (let hours = 0; hours < 56 * 24; hours += 4) {
      await live.run();
      const local = new Date(live.simulator.world.clock.nowMs + 8 * hourMs).toISOString();
      if (local.slice(11, 13) === '12') nodesAt[local.slice(0, 10)] = pool?.nodes.filter(({ state }) => state === 'ready').length ?? 0;
      live.simulator.advance(4 * hourMs);
    }
    expect(Object.entries(nodesAt).filter(([date, nodes]) => nodes > 0 && date > '2026-11-30' && date < '2027-01-12')).toEqual([]);
    expect([nodesAt['2026-11-30'], nodesAt['2027-01-12'], nodesAt['2027-01-13']]).toEqual([2, 2, 2]);
    const begins = live.writes().map(({ input }) => (input['NodePoolStrategy'] as { StrategyEnableDate: string }).StrategyEnableDate);
    expect(begins).toEqual(['2026-12-21', '2026-12-28', '2027-01-04', '2027-01-11', '2027-01-12', '2027-01-11']);
  } finally {
    await live.close();
  }
}, 60_000);
