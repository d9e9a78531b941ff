import { expect, test } from 'vitest';
import { enforcePolicy } from '../../../functions/enforce-policy/automation.ts';
import { ruleModule } from '../../../functions/enforce-policy/rule.ts';
import { modifyAppInstanceGroupAttribute } from '../../../shared/client/operations/modify-app-instance-group-attribute.ts';
import type { TriggerEvent } from '../../../shared/engine/automation.ts';
import { type Handler, ServiceFault } from '../../../simulator/handler.ts';
import { handlers as groupHandlers } from '../../../simulator/operations/delivery-groups.ts';
import type { GroupSeed } from '../../../simulator/world/seed.ts';
import { accountId, type LiveFunction, liveFunction, policyText } from '../../e2e/live-function.ts';
import { financeGroup } from '../../fixtures/groups.ts';
import { dayMs } from '../../fixtures/times.ts';

const rule = (wishes: string, groups = 'all') => `{name: r, groups: ${groups}, ${wishes}}`;
const large = { pool: { instanceType: 'appstreaming.general.8c16g' } };
const busy = { users: [{ ids: ['ann'] }], sessions: [{ user: 'ann' }] };
const away = { users: [{ ids: ['ann'] }], sessions: [{ user: 'ann', connected: false }], sessionTimeout: -1 };
const tenant = 'keep not-covered';

/** Answers of the reads of groups, with some texts replaced. */
function replaced(from: string | RegExp, to: string): Readonly<Record<string, Handler>> {
  const change = (action: string): Handler => {
    return (input, context) => JSON.parse(JSON.stringify(groupHandlers[action]?.(input, context)).replaceAll(from, to));
  };
  return { ListAppInstanceGroup: change('ListAppInstanceGroup'), GetAppInstanceGroup: change('GetAppInstanceGroup') };
}

/** Somebody sets the timeout back after each run, so many times; `seen`: a run in between has seen it as the rule asks. */
const setsBack =
  (times: number, seen = true) =>
  async (live: LiveFunction) => {
    for (let time = 0; time < times; time++) {
      await live.run();
      live.simulator.advance(3_600_000);
      if (seen) await live.run();
      await live.person.call(modifyAppInstanceGroupAttribute, { AppInstanceGroupId: 'g', ProductType: 'CloudApp', SessionTimeout: 60 });
    }
  };

interface Situation {
  readonly rules: readonly string[];
  readonly sections?: string;
  readonly groups?: readonly GroupSeed[];
  readonly handlers?: Readonly<Record<string, Handler>>;
  readonly before?: (live: LiveFunction) => unknown;
  readonly triggerEvents?: readonly TriggerEvent[];
  /** `verdict codes` of the account itself. Default: no rule is for it. */
  readonly tenant?: string;
  /** `id verdict codes` of everything else. */
  readonly decides: readonly string[];
  /** The calls that the run makes to change something. */
  readonly writes?: readonly (readonly [action: string, input: object])[];
}

const attributes = (input: object) =>
  ['ModifyAppInstanceGroupAttribute', { AppInstanceGroupId: 'g', ProductType: 'CloudApp', ...input }] as const;

