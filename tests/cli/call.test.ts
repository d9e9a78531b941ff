import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inputOfFlags, kindOf } from '../../cli/call/parameters.ts';
import { operations } from '../../shared/client/operations/index.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { type AccountFixture, openAccountFixture } from './account-fixture.ts';
import { streamwarden } from './command.ts';

const accountId = '1000000000000001';
let fixture: AccountFixture;
beforeAll(async () => {
  fixture = await openAccountFixture();
});
afterAll(async () => {
  await fixture.close();
});

const call = (...args: string[]) => streamwarden(['call', ...args, '--simulator', fixture.simulator.url]);

describe('call', () => {
  test('prints the answer of a read as JSON', async () => {
    const { code, stdout } = await call('ListAppInstanceGroup', '--ProductType', 'CloudApp', '--PageSize', '2');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      TotalCount: 4,
      AppInstanceGroupModels: [{ AppInstanceGroupId: 'aig-0' }, { AppInstanceGroupId: 'aig-1' }],
    });
  });

  test.each([
    ['number', 7],
    ['text', 'Windows Server 2022'],
  ])('prints a value as it came, whatever the definition says of its type: %s', async (imagePlatform, Platform) => {
    const images = [{ id: 'imgc-1', name: 'own', productType: 'CloudApp' as const }];
    const world = buildWorld({ start: '2026-06-02T12:00:00+08:00', assumptions: { imagePlatform }, accounts: [{ id: accountId, images }] });
    const simulator = await startSimulator({ world });
    const { stdout } = await streamwarden(['call', 'ListImage', '--simulator', simulator.url]);
    await simulator.close();
    expect(JSON.parse(stdout)).toMatchObject({ Data: expect.arrayContaining([expect.objectContaining({ ImageId: 'imgc-1', Platform })]) });
  });

  test('reads all pages with --all', async () => {
    const { stdout } = await call('ListAppInstanceGroup', '--ProductType', 'CloudApp', '--all');
    expect(JSON.parse(stdout)).toHaveLength(4);
  });

  test.each([
    ['ModifyNodePoolAttribute', '--PoolId', 'changes something; say --yes'],
    ['Unbind', '--AppInstanceGroupId', 'can cut people off; say --yes'],
    ['DeleteAppInstanceGroup', '--AppInstanceGroupId', 'destroys something; say --yes'],
    ['RenewAppInstanceGroup', '--AppInstanceGroupId', 'costs money, and a repeat costs it again; say --yes-buy'],
  ])('%s is not sent without a word', async (action, parameter, text) => {
    const { code, stderr } = await call(action, parameter, 'some-id');
    expect(code).toBe(1);
    expect(stderr).toContain(text);
    expect(fixture.simulator.ledger.count(action, 'received')).toBe(0);
  });

  test('an order that can have a token has one, which is printed before it is sent and repeats it safely', async () => {
    const order = ['CreateWuyingServer', '--Amount', '1', '--BizRegionId', 'cn-hangzhou', '--WuyingServerName', 'new', '--Period', '1'];
    const buy = (...more: string[]) => call(...order, '--PeriodUnit', 'Month', '--AutoPay', 'true', '--yes-buy', ...more);
    const first = await buy();
    const token = /^IdempotenceToken: ([\w-]{36})$/m.exec(first.stderr)?.[1];
    const sent = fixture.simulator.ledger.records.find(({ action }) => action === 'CreateWuyingServer');
    expect([first.code, sent?.input?.['IdempotenceToken']]).toEqual([0, token]);
    const repeated = await buy('--IdempotenceToken', String(token));
    expect(JSON.parse(repeated.stdout).Data).toEqual(JSON.parse(first.stdout).Data);
    const another = await buy();
    expect(JSON.parse(another.stdout).Data.OrderId).not.toBe(JSON.parse(first.stdout).Data.OrderId);
    expect(another.stderr).toMatch(/repeat CreateWuyingServer with --IdempotenceToken [\w-]{36}/);
  });

  test('--all says when the list was not whole', async () => {
    fixture.simulator.faults.add({ kind: 'shifted-page', action: 'ListAppInstanceGroup', rows: 1, skip: 1 });
    const { code, stdout, stderr } = await call('ListAppInstanceGroup', '--ProductType', 'CloudApp', '--PageSize', '2', '--all');
    expect([code, JSON.parse(stdout).length, stderr]).toEqual([1, 3, expect.stringContaining('announced 4 rows, and 3 came')]);
    fixture.simulator.faults.clear();
  });

  test('--yes is not enough for a purchase', async () => {
    const { code } = await call(
      'RenewAppInstanceGroup',
      '--AppInstanceGroupId',
      'aig-0',
      '--ProductType',
      'CloudApp',
      '--Period',
      '1',
      '--PeriodUnit',
      'Month',
      '--yes',
    );
    expect(code).toBe(1);
    expect(fixture.simulator.ledger.count('RenewAppInstanceGroup', 'received')).toBe(0);
  });

  test('names the nearest operation and the nearest parameter', async () => {
    expect((await call('ListAppInstanceGrop')).stderr).toContain('Did you mean ListAppInstanceGroup?');
    expect((await call('ListNodes', '--PageNumbr', '1')).stderr).toContain('did you mean PageNumber?');
  });

  test('a wrong input never leaves the machine', async () => {
    const { code, stderr } = await call(
      'ListNodes',
      '--ProductType',
      'CloudApp',
      '--AppInstanceGroupId',
      'aig-0',
      '--PageNumber',
      '0',
      '--PageSize',
      '10',
    );
    expect(code).toBe(1);
    expect(stderr).toContain('PageNumber');
    expect(fixture.simulator.ledger.count('ListNodes', 'received')).toBe(0);
  });
});

