import { afterEach, describe, expect, it } from 'vitest';
import { cancelOrder } from '../../shared/client/billing/cancel-order.ts';
import { describeInstanceBill } from '../../shared/client/billing/describe-instance-bill.ts';
import { queryAccountBalance } from '../../shared/client/billing/query-account-balance.ts';
import { queryAccountBill } from '../../shared/client/billing/query-account-bill.ts';
import { queryAvailableInstances } from '../../shared/client/billing/query-available-instances.ts';
import { queryOrders } from '../../shared/client/billing/query-orders.ts';
import { querySettleBill } from '../../shared/client/billing/query-settle-bill.ts';
import { billingPages } from '../../shared/client/billing-pages.ts';
import { atSite, type BillingSite } from '../../shared/client/billing-sites.ts';
import { createClient } from '../../shared/client/call.ts';
import type { Client } from '../../shared/client/client.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { createLimiter } from '../../shared/client/limiter.ts';
import type { AnyOperation } from '../../shared/client/operation.ts';
import { listAppInstanceGroup } from '../../shared/client/operations/list-app-instance-group.ts';
import { renewAppInstanceGroup } from '../../shared/client/operations/renew-app-instance-group.ts';
import { parseBilled } from '../../shared/policy/bill-amount.ts';
import { add, zero } from '../../shared/policy/money.ts';
import type { AssumptionValue } from '../../simulator/assumptions.ts';
import type { Fault } from '../../simulator/faults.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { failureOf } from '../client/test-client.ts';
import { VirtualClock } from '../client/virtual-clock.ts';
import { day, start } from './estate.ts';

const account = '1234567890123456';
const november = { BillingCycle: '2026-11' };
const groups = Array.from({ length: 45 }, (_, index) => ({
  id: `aig-${String(index).padStart(2, '0')}`,
  name: `g${index}`,
  region: 'cn-hangzhou',
}));
const subscribed = { id: 'aig-sub', name: 'sub', region: 'cn-hangzhou', charge: 'PrePaid' as const };

const running: Simulator[] = [];
afterEach(async () => {
  for (const simulator of running.splice(0)) await simulator.close();
});

/** A simulator with bills of some days, and a client of it that signs. */
async function simulated(
  faults: readonly Fault[] = [],
  signature: 'v3' | 'rpc' = 'v3',
  assumptions: Readonly<Record<string, AssumptionValue>> = {},
): Promise<{ client: Client; simulator: Simulator }> {
  const world = buildWorld({ start, assumptions, accounts: [{ id: account, groups: [...groups, subscribed] }] });
  const simulator = await startSimulator({ world, faults });
  running.push(simulator);
  const [key] = simulator.accounts;
  if (!key) throw new Error('no key');
  const clock = new VirtualClock(simulator.timeline.gatewayNowMs());
  const client = createClient({
    ...{ endpoint: simulator.url, clock, limiter: createLimiter({ clock }), random: () => 0.5, signature },
    credentials: explicitCredentials({ accessKeyId: key.accessKeyId, accessKeySecret: key.accessKeySecret }),
  });
  world.clock.advanceBy(4 * day);
  return { client, simulator };
}

async function rowsOf<T extends AnyOperation>(client: Client, operation: T, input: Parameters<typeof billingPages<T>>[2]) {
  const rows: Record<string, unknown>[] = [];
  for await (const page of billingPages(client, operation, input)) rows.push(...(page.rows as readonly Record<string, unknown>[]));
  return rows;
}

/** What rows come to, from the digits that came. */
function sumOf(rows: readonly Record<string, unknown>[]): bigint {
  return rows.reduce((sum, row) => {
    const amount = parseBilled(row['PretaxAmount'], row['Currency']);
    if (!amount.ok) throw new Error(amount.message);
    return add(sum, amount.value);
  }, zero('CNY')).micros;
}

/** 45 groups of one node: from the 25th, 08:40, until the end of the 27th. */
const whole = (45n * 720_000n * (48n * 60n + 15n * 60n + 20n)) / 60n;

