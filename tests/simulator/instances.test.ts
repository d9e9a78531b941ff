import { describe, expect, it } from 'vitest';
import type { AssumptionValue } from '../../simulator/assumptions.ts';
import { drainTag } from '../../simulator/world/delivery-group.ts';
import type { GroupSeed } from '../../simulator/world/seed.ts';
import { day, estate, hour, minute } from './estate.ts';

const id = 'aig-1';
const seed: GroupSeed = {
  id,
  name: 'one',
  region: 'cn-hangzhou',
  createdAt: '2026-04-27T16:00:00+00:00',
  users: [{ ids: ['alice', 'bob', 'carol', 'dave', 'erin'] }],
  sessions: [
    { user: 'alice', sinceMinutes: 90 },
    { user: 'bob', connected: false },
  ],
  pool: { id: 'rg-1', strategy: { fixed: 2 } },
};
const group = { AppInstanceGroupId: id, ProductType: 'CloudApp' };

function place(rest: Partial<GroupSeed> = {}, assumptions: Readonly<Record<string, AssumptionValue>> = {}) {
  const built = estate(
    {
      groups: [
        { ...seed, ...rest },
        { id: 'aig-2', name: 'two', region: 'cn-shanghai', users: [{ ids: ['zoe'] }], sessions: [{ user: 'zoe' }] },
      ],
    },
    assumptions,
  );
  const list = (filters: object = {}) => built.call('ListAppInstances', { ...group, PageSize: 100, ...filters }).AppInstanceModels;
  return {
    ...built,
    list,
    /** The app instance in which a user sits. */
    instanceOf: (user: string): string => list({ UserIdList: [user] })[0].AppInstanceId,
    statuses: () => list().map(({ Status }: { Status: string }) => Status),
  };
}

describe('ListAppInstances', () => {
  it('shows a session with its user, its length in seconds and whether it is connected', () => {
    const { list, pass } = place();
    pass(30 * minute - 1);
    const [row] = list({ UserIdList: ['alice'] });
    expect(row).toMatchObject({
      AppInstanceGroupId: id,
      BindInfo: { EndUserId: 'alice', UsageDuration: 120 * 60 - 1 },
      ChargeType: 'PostPaid',
      SessionStatus: 'connect',
      Status: 'RUNNING',
    });
    expect(row.AppInstanceId).toMatch(/^ai-\w{13}$/);
    expect(row.NodeId).toMatch(/^i-\w{13}$/);
  });

  it('shows times in UTC+8', () => {
    expect(place().list()[0]).toMatchObject({ GmtCreate: '2026-11-25T08:40:00.000+08:00', GmtModified: expect.stringMatching(/\+08:00$/) });
  });

  it('shows a session only where there is one', () => {
    const { list } = place();
    const idle = list({ Status: ['IDLE'] });
    expect(idle).toHaveLength(2);
    for (const row of idle) expect(Object.keys(row)).not.toEqual(expect.arrayContaining(['BindInfo']));
    expect(idle[0].SessionStatus).toBeUndefined();
    expect(list({ UserIdList: ['bob'] })[0]).toMatchObject({ Status: 'RUNNING', SessionStatus: 'disconnect' });
  });

  it.each([
    ['nothing', () => ({}), 4],
    ['a status', () => ({ Status: ['RUNNING'] }), 2],
    ['users', () => ({ UserIdList: ['alice', 'zoe'] }), 1],
    ['ids', (ids: string[]) => ({ AppInstanceIdList: ids.slice(0, 3) }), 3],
    ['one id', (ids: string[]) => ({ AppInstanceId: ids[3] }), 1],
    ['an id of another group', () => ({ AppInstanceId: 'ai-other' }), 0],
  ])('filters by %s', (_what, filter, count) => {
    const { list } = place();
    const ids = list().map((row: { AppInstanceId: string }) => row.AppInstanceId);
    expect(list(filter(ids))).toHaveLength(count);
  });

  it('follows a node from INIT over STARTING to IDLE and CLOSING', () => {
    const { call, statuses, pass } = place({ sessions: [], pool: { id: 'rg-1', capacity: 1, strategy: { fixed: 1 } } });
    const fix = (NodeAmount: number) =>
      call('ModifyNodePoolAttribute', { PoolId: 'rg-1', NodePoolStrategy: { StrategyType: 'NODE_FIXED', NodeAmount } });
    fix(2);
    expect(statuses()).toEqual(['IDLE', 'INIT']);
    pass(3 * minute);
    expect(statuses()).toEqual(['IDLE', 'STARTING']);
    pass(3 * minute);
    expect(statuses()).toEqual(['IDLE', 'IDLE']);
    fix(1);
    expect(statuses()).toEqual(['IDLE', 'CLOSING']);
    pass(2 * minute);
    expect(statuses()).toEqual(['IDLE']);
  });

  it('keeps the ids of instances from call to call and pages them', () => {
    const { call } = place();
    const page = (PageNumber: number) => call('ListAppInstances', { ...group, PageNumber, PageSize: 3 });
    const [a, b] = [page(1), page(2)];
    expect([a.TotalCount, a.AppInstanceModels.length, b.AppInstanceModels.length]).toEqual([4, 3, 1]);
    expect(page(1)).toEqual(a);
  });
});

