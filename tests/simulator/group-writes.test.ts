import { describe, expect, it } from 'vitest';
import type { AssumptionValue } from '../../simulator/assumptions.ts';
import type { GroupSeed } from '../../simulator/world/seed.ts';
import { day, estate, hour, minute } from './estate.ts';

const id = 'aig-1';
const seed: GroupSeed = {
  id,
  name: 'one',
  region: 'cn-hangzhou',
  policy: 'pg-1',
  users: [{ ids: ['alice', 'bob'] }],
  pool: { id: 'rg-1', strategy: { fixed: 2 } },
};

function place(rest: Partial<GroupSeed> = {}, assumptions: Readonly<Record<string, AssumptionValue>> = {}) {
  const built = estate({ groups: [{ ...seed, ...rest }] }, assumptions);
  const group = built.account.groups.get(id);
  if (!group) throw new Error('the estate has no group');
  return { ...built, group, read: (other = id) => built.call('GetAppInstanceGroup', { AppInstanceGroupId: other }).AppInstanceGroupModels };
}

describe('ModifyAppInstanceGroupAttribute', () => {
  const modify = (input: object) => ({ AppInstanceGroupId: id, ProductType: 'CloudApp', ...input });

  it.each([
    ['the name', { AppInstanceGroupName: 'two' }, { AppInstanceGroupName: 'two' }],
    ['the session timeout', { SessionTimeout: 300 }, { SessionTimeout: '300' }],
    ['no session timeout', { SessionTimeout: -1 }, { SessionTimeout: '-1' }],
    ['the user check', { SecurityPolicy: { SkipUserAuthCheck: true } }, { SkipUserAuthCheck: true }],
    ['the capacity of nodes', { NodePool: { NodePoolId: 'rg-1', NodeCapacity: 1 } }, { NodePool: [{ NodeCapacity: 1 }] }],
  ])('sets %s and leaves the rest', (_what, input, shown) => {
    const { call, read } = place();
    const before = read();
    call('ModifyAppInstanceGroupAttribute', modify(input));
    expect(read()).toMatchObject(shown);
    const [key] = Object.keys(shown) as [string];
    const { [key]: _changed, ...others } = before;
    expect(read()).toMatchObject(key === 'NodePool' ? {} : others);
  });

  it('keeps what no operation reads back', () => {
    const { call, group } = place();
    call('ModifyAppInstanceGroupAttribute', modify({ SecurityPolicy: { ResetAfterUnbind: true }, PerSessionPerApp: true }));
    call('ModifyAppInstanceGroupAttribute', modify({ PreOpenMode: 'SINGLE_APP', PreOpenAppId: 'ca-1' }));
    expect(group.writeOnly).toEqual({
      SecurityPolicy: { ResetAfterUnbind: true },
      PerSessionPerApp: true,
      PreOpenMode: 'SINGLE_APP',
      PreOpenAppId: 'ca-1',
    });
  });

  it.each([
    ['a timeout below three minutes', { SessionTimeout: 2 }, 'InvalidParameter.SessionTimeout'],
    ['a timeout beyond three hundred', { SessionTimeout: 301 }, 'InvalidParameter.SessionTimeout'],
    ['a single app without naming it', { PreOpenMode: 'SINGLE_APP' }, 'InvalidParameter.PreOpenAppId'],
    ['a capacity without a pool', { NodePool: { NodeCapacity: 1 } }, 'InvalidParameter.NodePoolId'],
    ['a capacity beyond the type', { NodePool: { NodePoolId: 'rg-1', NodeCapacity: 3 } }, 'InvalidParameter.NodeCapacity'],
    ['an unknown group', { AppInstanceGroupId: 'aig-9' }, 'InvalidAppInstanceGroup.NotFound'],
  ])('refuses %s, and sets nothing', (_what, input, code) => {
    const { refusal, read } = place();
    const before = read();
    expect(refusal('ModifyAppInstanceGroupAttribute', modify({ AppInstanceGroupName: 'two', ...input }))).toBe(code);
    expect(read()).toEqual(before);
  });
});

