import { afterEach, describe, expect, test } from 'vitest';
import { createClient } from '../../shared/client/call.ts';
import type { Client } from '../../shared/client/client.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { approveOtaTask } from '../../shared/client/operations/approve-ota-task.ts';
import { authorizeInstanceGroup } from '../../shared/client/operations/authorize-instance-group.ts';
import { createWuyingServer } from '../../shared/client/operations/create-wuying-server.ts';
import { getAppInstanceGroup } from '../../shared/client/operations/get-app-instance-group.ts';
import { getConnectionTicket } from '../../shared/client/operations/get-connection-ticket.ts';
import { listAppInstanceGroup } from '../../shared/client/operations/list-app-instance-group.ts';
import { listAppInstances } from '../../shared/client/operations/list-app-instances.ts';
import { listBindInfo } from '../../shared/client/operations/list-bind-info.ts';
import { listOtaTask } from '../../shared/client/operations/list-ota-task.ts';
import { listPersistentAppInstances } from '../../shared/client/operations/list-persistent-app-instances.ts';
import { listWuyingServer } from '../../shared/client/operations/list-wuying-server.ts';
import { modifyAppInstanceGroupAttribute } from '../../shared/client/operations/modify-app-instance-group-attribute.ts';
import { modifyBrowserInstanceGroup } from '../../shared/client/operations/modify-browser-instance-group.ts';
import { modifyNodePoolAttribute } from '../../shared/client/operations/modify-node-pool-attribute.ts';
import { pageListAppInstanceGroupUser } from '../../shared/client/operations/page-list-app-instance-group-user.ts';
import { unbind } from '../../shared/client/operations/unbind.ts';
import type { AssumptionValue } from '../../simulator/assumptions.ts';
import type { Fault } from '../../simulator/faults.ts';
import { controlClient } from '../../simulator/front/control-client.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import type { AccountSeed, GroupSeed } from '../../simulator/world/seed.ts';
import { worldClock } from '../fixtures/clocks.ts';

const id = '1234567890123456';
const [second, minute, hour] = [1_000, 60_000, 3_600_000];
const cloudApp = { ProductType: 'CloudApp' } as const;
const office = { AppInstanceGroupId: 'aig-office', ...cloudApp } as const;

interface Service {
  readonly simulator: Simulator;
  readonly client: Client;
  /** What a user's client is told when it asks to get in: `in`, or the code of the refusal. */
  arrive(user: string): Promise<string>;
}

const open: Simulator[] = [];
afterEach(async () => {
  for (const simulator of open.splice(0)) await simulator.close();
});

const group = (more: Partial<GroupSeed> = {}): GroupSeed => ({
  ...{ id: 'aig-office', name: 'office', region: 'cn-hangzhou' },
  pool: { id: 'rg-office', capacity: 2, strategy: { fixed: 2 } },
  ...more,
});

async function service(
  seed: Omit<AccountSeed, 'id'>,
  assumptions: Readonly<Record<string, AssumptionValue>> = {},
  faults: readonly Fault[] = [],
): Promise<Service> {
  const world = buildWorld({ start: '2026-11-25T08:40:00+08:00', assumptions, accounts: [{ ...seed, id }] });
  const simulator = await startSimulator({ world, gatewayClock: 'virtual', faults });
  open.push(simulator);
  const { accessKeyId, accessKeySecret } = publishedKey(id);
  const clock = worldClock(simulator);
  const client = createClient({ endpoint: simulator.url, credentials: explicitCredentials({ accessKeyId, accessKeySecret }), clock });
  const arrive = async (user: string): Promise<string> => {
    const ask = { EndUserId: user, ...cloudApp, BizRegionId: 'cn-hangzhou', AppInstanceGroupIdList: ['aig-office'] };
    const code = (error: unknown) => (error as { code: string }).code;
    return client.call(getConnectionTicket, ask as never).then(() => 'in', code);
  };
  return { simulator, client, arrive };
}

const timeoutOf = async ({ client }: Service, how: 'list' | 'single'): Promise<unknown> =>
  how === 'single'
    ? (await client.call(getAppInstanceGroup, office)).AppInstanceGroupModels?.SessionTimeout
    : (await client.call(listAppInstanceGroup, { ...cloudApp, PageNumber: 1 })).AppInstanceGroupModels?.[0]?.SessionTimeout;
