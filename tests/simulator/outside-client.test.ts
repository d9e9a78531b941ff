import { readFileSync } from 'node:fs';
import OpenApi from '@alicloud/openapi-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishedKey } from '../../simulator/front/keys.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';

// The engine of the official SDKs, as a client that knows nothing of this project: it places, flattens and signs on its own.

interface Shape {
  readonly type: string;
  readonly fields?: readonly ({ readonly name: string } & Shape)[];
  readonly items?: Shape;
}

interface Fact {
  readonly name: string;
  readonly response: Shape;
  readonly params: readonly { readonly name: string; readonly in: 'query' | 'body'; readonly encoding?: string }[];
}

const [appStreaming, billing] = ['appstream-center-2021-09-01', 'bssopenapi-2017-12-14'].map((name) => {
  const text = readFileSync(new URL(`../../api/${name}.json`, import.meta.url), 'utf8');
  return JSON.parse(text) as { readonly version: string; readonly operations: readonly Fact[] };
}) as [{ version: string; operations: Fact[] }, { version: string; operations: Fact[] }];
const versionOf = (action: string): string => [appStreaming, billing].find(({ operations }) => named(operations, action))?.version ?? '';
const named = (operations: readonly Fact[], action: string): Fact | undefined => operations.find(({ name }) => name === action);

const accountId = '1000000000000001';
const group = { ProductType: 'CloudApp', AppInstanceGroupId: 'aig-office' };
const subscription = { ProductType: 'CloudApp', AppInstanceGroupId: 'aig-studio' };
const tagged = { ResourceType: 'AppInstanceGroupId', ResourceIds: ['aig-office'] };

type Body = Record<string, unknown>;

/** Operation, input as the SDK would be given it, and what the answer must hold. */
type Step = readonly [action: string, input: Readonly<Record<string, unknown>>, expected: Body];

const steps: readonly Step[] = [
  ['ListRegions', { ProductType: 'CloudApp' }, { RegionModels: expect.arrayContaining([{ regionId: 'cn-hangzhou' }]) }],
  [
    'ListAppInstanceGroup',
    { ProductType: 'CloudApp', PageSize: 1, PageNumber: 2 },
    { TotalCount: 2, AppInstanceGroupModels: [{ AppInstanceGroupId: 'aig-studio' }] },
  ],
  [
    'ListAppInstanceGroup',
    { ProductType: 'CloudApp', Tag: [{ Key: 'team', Value: '财务 (a)' }], Status: ['PUBLISHED'] },
    { TotalCount: 1 },
  ],
  ['GetAppInstanceGroup', group, { AppInstanceGroupModels: { AppInstanceGroupName: 'office', Status: 'PUBLISHED' } }],
  ['ListNodes', { ...group, PageNumber: 1, PageSize: 10 }, { Count: 2 }],
  [
    'ListAppInstances',
    { AppInstanceGroupId: 'aig-office', Status: ['RUNNING', 'IDLE'] },
    { TotalCount: 4, AppInstanceModels: expect.arrayContaining([expect.objectContaining({ SessionStatus: 'connect' })]) },
  ],
  ['ListBindInfo', { AppInstanceGroupIdList: ['aig-office'], PageNumber: 1, PageSize: 10 }, { TotalCount: 2 }],
  ['PageListAppInstanceGroupUser', { ...group, PageNumber: 2, PageSize: 3 }, { Users: ['u-0004', 'u-0005', 'u-1'] }],
  ['ListAuthorizedUserGroups', { ...group, PageNumber: 1, PageSize: 10 }, { TotalCount: 0, UserGroups: [] }],
  [
    'ListNodeInstanceType',
    { ProductType: 'CloudApp', PageNumber: 1, PageSize: 2 },
    { NodeInstanceTypeModels: [{ Cpu: '2' }, { MaxCapacity: 2 }] },
  ],
  [
    'GetResourcePrice',
    {
      ProductType: 'CloudApp',
      BizRegionId: 'cn-hangzhou',
      ChargeType: 'PostPaid',
      NodeInstanceType: 'appstreaming.general.4c8g',
      Amount: 1,
      Period: 1,
      PeriodUnit: 'Month',
    },
    { PriceModel: { Price: { Currency: 'CNY', TradePrice: expect.stringMatching(/^\d+\.\d{4}$/) } } },
  ],
  [
    'GetResourceRenewPrice',
    { ...subscription, Period: 1, PeriodUnit: 'Month' },
    { Data: { Price: { Currency: 'CNY', TradePrice: expect.stringMatching(/^\d+\.\d\d$/) } } },
  ],
  ['ListTenantConfig', {}, { TenantConfigModel: { AppInstanceGroupExpireRemind: true } }],
  ['ListImage', { PageNumber: 1, PageSize: 10 }, { Code: '200', Success: true, Data: [{ Status: 'AVAILABLE' }] }],
  [
    'ListWuyingServer',
    { PageNumber: 1, PageSize: 10 },
    { TotalCount: 1, WuyingServerList: [{ WuyingServerId: 'ws-render', Status: 'RUNNING' }] },
  ],
  ['AuthorizeInstanceGroup', { ...group, AuthorizeUserIds: ['new.user', 'other.user'] }, {}],
  ['ModifyAppInstanceGroupAttribute', { ...group, SessionTimeout: 30 }, {}],
  ['GetAppInstanceGroup', group, { AppInstanceGroupModels: { SessionTimeout: '30' } }],
  [
    'ModifyNodePoolAttribute',
    { ProductType: 'CloudApp', PoolId: 'rg-office', NodePoolStrategy: { StrategyType: 'NODE_FIXED', NodeAmount: 3 } },
    {},
  ],
  ['TagCloudResources', { ...tagged, Tags: [{ Key: 'cost center', Value: "R&D + '1'" }] }, { FailedResources: [] }],
  [
    'ListTagCloudResources',
    { ...tagged, Scope: 'Custom' },
    {
      ResourceTags: [
        { ResourceId: 'aig-office', Tags: expect.arrayContaining([expect.objectContaining({ Key: 'cost center', Value: "R&D + '1'" })]) },
      ],
    },
  ],
  ['UntagCloudResources', { ...tagged, TagKeys: ['cost center'] }, { FailedResources: [] }],
  ['ModifyTenantConfig', { AppInstanceGroupExpireRemind: false }, {}],
  ['ListTenantConfig', {}, { TenantConfigModel: { AppInstanceGroupExpireRemind: false } }],
  ['RenewAppInstanceGroup', { ...subscription, Period: 1, PeriodUnit: 'Month', AutoPay: true }, { OrderId: expect.any(String) }],
  ['StopWuyingServer', { WuyingServerIdList: ['ws-render'] }, {}],
];

