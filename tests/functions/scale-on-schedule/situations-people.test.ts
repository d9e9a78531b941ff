import { afterEach, describe, expect, it } from 'vitest';
import { scaleOnSchedule } from '../../../functions/scale-on-schedule/automation.ts';
import { ruleModule } from '../../../functions/scale-on-schedule/rule.ts';
import { modifyNodePoolAttribute } from '../../../shared/client/operations/modify-node-pool-attribute.ts';
import { type LiveFunction, liveFunction, policyText } from '../../e2e/live-function.ts';
import { shanghai } from '../../fixtures/shanghai.ts';

const group = { id: 'aig-desk', name: 'desk', region: 'cn-hangzhou', pool: { strategy: { fixed: 2 } } };
const text = policyText({ 'scale-on-schedule': ['{name: desk, groups: all, schedule: office, method: fixed}'] });

let live: LiveFunction | undefined;
afterEach(() => live?.close());

/** The group from Tuesday noon on, with two nodes from eight to eight, in runs of every ten minutes. */
async function desk() {
  live = await liveFunction(scaleOnSchedule, [ruleModule], { groups: [group] } as never, text);
  const { simulator, person, run } = live;
  const [pool] = [...simulator.world.accounts.values()].flatMap(({ groupList }) => groupList).flatMap(({ pools }) => pools);
  if (pool === undefined) throw new Error('the world has no pool');
  return {
    /** Runs until an instant and at it; gives the nodes that are set then. */
    async until(time: string): Promise<number | undefined> {
      for (; simulator.world.clock.nowMs < shanghai(time); simulator.advance(600_000)) await run();
      await run();
      return pool.settings.NodeAmount;
    },
    /** Somebody sets a count in the console. */
    async sets(nodes: number): Promise<void> {
      const strategy = { StrategyType: 'NODE_FIXED', NodeAmount: nodes };
      await person.call(modifyNodePoolAttribute, {
        ...{ ProductType: 'CloudApp', BizRegionId: 'cn-hangzhou', PoolId: pool.id },
        NodePoolStrategy: strategy,
      } as never);
    },
  };
}

describe('a count that a person sets at night to what the day wants', () => {
  it('stands until the morning and goes down with the schedule in the evening', async () => {
    const { until, sets } = await desk();
    expect(await until('2026-11-24 21:00')).toBe(1);
    await sets(2);
    expect(await until('2026-11-25 07:00')).toBe(2);
    expect(await until('2026-11-25 20:10')).toBe(1);
  }, 30_000);

  it('leaves what a person sets by day as it is until the evening', async () => {
    const { until, sets } = await desk();
    await until('2026-11-24 21:00');
    await sets(2);
    expect(await until('2026-11-25 12:00')).toBe(2);
    await sets(5);
    expect(await until('2026-11-25 19:50')).toBe(5);
    expect(await until('2026-11-25 20:10')).toBe(1);
  }, 30_000);
});
