import { expect, test } from 'vitest';
import { scaleOnSchedule } from '../../../functions/scale-on-schedule/automation.ts';
import { ruleModule } from '../../../functions/scale-on-schedule/rule.ts';
import { modifyNodePoolAttribute } from '../../../shared/client/operations/modify-node-pool-attribute.ts';
import { type LiveFunction, liveFunction, policyText } from '../../e2e/live-function.ts';
import { hourMs } from '../../fixtures/times.ts';

const strategy = { schedule: { '1-5': { '08:00-21:00': 3 } }, enable: '2026-11-01', disable: '2027-10-30' };
const groups = [{ id: 'g', name: 'office', region: 'cn-hangzhou', pool: { id: 'rg-g', strategy } }];

/** An evening under an exception on Wednesday, or the holidays that are named. */
function textOf(mode: 'act' | 'observe', holidays?: readonly string[], groupsOf = 'all'): string {
  const evening = 'exceptions: [{because: launch, groups: all, from: 2026-11-25 20:00, until: 2026-11-25 23:00, keepAtLeast: 100%}]';
  return policyText(
    { 'scale-on-schedule': [`{name: office, groups: ${groupsOf}, schedule: office, peak: {tag: peak-nodes, otherwise: 3, atMost: 9}}`] },
    { mode, sections: `limits: {}\ncalendars: {own: {holidays: [${(holidays ?? []).join(', ')}]}}\n${holidays ? '' : evening}` },
  )
    .replace('everyday: {08:00-20:00: 2 nodes}', 'workday: {08:00-21:00: 100%}')
    .replace('regions: [cn-hangzhou]', 'regions: [cn-hangzhou], calendar: own');
}

/** Runs every six hours for some days. Gives the new holds as `day code`. */
async function told(live: LiveFunction, days: number): Promise<readonly string[]> {
  const holds: string[] = [];
  for (let run = 0; run < days * 4; run++) {
    const { newHolds, decisions } = await live.run();
    const day = new Date(live.simulator.world.clock.nowMs + 8 * hourMs).toISOString().slice(5, 10);
    holds.push(...newHolds.map((id) => `${day} ${decisions.find(({ resource }) => resource.id === id)?.because[0]?.code}`));
    live.simulator.advance(6 * hourMs);
  }
  return holds;
}

const days = (from: string, count: number) =>
  Array.from({ length: count }, (_, index) => new Date(Date.parse(from) + index * 24 * hourMs).toISOString().slice(5, 10));

test('a deviation that is left while scaling only observes is told every day, until somebody takes it back', async () => {
  const live = await liveFunction(scaleOnSchedule, [ruleModule], { groups }, textOf('act'));
  try {
    // Tuesday noon to Wednesday, so that the evening is written.
    expect(await told(live, 1)).toEqual([]);
    const observing = await live.under(textOf('observe'));
    expect(await told(observing, 5)).toEqual(days('2026-11-25', 6).map((day) => `${day} deviation-left`));
    await live.person.call(modifyNodePoolAttribute, {
      ...{ BizRegionId: 'cn-hangzhou', PoolId: 'rg-g', ProductType: 'CloudApp' },
      NodePoolStrategy: { StrategyType: 'NODE_FIXED', NodeAmount: 3 },
    } as never);
    expect((await told(observing, 2)).filter((line) => line.includes('deviation'))).toEqual([]);
  } finally {
    await live.close();
  }
});

test('where no rule covers the group any more it is told as well', async () => {
  const live = await liveFunction(scaleOnSchedule, [ruleModule], { groups }, textOf('act'));
  try {
    await told(live, 1);
    const observing = await live.under(textOf('observe', undefined, '{name: other}'));
    expect((await told(observing, 2)).map((line) => line.slice(6))).toEqual(Array(3).fill('deviation-left'));
  } finally {
    await live.close();
  }
});

test.each(['act', 'observe'] as const)('an ordinary week under %s is none', async (mode) => {
  const live = await liveFunction(scaleOnSchedule, [ruleModule], { groups }, textOf('act', []));
  try {
    await told(live, 1);
    expect(await told(await live.under(textOf(mode, [])), 3)).toEqual([]);
  } finally {
    await live.close();
  }
});

test('a pause that ends by itself is told while it lasts', async () => {
  const live = await liveFunction(scaleOnSchedule, [ruleModule], { groups }, textOf('act', ['2026-11-25', '2026-11-26', '2026-11-27']));
  try {
    await told(live, 1);
    const holds = await told(await live.under(textOf('observe', ['2026-11-25', '2026-11-26', '2026-11-27'])), 8);
    expect(holds.at(-1)?.slice(0, 5)).toBe('11-29');
    expect(new Set(holds.map((line) => line.slice(6)))).toEqual(new Set(['deviation-left']));
  } finally {
    await live.close();
  }
});
