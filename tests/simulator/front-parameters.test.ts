import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Simulator } from '../../simulator/simulator.ts';
import { send, type TestCall } from './signed-request.ts';
import { key, oneGroup, renewal, type SmallState, startSmall } from './small-service.ts';

let simulator: Simulator;
let state: SmallState;

beforeEach(async () => {
  ({ simulator, state } = await startSmall());
});

afterEach(() => simulator.close());

const call = (more: Omit<TestCall, 'key'>) => send(simulator.url, { ...more, key });

describe('parameters reach the operation with the types of the definition', () => {
  test('numbers and flags from text', async () => {
    await call({ action: 'RenewAppInstanceGroup', query: renewal });
    expect(state.inputs).toEqual([{ AppInstanceGroupId: 'aig-1', Period: 1, PeriodUnit: 'Month', ProductType: 'CloudApp', AutoPay: true }]);
  });

  test('flat lists in the order of their numbers, gaps closed, beyond nine entries', async () => {
    const form = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`AuthorizeUserIds.${index + 1}`, `u${index + 1}`]));
    await call({
      action: 'AuthorizeInstanceGroup',
      form: { ...oneGroup, ...form, 'UnAuthorizeUserIds.2': 'y', 'UnAuthorizeUserIds.7': 'z' },
    });
    expect(state.inputs).toMatchObject([
      { AuthorizeUserIds: Array.from({ length: 11 }, (_, index) => `u${index + 1}`), UnAuthorizeUserIds: ['y', 'z'] },
    ]);
  });

  test('flat lists of objects', async () => {
    const query = { ProductType: 'CloudApp', 'Tag.1.Key': 'team', 'Tag.1.Value': 'a=b&c', 'Tag.2.Key': 'only key' };
    await call({ action: 'ListAppInstanceGroup', query, form: { 'Status.1': 'PUBLISHED' } });
    expect(state.inputs).toEqual([
      { ProductType: 'CloudApp', Tag: [{ Key: 'team', Value: 'a=b&c' }, { Key: 'only key' }], Status: ['PUBLISHED'] },
    ]);
  });

  test('JSON parameters, digits inside them read where text or numbers are wanted', async () => {
    const NodePoolStrategy = JSON.stringify({
      StrategyType: 'NODE_SCALING_BY_USAGE',
      ScalingStep: '2',
      MaxScalingAmount: 5,
      ScalingUsageThreshold: 85,
    });
    await call({ action: 'ModifyNodePoolAttribute', form: { PoolId: 'rg-1', NodePoolStrategy } });
    expect(state.inputs).toEqual([
      {
        PoolId: 'rg-1',
        NodePoolStrategy: { StrategyType: 'NODE_SCALING_BY_USAGE', ScalingStep: 2, MaxScalingAmount: 5, ScalingUsageThreshold: '85' },
      },
    ]);
  });

  test('an empty value counts as none', async () => {
    await call({ action: 'ListAppInstanceGroup', query: { ProductType: 'CloudApp', AppInstanceGroupName: '' } });
    expect(state.inputs).toEqual([{ ProductType: 'CloudApp' }]);
  });
});

describe('what the service lets through although our own client would not send it', () => {
  test('a pair of period and unit that cannot be ordered', async () => {
    expect((await call({ action: 'RenewAppInstanceGroup', query: { ...renewal, Period: '7', PeriodUnit: 'Week' } })).status).toBe(200);
  });

  test('a pool write without its pool, which is optional on paper', async () => {
    expect((await call({ action: 'ModifyNodePoolAttribute', form: { ProductType: 'CloudApp' } })).status).toBe(200);
  });

  test('a schedule with overlapping periods: its rules are the operation\u2019s to check', async () => {
    const period = { Amount: 1, StartTime: '08:00', EndTime: '09:00' };
    const schedule = { RecurrenceType: 'weekly', RecurrenceValues: [1], TimerPeriods: [period, period] };
    const NodePoolStrategy = JSON.stringify({ StrategyType: 'NODE_SCALING_BY_SCHEDULE', RecurrenceSchedules: [schedule] });
    expect((await call({ action: 'ModifyNodePoolAttribute', form: { PoolId: 'rg-1', NodePoolStrategy } })).status).toBe(200);
  });
});

test.each([
  ['text where a number is wanted', 'RenewAppInstanceGroup', { query: { ...renewal, Period: 'one' } }, /Period/],
  ['text where a flag is wanted', 'RenewAppInstanceGroup', { query: { ...renewal, AutoPay: 'yes' } }, /AutoPay/],
  ['a page of more rows than allowed', 'ListAppInstanceGroup', { query: { ProductType: 'CloudApp', PageSize: '101' } }, /PageSize/],
  ['an unknown status', 'ListAppInstanceGroup', { query: { ProductType: 'CloudApp' }, form: { 'Status.1': 'HAPPY' } }, /Status\.0/],
  ['JSON that is none', 'ModifyNodePoolAttribute', { form: { NodePoolStrategy: '{' } }, /NodePoolStrategy.*JSON/],
  [
    'a value out of range inside JSON',
    'ModifyNodePoolAttribute',
    { form: { NodePoolStrategy: '{"ScalingStep":11}' } },
    /NodePoolStrategy\.ScalingStep/,
  ],
  ['a list over its length', 'TagCloudResources', { form: tooManyIds() }, /ResourceIds/],
])('%s is refused by name', async (_name, action, parameters, message) => {
  const handlers = { TagCloudResources: () => ({}) };
  await simulator.close();
  ({ simulator, state } = await startSmall({ ...(action === 'TagCloudResources' ? { handlers } : {}) }));
  const answer = await call({ action, ...(parameters as Pick<TestCall, 'query' | 'form'>) });
  expect([answer.status, answer.json.Code]).toEqual([400, 'InvalidParameter']);
  expect(answer.json.Message).toMatch(message);
  expect(state.inputs).toEqual([]);
});

describe('assumptions about parameters', () => {
  const cases = [
    ['unknown parameters are overlooked by default', {}, { query: { ...oneGroup, Color: 'red' } }, 200],
    ['unknown parameters can be refused', { unknownParameters: 'refused' }, { query: { ...oneGroup, Color: 'red' } }, 400],
    ['parameters in the other place are merged by default', {}, { form: oneGroup }, 200],
    ['parameters in the other place can be lost', { misplacedParameters: 'ignored' }, { form: oneGroup }, 400],
  ] as const;

  test.each(cases)('%s', async (_name, assumptions, parameters, status) => {
    await simulator.close();
    ({ simulator, state } = await startSmall({ assumptions }));
    for (const signature of ['v3', 'rpc'] as const) {
      expect((await call({ action: 'GetAppInstanceGroup', signature, ...parameters })).status).toBe(status);
    }
  });
});

test('a password reaches the operation and no record', async () => {
  await call({ action: 'CreateWuyingServer', form: { WuyingServerName: 'w', Password: 'Hunter2!' } });
  expect(state.inputs).toMatchObject([{ Password: 'Hunter2!' }]);
  expect(simulator.ledger.records).toMatchObject([{ input: { WuyingServerName: 'w', Password: '***' } }]);
  expect(JSON.stringify([simulator.ledger.records, simulator.events])).not.toContain('Hunter2');
});

function tooManyIds(): Record<string, string> {
  const ids = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`ResourceIds.${index + 1}`, `aig-${index}`]));
  return { ...ids, ResourceType: 'AppInstanceGroupId', 'Tags.1.Key': 'a', 'Tags.1.Value': 'b' };
}
