import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { subscribedOperations as enforceOperations, enforcePolicy } from '../../functions/enforce-policy/automation.ts';
import { ruleModule as enforceRules } from '../../functions/enforce-policy/rule.ts';
import { tagNewResources, subscribedOperations as tagOperations } from '../../functions/tag-new-resources/automation.ts';
import { ruleModule as tagRules } from '../../functions/tag-new-resources/rule.ts';
import { createClient } from '../../shared/client/call.ts';
import type { Clock } from '../../shared/client/clock.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { createAppInstanceGroup } from '../../shared/client/operations/create-app-instance-group.ts';
import { modifyAppInstanceGroupAttribute } from '../../shared/client/operations/modify-app-instance-group-attribute.ts';
import { untagCloudResources } from '../../shared/client/operations/untag-cloud-resources.ts';
import { automationRunner, type Runner } from '../../shared/engine/runner.ts';
import { createHandler, type InvocationSummary, RunFailedError } from '../../shared/fc/handle.ts';
import type { FunctionContext } from '../../shared/fc/settings.ts';
import { subscriptionTo } from '../../shared/fc/work.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import { handlers as groupHandlers } from '../../simulator/operations/delivery-groups.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { passingClock, worldClock } from '../fixtures/clocks.ts';
import { accountId, compiledPolicy, policyText, start } from './live-function.ts';

const created = JSON.parse(
  readFileSync(new URL('../../events/samples/eventbridge-actiontrail-create-app-instance-group.json', import.meta.url), 'utf8'),
) as { data: Record<string, unknown> };

/** The event of a group that `li.wei` made; the same for the same group. */
function createEvent(id: string, account = accountId, userIdentity: object = { type: 'ram-user', userName: 'li.wei', accountId: account }) {
  const references = { 'ACS::AppStreaming::AppInstanceGroup': [id] };
  const parameters = { AppInstanceGroupName: 'x', Password: 'k3y-that-nobody-may-see' };
  const data = {
    ...{
      ...created.data,
      recipientAccountId: account,
      resourceName: id,
      referencedResources: references,
      userIdentity,
    },
    ...{
      responseElements: { AppInstanceGroupModel: { AppInstanceGroupId: id } },
      requestParameters: parameters,
      requestParameterJson: JSON.stringify(parameters),
    },
  };
  return { ...created, id: `event-${account}-${id}`, aliyunaccountid: account, data };
}

let folder: string;
let simulator: Simulator;
let lines: string[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-storm-'));
  lines = [];
});

afterEach(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

const ids = (count: number) => Array.from({ length: count }, (_, index) => `aig-${index}`);
const { accessKeyId, accessKeySecret } = publishedKey(accountId);

/** A group as somebody makes it. */
const newGroup = {
  ...({
    BizRegionId: 'cn-hangzhou',
    ProductType: 'CloudApp',
    AppInstanceGroupName: 'made',
    AppCenterImageId: 'img-0windows2022base',
  } as const),
  ...({ ChargeType: 'PostPaid', ChargeResourceMode: 'Node', Period: 1, PeriodUnit: 'Month', SessionTimeout: 120 } as const),
  Network: { StrategyType: 'Shared' },
  NodePool: { NodeInstanceType: 'appstreaming.general.4c8g', NodeCapacity: 2, NodeAmount: 1, StrategyType: 'NODE_FIXED' },
} as const;

/** What the audit trail says of who called where a role called that the policy assumes in another account. */
const ownIdentity = { type: 'assumed-role', userName: 'streamwarden:streamwarden', principalId: '3:streamwarden' };

interface Deployment {
  readonly handlers?: SimulatorOptions['handlers'];
  readonly seconds?: number;
  /**
   * So many invocations come at one moment: time passes for the one that waits only after all others have queued. Else how many of them see the end
   * of its slot would hang on how fast this machine is, and an event that is queued at that very moment is seen to twice.
   */
  readonly together?: number;
}

/** A function deployed beside its policy, on an account of so many groups. Gives what an event, or several, are answered with. */
async function deployed(
  runner: Runner,
  subscription: readonly string[],
  rules: Parameters<typeof policyText>[0],
  groups: number,
  { handlers, seconds, together = 1 }: Deployment = {},
): Promise<(event: unknown) => Promise<InvocationSummary>> {
  const seeds = ids(groups).map((id) => ({ id, name: id, region: 'cn-hangzhou' }));
  simulator = await startSimulator({
    world: buildWorld({ start, accounts: [{ id: accountId, groups: seeds }] }),
    gatewayClock: 'virtual',
    ...(handlers ? { handlers } : {}),
  });
  const passing = passingClock(simulator);
  const clock: Clock = {
    ...passing,
    async sleep(ms, signal) {
      while (logged('queued').length < together - 1) await new Promise(setImmediate);
      await passing.sleep(ms, signal);
    },
  };
  const text = policyText(rules).replace(
    'targets: {',
    'targets: {away: {account: "2000000000000002", role: streamwarden, endpoint: cn-shanghai}, ',
  );
  writeFileSync(path.join(folder, 'policy.json'), encodePolicy(compiledPolicy(text, [tagRules, enforceRules], clock.now())));
  const environment = {
    FC_FUNC_CODE_PATH: folder,
    STREAMWARDEN_STORE: `dir:${path.join(folder, 'journal')}`,
    STREAMWARDEN_SIMULATOR: simulator.url,
    STREAMWARDEN_TARGET: 'home',
  };
  const handler = createHandler(runner, {
    subscription: subscriptionTo(subscription),
    clock,
    environment,
    write: (line) => lines.push(line),
  });
  const context = { requestId: 'r', credentials: { accessKeyId, accessKeySecret }, function: { timeout: seconds } } as FunctionContext;
  return (event) => handler(new TextEncoder().encode(JSON.stringify(event)), context);
}

const tagging = { 'tag-new-resources': ['{name: n, groups: {missingTag: owner}, set: {owner: unassigned, creator: "{creator}"}}'] };
const deployTagging = (groups: number, more?: Parameters<typeof deployed>[4]) =>
  deployed(automationRunner(tagNewResources), tagOperations, tagging, groups, more);
const tagsOf = (id: string) =>
  Object.fromEntries([...(simulator.world.accounts.get(accountId)?.groups.get(id)?.tags ?? [])].map(([key, { value }]) => [key, value]));
const logged = (event: string) =>
  lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line['event'] === event);