let simulator: Simulator;

describe.each([
  ['V3', undefined],
  ['classic RPC', 'v2'],
])('an outside client with the %s signature', (_name, signatureAlgorithm) => {
  beforeAll(async () => {
    simulator = await startSimulator({ world: officeWorld() });
  });

  afterAll(() => simulator.close());

  test.each(steps.map((step, index) => [`${index + 1}. ${step[0]}`, step] as const))('%s', async (_label, [action, input, expected]) => {
    const body = await call(action, input, signatureAlgorithm);
    expect(body).toMatchObject(expected);
    expect(unknownFields(factOf(action).response, body)).toEqual([]);
    expect(body.RequestId).toMatch(/^[0-9A-F-]{36}$/);
    expect(simulator.ledger.records.at(-1)).toMatchObject({ action, accountId, executed: true, answered: 200 });
  });

  test('what it wrote has come true some minutes later', async () => {
    simulator.advance(30 * 60_000);
    expect(await call('ListNodes', { ...group, PageNumber: 1, PageSize: 10 }, signatureAlgorithm)).toMatchObject({ Count: 3 });
    expect(await call('GetAppInstanceGroup', subscription, signatureAlgorithm)).toMatchObject({
      AppInstanceGroupModels: { ExpiredTime: '2027-02-23T16:00:00.000+00:00' },
    });
    expect(await call('ListWuyingServer', { WuyingServerIdList: ['ws-render'] }, signatureAlgorithm)).toMatchObject({
      WuyingServerList: [{ Status: 'STOPPED' }],
    });
  });

  test.each<Step>([
    ['QueryAccountBalance', {}, { Code: '200', Data: { Currency: 'CNY' } }],
    ['QueryProductList', { PageNum: 1, QueryTotalCount: true }, { Data: { TotalCount: 8 } }],
    [
      'QueryOrders',
      { OrderType: 'Renew', PaymentStatus: 'Paid' },
      { Data: { TotalCount: 1, OrderList: { Order: [{ Currency: 'CNY' }] } } },
    ],
    ['QueryAvailableInstances', { InstanceIDs: 'aig-studio,ws-render' }, { Data: { TotalCount: 2 } }],
    ['QueryAccountBill', { BillingCycle: '2026-11', IsGroupByProduct: true }, { Data: { Items: { Item: [] } } }],
    ['QueryBillOverview', { BillingCycle: '2026-11' }, { Data: { Items: { Item: [] } } }],
    ['DescribeInstanceBill', { BillingCycle: '2026-11', MaxResults: 5, IsHideZeroCharge: true }, { Data: { Items: [], TotalCount: 0 } }],
    ['QuerySettleBill', { BillingCycle: '2026-11' }, { Data: { Items: { Item: [] } } }],
    [
      'DescribeInstanceAmortizedCostByConsumePeriod',
      { BillingCycle: '2026-11', InstanceIdList: ['aig-studio', 'aig-office'] },
      { Data: { Items: [] } },
    ],
  ])('billing is there as well: %s', async (action, input, expected) => {
    const body = await call(action, input, signatureAlgorithm);
    expect(body).toMatchObject({ Success: true, ...expected });
    expect(unknownFields(factOf(action).response, body)).toEqual([]);
  });

  test('the bill has come some days later, amounts as numbers and each field known', async () => {
    simulator.advance(4 * 86_400_000);
    for (const action of ['DescribeInstanceBill', 'QuerySettleBill', 'QueryAccountBill', 'QueryBillOverview']) {
      const body = await call(
        action,
        { BillingCycle: '2026-11', ...(action === 'DescribeInstanceBill' ? { IsBillingItem: true } : {}) },
        signatureAlgorithm,
      );
      expect(JSON.stringify(body)).toMatch(/"PretaxAmount":\d+\.\d+/);
      expect(unknownFields(factOf(action).response, body)).toEqual([]);
    }
  });

  test('a refusal reaches it as an error with code and request id', async () => {
    await expect(call('GetAppInstanceGroup', { ...group, AppInstanceGroupId: 'aig-none' }, signatureAlgorithm)).rejects.toMatchObject({
      code: 'InvalidAppInstanceGroup.NotFound',
      statusCode: 400,
    });
    await expect(call('GetAppInstanceGroup', group, signatureAlgorithm, 'wrong secret')).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
  });

  test('throttling reaches it as throttling, with the wait that the gateway asked for', async () => {
    simulator.faults.add({ kind: 'throttle', action: 'ListRegions', retryAfterMs: 700 });
    await expect(call('ListRegions', { ProductType: 'CloudApp' }, signatureAlgorithm)).rejects.toMatchObject({
      code: 'Throttling.User',
      retryAfter: 700,
    });
  });
});