describe('DeleteAppInstances', () => {
  it('is refused to an ordinary account', () => {
    const { refusal, instanceOf } = place();
    expect(refusal('DeleteAppInstances', { ...group, AppInstanceIds: [instanceOf('alice')] })).toBe('Forbidden.NoPermission');
  });

  it('says for each instance whether its deletion was triggered', () => {
    const { call, list, instanceOf, pass } = place({}, { deleteInstancesOpen: true });
    const idle = list({ Status: ['IDLE'] })[0].AppInstanceId;
    const { DeleteAppInstanceModels } = call('DeleteAppInstances', { ...group, AppInstanceIds: [idle, instanceOf('alice'), 'ai-none'] });
    expect(DeleteAppInstanceModels).toEqual([
      { AppInstanceId: idle, Success: true },
      { AppInstanceId: instanceOf('alice'), Success: false, Code: 'OperationDenied.AppInstanceStatus', Message: expect.any(String) },
      { AppInstanceId: 'ai-none', Success: false, Code: 'InvalidAppInstance.NotFound', Message: expect.any(String) },
    ]);
    expect(list({ AppInstanceId: idle })[0].Status).toBe('CLOSING');
    pass(minute);
    expect(list({ AppInstanceId: idle })).toEqual([]);
    expect(list({ AppInstanceIdList: [idle], IncludeDeleted: true })).toMatchObject([{ AppInstanceId: idle, Status: 'DELETED' }]);
    expect(list({ IncludeDeleted: true })).toHaveLength(4);
  });

  it('gives a deleted instance to nobody', () => {
    const { call, list, world, account, pass } = place(
      { sessions: [], pool: { id: 'rg-1', capacity: 1, strategy: { fixed: 1 } } },
      { deleteInstancesOpen: true },
    );
    call('DeleteAppInstances', { ...group, AppInstanceIds: [list()[0].AppInstanceId] });
    expect(account.groups.get(id)?.connect('alice', world.clock.nowMs)).toBe('no-instance');
    pass(minute);
    expect(typeof account.groups.get(id)?.connect('alice', world.clock.nowMs)).toBe('object');
  });
});

describe('ListPersistentAppInstances', () => {
  const persistent = [
    { id: 'p-1', name: 'desk', users: ['alice'] },
    { id: 'p-2', name: 'bench', users: ['erin'] },
  ];

  it('shows whether a persistent session runs, and on which instance', () => {
    const { call, instanceOf } = place({ persistent });
    expect(call('ListPersistentAppInstances', group)).toMatchObject({
      TotalCount: 2,
      PersistentAppInstanceModels: [
        {
          AppInstancePersistentId: 'p-1',
          AppInstancePersistentName: 'desk',
          AppInstancePersistentStatus: 'RUNNING',
          AppInstanceId: instanceOf('alice'),
          AppInstanceStatus: 'RUNNING',
          AuthorizedUsers: ['alice'],
          GmtCreate: '2026-04-27T16:00:00.000+00:00',
        },
        { AppInstancePersistentId: 'p-2', AppInstancePersistentStatus: 'STOPPED' },
      ],
    });
  });

  it.each([
    [{ AppInstancePersistentIds: ['p-2'] }, 1],
    [{ ProductType: 'CloudBrowser' }, 0],
  ])('filters by %o', (filter, count) => {
    expect(place({ persistent }).call('ListPersistentAppInstances', { ...group, ...filter }).TotalCount).toBe(count);
  });
});