const timesTagged = (): Map<string, number> => {
  const times = new Map<string, number>();
  for (const { action, executed, input } of simulator.ledger.records) {
    if (action !== 'TagCloudResources' || !executed) continue;
    for (const id of (input?.['ResourceIds'] ?? []) as string[]) times.set(id, (times.get(id) ?? 0) + 1);
  }
  return times;
};

/** A fixed order that looks like none. */
function shuffled<T>(items: readonly T[]): T[] {
  const order = items.map((item, index) => ({ item, at: (index * 7919) % 1009 }));
  return order.sort((a, b) => a.at - b.at).map(({ item }) => item);
}

test('a thousand events in a minute, repeated and out of order and with our own among them, tag each group once', async () => {
  const invoke = await deployTagging(260);
  const [theirs, ours] = [ids(260).slice(0, 240), ids(260).slice(240)];
  const deliveries = [theirs, theirs, theirs, theirs, ours, ours].flat();
  const events = shuffled(deliveries.map((id) => createEvent(id, accountId, ours.includes(id) ? ownIdentity : undefined)));
  expect(events).toHaveLength(1000);
  let looks = 0;
  let tagCalls = 0;
  const seen = new Set<string>();
  for (let from = 0; from < events.length; from += 125) {
    const batch = events.slice(from, from + 125);
    const named = new Set(batch.map(({ data }) => data.resourceName).filter((id) => theirs.includes(id)));
    const fresh = [...named].filter((id) => !seen.has(id) && seen.add(id));
    // Many are found in the list, three pages of it; before a change each is read again.
    looks += fresh.length;
    for (let at = 0; at < fresh.length; at += 50) tagCalls += Math.ceil(Math.min(50, fresh.length - at) / 10);
    // Some come in a list, some in a list of texts.
    await invoke(from % 250 === 0 ? batch : batch.map((event) => JSON.stringify(event)));
    simulator.advance(7_000);
  }
  expect([...timesTagged()].sort()).toEqual(theirs.map((id) => [id, 1]).sort());
  for (const id of theirs) expect(tagsOf(id)).toEqual({ owner: 'unassigned', creator: 'li.wei' });
  for (const id of ours) expect(tagsOf(id)).toEqual({});
  const called = (action: string) => simulator.ledger.count(action, 'received');
  expect([called('GetAppInstanceGroup'), called('ListAppInstanceGroup'), called('TagCloudResources')]).toEqual([
    looks,
    8 * (1 + 3),
    tagCalls,
  ]);
  const ignored = logged('events-ignored').reduce((sum, line) => sum + Number(line['own-call'] ?? 0) + Number(line['duplicate'] ?? 0), 0);
  expect(ignored).toBeGreaterThanOrEqual(40);
  expect(lines.join('\n')).not.toContain('k3y-that-nobody-may-see');
  expect((await verifyJournal(directoryStore(path.join(folder, 'journal')))).problems).toEqual([]);
});

