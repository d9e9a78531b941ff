import { afterEach, expect, test } from 'vitest';
import { readExpiries } from '../../../shared/journal/renewals/expiries.ts';
import { StoreError } from '../../../shared/journal/store/store.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import type { CompiledTarget } from '../../../shared/policy/compiled.ts';
import { handlers as groupHandlers } from '../../../simulator/operations/delivery-groups.ts';
import { prepaidGroup } from '../../fixtures/groups.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { dayMs, hourMs } from '../../fixtures/times.ts';
import { accountId, policyText, type RenewalFixture, renewalFixture } from './renewal-fixture.ts';

const start = '2026-11-05T12:00:00+08:00';
const rule = '- {name: month, groups: all, consoleAutoRenew: disabled, daysBefore: 7, period: 1 Month, autoPay: true}';
const group = (id: string, expiresAt = '2026-12-20T00:00:00+08:00') => prepaidGroup(id, expiresAt);

let fixture: RenewalFixture;
afterEach(() => fixture.close());

const remove = (id: string): void => {
  const account = fixture.simulator.world.accounts.get(accountId);
  const there = account?.groups.get(id);
  if (there) account?.removeGroup(there);
};
const told = () => fixture.messages.filter(({ title, channel }) => channel === 'money' && title.startsWith('Subscription gone'));
const watched = async () => [...(await runStoring(fixture.store, readExpiries(accountId))).seconds.keys()];
const run = async (times = 1): Promise<void> => {
  for (let n = 0; n < times; n++) {
    await fixture.run();
    fixture.simulator.advance(hourMs);
  }
};

test('a subscription that vanishes before its expiry is told once, and forgotten then', async () => {
  fixture = await renewalFixture({ start, groups: [group('a'), group('b')] }, policyText(rule));
  await run();
  remove('a');
  await run(3);
  expect(told().map(({ title, text }) => [title, text])).toEqual([
    ['Subscription gone: a', expect.stringContaining('It was to expire 2026-12-20 00:00 Asia/Shanghai')],
  ]);
  expect(await watched()).toEqual(['b']);
});

test('it is told once somebody can be reached, where the channel was dead', async () => {
  fixture = await renewalFixture({ start, groups: [group('a')] }, policyText(rule));
  await run();
  remove('a');
  fixture.broken.add('money');
  await run(2);
  expect(told()).toEqual([]);
  fixture.broken.clear();
  await run(2);
  expect([told().length, await watched()]).toEqual([1, []]);
});

test('it is told also where what could not be told could not be written down either', async () => {
  fixture = await renewalFixture({ start, groups: [group('a')] }, policyText(rule));
  await run();
  remove('a');
  fixture.broken.add('money');
  fixture.store.beforeCreate = (key) => {
    if (key.startsWith('outbox/')) throw new StoreError('Unreachable', 'it is away');
  };
  await run(2);
  expect(await watched()).toEqual(['a']);
  fixture.store.beforeCreate = () => {};
  fixture.broken.clear();
  await run(2);
  expect([told().length, await watched()]).toEqual([1, []]);
});

test('what has run out before it vanishes is told to nobody as gone', async () => {
  fixture = await renewalFixture(
    { start, groups: [group('a', '2026-11-06T00:00:00+08:00')] },
    policyText('- {name: never, groups: all, renew: never}'),
  );
  await run();
  fixture.simulator.advance(2 * dayMs);
  remove('a');
  await run(2);
  expect([told(), await watched()]).toEqual([[], []]);
});

/** A list that leaves a row out and announces one less: to whoever pages through it, it is complete. */
async function shortened(): Promise<{ hidden: string | undefined }> {
  const list: { hidden: string | undefined } = { hidden: undefined };
  fixture = await renewalFixture({ start, groups: [group('a'), group('b')] }, policyText(rule), {
    handlers: {
      ListAppInstanceGroup: (input, context) => {
        const answer = groupHandlers['ListAppInstanceGroup']?.(input, context) as Record<string, unknown> & {
          readonly AppInstanceGroupModels: readonly { readonly AppInstanceGroupId: string }[];
        };
        const models = answer.AppInstanceGroupModels.filter((each) => each.AppInstanceGroupId !== list.hidden);
        return { ...answer, AppInstanceGroupModels: models, TotalCount: models.length };
      },
    },
  });
  return list;
}

test('a list that leaves something out for a while makes nothing gone: its renewal meanwhile is told', async () => {
  const list = await shortened();
  await run();
  list.hidden = 'a';
  await run(2);
  expect([told(), [...(await watched())].sort()]).toEqual([[], ['a', 'b']]);
  const { groups } = fixture.simulator.world.accounts.get(accountId) ?? {};
  groups?.get('a')?.renewUntil(shanghai('2027-01-20 00:00'), fixture.simulator.world.clock.nowMs);
  list.hidden = undefined;
  await run(2);
  expect(fixture.messages.filter(({ title }) => title.startsWith('Renewed by somebody else: a'))).toHaveLength(1);
});

test('nothing is gone while the service cannot be asked about it', async () => {
  const list = await shortened();
  await run();
  list.hidden = 'a';
  for (const action of ['GetAppInstanceGroup', 'ListWuyingServer']) fixture.simulator.faults.add({ kind: 'deny', action, times: 'always' });
  await run();
  fixture.simulator.faults.clear();
  fixture.simulator.faults.add({ kind: 'deny', action: 'GetAppInstanceGroup', times: 'always' });
  await run(2);
  expect([told(), [...(await watched())].sort()]).toEqual([[], ['a', 'b']]);
});

test('of hundreds that vanish at once each is told, in few messages, and a run looks for some of them only', async () => {
  const many = Array.from({ length: 50 }, (_, index) => group(`g-${index}`));
  fixture = await renewalFixture({ start, groups: many }, policyText(rule));
  await run();
  for (const { id } of many) remove(id);
  const report = await fixture.run();
  expect(report.calls.byOperation['GetAppInstanceGroup']).toBe(20);
  await run(3);
  const texts = told().map((message) => JSON.stringify(message));
  expect(many.filter(({ id }) => !texts.some((text) => new RegExp(`: ${id}\\b`).test(text)))).toEqual([]);
  expect([told().length < 6, await watched()]).toEqual([true, []]);
});

test('where two targets share an account, what neither shows is not told: nobody can tell by one of them', async () => {
  const text = policyText(rule).replace(/^targets: .*$/m, (line) =>
    line.replace(/\{home: \{(.*)\}\}/, '{home: {$1, regions: [cn-hangzhou]}, east: {$1, regions: [cn-shanghai]}}'),
  );
  fixture = await renewalFixture({ start, groups: [group('a')] }, text);
  const both = async (): Promise<void> => {
    for (const target of Object.values(fixture.policy.targets) as CompiledTarget[]) await fixture.run('apply', { target });
  };
  await both();
  remove('a');
  await both();
  expect([told(), await watched()]).toEqual([[], ['a']]);
});
