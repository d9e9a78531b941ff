import { afterEach, describe, expect, test } from 'vitest';
import { approveOtaWindows } from '../../functions/approve-ota-windows/automation.ts';
import { ruleModule as otaRules } from '../../functions/approve-ota-windows/rule.ts';
import { powerWorkstations } from '../../functions/power-workstations/automation.ts';
import { ruleModule as powerRules } from '../../functions/power-workstations/rule.ts';
import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { ruleModule as scaleRules } from '../../functions/scale-on-schedule/rule.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import type { Handler } from '../../simulator/handler.ts';
import { handlers as worldHandlers } from '../../simulator/operations/index.ts';
import { removeGroup } from '../../simulator/world/lifecycle.ts';
import { shanghai } from '../fixtures/shanghai.ts';
import { minuteMs } from '../fixtures/times.ts';
import { fixedSeed, logOffLive } from '../functions/log-off-sessions/log-off-fixture.ts';
import { orders, renewalFixture, policyText as renewalPolicy } from '../functions/renew-before-expiry/renewal-fixture.ts';
import { type LiveFunction, liveFunction, policyText } from './live-function.ts';

let live: LiveFunction;
afterEach(() => live.close());

type Answer = Record<string, unknown>;
type Input = Record<string, unknown>;

/** The handler of a list whose answers are changed on their way. */
function changed(action: string, change: (answer: Answer, input: Input) => Answer): Readonly<Record<string, Handler>> {
  const inner = worldHandlers[action] as Handler;
  return { [action]: (input, context) => change({ ...inner(input, context) } as Answer, input as Input) };
}

const codes = (report: RunReport): readonly string[] => report.errors.map(({ code }) => code);
const heartbeats = (store: { readonly records: ReadonlyMap<string, unknown> }): number =>
  [...store.records.keys()].filter((key) => key.startsWith('heartbeats/')).length;
const without =
  (field: string, value?: unknown) =>
  (answer: Answer): Answer => ({ ...answer, [field]: value });
const total =
  (by: (announced: number) => unknown) =>
  (answer: Answer): Answer => ({ ...answer, TotalCount: by(Number(answer['TotalCount'])) });

/** How an answer can fail to carry its list, and how the run that meets it ends. */
const broken = (field: string): readonly (readonly [name: string, change: (answer: Answer) => Answer, code: string])[] => [
  ['the list is missing', without(field), 'MalformedList'],
  ['the list is null', without(field, null), 'MalformedList'],
  ['the list is an object', without(field, {}), 'MalformedList'],
  ['the list is wrapped', (answer) => ({ ...answer, [field]: { Item: answer[field] } }), 'MalformedList'],
  ['the list is a text', without(field, 'none'), 'MalformedList'],
  ['the list is empty', without(field, []), 'IncompleteList'],
  ['one row is missing', (answer) => ({ ...answer, [field]: (answer[field] as unknown[]).slice(1) }), 'IncompleteList'],
  ['one row has no id', (answer) => ({ ...answer, [field]: [{}, ...(answer[field] as unknown[]).slice(1)] }), 'IncompleteList'],
  [
    'one row comes twice',
    (answer) => ({ ...answer, [field]: [...(answer[field] as unknown[]).slice(1), (answer[field] as unknown[])[1]] }),
    'IncompleteList',
  ],
  ['the total is lower', total((announced) => announced - 1), 'IncompleteList'],
  ['the total is zero', total(() => 0), 'IncompleteList'],
  ['the total is higher', total((announced) => announced + 1), 'IncompleteList'],
];

const groups = ['a', 'b', 'c'].map((id) => ({ id, name: id, region: 'cn-hangzhou', pool: { capacity: 2, strategy: { fixed: 2 } } }));
const scaling = policyText({ 'scale-on-schedule': ['{name: r, groups: all, schedule: office, method: fixed}'] });