describe('ListBindInfo', () => {
  const users = (answer: { BindInfoModels: { UserId: string }[] }) => answer.BindInfoModels.map(({ UserId }) => UserId);

  it('lists the bindings of the whole account without a filter, or none where that is assumed', () => {
    expect(users(place().call('ListBindInfo'))).toEqual(['alice', 'bob', 'zoe']);
    expect(place({}, { unfilteredBindings: 'none' }).call('ListBindInfo').TotalCount).toBe(0);
  });

  it('shows the fields of a binding', () => {
    const { call, instanceOf } = place();
    expect(call('ListBindInfo', { UserIdList: ['alice'] }).BindInfoModels).toEqual([
      {
        AccountType: 'simple',
        AppId: expect.stringMatching(/^ca-/),
        AppInstanceGroupId: id,
        AppInstanceId: instanceOf('alice'),
        AppVersion: '1.0.0',
        ProductType: 'CloudApp',
        RegionId: 'cn-hangzhou',
        UserId: 'alice',
        WyId: expect.stringMatching(/^wy-/),
      },
    ]);
  });

  it.each([
    ['groups', { AppInstanceGroupIdList: ['aig-2', 'aig-9'] }, ['zoe']],
    ['users', { UserIdList: ['bob', 'nobody'] }, ['bob']],
    ['a group and a user of another', { AppInstanceGroupIdList: ['aig-2'], UserIdList: ['bob'] }, []],
    ['apps', { AppIdList: ['ca-none'] }, []],
  ])('filters by %s', (_what, filter, expected) => {
    expect(users(place().call('ListBindInfo', filter))).toEqual(expected);
  });

  it('finds a binding by each of its own ids', () => {
    const { call } = place();
    const [row] = call('ListBindInfo', { UserIdList: ['bob'] }).BindInfoModels;
    for (const filter of [{ WyIdList: [row.WyId] }, { AppInstanceIdList: [row.AppInstanceId] }])
      expect(users(call('ListBindInfo', filter))).toEqual(['bob']);
  });
});

describe('Unbind', () => {
  it('ends the session that it names and frees the instance', () => {
    const { call, account, instanceOf, statuses } = place();
    call('Unbind', { ...group, EndUserId: 'alice', AppInstanceId: instanceOf('alice') });
    expect(statuses().filter((status: string) => status === 'RUNNING')).toHaveLength(1);
    expect(account.statistics).toMatchObject({ sessionsInterrupted: 1, disconnectedEnded: 0 });
    expect(call('ListBindInfo', { UserIdList: ['alice'] }).TotalCount).toBe(0);
  });

  it('ends a persistent session by its id', () => {
    const { call } = place({ persistent: [{ id: 'p-1', name: 'desk', users: ['alice'] }] });
    call('Unbind', { ...group, EndUserId: 'alice', AppInstancePersistentId: 'p-1' });
    expect(call('ListPersistentAppInstances', group).PersistentAppInstanceModels[0].AppInstancePersistentStatus).toBe('STOPPED');
  });

  it.each([
    ['an instance on which somebody else sits', 'alice', 'bob', {}, 'RegionUnBind.Fail'],
    ['a user without a session', 'carol', undefined, {}, 'RegionUnBind.Fail'],
    ['a user without a session, where that is fine', 'carol', undefined, { unbindFreedInstance: 'succeed' }, 'not refused'],
    ['nothing but the user', 'alice', undefined, {}, 'not refused'],
    [
      'nothing but the user, where more is asked',
      'alice',
      undefined,
      { unbindWithoutInstance: 'refuse' },
      'InvalidParameter.AppInstanceId',
    ],
  ])('naming %s', (_what, EndUserId, sitter, assumptions, outcome) => {
    const { refusal, instanceOf, account } = place({}, assumptions);
    const input = { ...group, EndUserId, ...(sitter ? { AppInstanceId: instanceOf(sitter) } : {}) };
    expect(refusal('Unbind', input)).toBe(outcome);
    expect(account.groups.get(id)?.sessions.size).toBe(outcome === 'not refused' && EndUserId === 'alice' ? 1 : 2);
  });

  it('fails when it is repeated', () => {
    const { call, refusal, instanceOf } = place();
    const input = { ...group, EndUserId: 'alice', AppInstanceId: instanceOf('alice') };
    call('Unbind', input);
    expect(refusal('Unbind', input)).toBe('RegionUnBind.Fail');
  });
});

