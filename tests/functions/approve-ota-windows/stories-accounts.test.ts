import { afterEach, expect, test } from 'vitest';
import { approveOtaWindows } from '../../../functions/approve-ota-windows/automation.ts';
import { ruleModule } from '../../../functions/approve-ota-windows/rule.ts';
import { createClient } from '../../../shared/client/call.ts';
import { explicitCredentials } from '../../../shared/client/credentials.ts';
import { deleteAppInstanceGroup } from '../../../shared/client/operations/delete-app-instance-group.ts';
import { run } from '../../../shared/engine/run.ts';
import { writtenScope } from '../../../shared/journal/intents/intent-log.ts';
import type { CompiledPolicy, CompiledTarget } from '../../../shared/policy/compiled.ts';
import { publishedKey } from '../../../simulator/front/keys.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { buildWorld } from '../../../simulator/world/build-world.ts';
import { compiledPolicy } from '../../e2e/live-function.ts';
import { passingClock } from '../../fixtures/clocks.ts';
import { memoryStore } from '../../journal/memory-store.ts';

const [one, two] = ['1000000000000001', '2000000000000002'];
const text = `version: 1
timezone: Asia/Shanghai
mode: {default: act}
targets: {one: {account: "${one}", endpoint: cn-shanghai}, two: {account: "${two}", endpoint: cn-shanghai}}
limits: {}
rules:
  approve-ota-windows:
    - name: agents
      rings:
        - {name: canary, groups: {tags: {ring: canary}}, window: {days: everyday, at: "13:00-14:00"}, soak: 1h}
        - {name: all, groups: all, window: {days: everyday, at: "18:00-19:00"}}
`;
const group = (name: string, offered = '7.4.0') => ({
  ...{ id: `aig-${name}`, name, region: 'cn-hangzhou', tags: { ring: 'canary' } },
  ...{ ota: { current: '7.3.0', offered }, pool: { strategy: { fixed: 1 } } },
});

let simulator: Simulator | undefined;
afterEach(() => simulator?.close());

/** Two accounts under one policy and one journal; each update of the first fails. */
async function place(offeredInTwo?: string) {
  const world = buildWorld({
    start: '2026-11-24T12:40:00+08:00',
    assumptions: { otaOutcome: 'FAILED' },
    accounts: [
      { id: one, groups: [group('c1'), { ...group('x1'), tags: {} }] },
      { id: two, groups: [group('c2', offeredInTwo)] },
    ],
  });
  const running = await startSimulator({ world, gatewayClock: 'virtual' });
  simulator = running;
  const clock = passingClock(running);
  let policy: CompiledPolicy = compiledPolicy(text, [ruleModule], clock.now());
  const store = memoryStore();
  const clientOf = (name: 'one' | 'two') => {
    const { accessKeyId, accessKeySecret } = publishedKey(name === 'one' ? one : two);
    return createClient({ endpoint: running.url, credentials: explicitCredentials({ accessKeyId, accessKeySecret }), clock });
  };
  return {
    store,
    client: clientOf,
    to: (time: string) => running.advanceTo(Date.parse(`${time}:00+08:00`)),
    /** Target one has another name from now on. */
    rename(name: string) {
      const { one: target, ...others } = policy.targets;
      policy = { ...policy, targets: { ...others, [name]: { ...(target as CompiledTarget), name } } };
    },
    async run(name: string) {
      const target = policy.targets[name] as CompiledTarget;
      const client = clientOf(target.account === one ? 'one' : 'two');
      const report = await run({ automation: approveOtaWindows, client, target, policy, store, clock, mode: 'apply', world: 'a test' });
      return [
        ...report.decisions.map(({ resource, verdict, because }) => `${resource.name} ${verdict} ${because[0]?.code}`),
        ...report.errors.map(({ code }) => code),
      ];
    },
  };
}

/** The canary of account one was updated and failed, and the next day's window is near. */
async function failedInOne(offeredInTwo?: string) {
  const here = await place(offeredInTwo);
  expect(await here.run('one')).toContain('c1 act due');
  here.to('2026-11-24T14:40');
  expect(await here.run('one')).toContain('c1 hold update-failed');
  here.to('2026-11-25T12:40');
  return here;
}

test('a version that failed in one account is not approved in another', async () => {
  const here = await failedInOne();
  expect(await here.run('two')).toEqual(['c2 hold version-failed']);
});

test('another version goes on there', async () => {
  const here = await failedInOne('7.5.0');
  expect(await here.run('two')).toEqual(['c2 act due']);
});

test('it goes on there once the failed group is gone and a run has seen that', async () => {
  const here = await failedInOne();
  await here.client('one').call(deleteAppInstanceGroup, { AppInstanceGroupId: 'aig-c1', ProductType: 'CloudApp' });
  expect(await here.run('two')).toEqual(['c2 hold version-failed']);
  await here.run('one');
  expect(await here.run('two')).toEqual(['c2 act due']);
});

test('it stays halted where the account is renamed before its next run, and under the old name no longer than that', async () => {
  const here = await failedInOne();
  here.rename('uno');
  expect(await here.run('two')).toEqual(['c2 hold version-failed']);
  await here.run('uno');
  expect(await here.run('two')).toEqual(['c2 hold version-failed']);
  await here.client('one').call(deleteAppInstanceGroup, { AppInstanceGroupId: 'aig-c1', ProductType: 'CloudApp' });
  await here.run('uno');
  expect(await here.run('two')).toEqual(['c2 act due']);
});

test('where the journal of the other account cannot be read nothing is approved', async () => {
  const here = await failedInOne();
  const { read } = here.store;
  const others = `written/approve-ota-windows/${writtenScope({ account: one })}/`;
  here.store.read = async (key) => {
    const bytes = await read.call(here.store, key);
    return bytes && key.startsWith(others) ? new TextEncoder().encode('{"torn') : bytes;
  };
  const said = await here.run('two');
  expect(said).not.toContain('c2 act due');
  expect(said).toContain('MalformedRecord');
});