describe('a run whose list is not whole fails and gives no sign of life, though nothing is to be done', () => {
  test.each(broken('AppInstanceGroupModels'))('scale-on-schedule: %s', async (_, change, code) => {
    live = await liveFunction(scaleOnSchedule, [scaleRules], { groups } as never, scaling, {
      handlers: changed('ListAppInstanceGroup', change),
    });
    const report = await live.run();
    expect([report.failed, codes(report), report.totals.complete, heartbeats(live.store)]).toEqual([true, [code], false, 0]);
  });

  test.each(broken('WuyingServerList'))('power-workstations: %s', async (_, change, code) => {
    const workstations = ['u', 'v', 'w'].map((id) => ({ id, name: id, region: 'cn-hangzhou', charge: 'PostPaid', status: 'RUNNING' }));
    const text = policyText({ 'power-workstations': ['{name: r, workstations: all, schedule: office}'] });
    const handlers = changed('ListWuyingServer', change);
    live = await liveFunction(powerWorkstations, [powerRules], { workstations } as never, text, { handlers });
    const report = await live.run();
    expect([report.failed, codes(report), heartbeats(live.store)]).toEqual([true, [code], 0]);
  });

  test.each(broken('AppInstanceGroupModels'))('renew-before-expiry: %s', async (_, change, code) => {
    const subscriptions = groups.map((each) => ({ ...each, charge: 'PrePaid' as const, expiresAt: '2027-06-01T00:00:00+08:00' }));
    const fixture = await renewalFixture(
      { start: '2026-11-24T12:00:00+08:00', groups: subscriptions },
      renewalPolicy('- {name: month, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}'),
      { handlers: changed('ListAppInstanceGroup', change) },
    );
    live = fixture as never;
    const report = await fixture.run();
    expect([report.failed, codes(report), heartbeats(fixture.store)]).toEqual([true, [code], 0]);
    expect(fixture.messages.some(({ channel }) => channel === 'oncall')).toBe(true);
    expect(orders(fixture)).toEqual([]);
  });

  test('and a list that leaves out what is empty is no such list', async () => {
    const handlers = changed('ListAppInstanceGroup', (answer) =>
      answer['TotalCount'] === 0 ? without('AppInstanceGroupModels')(answer) : answer,
    );
    live = await liveFunction(scaleOnSchedule, [scaleRules], { groups: [] } as never, scaling, { handlers });
    const report = await live.run();
    expect([report.failed, report.totals, heartbeats(live.store)]).toEqual([false, { observed: 0, announced: 0, complete: true }, 1]);
  });

  test('nor is one that announces nothing, of which it is said that nobody can tell', async () => {
    const handlers = changed(
      'ListAppInstanceGroup',
      total(() => undefined),
    );
    live = await liveFunction(scaleOnSchedule, [scaleRules], { groups } as never, scaling, { handlers });
    const report = await live.run();
    expect([report.failed, report.warnings.map(({ code }) => code)]).toEqual([false, ['total-unknown']]);
  });
});

describe('a list that moves while it is read', () => {
  const many = Array.from({ length: 103 }, (_, index) => ({
    ...groups[0],
    id: `aig-${index}`,
    name: `g${index}`,
    pool: { capacity: 2, strategy: { fixed: 1 } },
  }));

  test('once is read again, and then all is decided', async () => {
    live = await liveFunction(scaleOnSchedule, [scaleRules], { groups: many } as never, scaling);
    live.simulator.faults.add({ kind: 'shifted-page', action: 'ListAppInstanceGroup', rows: 1, skip: 1 });
    const report = await live.run();
    expect([report.failed, report.counts.act, report.totals]).toEqual([false, 103, { observed: 103, announced: 103, complete: true }]);
  });

  test('by a group that is deleted between the pages is read again', async () => {
    let armed = true;
    const inner = worldHandlers['ListAppInstanceGroup'] as Handler;
    const handlers: Readonly<Record<string, Handler>> = {
      ListAppInstanceGroup(input, context) {
        const doomed = context.account.groups.get('aig-0');
        if (armed && (input as Input)['PageNumber'] === 2 && doomed) removeGroup(doomed, context.nowMs);
        if ((input as Input)['PageNumber'] === 2) armed = false;
        return inner(input, context);
      },
    };
    live = await liveFunction(scaleOnSchedule, [scaleRules], { groups: many } as never, scaling, { handlers });
    const report = await live.run();
    expect([report.failed, report.totals, report.outcomes.filter(({ outcome }) => outcome === 'done').length]).toEqual([
      false,
      { observed: 102, announced: 102, complete: true },
      102,
    ]);
  });

  test('always fails the run, which does what needs no whole', async () => {
    live = await liveFunction(scaleOnSchedule, [scaleRules], { groups: many } as never, scaling);
    live.simulator.faults.add({ kind: 'shifted-page', action: 'ListAppInstanceGroup', rows: 1, times: 'always' });
    const report = await live.run();
    expect([codes(report), report.outcomes.filter(({ outcome }) => outcome === 'done').length, heartbeats(live.store)]).toEqual([
      ['IncompleteList'],
      102,
      0,
    ]);
  });
});