const setTimeoutTo = ({ client }: Service, minutes: number) =>
  client.call(modifyAppInstanceGroupAttribute, { ...office, SessionTimeout: minutes });

describe('reads that lag behind writes', () => {
  const lags = [
    ['none', 0, 0],
    ['20s', 20, 20],
    ['7m', 420, 420],
    ['lists 7m', 420, 0],
    ['singles 7m', 0, 420],
  ] as const;
  test.each(lags)('%s: a list shows a write after %d s and a single read after %d s', async (lateReads, listSeconds, singleSeconds) => {
    const place = await service({ groups: [group()] }, { lateReads });
    await timeoutOf(place, 'list');
    await timeoutOf(place, 'single');
    await setTimeoutTo(place, 30);
    let passed = 0;
    for (const at of [0, 19, 20, 419, 420]) {
      place.simulator.advance((at - passed) * second);
      passed = at;
      expect(await timeoutOf(place, 'list'), `list after ${at} s`).toBe(at < listSeconds ? '15' : '30');
      expect(await timeoutOf(place, 'single'), `single after ${at} s`).toBe(at < singleSeconds ? '15' : '30');
    }
  });

  test('each write shows when its own time has come, one after the other', async () => {
    const place = await service({ groups: [group()] }, { lateReads: '20s' });
    await timeoutOf(place, 'single');
    await setTimeoutTo(place, 30);
    place.simulator.advance(15 * second);
    await setTimeoutTo(place, 45);
    const seen: unknown[] = [];
    for (let step = 0; step < 4; step += 1) {
      seen.push(await timeoutOf(place, 'single'));
      place.simulator.advance(7 * second);
    }
    expect(seen).toEqual(['15', '30', '30', '45']);
  });

  test('what another account writes is no reason to show old answers', async () => {
    const place = await service({ groups: [group({ sessions: [{ user: 'amy' }] })] }, { lateReads: '7m' });
    await timeoutOf(place, 'single');
    const other = publishedKey('1000000000000002');
    place.simulator.keys.add(other);
    const credentials = explicitCredentials({ accessKeyId: other.accessKeyId, accessKeySecret: other.accessKeySecret });
    const clock = worldClock(place.simulator);
    const stranger = createClient({ endpoint: place.simulator.url, credentials, clock });
    await expect(stranger.call(modifyAppInstanceGroupAttribute, { ...office, SessionTimeout: 60 })).rejects.toThrow();
    // A person changes it in the world itself, and that shows at once.
    const entity = place.simulator.world.account(id).groups.get('aig-office');
    if (entity) entity.sessionTimeoutMinutes = 45;
    expect(await timeoutOf(place, 'single')).toBe('45');
  });

  test('one operation alone can lag, as a fault', async () => {
    const late: Fault = { kind: 'late', action: 'GetAppInstanceGroup', seconds: 60, times: 'always' };
    const place = await service({ groups: [group()] }, {}, [late]);
    await timeoutOf(place, 'list');
    await timeoutOf(place, 'single');
    await setTimeoutTo(place, 30);
    expect(await timeoutOf(place, 'list')).toBe('30');
    expect(await timeoutOf(place, 'single')).toBe('15');
    place.simulator.advance(60 * second);
    expect(await timeoutOf(place, 'single')).toBe('30');
  });
});