test('invocations that meet get out of the way of each other, and no group is left out', async () => {
  const invoke = await deployTagging(8, { together: 8 });
  // What fails is delivered again, as the platform does it.
  const deliver = async (event: unknown): Promise<void> => {
    for (let delivery = 1; ; delivery++) {
      try {
        await invoke(event);
        return;
      } catch (error) {
        if (!(error instanceof RunFailedError) || delivery === 3) throw error;
      }
    }
  };
  await Promise.all(ids(8).map((id) => deliver(createEvent(id))));
  for (const id of ids(8)) expect([tagsOf(id), timesTagged().get(id)]).toEqual([{ owner: 'unassigned', creator: 'li.wei' }, 1]);
  const errors = lines.map((line) => JSON.parse(line) as { level: string; event: string }).filter(({ level }) => level === 'error');
  expect(errors.filter(({ event }) => event !== 'crowded-out' && event !== 'failed')).toEqual([]);
});

test('sixty events at once are one run that looks at each group once, and no invocation fails', async () => {
  const invoke = await deployTagging(60, { together: 60 });
  const answers = await Promise.all(ids(60).map((id) => invoke(createEvent(id))));
  for (const id of ids(60)) expect([tagsOf(id), timesTagged().get(id)]).toEqual([{ owner: 'unassigned', creator: 'li.wei' }, 1]);
  expect(answers.filter(({ targets }) => targets.length > 0)).toHaveLength(1);
  expect(logged('queued')).toHaveLength(59);
  // The list, how many groups there are, each once more before its change, the changes, ten in a call, and whose keys they are.
  expect(simulator.ledger.count('*', 'received')).toBe(2 + 60 + 6 + 1);
  expect((await verifyJournal(directoryStore(path.join(folder, 'journal')))).problems).toEqual([]);
});

test('an event that names hundreds of groups costs a few reads, and what is not looked at is counted', async () => {
  const invoke = await deployTagging(2);
  const named = ['aig-1', ...Array.from({ length: 499 }, (_, index) => `aig-x${index}`)];
  const event = createEvent('aig-0');
  await invoke({ ...event, data: { ...event.data, referencedResources: { 'ACS::AppStreaming::AppInstanceGroup': named } } });
  expect(['aig-0', 'aig-1'].map(tagsOf)).toEqual([{}, { owner: 'unassigned', creator: 'li.wei' }]);
  expect(simulator.ledger.count('*', 'received')).toBeLessThanOrEqual(12);
  expect(logged('left-to-sweep')).toMatchObject([
    { why: 'not-visible', count: 299 },
    { why: 'too-many', count: 201 },
  ]);
});

const { GetAppInstanceGroup: shown } = groupHandlers;

test.each([
  ['after a few seconds is seen to in the same invocation', 2, { owner: 'unassigned', creator: 'li.wei' }],
  ['in that time is left to the sweep, and counted', 99, {}],
])('a group that shows %s', async (what, hiddenTimes, tags) => {
  let hidden = hiddenTimes;
  const GetAppInstanceGroup: typeof shown = (input, context) =>
    shown?.(hidden-- > 0 ? { ...input, AppInstanceGroupId: 'aig-none' } : input, context) as never;
  const invoke = await deployTagging(1, { handlers: { GetAppInstanceGroup } as never });
  await invoke(createEvent('aig-0'));
  expect(tagsOf('aig-0')).toEqual(tags);
  expect(logged('left-to-sweep').map(({ why, count }) => [why, count])).toEqual(what.includes('sweep') ? [['not-visible', 1]] : []);
});

test('an invocation whose time does not suffice fails, so that its event comes again, and says what is left', async () => {
  const invoke = await deployTagging(1, { seconds: 20 });
  await expect(invoke(createEvent('aig-0'))).rejects.toMatchObject({ code: 'RunFailed' });
  expect(tagsOf('aig-0')).toEqual({});
  expect(logged('left-to-sweep')).toMatchObject([{ level: 'error', why: 'deadline-near', count: 1, resources: ['aig-0'] }]);
});

