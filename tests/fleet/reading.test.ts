import { describe, expect, it } from 'vitest';
import type { Client, Page } from '../../shared/client/client.ts';
import { readNodePrice } from '../../shared/fleet/node-price.ts';
import { nodePriceKey } from '../../shared/fleet/node-price-key.ts';
import { observeDeliveryGroups, rereadDeliveryGroup } from '../../shared/fleet/observe-delivery-groups.ts';
import { rereadWorkstation } from '../../shared/fleet/observe-workstations.ts';
import { sessionUsers } from '../../shared/fleet/session-users.ts';

/** A client that answers from what it is given, and keeps what it was asked. */
function clientOf(answers: { readonly call?: () => unknown; readonly pages?: readonly Page<unknown>[] }) {
  const asked: { readonly action: string; readonly input: unknown }[] = [];
  const client = {
    async call(operation: { readonly action: string }, input: unknown) {
      asked.push({ action: operation.action, input });
      return answers.call?.();
    },
    async *pages(operation: { readonly action: string }, input: unknown) {
      asked.push({ action: operation.action, input });
      yield* answers.pages ?? [];
    },
  } as unknown as Client;
  return { client, asked };
}

describe('observing delivery groups', () => {
  it('gives page after page with the announced total, rows without an id left out', async () => {
    const pages = [
      { rows: [{ AppInstanceGroupId: 'aig-1' }, {}], total: 3 },
      { rows: [{ AppInstanceGroupId: 'aig-2' }], total: 3 },
    ];
    const { client, asked } = clientOf({ pages });
    const seen: { readonly ids: readonly string[]; readonly total: number | undefined }[] = [];
    for await (const page of observeDeliveryGroups(client)) seen.push({ ids: page.resources.map(({ id }) => id), total: page.total });
    expect(seen).toEqual([
      { ids: ['aig-1'], total: 3 },
      { ids: ['aig-2'], total: 3 },
    ]);
    expect(asked).toEqual([{ action: 'ListAppInstanceGroup', input: { ProductType: 'CloudApp' } }]);
  });
});

describe('reading a group again', () => {
  it('gives the group of that id', async () => {
    const { client, asked } = clientOf({ call: () => ({ AppInstanceGroupModels: { AppInstanceGroupId: 'aig-1', Status: 'PUBLISHED' } }) });
    expect((await rereadDeliveryGroup(client, 'aig-1'))?.status).toBe('PUBLISHED');
    expect(asked).toEqual([{ action: 'GetAppInstanceGroup', input: { AppInstanceGroupId: 'aig-1', ProductType: 'CloudApp' } }]);
  });

  it.each([
    ['another group', { AppInstanceGroupModels: { AppInstanceGroupId: 'aig-2' } }],
    ['a group without an id', { AppInstanceGroupModels: {} }],
    ['no group', {}],
  ])('takes an answer that shows %s for no proof that the group is gone', async (_, answer) => {
    const { client } = clientOf({ call: () => answer });
    await expect(rereadDeliveryGroup(client, 'aig-1')).rejects.toMatchObject({ code: 'MalformedAnswer', executed: 'no' });
  });

  it.each([
    ['an empty list', { WuyingServerList: [], TotalCount: 0 }, undefined],
    ['an empty list, and nothing said of how many', { WuyingServerList: [] }, undefined],
    ['no list, and nothing announced', { TotalCount: 0 }, undefined],
    ['no list', {}, 'MalformedAnswer'],
    ['no list, and one announced', { TotalCount: 1 }, 'MalformedAnswer'],
    ['an empty list, and one announced', { WuyingServerList: [], TotalCount: 1 }, 'MalformedAnswer'],
    ['another workstation', { WuyingServerList: [{ WuyingServerId: 'w-2' }], TotalCount: 1 }, 'MalformedAnswer'],
  ])('takes a workstation for gone only where the service says so: %s', async (_, answer, code) => {
    const { client } = clientOf({ call: () => answer });
    const read = rereadWorkstation(client, 'w-1').then(
      (found) => found,
      (error: { readonly code: string }) => error.code,
    );
    expect(await read).toBe(code);
  });

  it('gives nothing where the service knows no such group, and passes on every other failure', async () => {
    const failing = (code: string) =>
      clientOf({
        call: () => {
          throw Object.assign(new Error(code), { code });
        },
      }).client;
    expect(await rereadDeliveryGroup(failing('InvalidAppInstanceGroup.NotFound'), 'aig-1')).toBeUndefined();
    await expect(rereadDeliveryGroup(failing('ServiceUnavailable'), 'aig-1')).rejects.toThrow('ServiceUnavailable');
  });
});

describe('the price of a node', () => {
  const node = { region: 'cn-hangzhou', instanceType: 'appstreaming.general.4c8g' };
  const priced = (Price: unknown) => clientOf({ call: () => ({ PriceModel: { Price } }) });

  it('is the trade price, exactly', async () => {
    const { client, asked } = priced({ TradePrice: '2.3415', OriginalPrice: '3', Currency: 'CNY' });
    expect(await readNodePrice(client, node)).toEqual({ currency: 'CNY', micros: 2_341_500n });
    expect(asked[0]?.input).toMatchObject({
      BizRegionId: 'cn-hangzhou',
      NodeInstanceType: node.instanceType,
      ChargeType: 'PostPaid',
      Amount: 1,
    });
  });

  it.each([
    [undefined],
    [{}],
    [{ TradePrice: '2.5' }],
    [{ TradePrice: '-1', Currency: 'CNY' }],
    [{ TradePrice: 'free', Currency: 'CNY' }],
    [{ TradePrice: '1', Currency: 'GOLD' }],
  ])('is unknown for %j', async (price) => {
    expect(await readNodePrice(priced(price).client, node)).toBeUndefined();
  });

  it('is kept by region and type', () => {
    expect(nodePriceKey(node)).toBe('node-price/cn-hangzhou/appstreaming.general.4c8g');
  });
});

describe('users with a session on a group', () => {
  const users = (rows: readonly unknown[]) => sessionUsers(clientOf({ pages: [{ rows, total: rows.length }] }).client, 'aig-1');

  it('are named once each', async () => {
    const rows = [
      { Status: 'RUNNING', BindInfo: { EndUserId: 'li' } },
      { Status: 'BOUND', BindInfo: { EndUserId: 'tan' } },
      { Status: 'RUNNING', BindInfo: { EndUserId: 'li' } },
      { Status: 'IDLE' },
    ];
    expect(await users(rows)).toEqual(['li', 'tan']);
  });

  it('are unknown where an instance is in use by nobody that we can name', async () => {
    expect(await users([{ Status: 'RUNNING' }])).toBeUndefined();
    expect(await users([{ Status: 'ODD', SessionStatus: 'connect' }])).toBeUndefined();
    expect(await users([{ Status: 'running' }])).toBeUndefined();
    expect(await users([{ Status: 'Bound' }])).toBeUndefined();
    expect(await users([{ Status: 'ODD' }])).toBeUndefined();
    expect(await users([null])).toBeUndefined();
    expect(await users([{ Status: 'idle' }])).toEqual([]);
  });
});