describe('billing over HTTP', () => {
  it.each<BillingSite>(['china', 'international'])('is beside App Streaming, signed as it is, for the site %s', async (site) => {
    const { client, simulator } = await simulated();
    const answer = await client.call(atSite(site, queryAccountBalance), {});
    expect(answer).toMatchObject({ Success: true, Code: '200', Data: { Currency: 'CNY' } });
    expect((await client.call(listAppInstanceGroup, { ProductType: 'CloudApp' })).TotalCount).toBe(46);
    expect(simulator.ledger.records.map(({ action }) => action)).toEqual(['QueryAccountBalance', 'ListAppInstanceGroup']);
  });

  it('refuses an operation under the version of the other service', async () => {
    const { client } = await simulated();
    const wrong = { ...queryAccountBalance, service: { host: 'business.aliyuncs.com', version: '2021-09-01' } };
    expect((await failureOf(client.call(wrong, {}))).code).toBe('InvalidVersion');
  });

  it('gives the same sum through every way of paging', async () => {
    const { client } = await simulated();
    expect(await rowsOf(client, describeInstanceBill, { ...november, MaxResults: 7 })).toHaveLength(45);
    expect(sumOf(await rowsOf(client, describeInstanceBill, { ...november, MaxResults: 7 }))).toBe(whole);
    expect(sumOf(await rowsOf(client, describeInstanceBill, { ...november, Granularity: 'DAILY', MaxResults: 50 }))).toBe(whole);
    expect(sumOf(await rowsOf(client, querySettleBill, { ...november, MaxResults: 1 }))).toBe(whole);
    expect(sumOf(await rowsOf(client, queryAccountBill, { ...november, Granularity: 'DAILY', PageSize: 2 }))).toBe(whole);
    expect(await rowsOf(client, queryAvailableInstances, { PageSize: 10 })).toHaveLength(46);
  });

  it('takes the older way of signing as well', async () => {
    const { client } = await simulated([], 'rpc');
    expect(sumOf(await rowsOf(client, describeInstanceBill, { ...november, MaxResults: 20 }))).toBe(whole);
  });

  it('gives the same where totals count the rows of a page', async () => {
    const { client } = await simulated([], 'v3', { billTotalCount: 'page' });
    expect(sumOf(await rowsOf(client, describeInstanceBill, { ...november, MaxResults: 20 }))).toBe(whole);
  });

  it('is no bill where rows come in between while it is read', async () => {
    const { client, simulator } = await simulated();
    const read = async (): Promise<void> => {
      for await (const _ of billingPages(client, describeInstanceBill, { ...november, Granularity: 'DAILY', MaxResults: 50 })) {
        simulator.advance(day);
      }
    };
    expect((await failureOf(read())).code).toBe('MalformedList');
  });

  it('writes nothing to the audit trail of App Streaming', async () => {
    const { client, simulator } = await simulated();
    await failureOf(client.call(cancelOrder, { OrderId: '1' }));
    expect(simulator.events).toEqual([]);
  });

  it('has nothing of an account for another', async () => {
    const other = '6543210987654321';
    const world = buildWorld({ start, accounts: [{ id: account, groups }, { id: other }] });
    const simulator = await startSimulator({ world });
    running.push(simulator);
    world.clock.advanceBy(4 * day);
    const key = simulator.accounts.find(({ accountId }) => accountId === other);
    const clock = new VirtualClock(simulator.timeline.gatewayNowMs());
    const { accessKeyId = '', accessKeySecret = '' } = key ?? {};
    const client = createClient({ endpoint: simulator.url, clock, credentials: explicitCredentials({ accessKeyId, accessKeySecret }) });
    expect(await rowsOf(client, describeInstanceBill, november)).toEqual([]);
  });
});

describe('an order that is canceled', () => {
  it.each<[Fault['kind'], string, boolean]>([
    ['lose-answer', 'unknown', true],
    ['drop', 'unknown', false],
    ['throttle', 'no', false],
  ])('is sent again only where nothing can have become of it: %s', async (kind, executed, canceled) => {
    const { client, simulator } = await simulated([{ action: 'CancelOrder', kind, times: 'always' } as Fault]);
    const { orders } = simulator.world.account(account);
    const terms = { AppInstanceGroupId: 'aig-sub', ProductType: 'CloudApp', Period: 1, PeriodUnit: 'Month' } as const;
    const { OrderId = '' } = await client.call(renewAppInstanceGroup, { ...terms, AutoPay: false });
    expect((await failureOf(client.call(cancelOrder, { OrderId }))).executed).toBe(executed);
    expect(simulator.ledger.count('CancelOrder', 'received')).toBe(kind === 'throttle' ? 5 : 1);
    expect(orders.get(OrderId)?.status).toBe(canceled ? 'cancelled' : 'unpaid');
  });
});