describe('access', () => {
  test.each([
    [0, 'in'],
    [2, 'TryBind.NoCandidateAppInstanceGroup'],
    [10, 'TryBind.NoCandidateAppInstanceGroup'],
  ])('given, it lets a client in after %d minutes', async (accessMinutes, atFirst) => {
    const { simulator, client, arrive } = await service({ groups: [group()] }, { accessMinutes });
    await client.call(authorizeInstanceGroup, { ...office, AuthorizeUserIds: ['amy'] });
    expect(await arrive('amy')).toBe(atFirst);
    simulator.advance(accessMinutes * minute);
    expect(await arrive('amy')).toBe('in');
  });

  test('taken, it keeps a client out only after a while, and what clients know does not change by a second change', async () => {
    const { simulator, client, arrive } = await service({ groups: [group({ users: [{ ids: ['amy', 'bob'] }] })] }, { accessMinutes: 10 });
    await client.call(authorizeInstanceGroup, { ...office, UnAuthorizeUserIds: ['amy', 'bob'] });
    simulator.advance(9 * minute);
    expect(await arrive('amy')).toBe('in');
    simulator.advance(1 * minute);
    expect(await arrive('bob')).toBe('TryBind.NoCandidateAppInstanceGroup');
  });

  test.each([
    ['at-once', []],
    ['with-clients', ['amy']],
  ] as const)('%s: the list of users right after it was taken', async (accessReadBack, listed) => {
    const { simulator, client } = await service({ groups: [group({ users: [{ ids: ['amy'] }] })] }, { accessReadBack });
    await client.call(authorizeInstanceGroup, { ...office, UnAuthorizeUserIds: ['amy'] });
    const users = async () => (await client.call(pageListAppInstanceGroupUser, { ...office, PageNumber: 1 })).Users;
    expect(await users()).toEqual(listed);
    simulator.advance(2 * minute);
    expect(await users()).toEqual([]);
  });

  test.each([
    [false, ['cleo']],
    [true, ['cleo', 'amy']],
  ] as const)('comes with a user group; that members are listed is %s', async (userGroupMembersListed, listed) => {
    const seeds = [group({ users: [{ ids: ['cleo'] }], userGroups: [{ id: 'ug-1', name: 'Finance', members: [{ ids: ['amy'] }] }] })];
    const { client, arrive, simulator } = await service({ groups: seeds }, { userGroupMembersListed });
    expect((await client.call(pageListAppInstanceGroupUser, { ...office, PageNumber: 1 })).Users).toEqual(listed);
    // Taking the user's own access takes nothing of what the user group gives.
    await client.call(authorizeInstanceGroup, { ...office, UnAuthorizeUserIds: ['amy'] });
    simulator.advance(10 * minute);
    expect(await arrive('amy')).toBe('in');
    expect(await arrive('dora')).toBe('TryBind.NoCandidateAppInstanceGroup');
    await client.call(authorizeInstanceGroup, { ...office, UnAuthorizeUserGroupIds: ['ug-1'] });
    simulator.world.account(id).groups.get('aig-office')?.cutAllSessions(simulator.world.clock.nowMs);
    expect(await arrive('amy')).toBe('TryBind.NoCandidateAppInstanceGroup');
  });
});

describe('an instance that is reset when its user is unbound', () => {
  const seeds = [group({ pool: { id: 'rg-office', capacity: 1, strategy: { fixed: 1 } }, sessions: [{ user: 'amy' }] })];
  const statuses = async (client: Client) =>
    (await client.call(listAppInstances, { AppInstanceGroupId: 'aig-office', PageNumber: 1 })).AppInstanceModels?.map(
      ({ Status }) => Status,
    );

  test.each([
    [true, 'INIT', 1],
    [false, 'IDLE', 0],
  ])('setting %s: it is %s right afterwards', async (resetAfterUnbind, status, wiped) => {
    const { simulator, client } = await service({ groups: seeds.map((seed) => ({ ...seed, resetAfterUnbind })) });
    const session = simulator.world.account(id).groups.get('aig-office')?.sessions.get('amy');
    await client.call(unbind, { ...office, EndUserId: 'amy', AppInstanceId: session?.instance.id as string });
    expect(await statuses(client)).toEqual([status]);
    simulator.advance(3 * minute);
    expect(await statuses(client)).toEqual(['IDLE']);
    expect(simulator.world.account(id).statistics.instancesWiped).toBe(wiped);
  });

  test.each([
    ['unbind', 0],
    ['any-end', 1],
  ] as const)('%s: %d wiped where a session ran out', async (resetAfter, wiped) => {
    const { simulator } = await service({ groups: seeds.map((seed) => ({ ...seed, resetAfterUnbind: true })) }, { resetAfter });
    const entity = simulator.world.account(id).groups.get('aig-office');
    const session = entity?.sessions.get('amy');
    if (session) entity?.disconnect(session, simulator.world.clock.nowMs);
    simulator.advance(hour);
    expect(simulator.world.account(id).statistics.instancesWiped).toBe(wiped);
  });
});

