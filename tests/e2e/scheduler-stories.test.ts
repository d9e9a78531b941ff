import { describe, expect, onTestFinished, test } from 'vitest';
import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { ruleModule } from '../../functions/scale-on-schedule/rule.ts';
import { modifyNodePoolAttribute } from '../../shared/client/operations/modify-node-pool-attribute.ts';
import { runMessages } from '../../shared/engine/notifications.ts';
import { drainTag } from '../../shared/fleet/session.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import type { GroupSeed } from '../../simulator/world/seed.ts';
import { shanghai } from '../fixtures/shanghai.ts';
import { hourMs, minuteMs } from '../fixtures/times.ts';
import { groupOf, groupSeed, logOffLive, sessionsOf } from '../functions/log-off-sessions/log-off-fixture.ts';
import { powerFixture, policyText as powerPolicyText } from '../functions/power-workstations/power-fixture.ts';
import { accountId, type LiveFunction, liveFunction, policyText } from './live-function.ts';

// Stories that users of schedulers for virtual machines, pods and session hosts tell: each of them left people without capacity, or cut them off.

const office: GroupSeed = { id: 'g', name: 'office', region: 'cn-hangzhou', pool: { id: 'rg-g', strategy: { fixed: 5 } } };

/** Five nodes from 08:00 to 20:00 every day, set step by step; outside the one that a count cannot go below. */
function scaleText(levels = '08:00-20:00: 100%'): string {
  return policyText({
    'scale-on-schedule': [
      `{name: r, groups: all, schedule: office, peak: {tag: peak-nodes, otherwise: 5, atMost: 9}, method: fixed, warmUp: false}`,
    ],
  }).replace('08:00-20:00: 2 nodes', levels);
}

async function scaling(text = scaleText(), group: GroupSeed = office): Promise<LiveFunction> {
  const live = await liveFunction(scaleOnSchedule, [ruleModule], { groups: [group] }, text);
  onTestFinished(() => live.close());
  return live;
}

const nodes = ({ simulator }: LiveFunction): number | undefined =>
  simulator.world.accounts.get(accountId)?.groups.get('g')?.pools[0]?.settings.NodeAmount;

/** Runs at each of these times of one day. */
async function runAt({ run, simulator }: LiveFunction, ...times: readonly string[]): Promise<void> {
  for (const time of times) {
    simulator.advanceTo(shanghai(time));
    await run();
  }
}

const setByHand = ({ person }: LiveFunction, amount: number) =>
  person.call(modifyNodePoolAttribute, {
    ...{ BizRegionId: 'cn-hangzhou', PoolId: 'rg-g', ProductType: 'CloudApp' },
    NodePoolStrategy: { StrategyType: 'NODE_FIXED', NodeAmount: amount },
  });

describe('nodes come back in the morning', () => {
  test('however often the night was looked at, and whatever was there meanwhile', async () => {
    const live = await scaling(scaleText('08:00-20:00: 100%, 20:00-24:00: 2 nodes, 00:00-08:00: 2 nodes'));
    const night = Array.from({ length: 12 }, (_, hour) => shanghai('2026-11-24 20:00') + hour * hourMs);
    for (const at of night) {
      live.simulator.advanceTo(at);
      await live.run();
      expect(nodes(live)).toBe(2);
    }
    await runAt(live, '2026-11-25 08:00');
    expect(nodes(live)).toBe(5);
  });

  test('though the process and the policy were replaced during the night', async () => {
    const live = await scaling();
    await runAt(live, '2026-11-24 20:00');
    expect(nodes(live)).toBe(1);
    const after = await live.under(scaleText().replaceAll('office', 'workhours').replace('otherwise: 5', 'otherwise: 6'));
    await runAt(after, '2026-11-25 08:00');
    expect(nodes(after)).toBe(6);
  });

  test('though every run at the step and for two hours behind it is missed', async () => {
    const live = await scaling();
    await runAt(live, '2026-11-24 20:00', '2026-11-25 10:17');
    expect(nodes(live)).toBe(5);
  });

  test('though the group was taken out for the night and put back while it was down', async () => {
    const live = await scaling();
    await runAt(live, '2026-11-24 20:00');
    const out = await live.under(scaleText().replace('groups: all', 'groups: {name: other}'));
    await runAt(out, '2026-11-24 23:00', '2026-11-25 07:00');
    const back = await live.under(scaleText());
    await runAt(back, '2026-11-25 09:00');
    expect(nodes(back)).toBe(5);
  });
});