describe('GetConnectionTicket', () => {
  const ask = (rest: object = {}) => ({ EndUserId: 'carol', ProductType: 'CloudApp', ...rest });

  it('takes an instance at the first call and gives the ticket once the app runs', () => {
    const { call, instanceOf, list, pass } = place();
    const first = call('GetConnectionTicket', ask());
    expect(first).toMatchObject({
      TaskStatus: 'Running',
      AppInstanceGroupId: id,
      BizRegionId: 'cn-hangzhou',
      AppInstanceId: instanceOf('carol'),
    });
    expect(list({ UserIdList: ['carol'] })[0].Status).toBe('BOUND');
    const follow = ask({ TaskId: first.TaskId });
    pass(19_999);
    expect(call('GetConnectionTicket', follow)).toMatchObject({ TaskStatus: 'Running' });
    pass(1);
    const last = call('GetConnectionTicket', follow);
    expect(last).toMatchObject({ TaskStatus: 'Finished', Ticket: expect.stringMatching(/^\w{64}$/) });
    expect(list({ UserIdList: ['carol'] })[0]).toMatchObject({ Status: 'RUNNING', SessionStatus: 'connect' });
    expect(call('GetConnectionTicket', follow).Ticket).toBe(last.Ticket);
  });

  it('says that the task failed when the session is over before', () => {
    const { call, instanceOf } = place();
    const { TaskId } = call('GetConnectionTicket', ask());
    call('Unbind', { ...group, EndUserId: 'carol', AppInstanceId: instanceOf('carol') });
    expect(call('GetConnectionTicket', ask({ TaskId })).TaskStatus).toBe('Failed');
  });

  it.each([
    ['a user without access', { EndUserId: 'mallory' }, {}, 'TryBind.NoCandidateAppInstanceGroup'],
    ['groups that the user has no access to', { AppInstanceGroupIdList: ['aig-2'] }, {}, 'TryBind.NoCandidateAppInstanceGroup'],
    ['another region', { BizRegionId: 'cn-beijing' }, {}, 'TryBind.NoCandidateAppInstanceGroup'],
    ['a drained group', {}, { tags: { [drainTag]: 'true' } }, 'TryBind.NoCandidateAppInstanceGroup'],
    ['a full group', {}, { pool: { id: 'rg-1', strategy: { fixed: 1 } } }, 'TryRegionBind.NoIdleAppInstance'],
    ['an unknown task', { TaskId: 'task-none' }, {}, 'TryBind.NoBindContext'],
    ['an instance that is not there', { AppInstanceId: 'ai-none' }, {}, 'TryRegionBind.BindExistingAppInstanceFail'],
  ])('is refused for %s', (_what, rest, groupSeed, code) => {
    const { refusal } = place(groupSeed);
    expect(refusal('GetConnectionTicket', ask(rest))).toBe(code);
  });

  it("is refused to somebody else's task", () => {
    const { call, refusal } = place();
    const { TaskId } = call('GetConnectionTicket', ask());
    expect(refusal('GetConnectionTicket', ask({ TaskId, EndUserId: 'dave' }))).toBe('TryBind.NoBindContext');
  });

  it('takes the instance that it names, and refuses one that is taken', () => {
    const { call, refusal, list, instanceOf } = place();
    const wanted = list({ Status: ['IDLE'] })[1].AppInstanceId;
    expect(call('GetConnectionTicket', ask({ AppInstanceId: wanted })).AppInstanceId).toBe(wanted);
    expect(refusal('GetConnectionTicket', ask({ EndUserId: 'dave', AppInstanceId: instanceOf('alice') }))).toBe(
      'TryRegionBind.BindExistingAppInstanceFail',
    );
  });

  it('lets a user of a drained group back into his own session', () => {
    const { call, account } = place();
    account.groups.get(id)?.setTag(drainTag, 'true');
    expect(call('GetConnectionTicket', ask({ EndUserId: 'bob' })).TaskStatus).toBe('Running');
  });
});

describe('GetDebugAppInstance', () => {
  it('hands out a code for three minutes and voids the one before', () => {
    const { call, account, world } = place({ debug: true });
    const [first, second] = [1, 2].map(() => call('GetDebugAppInstance', group).AuthCode);
    expect(first).not.toBe(second);
    expect(account.debugCodes.get(id)).toEqual({ code: second, untilMs: world.clock.nowMs + 3 * minute });
  });

  it.each([
    [{ debug: false }, {}, 'InvalidParameter.DebugMode'],
    [{ debug: false }, { debugOffCode: 'OperationDenied.DebugMode' }, 'OperationDenied.DebugMode'],
    [{ debug: true, charge: 'PrePaid' as const, expiresAt: '2026-11-25T09:00:00+08:00' }, {}, 'TryRegionBind.NoIdleAppInstance'],
  ])('is refused for %o with %o', (rest, assumptions, code) => {
    const { refusal, pass } = place(rest, assumptions);
    pass(hour);
    expect(refusal('GetDebugAppInstance', group)).toBe(code);
  });
});

describe('an unknown group', () => {
  it.each([
    'ListAppInstances',
    'ListPersistentAppInstances',
    'DeleteAppInstances',
    'Unbind',
    'GetDebugAppInstance',
    'ListNodes',
    'PageListAppInstanceGroupUser',
    'ListAuthorizedUserGroups',
    'AuthorizeInstanceGroup',
    'LogOffAllSessionsInAppInstanceGroup',
  ] as const)('is refused by %s', (action) => {
    const { refusal, pass } = place();
    pass(day);
    expect(refusal(action, { ...group, AppInstanceGroupId: 'aig-9', EndUserId: 'alice' })).toBe('InvalidAppInstanceGroup.NotFound');
  });
});