describe('ModifyAppPolicy', () => {
  it.each([
    [{ Webrtc: true, StreamingMode: 'video' }, 'not refused'],
    [{ Webrtc: false, StreamingMode: 'mix' }, 'not refused'],
    [{ FrameRate: 60 }, 'not refused'],
    [{ Webrtc: true, StreamingMode: 'mix' }, 'InvalidParameter.VideoPolicy'],
  ])('takes %o: %s', (VideoPolicy, outcome) => {
    const { refusal, account } = place();
    expect(refusal('ModifyAppPolicy', { AppPolicyId: 'pg-1', VideoPolicy })).toBe(outcome);
    expect(account.policies.get('pg-1')).toEqual(outcome === 'not refused' ? VideoPolicy : undefined);
  });

  it('refuses a policy that no group has', () => {
    expect(place().refusal('ModifyAppPolicy', { AppPolicyId: 'pg-2' })).toBe('InvalidParameter.AppPolicyId');
  });
});

describe('AuthorizeInstanceGroup', () => {
  const input = (rest: object) => ({ AppInstanceGroupId: id, ProductType: 'CloudApp', ...rest });
  const users = ({ call }: ReturnType<typeof place>, page: object = { PageSize: 100 }) =>
    call('PageListAppInstanceGroupUser', input(page)).Users;

  it('adds and removes users in one call, and mails to all concerned, changed or not', () => {
    const built = place();
    built.call('AuthorizeInstanceGroup', input({ AuthorizeUserIds: ['carol', 'alice'], UnAuthorizeUserIds: ['bob', 'nobody'] }));
    expect(users(built)).toEqual(['alice', 'carol']);
    expect(built.account.statistics.mailsSent).toBe(4);
  });

  it('is listed without a total, page by page until one comes short', () => {
    const built = place({ users: [{ prefix: 'user-', count: 25 }] });
    const pages = [1, 2, 3, 4].map((PageNumber) => built.call('PageListAppInstanceGroupUser', input({ PageNumber, PageSize: 10 })));
    expect(pages.map(({ Users }) => Users.length)).toEqual([10, 10, 5, 0]);
    expect(Object.keys(pages[0])).toEqual(['Users']);
    expect(new Set(pages.flatMap(({ Users }) => Users)).size).toBe(25);
  });

  it('adds and removes user groups, which are listed by id and name', () => {
    const { call } = place({ userGroups: [{ id: 'ug-1', name: 'Finance' }] });
    call('AuthorizeInstanceGroup', input({ AuthorizeUserGroupIds: ['ug-2', 'ug-3'], UnAuthorizeUserGroupIds: ['ug-3'] }));
    const listed = (filter: object) => call('ListAuthorizedUserGroups', input({ PageNumber: 1, PageSize: 10, ...filter }));
    expect(listed({})).toMatchObject({ TotalCount: 2, PageNumber: 1, PageSize: 10 });
    expect(listed({ GroupName: 'nan' }).UserGroups).toEqual([
      { AppInstanceGroupId: id, AuthMode: 'App', GroupId: 'ug-1', GroupName: 'Finance' },
    ]);
    expect(listed({ GroupId: 'ug-2' }).TotalCount).toBe(1);
  });

  it.each([
    [false, 1, 0],
    [true, 0, 1],
  ])('ends the session of a user who loses access: %s', (unauthorizeEndsSession, left, interrupted) => {
    const { call, group, account } = place({ sessions: [{ user: 'alice' }] }, { unauthorizeEndsSession });
    call('AuthorizeInstanceGroup', input({ UnAuthorizeUserIds: ['alice'] }));
    expect([group.sessions.size, account.statistics.sessionsInterrupted]).toEqual([left, interrupted]);
  });

  it('shares a persistent session, which then belongs to the user too', () => {
    const { call, refusal } = place({ persistent: [{ id: 'p-1', name: 'desk', users: ['alice'] }] });
    call('AuthorizeInstanceGroup', input({ AppInstancePersistentId: 'p-1', AuthorizeUserIds: ['carol'], UnAuthorizeUserIds: ['alice'] }));
    const [place1] = call('ListPersistentAppInstances', input({})).PersistentAppInstanceModels;
    expect(place1.AuthorizedUsers).toEqual(['carol']);
    expect(refusal('AuthorizeInstanceGroup', input({ AppInstancePersistentId: 'p-2' }))).toBe('InvalidParameter.AppInstancePersistentId');
  });
});