describe('nobody loses the nodes that they work on', () => {
  test('what somebody sets for a night of work stands until the morning, however often it is looked at', async () => {
    const live = await scaling();
    await runAt(live, '2026-11-24 20:00', '2026-11-24 20:20');
    await setByHand(live, 3);
    await runAt(live, '2026-11-24 21:00', '2026-11-24 23:30', '2026-11-25 03:00', '2026-11-25 07:55');
    expect(nodes(live)).toBe(3);
    await runAt(live, '2026-11-25 08:00');
    expect(nodes(live)).toBe(5);
  });

  test('a group that is made in the evening with people on it is not lowered under them', async () => {
    const users = { users: [{ ids: ['ann'] }], sessions: [{ user: 'ann' }], sessionTimeout: -1 };
    const live = await scaling(scaleText(), { ...office, pool: { id: 'rg-g', capacity: 4, strategy: { fixed: 5 } }, ...users });
    await runAt(live, '2026-11-24 22:00', '2026-11-24 23:00');
    expect(sessionsOf(live)).toEqual(['ann']);
  });

  test('an hour that the clock skips or repeats is neither an early end nor a late begin', async () => {
    const berlin = scaleText('01:00-04:00: 100%').replace('regions: [cn-hangzhou]', 'regions: [cn-hangzhou], timezone: Europe/Berlin');
    const live = await scaling(berlin);
    const seen: string[] = [];
    // The clocks of Berlin go from 02:00 to 03:00 on 28 March 2027, so that three hours by the clock are two.
    for (const at of ['2027-03-27T23:59Z', '2027-03-28T00:00Z', '2027-03-28T01:00Z', '2027-03-28T01:59Z', '2027-03-28T02:00Z']) {
      live.simulator.advanceTo(Date.parse(at.replace('Z', ':00Z')));
      await live.run();
      seen.push(`${at.slice(11)} ${nodes(live)}`);
    }
    expect(seen).toEqual(['23:59Z 1', '00:00Z 5', '01:00Z 5', '01:59Z 5', '02:00Z 1']);
  });
});

describe('nobody stays shut out', () => {
  const rule = '{name: r, groups: all, after: {schedule: office, wait: 30m}, who: everyone, resetAfterUnbind: disabled, drain: 15m}';
  const isDrained = (live: LiveFunction): boolean => groupOf(live.simulator).tags.has(drainTag);

  async function drained(): Promise<LiveFunction> {
    const live = await logOffLive([rule], [groupSeed()], { at: '2026-11-24 20:20' });
    onTestFinished(() => live.close());
    await live.run();
    expect(isDrained(live)).toBe(true);
    return live;
  }

  test('by a log-off that fails all night', async () => {
    const live = await drained();
    live.simulator.faults.add({
      kind: 'fail',
      action: 'LogOffAllSessionsInAppInstanceGroup',
      times: 'always',
      httpStatus: 400,
      code: 'InvalidDataFormat',
    });
    await runAt(live, '2026-11-24 20:35', '2026-11-24 21:30', '2026-11-24 22:29', '2026-11-24 22:31', '2026-11-25 07:59');
    expect([isDrained(live), sessionsOf(live).includes('ann')]).toEqual([false, true]);
  });

  test('by a rule that is removed between the drain and the log-off', async () => {
    const live = await drained();
    const after = await live.under(policyText({ 'log-off-sessions': [rule.replace('groups: all', 'groups: {name: other}')] }));
    await runAt(after, '2026-11-24 20:35', '2026-11-24 22:31');
    expect(isDrained(live)).toBe(false);
  });

  test('by a function that is set to observe in between, without a critical message each day until somebody removes the drain', async () => {
    const live = await drained();
    const observing = await live.under(policyText({ 'log-off-sessions': [rule] }, { mode: 'observe' }));
    const told: string[] = [];
    const policy = { tell: { held: ['ops'], failed: ['oncall'] }, rules: {} } as unknown as CompiledPolicy;
    for (const at of [
      '2026-11-24 20:25',
      '2026-11-24 22:31',
      '2026-11-25 07:00',
      '2026-11-25 12:00',
      '2026-11-26 12:00',
      '2026-11-27 12:00',
    ]) {
      if (at.startsWith('2026-11-27')) groupOf(live.simulator).tags.clear();
      live.simulator.advanceTo(shanghai(at));
      const report = await observing.run();
      for (const { channels, message } of runMessages(report, policy, false))
        told.push(`${at.slice(5)} ${channels.join(' ')} ${message.severity} ${message.text.includes('remove the tags')}`);
    }
    expect(told).toEqual(['11-24 22:31', '11-25 07:00', '11-26 12:00'].map((at) => `${at} ops oncall critical true`));
    expect(live.writes().filter(({ action }) => action === 'UntagCloudResources')).toEqual([]);
  });
});

describe('workstations', () => {
  const follow = '- {name: r, workstations: all, schedule: studio}';

  test('a start that was missed for hours is made late, and a stop that failed for a while is made once it can be', async () => {
    const fixture = await powerFixture(
      {
        start: '2026-11-25 13:00',
        workstations: [{ id: 'w', name: 'artist', region: 'cn-hangzhou', charge: 'PostPaid', status: 'STOPPED' }],
      },
      powerPolicyText(follow),
    );
    onTestFinished(() => fixture.close());
    await fixture.run();
    fixture.simulator.advance(5 * minuteMs);
    expect(fixture.workstation('w').status).toBe('RUNNING');
    fixture.simulator.advanceTo(shanghai('2026-11-25 23:30'));
    fixture.simulator.faults.add({ kind: 'fail', action: 'StopWuyingServer', times: 2, httpStatus: 400, code: 'InvalidDataFormat' });
    for (let run = 0; run < 12; run++) {
      await fixture.run();
      fixture.simulator.advance(20 * minuteMs);
    }
    expect(fixture.workstation('w').status).toBe('STOPPED');
    // Nobody has started it meanwhile.
    expect(fixture.calls('StartWuyingServer').flat()).toEqual(['w']);
  });
});
