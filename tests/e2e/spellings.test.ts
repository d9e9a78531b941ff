import { afterEach, expect, test } from 'vitest';
import { approveOtaWindows } from '../../functions/approve-ota-windows/automation.ts';
import { ruleModule as otaModule } from '../../functions/approve-ota-windows/rule.ts';
import { logOffSessions } from '../../functions/log-off-sessions/automation.ts';
import { ruleModule as logOffModule } from '../../functions/log-off-sessions/rule.ts';
import { powerWorkstations } from '../../functions/power-workstations/automation.ts';
import { ruleModule as powerModule } from '../../functions/power-workstations/rule.ts';
import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { ruleModule as scaleModule } from '../../functions/scale-on-schedule/rule.ts';
import { tagNewResources } from '../../functions/tag-new-resources/automation.ts';
import { ruleModule as tagModule } from '../../functions/tag-new-resources/rule.ts';
import type { Automation } from '../../shared/engine/automation.ts';
import type { Resource } from '../../shared/fleet/resource.ts';
import type { AnyRuleModule } from '../../shared/policy/rule-module.ts';
import type { AssumptionValue } from '../../simulator/assumptions.ts';
import type { AccountSeed } from '../../simulator/world/seed.ts';
import { hourMs } from '../fixtures/times.ts';
import { type LiveFunction, liveFunction, policyText } from './live-function.ts';

let live: LiveFunction | undefined;
afterEach(() => live?.close());

const account: Omit<AccountSeed, 'id'> = {
  groups: [
    {
      id: 'aig-1',
      name: 'office-1',
      region: 'cn-hangzhou',
      pool: { strategy: { fixed: 3 } },
      tags: { team: 'a' },
      ota: { current: '2.1.0', offered: '2.2.0' },
    },
    { id: 'aig-2', name: 'office-2', region: 'cn-hangzhou', charge: 'PrePaid', pool: { strategy: { fixed: 2 } } },
    {
      id: 'aig-3',
      name: 'office-3',
      region: 'cn-hangzhou',
      pool: { strategy: { fixed: 1 } },
      sessions: [{ user: 'amy', sinceMinutes: 600 }],
    },
  ],
  workstations: [
    { id: 'ws-1', name: 'render-1', region: 'cn-hangzhou', charge: 'PostPaid' },
    { id: 'ws-2', name: 'render-2', region: 'cn-hangzhou', charge: 'PostPaid', sessions: ['bo'] },
  ],
};

const functions: readonly (readonly [string, Automation<Resource>, AnyRuleModule, string])[] = [
  [
    'scale-on-schedule',
    scaleOnSchedule as never,
    scaleModule,
    '{name: office, groups: {name: "office-*", charge: pay-as-you-go}, schedule: office}',
  ],
  ['power-workstations', powerWorkstations as never, powerModule, '{name: render, workstations: {name: "render-*"}, schedule: office}'],
  ['tag-new-resources', tagNewResources as never, tagModule, '{name: mark, groups: all, set: {owner: nobody}}'],
  [
    'log-off-sessions',
    logOffSessions as never,
    logOffModule,
    '{name: long, groups: {name: office-3}, who: {longerThan: 8h}, at: 20:30, days: everyday, resetAfterUnbind: disabled}',
  ],
  [
    'approve-ota-windows',
    approveOtaWindows as never,
    otaModule,
    '{name: all, type: Fota, approveAhead: 30m, onlyWithSessionsUpTo: 9, rings: [{name: all, groups: all, window: {days: everyday, at: 20:00-22:00}, soak: 1h}]}',
  ],
];

const spellings: readonly Readonly<Record<string, AssumptionValue>>[] = [
  { emptyLists: 'absent' },
  { statusCase: 'lower' },
  { chargeTypeSpelling: 'Prepaid' },
  { successCodes: 'zero' },
  { successCodes: 'upper' },
];

async function decisionsUnder(assumptions: Readonly<Record<string, AssumptionValue>>): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  for (const [name, automation, module, rule] of functions) {
    live = await liveFunction(automation, [module], account, policyText({ [name]: [rule] }), { assumptions });
    for (const hours of [0, 7.6, 2]) {
      live.simulator.advance(hours * hourMs);
      await live.run();
      seen.push(name, live.decided);
    }
    const writes = live.writes();
    expect(writes, name).not.toEqual([]);
    seen.push(writes);
    await live.close();
  }
  return seen;
}

test.each(spellings)('every function decides and writes the same where answers are spelled otherwise: %j', async (assumptions) => {
  expect(await decisionsUnder(assumptions)).toEqual(await decisionsUnder({}));
});