describe('a ring of updates waits for every group of the ring before', () => {
  const ota = { current: '7.3.0', offered: '7.4.0' };
  const group = (id: string, more: object = {}) => ({ ...groups[0], id, name: id, pool: { capacity: 2, strategy: { fixed: 1 } }, ...more });
  const fleet = [
    group('doomed', { ota: { current: '7.3.0' } }),
    group('c1', { tags: { ring: 'canary' }, ota }),
    ...Array.from({ length: 98 }, (_, index) => group(`x${index}`, { ota: { current: '7.3.0' } })),
    // The canary that is not done, behind the first page.
    group('c2', { tags: { ring: 'canary' }, ota, sessions: [{ user: 'anna' }] }),
    group('p1', { ota }),
    group('spare', { ota: { current: '7.3.0' } }),
  ];
  const text = policyText({
    'approve-ota-windows': [
      '{name: agents, onlyWithSessionsUpTo: 0, approveAhead: 30m, rings: [{name: canary, groups: {tags: {ring: canary}}, window: {days: everyday, at: "12:30-13:30"}, soak: 1h}, {name: everyone, groups: all, window: {days: everyday, at: "16:00-17:00"}}]}',
    ],
  });

  /** What happens right before a page is answered; true ends it. */
  let before: ((page: number, remove: (id: string) => void) => boolean) | undefined;
  const approved = async (): Promise<readonly string[]> => {
    const inner = worldHandlers['ListAppInstanceGroup'] as Handler;
    const handlers: Readonly<Record<string, Handler>> = {
      ListAppInstanceGroup(input, context) {
        const remove = (id: string): void => {
          const doomed = context.account.groups.get(id);
          if (doomed) removeGroup(doomed, context.nowMs);
        };
        if (before?.(Number((input as Input)['PageNumber']), remove)) before = undefined;
        return inner(input, context);
      },
    };
    live = await liveFunction(approveOtaWindows, [otaRules], { groups: fleet } as never, text, { handlers });
    before = undefined;
    for (const wait of [10, 40]) {
      live.simulator.advance(wait * minuteMs);
      await live.run();
    }
    return [];
  };

  test.each([
    ['a group of the first page is deleted between the pages', 'shrinks'],
    ['one goes and another comes, so that the totals are the same', 'same total'],
  ])('also where %s', async (_, how) => {
    await approved();
    live.simulator.advance(175 * minuteMs);
    const account = [...live.simulator.world.accounts.values()][0];
    const spare = account?.groups.get('spare');
    if (!account || !spare) throw new Error('there is no spare group');
    account.removeGroup(spare);
    before = (page, remove) => {
      if (page !== 2) return false;
      remove('doomed');
      if (how === 'same total') account.addGroup(spare);
      return true;
    };
    const report = await live.run();
    expect(report.outcomes.filter(({ resource, outcome }) => resource.id === 'p1' && outcome === 'done')).toEqual([]);
  });

  test('and where every pass is another', async () => {
    await approved();
    live.simulator.advance(175 * minuteMs);
    live.simulator.faults.add({ kind: 'shifted-page', action: 'ListAppInstanceGroup', rows: 1, times: 'always' });
    const report = await live.run();
    expect([codes(report), report.outcomes]).toEqual([['IncompleteList'], []]);
  });
});

describe('a protected user on a row that a moving list skips', () => {
  const users = Array.from({ length: 101 }, (_, index) => ({ user: index === 100 ? 'board-chen' : `u${index}` }));
  const account = {
    groups: [{ id: 'aig-big', name: 'big', region: 'cn-hangzhou', pool: { capacity: 2, strategy: { fixed: 60 } }, sessions: users }],
  };
  const text = policyText(
    { 'scale-on-schedule': ['{name: big, groups: all, schedule: office, method: fixed}'] },
    { sections: 'limits: {}\nprotect: {users: ["board-*"]}' },
  ).replace('08:00-20:00: 2 nodes', '08:00-20:00: 55 nodes');

  test.each([
    ['in the first read', { skip: 1, times: 1 }, 'protected-user'],
    ['in every read', { times: 'always' }, 'protection-unknown'],
  ] as const)('holds the lowering: %s', async (_, when, code) => {
    live = await liveFunction(scaleOnSchedule, [scaleRules], account as never, text, { assumptions: { fixedLowering: 'cut' } });
    live.simulator.faults.add({ kind: 'shifted-page', action: 'ListAppInstances', rows: 1, ...when });
    const report = await live.run();
    expect([live.writes(), report.decisions.map(({ verdict, because }) => `${verdict} ${because[0]?.code}`)]).toEqual([
      [],
      [`hold ${code}`],
    ]);
  });

  test('holds the log-off of all, of which there is one only', async () => {
    const rule = '{name: r, groups: all, after: {schedule: office, wait: 30m}, who: everyone, resetAfterUnbind: disabled}';
    const group = fixedSeed({
      pool: { capacity: 2, strategy: { schedule: { '1-7': { '08:00-20:00': 60 } }, enable: '2026-11-01', disable: '2027-10-01' } },
      sessions: users,
      users: [],
    });
    live = await logOffLive([rule], [group], { sections: 'limits: {}\nprotect: {users: ["board-*"]}', at: '2026-11-24 20:35' });
    expect(live.simulator.world.clock.nowMs).toBe(shanghai('2026-11-24 20:35'));
    live.simulator.faults.add({ kind: 'shifted-page', action: 'ListAppInstances', rows: 1, times: 'always' });
    await live.run();
    expect(live.writes().filter(({ action }) => action === 'LogOffAllSessionsInAppInstanceGroup')).toEqual([]);
  });
});