test('a group that was made is enforced by the first look after its publication, and then not waited for any more', async () => {
  const rules = { 'enforce-policy': ['{name: r, groups: all, sessionTimeout: 30m}'] };
  const invoke = await deployed(automationRunner(enforcePolicy), enforceOperations, rules, 1);
  const awaited = () => invoke({ triggerTime: '2026-11-24T04:00:00Z', triggerName: 't', payload: '{"awaited":true}' });
  const calls = () => simulator.ledger.count('*', 'received');
  expect((await awaited()).targets).toEqual([]);
  expect([calls(), logged('nothing-awaited').length]).toEqual([0, 1]);

  const events = await somebody((person) => person.call(createAppInstanceGroup, newGroup));
  const made = () =>
    [...(simulator.world.accounts.get(accountId)?.groups.values() ?? [])].find(({ name }) => name === newGroup.AppInstanceGroupName);
  await invoke(events);
  expect([made()?.status, made()?.sessionTimeoutMinutes]).toEqual(['DEPLOYING', 120]);
  expect(await awaited()).toMatchObject({ targets: [{ hold: 1 }] });
  simulator.advance(11 * 60_000);
  expect(await awaited()).toMatchObject({ targets: [{ outcomes: { done: 1 } }] });
  expect([made()?.status, made()?.sessionTimeoutMinutes]).toEqual(['PUBLISHED', 30]);
  await awaited();
  const before = calls();
  expect((await awaited()).targets).toEqual([]);
  expect(calls()).toBe(before);
});

test('events of accounts that the policy does not know begin nothing, and neither does what is no event', async () => {
  const invoke = await deployTagging(1);
  expect(await invoke(createEvent('aig-0', '9999999999999999'))).toEqual({ function: 'tag-new-resources', policy: 'bundle', targets: [] });
  expect(logged('events-ignored')).toMatchObject([{ 'unknown-account': 1 }]);
  await expect(invoke({ id: 'x', hello: 1 })).rejects.toMatchObject({ code: 'MalformedEvent' });
  expect(simulator.ledger.count('*', 'received')).toBe(0);
});

test('on a timer the same function sweeps, and finds what no event told', async () => {
  const invoke = await deployTagging(3);
  await invoke({ triggerTime: '2026-11-24T04:00:00Z', triggerName: 't', payload: '{}' });
  for (const id of ids(3)) expect(tagsOf(id)).toEqual({ owner: 'unassigned' });
});

/** The events that the service sends of what somebody did, as they come over the bus. */
async function somebody(act: (person: ReturnType<typeof createClient>) => Promise<unknown>): Promise<readonly unknown[]> {
  const before = simulator.events.length;
  const clock = worldClock(simulator);
  const userAgent = 'AlibabaCloud (linux; x64) Node.js/v20';
  await act(
    createClient({ endpoint: simulator.url, credentials: explicitCredentials({ accessKeyId, accessKeySecret }), clock, userAgent }),
  );
  return simulator.events.slice(before);
}

test('a tag that somebody removes comes back by the event of it, and the event of our own call changes nothing', async () => {
  const invoke = await deployTagging(1);
  await invoke(createEvent('aig-0'));
  const events = await somebody((person) =>
    person.call(untagCloudResources, { ResourceType: 'AppInstanceGroupId', ResourceIds: ['aig-0'], TagKeys: ['owner'] }),
  );
  await invoke(events);
  expect(tagsOf('aig-0')).toEqual({ owner: 'unassigned', creator: 'li.wei' });
  const writes = simulator.ledger.count('TagCloudResources', 'received');
  await invoke(simulator.events.filter((event) => event.data['eventName'] === 'TagCloudResources'));
  expect(simulator.ledger.count('TagCloudResources', 'received')).toBe(writes);
});

test('a setting that somebody changes is put right by the event of it, and no other group is looked at', async () => {
  const rules = { 'enforce-policy': ['{name: r, groups: all, sessionTimeout: 30m}'] };
  const invoke = await deployed(automationRunner(enforcePolicy), enforceOperations, rules, 2);
  const timeoutOf = (id: string) => simulator.world.accounts.get(accountId)?.groups.get(id)?.sessionTimeoutMinutes;
  await invoke({ triggerTime: '2026-11-24T04:00:00Z', triggerName: 't' });
  expect(ids(2).map(timeoutOf)).toEqual([30, 30]);
  simulator.ledger.clear();
  const input = { AppInstanceGroupId: 'aig-1', ProductType: 'CloudApp' as const, SessionTimeout: 45 };
  await invoke(await somebody((person) => person.call(modifyAppInstanceGroupAttribute, input)));
  expect(ids(2).map(timeoutOf)).toEqual([30, 30]);
  const called = ['GetAppInstanceGroup', 'ListAppInstanceGroup', 'ModifyAppInstanceGroupAttribute'].map((action) =>
    simulator.ledger.count(action, 'executed'),
  );
  expect(called).toEqual([2, 1, 2]);
});
