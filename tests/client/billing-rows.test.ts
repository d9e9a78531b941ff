import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cancelOrder } from '../../shared/client/billing/cancel-order.ts';
import { describeInstanceBill } from '../../shared/client/billing/describe-instance-bill.ts';
import { billingOperations } from '../../shared/client/billing/index.ts';
import { queryAccountBalance } from '../../shared/client/billing/query-account-balance.ts';
import { queryOrders } from '../../shared/client/billing/query-orders.ts';
import { atSite, billingSites } from '../../shared/client/billing-sites.ts';
import type { AnyOperation } from '../../shared/client/operation.ts';
import { operations } from '../../shared/client/operations/index.ts';
import { RealServer } from './real-server.ts';
import { failureOf, testClient } from './test-client.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const rows: readonly AnyOperation[] = Object.values(billingOperations);

describe('the rows of billing', () => {
  it('are eleven, none of which App Streaming has', () => {
    expect(rows).toHaveLength(11);
    expect(rows.filter(({ action }) => action in operations)).toEqual([]);
  });

  it('change nothing but one, which destroys', () => {
    expect(rows.filter(({ access }) => access === 'write')).toEqual([cancelOrder]);
    expect(cancelOrder.effect).toBe('destructive');
  });

  it('name both spellings of a permission where there are two', () => {
    const both = rows.flatMap(({ ram }) => (ram.also ? [[ram.action, ...ram.also]] : [])).sort();
    expect(both).toEqual([
      ['bss:DescribeInstances', 'bssapi:QueryAvailableInstances'],
      ['bss:DescribeOrderDetail', 'bssapi:GetOrderDetail'],
      ['bss:DescribeOrderList', 'bssapi:QueryOrders'],
      ['bss:QueryAccountBill', 'bssapi:QueryAccountBill'],
    ]);
  });

  it('mark every permission as assumed that no page names', () => {
    const assumed = rows.filter(({ ram }) => ram.assumed).map(({ action, ram }) => [action, ram.action]);
    expect(assumed).toHaveLength(6);
    for (const [action, permission] of assumed) expect(permission).toBe(`bssapi:${action}`);
  });

  it('leave no way to cancel an order from a function: neither that row nor the whole table is imported by what functions are made of', () => {
    const sources = ['functions', 'shared'].flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts'))
        .map((file) => path.join(folder, file)),
    );
    const importing = sources.filter((file) => /\/(?:cancel-order|billing\/index)\.ts'/.test(readFileSync(path.join(root, file), 'utf8')));
    expect(importing).toEqual(['shared/client/billing/index.ts']);
  });

  it('go to the host of the site', () => {
    expect(queryOrders.service).toEqual({ host: billingSites.china, version: '2017-12-14' });
    expect(atSite('international', queryOrders)).toEqual({
      ...queryOrders,
      service: { host: 'business.ap-southeast-1.aliyuncs.com', version: '2017-12-14' },
    });
  });
});

describe('an answer of billing', () => {
  const server = new RealServer();
  let endpoint = '';
  beforeEach(async () => {
    endpoint = await server.start();
  });
  afterEach(() => server.stop());
  /** The next answers are this text. */
  const says = (json: string): void => {
    server.answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(json);
    };
  };
  const ask = <T extends AnyOperation>(row: T, input: never) => testClient({ endpoint }).client.call(row, input);

  it.each([
    ['{"Success":true,"Code":"Success","RequestId":"R"}'],
    ['{"Success":true,"Code":"200","RequestId":"R"}'],
    ['{"Success":true,"Code":"Whatever.New","RequestId":"R"}'],
    ['{"Success":true,"RequestId":"R"}'],
    ['{"Code":"Success","RequestId":"R"}'],
  ])('is good: %s', async (json) => {
    says(json);
    await expect(ask(queryAccountBalance, {} as never)).resolves.toMatchObject({ RequestId: 'R' });
  });

  it.each([
    ['{"Success":false,"Code":"NotApplicable","Message":"no","RequestId":"R"}', 'NotApplicable'],
    ['{"Success":false,"Code":"Success","RequestId":"R"}', 'NotSuccessful'],
    ['{"Success":"false","RequestId":"R"}', 'NotSuccessful'],
    ['{"Code":"InternalError.Odd","RequestId":"R"}', 'InternalError.Odd'],
  ])('is a failure: %s', async (json, code) => {
    says(json);
    expect((await failureOf(ask(queryAccountBalance, {} as never))).code).toBe(code);
  });

  it.each([
    '1e-7',
    '0.30000000000000004',
    '12345678901234.5678',
    '-1234567890123.456789',
    '0.1',
    '1E+3',
    '-0.5',
    '10',
    '12345678901234567890',
  ])('has %s as its digits, in a bill that sends a number', async (digits) => {
    says(`{"Success":true,"Data":{"Items":[{"PretaxAmount":${digits},"Currency":"CNY","Tag":"key:a value:1.5e3"}],"TotalCount":1}}`);
    const answer = await ask(describeInstanceBill, { BillingCycle: '2026-11' } as never);
    expect(answer.Data?.Items).toEqual([{ PretaxAmount: digits, Currency: 'CNY', Tag: 'key:a value:1.5e3' }]);
    expect(answer.Data?.TotalCount).toBe(1);
  });

  it.each(['1.2.3', '-', '01.5', '1e', '1.', '0x1', '1.5-2'])('cannot be read with %s for a number', async (digits) => {
    says(`{"Success":true,"Data":{"Items":[{"PretaxAmount":${digits}}]}}`);
    expect((await failureOf(ask(describeInstanceBill, { BillingCycle: '2026-11' } as never))).code).toBe('UnreadableAnswer');
  });

  it('has the digits of an order, which are text', async () => {
    says('{"Success":true,"Data":{"OrderList":{"Order":[{"OrderId":"1","PretaxAmount":"0.10"}]},"TotalCount":"1"}}');
    const answer = await ask(queryOrders, {} as never);
    expect(answer.Data).toEqual({ OrderList: { Order: [{ OrderId: '1', PretaxAmount: '0.10' }] }, TotalCount: 1 });
  });
});