describe('LogOffAllSessionsInAppInstanceGroup', () => {
  const scheduled: Partial<GroupSeed> = {
    pool: { strategy: { schedule: { '1-5': { '09:00-18:00': 2 } }, enable: '2026-09-01', disable: '2027-08-31' } },
  };
  const logOff = { AppInstanceGroupId: id, ProductType: 'CloudApp' };

  it('ends every session outside the periods of a schedule', () => {
    const { call, world, group, account } = place(scheduled);
    world.clock.advanceTo(Date.parse('2026-11-25T17:50+08:00'));
    for (const user of ['alice', 'bob']) group.connect(user, world.clock.nowMs);
    world.clock.advanceTo(Date.parse('2026-11-25T18:00+08:00'));
    expect(group.sessions.size).toBe(2);
    expect(call('LogOffAllSessionsInAppInstanceGroup', logOff)).toEqual({});
    expect([group.sessions.size, account.statistics.sessionsInterrupted]).toEqual([0, 2]);
  });

  it.each([
    ['while a period runs', { ...scheduled }, 2 * hour],
    ['on a group of fixed size', {}, 0],
    ['on a subscription', { charge: 'PrePaid' as const }, 0],
  ])('is refused %s', (_when, rest, wait) => {
    const { refusal, pass } = place(rest);
    pass(wait);
    expect(refusal('LogOffAllSessionsInAppInstanceGroup', logOff)).toBe('OperationDenied.ScheduleRunning');
  });

  it.each([
    ['succeed', 'not refused'],
    ['refuse', 'OperationDenied.ScheduleRunning'],
  ])('on an empty group: %s', (logOffWithoutSessions, outcome) => {
    expect(place(scheduled, { logOffWithoutSessions }).refusal('LogOffAllSessionsInAppInstanceGroup', logOff)).toBe(outcome);
  });

  it('is allowed after the schedule has lapsed', () => {
    const { refusal, pass } = place(scheduled);
    pass(300 * day);
    expect(refusal('LogOffAllSessionsInAppInstanceGroup', logOff)).toBe('not refused');
  });
});

describe('DeleteAppInstanceGroup', () => {
  it('ends a pay-as-you-go group and its sessions', () => {
    const { call, refusal, account } = place({ sessions: [{ user: 'alice' }] });
    call('DeleteAppInstanceGroup', { AppInstanceGroupId: id });
    expect([account.groupList.length, account.sessions.size, account.statistics.sessionsInterrupted]).toEqual([0, 0, 1]);
    expect(refusal('DeleteAppInstanceGroup', { AppInstanceGroupId: id })).toBe('InvalidAppInstanceGroup.NotFound');
  });

  it.each([
    ['a subscription', { charge: 'PrePaid' as const }, {}, 'OperationDenied.PrePaid'],
    [
      'a subscription, by another code',
      { charge: 'PrePaid' as const },
      { subscriptionDeleteCode: 'InvalidParameter.AppInstanceGroupId' },
      'InvalidParameter.AppInstanceGroupId',
    ],
    [
      'a group with sessions, where that is assumed',
      { sessions: [{ user: 'alice' }] },
      { deletedWithSessions: 'refuse' },
      'OperationDenied.SessionExists',
    ],
  ])('refuses %s', (_what, rest, assumptions, code) => {
    const { refusal, account } = place(rest, assumptions);
    expect(refusal('DeleteAppInstanceGroup', { AppInstanceGroupId: id })).toBe(code);
    expect(account.groupList).toHaveLength(1);
  });
});