test.each([
  ['least-used', 0],
  ['most-used', 2],
  ['newest', 1],
] as const)('when fewer nodes are wanted, the %s go first', async (leavingNodes, cut) => {
  const seeds = [group({ pool: { id: 'rg-office', capacity: 2, strategy: { fixed: 3 } }, users: [{ ids: ['amy', 'bob', 'cleo'] }] })];
  const { simulator, client } = await service({ groups: seeds }, { leavingNodes, fixedLowering: 'cut' });
  const entity = simulator.world.account(id).groups.get('aig-office');
  const pool = entity?.pools[0];
  // Two on the oldest node, none on the middle one, one on the newest.
  const nodes = pool?.nodes ?? [];
  for (const [user, place] of [
    ['amy', 0],
    ['bob', 0],
    ['cleo', 2],
  ] as const) {
    const instance = nodes[place]?.instances(2).find(({ session }) => session === undefined);
    entity?.connect(user, simulator.world.clock.nowMs, instance ? { instance } : {});
  }
  await client.call(modifyNodePoolAttribute, {
    ...{ PoolId: 'rg-office', BizRegionId: 'cn-hangzhou', ...cloudApp },
    NodePoolStrategy: { StrategyType: 'NODE_FIXED', NodeAmount: 2 },
  } as never);
  expect(entity?.statistics.sessionsInterrupted).toBe(cut);
});

describe('updates', () => {
  const statusesAfter = async (groups: readonly GroupSeed[], assumptions: Readonly<Record<string, AssumptionValue>>) => {
    const { simulator, client } = await service({ groups }, assumptions);
    const all = [...simulator.world.account(id).groupList];
    for (const { id: groupId, ota } of all) {
      const ask = { AppInstanceGroupId: groupId, BizRegionId: 'cn-hangzhou', OtaType: 'Fota', StartTime: '2026-11-25T01:00:00Z' } as const;
      await client.call(approveOtaTask, { ...ask, TaskId: ota.taskId as string });
    }
    simulator.advance(2 * hour);
    const tasks = all.map(({ id: groupId }) =>
      client.call(listOtaTask, { AppInstanceGroupId: groupId, OtaType: 'Fota', PageNumber: 1, PageSize: 10 }),
    );
    return (await Promise.all(tasks)).map(({ TaskList }) => TaskList?.[0]?.TaskDisplayStatus);
  };
  const many = Array.from({ length: 12 }, (_, index) =>
    group({ id: `aig-${index}`, name: `g${index}`, ota: { current: '1', offered: '2' } }),
  );

  test('of some groups fail where some do, always of the same', async () => {
    const first = await statusesAfter(many, { otaOutcome: 'some-fail' });
    expect(new Set(first)).toEqual(new Set(['FINISHED', 'FAILED']));
    expect(await statusesAfter(many, { otaOutcome: 'some-fail' })).toEqual(first);
  });

  test('of one group end as its seed says, whatever those of the others do', async () => {
    const [one, two] = many as [GroupSeed, GroupSeed];
    const odd = { ...two, ota: { current: '1', offered: '2', outcome: 'PART_FINISHED' as const } };
    expect(await statusesAfter([one, odd], { otaOutcome: 'FINISHED' })).toEqual(['FINISHED', 'PART_FINISHED']);
    expect(await statusesAfter([one, odd], { otaOutcome: 'FAILED' })).toEqual(['FAILED', 'PART_FINISHED']);
  });
});