const situations: Readonly<Record<string, Situation>> = {
  'a group that is as the rule asks is kept': { rules: [rule('sessionTimeout: 15m, nodeCapacity: 2')], decides: ['g keep as-wanted'] },
  'what no rule covers is left alone': { rules: [rule('sessionTimeout: 30m', '{name: "hr-*"}')], decides: ['g keep not-covered'] },
  'a group outside the regions is left alone': {
    rules: [rule('sessionTimeout: 30m')],
    groups: [financeGroup({ region: 'cn-shanghai' })],
    decides: ['g keep not-covered'],
  },
  'a timeout that differs is set': {
    rules: [rule('sessionTimeout: 30m')],
    decides: ['g act drift'],
    writes: [attributes({ SessionTimeout: 30 })],
  },
  'never is a timeout': {
    rules: [rule('sessionTimeout: never')],
    decides: ['g act drift'],
    writes: [attributes({ SessionTimeout: -1 })],
  },
  'all that drifted is set by one call': {
    rules: [rule('sessionTimeout: 1h, nodeCapacity: 3')],
    groups: [financeGroup(large)],
    decides: ['g act drift, drift'],
    writes: [attributes({ SessionTimeout: 60, NodePool: { NodeCapacity: 3, NodePoolId: expect.any(String) } })],
  },
  'a lower capacity waits while somebody is on the group, a shorter timeout does not': {
    rules: [rule('sessionTimeout: 5m, nodeCapacity: 1')],
    groups: [financeGroup({ ...busy, pool: { capacity: 2 } })],
    decides: ['g act drift, in-use'],
    writes: [attributes({ SessionTimeout: 5 })],
  },
  'a shorter timeout waits while somebody is away from a session': {
    rules: [rule('sessionTimeout: 15m')],
    groups: [financeGroup(away)],
    decides: ['g hold in-use'],
  },
  'a rule that insists sets it all the same': {
    rules: [rule('sessionTimeout: 15m, insist: true')],
    groups: [financeGroup(away)],
    decides: ['g act drift'],
    writes: [attributes({ SessionTimeout: 15 })],
  },
  'whoever is protected keeps a session that a rule insists on ending': {
    rules: [rule('sessionTimeout: 15m, insist: true')],
    sections: 'limits: {}\nprotect: {users: [ann]}',
    groups: [financeGroup(away)],
    decides: ['g act drift'],
    writes: [],
  },
  'a longer timeout waits for nobody': {
    rules: [rule('sessionTimeout: never')],
    groups: [financeGroup({ ...away, sessionTimeout: 30 })],
    decides: ['g act drift'],
    writes: [attributes({ SessionTimeout: -1 })],
  },
  'a shorter timeout waits where nobody can tell who is away': {
    rules: [rule('sessionTimeout: 10m, insist: true')],
    groups: [financeGroup(busy)],
    handlers: {
      ListAppInstances: () => {
        throw new ServiceFault('Forbidden.NoPermission', 'no', 403);
      },
    },
    decides: ['g hold in-use-unknown'],
  },
  'raising goes on beside lowering that waits': {
    rules: [rule('sessionTimeout: 5m, nodeCapacity: 3')],
    groups: [financeGroup({ ...away, ...large })],
    decides: ['g act drift, in-use'],
    writes: [attributes({ NodePool: { NodeCapacity: 3, NodePoolId: expect.any(String) } })],
  },
  'lowering happens while nobody is there': {
    rules: [rule('sessionTimeout: 5m, nodeCapacity: 1')],
    decides: ['g act drift, drift'],
    writes: [attributes({ SessionTimeout: 5, NodePool: { NodeCapacity: 1, NodePoolId: expect.any(String) } })],
  },
  'from never to minutes is lowering': {
    rules: [rule('sessionTimeout: 60m')],
    groups: [financeGroup({ ...away, sessionTimeout: -1 })],
    decides: ['g hold in-use'],
  },
  'a lower capacity waits where it is unknown who is there, and sessions tell of a timeout': {
    rules: [rule('sessionTimeout: 5m, nodeCapacity: 1')],
    handlers: replaced(/"NodeUsed":\d+/g, '"NodeUsed":"many"'),
    decides: ['g act drift, in-use-unknown'],
    writes: [attributes({ SessionTimeout: 5 })],
  },
  'a timeout that cannot be read is not changed': {
    rules: [rule('sessionTimeout: 30m')],
    handlers: replaced('"SessionTimeout":"15"', '"SessionTimeout":"a while"'),
    decides: ['g hold unreadable'],
  },
  'a timeout that is not known to exist is not changed': {
    rules: [rule('sessionTimeout: 30m')],
    handlers: replaced('"SessionTimeout":"15"', '"SessionTimeout":"0"'),
    decides: ['g hold unreadable'],
  },
  'a status that nobody knows holds': {
    rules: [rule('sessionTimeout: 30m')],
    handlers: replaced('PUBLISHED', 'DREAMING'),
    decides: ['g hold status'],
  },
  'a group under maintenance holds': {
    rules: [rule('sessionTimeout: 30m')],
    groups: [financeGroup({ status: 'MAINTAINING' })],
    decides: ['g hold status, sighted'],
  },
  'the capacity of a group with two pools is not changed': {
    rules: [rule('nodeCapacity: 3')],
    groups: [financeGroup({ morePools: [{}] })],
    decides: ['g hold pool-count'],
  },
  'tags that a group lacks are reported': {
    rules: [rule('requireTags: [owner, cost-center]')],
    groups: [financeGroup({ tags: { owner: '' } })],
    decides: ['g hold tag-missing'],
  },
  'a name off its pattern is reported': { rules: [rule('namePattern: "hr-*"')], decides: ['g hold name-off-pattern'] },
  'a check of users that differs is reported': { rules: [rule('skipUserAuthCheck: true')], decides: ['g hold auth-check-differs'] },
  'reports go with what is set': {
    rules: [rule('sessionTimeout: 30m, namePattern: "hr-*", requireTags: owner')],
    decides: ['g act drift, name-off-pattern, tag-missing'],
    writes: [attributes({ SessionTimeout: 30 })],
  },
  'a user group that lacks access gets it': {
    rules: [rule('userGroups: [ug-a, ug-b]')],
    groups: [financeGroup({ userGroups: [{ id: 'ug-b', name: 'B' }] })],
    decides: ['g keep as-wanted', 'g/user-groups act user-group-missing'],
    writes: [['AuthorizeInstanceGroup', { AppInstanceGroupId: 'g', ProductType: 'CloudApp', AuthorizeUserGroupIds: ['ug-a'] }]],
  },
  'access that no rule names is reported and never taken away': {
    rules: [rule('userGroups: [ug-a]')],
    groups: [
      financeGroup({
        userGroups: [
          { id: 'ug-a', name: 'A' },
          { id: 'ug-x', name: 'X' },
        ],
      }),
    ],
    decides: ['g keep as-wanted', 'g/user-groups hold user-group-extra'],
  },
  'access that cannot be read holds': {
    rules: [rule('userGroups: [ug-a]')],
    before: ({ simulator }) =>
      simulator.faults.add({ kind: 'fail', action: 'ListAuthorizedUserGroups', times: 'always', httpStatus: 403, code: 'Forbidden.RAM' }),
    decides: ['g hold unreadable'],
  },
  'the reminder of the account is switched on': {
    rules: ['{name: account, tenant: {expiryReminder: true}}'],
    before: ({ simulator }) => {
      const account = simulator.world.accounts.get(accountId);
      if (account) account.expireRemind = false;
    },
    tenant: 'act drift',
    decides: ['g keep not-covered'],
    writes: [['ModifyTenantConfig', { AppInstanceGroupExpireRemind: true }]],
  },
  'a reminder that cannot be read holds': {
    rules: ['{name: account, tenant: {expiryReminder: true}}'],
    handlers: { ListTenantConfig: () => ({ TenantConfigModel: {} }) },
    tenant: 'hold unreadable',
    decides: ['g keep not-covered'],
  },
  'what somebody set back is set again': {
    rules: [rule('sessionTimeout: 30m')],
    before: setsBack(1),
    groups: [financeGroup({ sessionTimeout: 10 })],
    decides: ['g act drift, changed-back, sighted'],
    writes: [attributes({ SessionTimeout: 30 })],
  },
  'what somebody set back three times is left to them': {
    rules: [rule('sessionTimeout: 30m')],
    before: setsBack(3),
    decides: ['g hold reverted, drift, sighted'],
  },
  'what nobody has seen as the rule asks is not called set back, and is set again': {
    rules: [rule('sessionTimeout: 30m')],
    before: setsBack(1, false),
    groups: [financeGroup({ sessionTimeout: 10 })],
    decides: ['g act drift, not-confirmed'],
    writes: [attributes({ SessionTimeout: 30 })],
  },
  'what was seen as the rule asks, beside something that is only reported, was set back': {
    rules: [rule('sessionTimeout: 30m, namePattern: "hr-*"')],
    before: setsBack(1),
    groups: [financeGroup({ sessionTimeout: 10 })],
    decides: ['g act drift, name-off-pattern, changed-back, sighted'],
    writes: [attributes({ SessionTimeout: 30 })],
  },
  'what the service takes three times and never shows is left, and nobody is blamed': {
    rules: [rule('sessionTimeout: 30m')],
    before: setsBack(3, false),
    decides: ['g hold not-confirmed, drift'],
  },
  'what is insisted on is tried again hours later, though it is never shown': {
    rules: [rule('sessionTimeout: 30m, insist: true')],
    before: async (live) => {
      await setsBack(3, false)(live);
      await live.run();
      live.simulator.advance(6 * 3_600_000);
    },
    decides: ['g act drift, not-confirmed'],
    writes: [attributes({ SessionTimeout: 30 })],
  },
  'a count of those who set it back goes on once it was seen': {
    rules: [rule('sessionTimeout: 30m')],
    before: async (live) => {
      await setsBack(2, false)(live);
      await setsBack(1)(live);
    },
    decides: ['g act drift, changed-back, sighted'],
    writes: [attributes({ SessionTimeout: 30 })],
  },
  'it stays left to them for as long as it differs': {
    rules: [rule('sessionTimeout: 30m')],
    before: async (live) => {
      await setsBack(3)(live);
      await live.run();
      live.simulator.advance(30 * dayMs);
    },
    decides: ['g hold reverted, drift, sighted'],
  },
  'once all was well for a week it is forgotten': {
    rules: [rule('sessionTimeout: 30m')],
    before: async (live) => {
      const set = (minutes: number) =>
        live.person.call(modifyAppInstanceGroupAttribute, { AppInstanceGroupId: 'g', ProductType: 'CloudApp', SessionTimeout: minutes });
      await setsBack(3)(live);
      await live.run();
      await set(30);
      live.simulator.advance(8 * dayMs);
      await live.run();
      await set(60);
    },
    decides: ['g act drift, changed-back, sighted'],
    writes: [attributes({ SessionTimeout: 30 })],
  },
  'an event leads to a look at that group alone, and says who set it back': {
    rules: [rule('sessionTimeout: 30m')],
    groups: [financeGroup(), financeGroup({ id: 'h', name: 'other' })],
    triggerEvents: [{ resourceId: 'g', operation: 'ModifyAppInstanceGroupAttribute', atMs: 0, caller: 'ops-alice' }],
    tenant: 'none',
    decides: ['g act drift'],
    writes: [attributes({ SessionTimeout: 30 })],
  },
  'an exception that forbids enforcing holds': {
    rules: [rule('sessionTimeout: 30m')],
    sections: 'limits: {}\nexceptions: [{because: Audit, groups: all, from: 2026-11-20, until: 2026-12-01, never: [enforce]}]',
    decides: ['g act drift'],
  },
  'lowering the capacity holds under an exception that forbids lowering': {
    rules: [rule('nodeCapacity: 1')],
    sections: 'limits: {}\nexceptions: [{because: Audit, groups: all, from: 2026-11-20, until: 2026-12-01, never: [scale-down]}]',
    decides: ['g act drift'],
  },
};

test.each(Object.entries(situations))('%s', async (_name, situation) => {
  const { rules, sections, groups = [financeGroup()], handlers, before, triggerEvents, decides, writes = [] } = situation;
  const text = policyText({ 'enforce-policy': rules }, sections ? { sections } : {});
  const live = await liveFunction(enforcePolicy, [ruleModule], { groups }, text, handlers ? { handlers } : {});
  try {
    await before?.(live);
    const done = live.writes().length;
    const records = live.store.records.size;
    await live.run('plan', triggerEvents);
    const account = situation.tenant === 'none' ? [] : [`${accountId} ${situation.tenant ?? tenant}`];
    expect(live.decided).toEqual([...account, ...decides].sort());
    expect([live.writes().length, live.store.records.size]).toEqual([done, records]);

    const report = await live.run('apply', triggerEvents);
    expect([report.errors, report.failed]).toEqual([[], false]);
    expect(
      live
        .writes()
        .slice(done)
        .map(({ action, input }) => [action, input]),
    ).toEqual(writes);
    if (writes.length > 0) expect((await live.run('plan', triggerEvents)).counts.act).toBe(0);
  } finally {
    await live.close();
  }
});