test('at least fifteen operations are driven, reads and writes', () => {
  const driven = new Set(steps.map(([action]) => action));
  expect(driven.size).toBeGreaterThanOrEqual(15);
});

async function call(
  action: string,
  input: Readonly<Record<string, unknown>>,
  signatureAlgorithm: string | undefined,
  secret?: string,
): Promise<Body> {
  const key = publishedKey(accountId);
  const config = new OpenApi.$OpenApiUtil.Config({
    accessKeyId: key.accessKeyId,
    accessKeySecret: secret ?? key.accessKeySecret,
    endpoint: `${simulator.host}:${simulator.port}`,
    protocol: 'HTTP',
    ...(signatureAlgorithm === undefined ? {} : { signatureAlgorithm }),
  });
  const { query, body } = placed(action, input);
  const request = new OpenApi.$OpenApiUtil.OpenApiRequest({
    query: OpenApi.OpenApiUtil.query(query),
    ...(body ? { body: OpenApi.OpenApiUtil.parseToMap(body) } : {}),
  });
  const params = new OpenApi.$OpenApiUtil.Params({
    ...{ action, version: versionOf(action), protocol: 'HTTP', pathname: '/', method: 'POST' },
    ...{ authType: 'AK', style: 'RPC', reqBodyType: 'formData', bodyType: 'json' },
  });
  // The client keeps its connections for a while; the simulator ends them when it closes.
  const answer = (await new OpenApi.default(config).callApi(params, request, {} as never)) as { body: Body };
  return answer.body;
}

function factOf(action: string): Fact {
  return (named(appStreaming.operations, action) ?? named(billing.operations, action)) as Fact;
}

/** Paths of an answer that the API definition does not have. */
function unknownFields(shape: Shape, value: unknown, at = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => (shape.items ? unknownFields(shape.items, item, `${at}[]`) : [at]));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const field = shape.fields?.find((known) => known.name === name);
    return field ? unknownFields(field, inner, `${at}.${name}`) : [`${at}.${name}`];
  });
}

function placed(action: string, input: Readonly<Record<string, unknown>>): { query: Body; body: Body | undefined } {
  const fact = factOf(action);
  const query: Body = {};
  const body: Body = {};
  for (const [name, value] of Object.entries(input)) {
    const param = fact.params.find((candidate) => candidate.name === name);
    const place = param?.in === 'body' ? body : query;
    // The definition of billing says nothing of encodings; lists are spread there.
    const isFlat = param?.encoding === 'flat' || Array.isArray(value);
    if (param?.encoding === 'json') place[name] = OpenApi.OpenApiUtil.arrayToStringWithSpecifiedStyle(value, name, 'json');
    else Object.assign(place, isFlat ? OpenApi.OpenApiUtil.query({ [name]: value }) : { [name]: value });
  }
  return { query, body: fact.params.some((param) => param.in === 'body') ? body : undefined };
}

function officeWorld() {
  return buildWorld({
    start: '2026-11-25T08:40:00+08:00',
    accounts: [
      {
        id: accountId,
        groups: [
          {
            ...{ id: 'aig-office', name: 'office', region: 'cn-hangzhou', tags: { team: '财务 (a)' } },
            pool: { id: 'rg-office', strategy: { fixed: 2 } },
            users: [{ prefix: 'u-', count: 5 }],
            sessions: [{ user: 'u-1' }, { user: 'u-2' }],
          },
          { id: 'aig-studio', name: 'studio', region: 'cn-hangzhou', charge: 'PrePaid', pool: { strategy: { fixed: 1 } } },
        ],
        workstations: [{ id: 'ws-render', name: 'render-01', region: 'cn-hangzhou', charge: 'PostPaid' }],
      },
    ],
  });
}