describe('CreateAppInstanceGroup', () => {
  const order = (rest: object = {}) => ({
    AppCenterImageId: 'img-1',
    AppInstanceGroupName: 'new',
    BizRegionId: 'cn-hangzhou',
    ChargeResourceMode: 'Node',
    ChargeType: 'PostPaid',
    NodePool: { NodeInstanceType: 'appstreaming.general.8c16g', NodeCapacity: 4, NodeAmount: 3, StrategyType: 'NODE_FIXED' },
    Period: 1,
    PeriodUnit: 'Month',
    ProductType: 'CloudApp',
    SessionTimeout: 15,
    Users: ['alice'],
    ...rest,
  });

  it('buys a group that is deployed after a while, with nodes that boot', () => {
    const { call, read, pass } = place();
    const { AppInstanceGroupId, NodePoolId, OrderId } = call('CreateAppInstanceGroup', order()).AppInstanceGroupModel;
    expect(OrderId).toMatch(/^\d+$/);
    expect(read(AppInstanceGroupId)).toMatchObject({ Status: 'DEPLOYING', ResourceStatus: 'CREATING', AppCenterImageId: 'img-1' });
    pass(20 * minute);
    expect(read(AppInstanceGroupId)).toMatchObject({
      Status: 'PUBLISHED',
      AppInstanceGroupName: 'new',
      SessionTimeout: '15',
      NodePool: [{ NodePoolId, NodeAmount: 3, NodeCapacity: 4, StrategyType: 'NODE_FIXED' }],
    });
    expect(call('ListNodes', { AppInstanceGroupId, PageNumber: 1, PageSize: 10 }).Count).toBe(3);
    expect(call('PageListAppInstanceGroupUser', { AppInstanceGroupId }).Users).toEqual(['alice']);
  });

  it('buys a second one when it is repeated', () => {
    const { call } = place();
    const [a, b] = [1, 2].map(() => call('CreateAppInstanceGroup', order()).AppInstanceGroupModel.AppInstanceGroupId);
    expect(a).not.toBe(b);
    expect(call('ListAppInstanceGroup').TotalCount).toBe(3);
  });

  it('gives a paid subscription an expiry on a day boundary of UTC+8', () => {
    const { call, read, pass } = place();
    const { AppInstanceGroupId } = call('CreateAppInstanceGroup', order({ ChargeType: 'PrePaid', AutoPay: true })).AppInstanceGroupModel;
    pass(20 * minute);
    expect(read(AppInstanceGroupId)).toMatchObject({ Status: 'PUBLISHED', ExpiredTime: '2026-12-25T16:00:00.000+00:00' });
  });

  it.each([
    ['waits', 2],
    ['absent', 1],
  ])('leaves an unpaid subscription undelivered until somebody pays: %s', (unpaidGroup, listed) => {
    const { call, read, pass, world, account } = place({}, { unpaidGroup });
    const { AppInstanceGroupId, OrderId } = call('CreateAppInstanceGroup', order({ ChargeType: 'PrePaid' })).AppInstanceGroupModel;
    pass(day);
    expect(call('ListAppInstanceGroup').TotalCount).toBe(listed);
    expect(account.orders.get(OrderId)?.status).toBe('unpaid');
    account.orders.pay(world, OrderId);
    pass(hour);
    expect(read(AppInstanceGroupId).Status).toBe('PUBLISHED');
  });

  it.each([
    ['fails-later', 'not refused'],
    ['refused', 'InvalidParameter.Period'],
  ])('takes a period that cannot be ordered: %s', (wrongPeriodPair, outcome) => {
    const { refusal, call, pass } = place({}, { wrongPeriodPair });
    expect(refusal('CreateAppInstanceGroup', order({ ChargeType: 'PrePaid', AutoPay: true, Period: 6, PeriodUnit: 'Year' }))).toBe(outcome);
    pass(hour);
    const statuses = call('ListAppInstanceGroup').AppInstanceGroupModels.map(({ Status }: { Status: string }) => Status);
    expect(statuses).toEqual(outcome === 'not refused' ? ['PUBLISHED', 'FAILED'] : ['PUBLISHED']);
  });

  it.each([
    ['a type that is not on sale', { NodeInstanceType: 'appstreaming.general.1c1g' }, 'StockError.InvalidResourceRequest'],
    ['a type that is sold out', { NodeInstanceType: 'appstreaming.vgpu.14c93g.12g' }, 'StockError.NoStock'],
    [
      'more sessions than the type carries',
      { NodeInstanceType: 'appstreaming.general.2c4g', NodeCapacity: 2 },
      'InvalidParameter.NodeCapacity',
    ],
    ['a schedule that is none', { StrategyType: 'NODE_SCALING_BY_SCHEDULE' }, 'InvalidParameter.WarmUp'],
  ])('refuses %s and buys nothing', (_what, NodePool, code) => {
    const { refusal, world, account } = place();
    world.outOfStock.add('appstreaming.vgpu.14c93g.12g');
    expect(refusal('CreateAppInstanceGroup', order({ NodePool }))).toBe(code);
    expect([account.groupList.length, account.orders.all.length]).toEqual([1, 0]);
  });
});