describe('workstations', () => {
  test('show a timer, how they are bought and data disks where they have them', async () => {
    const timer = { id: 'tg-1', start: '09:00', stop: '18:00' };
    const base = { region: 'cn-hangzhou', charge: 'PostPaid' as const };
    const workstations = [
      { ...base, name: 'plain' },
      { ...base, name: 'rich', timer, subPayType: 'spot', dataDisks: [40, 500] },
    ];
    const { client } = await service({ workstations });
    const [plain, rich] = (await client.call(listWuyingServer, { PageNumber: 1 })).WuyingServerList ?? [];
    expect([plain?.TimerGroupId, plain?.SubPayType, plain?.DataDisk]).toEqual([undefined, undefined, []]);
    expect([rich?.TimerGroupId, rich?.SubPayType]).toEqual(['tg-1', 'spot']);
    expect(rich?.DataDisk?.map(({ DataDiskNo, DataDiskSize }) => [DataDiskNo, DataDiskSize])).toEqual([
      ['1', 40],
      ['2', 500],
    ]);
  });

  test('are powered by their timer every day', async () => {
    const timer = { id: 'tg-1', start: '09:00', stop: '18:00' };
    const { client, simulator } = await service({
      workstations: [{ name: 'one', region: 'cn-hangzhou', charge: 'PostPaid', status: 'STOPPED', timer }],
    });
    const status = async () => (await client.call(listWuyingServer, { PageNumber: 1 })).WuyingServerList?.[0]?.Status;
    const seen: unknown[] = [];
    for (const at of ['08:59', '09:05', '17:59', '18:05', '33:05'].map((text) => text.split(':').map(Number))) {
      simulator.advanceTo(Date.parse('2026-11-25T00:00:00+08:00') + (at[0] as number) * hour + (at[1] as number) * minute);
      seen.push(await status());
    }
    expect(seen).toEqual(['STOPPED', 'RUNNING', 'RUNNING', 'STOPPED', 'RUNNING']);
  });

  test('are made as they were ordered', async () => {
    const { client, simulator } = await service({});
    await client.call(createWuyingServer, {
      ...{ BizRegionId: 'cn-hangzhou', ChargeType: 'PostPaid', SubPayType: 'spot', DataDisk: [{ DataDiskSize: 80 }], Amount: 1 },
      ...{ WuyingServerName: 'w' },
    } as never);
    simulator.advance(5 * minute);
    const [made] = (await client.call(listWuyingServer, { PageNumber: 1 })).WuyingServerList ?? [];
    expect([made?.SubPayType, made?.DataDisk?.map(({ DataDiskSize }) => DataDiskSize)]).toEqual(['spot', [80]]);
  });
});

describe('cloud browser groups', () => {
  const browsers = { id: 'big-1', name: 'kiosk', region: 'cn-shanghai' };
  const seed = { browserGroups: [{ ...browsers, persistent: [{ id: 'p-1', name: 'desk', users: ['amy'] }], bound: ['amy'] }] };

  test('show their persistent sessions and who is bound to them where those of delivery groups are listed', async () => {
    const { client } = await service({ ...seed, groups: [group({ sessions: [{ user: 'amy' }] })] });
    const input = { AppInstanceGroupId: 'big-1', ProductType: 'CloudBrowser', PageNumber: 1 } as const;
    const places = (await client.call(listPersistentAppInstances, input)).PersistentAppInstanceModels;
    expect(places?.map((place) => [place.AppInstancePersistentId, place.AppInstancePersistentStatus])).toEqual([['p-1', 'RUNNING']]);
    const bound = (await client.call(listBindInfo, { UserIdList: ['amy'], PageNumber: 1 })).BindInfoModels;
    expect(bound?.map((row) => [row.AppInstanceGroupId, row.ProductType])).toEqual([
      ['aig-office', 'CloudApp'],
      ['big-1', 'CloudBrowser'],
    ]);
  });

  test('are listed by the control API, with what was written to them', async () => {
    const { client, simulator } = await service(seed);
    const BrowserConfig = { Bookmarks: [{ BookmarkName: 'wiki', BookmarkURL: 'https://wiki.example' }] };
    await client.call(modifyBrowserInstanceGroup, { BrowserInstanceGroupId: 'big-1', BrowserConfig } as never);
    const [account] = (await controlClient(simulator.url).world()).accounts;
    // Each account has one of its own besides.
    expect(account?.browserGroups).toHaveLength(2);
    expect(account?.browserGroups.find((each) => each.id === 'big-1')).toEqual({ id: 'big-1', bookmarks: 1, restrictedUrls: 0 });
  });
});

test.each([
  ['shown', 3, 2, '0'],
  ['absent', undefined, undefined, undefined],
] as const)('amounts beside the node pools are %s', async (amountsOutsidePools, max, min, ratio) => {
  const strategy = { usage: { nodes: 2, maxScaling: 1 } };
  const { client } = await service({ groups: [group({ pool: { strategy } })] }, { amountsOutsidePools });
  const [row] = (await client.call(listAppInstanceGroup, { ...cloudApp, PageNumber: 1 })).AppInstanceGroupModels ?? [];
  expect([row?.MaxAmount, row?.MinAmount, row?.ReserveAmountRatio]).toEqual([max, min, ratio]);
  expect([row?.UserGroupAuthMode, row?.SupportUserGroupMixedAuth]).toEqual(['App', true]);
});