describe('call of billing', () => {
  const november = ['DescribeInstanceBill', '--BillingCycle', '2026-06'];

  test('is listed in a group of its own', async () => {
    const { stdout } = await call('list');
    const rows = stdout.split('\n').filter((line) => /\bBilling\b/.test(line));
    expect(rows).toHaveLength(11);
    expect(rows.find((line) => line.startsWith('CancelOrder'))).toContain('destructive');
  });

  test('reads an answer, and all pages with amounts as they came, as text', async () => {
    const world = buildWorld({
      start: '2026-06-02T12:30:00+08:00',
      accounts: [{ id: accountId, groups: [{ id: 'aig-1', name: 'one', region: 'cn-hangzhou' }] }],
    });
    world.clock.advanceBy(4 * 86_400_000);
    const simulator = await startSimulator({ world });
    const ask = (...args: string[]) => streamwarden(['call', ...args, '--simulator', simulator.url]);
    const one = JSON.parse((await ask(...november)).stdout);
    const all = JSON.parse(
      (await ask(...november, '--Granularity', 'DAILY', '--MaxResults', '1', '--all', '--site', 'international')).stdout,
    );
    await simulator.close();
    expect(one).toMatchObject({ Success: true, Data: { TotalCount: 1, Items: [{ PretaxAmount: '42.84' }] } });
    expect(all.map(({ PretaxAmount }: { PretaxAmount: string }) => PretaxAmount)).toEqual(['8.28', '17.28', '17.28']);
  });

  test.each([
    ['a site that there is not', ['--site', 'mars'], /There is no site 'mars'; write --site china or international/],
    ['no site, in the cloud', ['--endpoint', 'cn-shanghai'], /say --site china or international/],
  ])('is not sent with %s', async (_, flags, text) => {
    const { code, stderr } = await streamwarden(['call', ...november, ...flags]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(text)]);
  });

  test('is the only one to have a site', async () => {
    const { code, stderr } = await call('ListRegions', '--site', 'china');
    expect([code, stderr]).toEqual([1, expect.stringContaining('ListRegions is no operation of billing; leave out --site.')]);
  });

  test('does not cancel an order without a word', async () => {
    const { code, stderr } = await call('CancelOrder', '--OrderId', '1');
    expect([code, stderr]).toEqual([1, expect.stringContaining('CancelOrder destroys something; say --yes')]);
    expect(fixture.simulator.ledger.count('CancelOrder', 'received')).toBe(0);
  });
});

describe('parameters from flags', () => {
  const tag = operations.TagCloudResources;
  test('lists come by repeating a flag, or as JSON; objects as JSON', () => {
    expect(inputOfFlags(tag, ['--ResourceIds', 'a', '--ResourceIds=b', '--Tags', '[{"Key":"k","Value":"v"}]'])).toEqual({
      ResourceIds: ['a', 'b'],
      Tags: [{ Key: 'k', Value: 'v' }],
    });
  });
  test.each([
    ['--PageSize', 'ten', 'takes a number'],
    ['--PageSize', '', 'takes a number'],
    ['PageSize', '10', 'is no parameter'],
  ])('%s %s is refused: %s', (flag, value, text) => {
    expect(() => inputOfFlags(operations.ListNodes, [flag, value])).toThrow(text);
  });
  test('every parameter of every operation has a kind that a flag can give', () => {
    for (const { params } of Object.values(operations)) {
      for (const param of Object.values(params as Record<string, { schema: never }>)) {
        expect(['text', 'number', 'flag', 'list', 'object']).toContain(kindOf(param.schema));
      }
    }
  });
});