describe('a bill that is hard to get', () => {
  const passing: readonly (readonly [string, Fault])[] = [
    ['throttled', { action: 'DescribeInstanceBill', kind: 'throttle', times: 2, skip: 1 }],
    ['throttled by a status', { action: 'DescribeInstanceBill', kind: 'throttle', httpStatus: 429, retryAfterSeconds: 3, skip: 2 }],
    ['failing with 500', { action: 'DescribeInstanceBill', kind: 'fail', skip: 1, times: 2 }],
    ['failing with 503', { action: 'DescribeInstanceBill', kind: 'fail', httpStatus: 503, code: 'ServiceUnavailable', skip: 1 }],
    ['dropped', { action: 'DescribeInstanceBill', kind: 'drop', skip: 1 }],
    ['lost on the way back', { action: 'DescribeInstanceBill', kind: 'lose-answer', skip: 2 }],
    ['a page of a proxy', { action: 'DescribeInstanceBill', kind: 'html', skip: 1 }],
    ['cut off', { action: 'DescribeInstanceBill', kind: 'cut-body', skip: 1 }],
    ['no JSON', { action: 'DescribeInstanceBill', kind: 'malformed', skip: 1 }],
    ['empty', { action: 'DescribeInstanceBill', kind: 'empty', skip: 1 }],
    ['redirected', { action: 'DescribeInstanceBill', kind: 'redirect', skip: 1 }],
  ];

  it.each(passing)('is whole all the same where an answer is %s', async (_, fault) => {
    const { client, simulator } = await simulated([fault]);
    expect(sumOf(await rowsOf(client, describeInstanceBill, { ...november, MaxResults: 10 }))).toBe(whole);
    expect(simulator.faults.list().every(({ live }) => !live)).toBe(true);
  });

  it.each<readonly [string, Fault, string]>([
    ['refused', { action: 'DescribeInstanceBill', kind: 'fail', httpStatus: 400, code: 'NotApplicable', skip: 1 }, 'NotApplicable'],
    ['refused with HTTP 200', { action: 'DescribeInstanceBill', kind: 'body-code', code: 'NotApplicable', skip: 1 }, 'NotApplicable'],
    ['not permitted', { action: 'DescribeInstanceBill', kind: 'deny', skip: 1 }, 'NoPermission'],
    ['throttled for good', { action: 'DescribeInstanceBill', kind: 'throttle', times: 'always', skip: 1 }, 'Throttling.User'],
    ['cut off for good', { action: 'DescribeInstanceBill', kind: 'cut-body', times: 'always', skip: 1 }, 'UnreadableAnswer'],
  ])('is no bill where an answer is %s', async (_, fault, code) => {
    const { client } = await simulated([fault]);
    expect((await failureOf(rowsOf(client, describeInstanceBill, { ...november, MaxResults: 10 }))).code).toBe(code);
  });

  it('is denied by the permission that it needs, in its newer spelling', async () => {
    const { client } = await simulated([{ action: '*', ram: 'bss:DescribeOrderList', kind: 'deny' }]);
    expect((await failureOf(client.call(queryOrders, {}))).accessDeniedDetail).toMatchObject({ AuthAction: 'bss:DescribeOrderList' });
  });
});

describe('lists by number that move between pages', () => {
  it('are no list where a row has slipped through', async () => {
    const { client } = await simulated([{ action: 'QueryAvailableInstances', kind: 'shifted-page', rows: 1, times: 'always' }]);
    const failure = await failureOf(rowsOf(client, queryAvailableInstances, { PageSize: 10 }));
    expect(failure.code).toBe('MalformedList');
  });

  it('have a row once that comes on two pages', async () => {
    const { client } = await simulated([{ action: 'QueryAvailableInstances', kind: 'shifted-page', rows: -1, times: 'always' }]);
    const ids = (await rowsOf(client, queryAvailableInstances, { PageSize: 10 })).map(({ InstanceID }) => InstanceID);
    expect(ids).toEqual([...new Set(ids)]);
    expect(ids).toHaveLength(46);
  });
});
