import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClient } from '../../shared/client/call.ts';
import { assumeRoleCredentials } from '../../shared/client/credentials/assume-role.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { authorizeInstanceGroup } from '../../shared/client/operations/authorize-instance-group.ts';
import { createWuyingServer } from '../../shared/client/operations/create-wuying-server.ts';
import { listAppInstanceGroup } from '../../shared/client/operations/list-app-instance-group.ts';
import { modifyAppInstanceGroupAttribute } from '../../shared/client/operations/modify-app-instance-group-attribute.ts';
import { tagCloudResources } from '../../shared/client/operations/tag-cloud-resources.ts';
import { systemClock } from '../../shared/client/system-clock.ts';
import type { Handler } from '../../simulator/handler.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { key, startSmall } from '../simulator/small-service.ts';

// The client encodes and signs with its code, the simulator checks and decodes with other code: what went in must come out.

const awkward = fc.constantFrom(
  '&',
  '=',
  '+',
  '%',
  '%20',
  ' ',
  "'",
  '!',
  '(',
  ')',
  '*',
  '~',
  '/',
  '?',
  '#',
  '"',
  '\\',
  '\n',
  '\t',
  '夜',
  '😀',
  'é',
  '.1',
  '.',
);
const text = fc
  .array(fc.oneof(awkward, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 })), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''));
const short = text.map((value) => [...value].slice(0, 20).join(''));
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const many = <T>(value: fc.Arbitrary<T>, maxLength: number) => fc.array(value, { minLength: 1, maxLength });

const group = { ProductType: fc.constant('CloudApp' as const), AppInstanceGroupId: text };

const cases = [
  [
    listAppInstanceGroup,
    fc.record({
      ProductType: group.ProductType,
      AppInstanceGroupName: optional(text),
      PageNumber: optional(fc.integer({ min: 1, max: 9999 })),
      Status: optional(many(fc.constantFrom('PUBLISHED' as const, 'FAILED' as const), 12)),
      Tag: optional(many(fc.record({ Key: text, Value: text }), 12)),
    }),
  ],
  [authorizeInstanceGroup, fc.record({ ...group, AuthorizeUserIds: many(text, 12), UnAuthorizeUserIds: optional(many(text, 3)) })],
  [
    tagCloudResources,
    fc.record({
      ResourceType: fc.constant('AppInstanceGroupId' as const),
      ResourceIds: many(short, 12),
      Tags: many(fc.record({ Key: short, Value: short }), 12),
    }),
  ],
  [
    modifyAppInstanceGroupAttribute,
    fc.record({
      ...group,
      AppInstanceGroupName: optional(short),
      SessionTimeout: optional(fc.integer({ min: 3, max: 300 })),
      PerSessionPerApp: optional(fc.boolean()),
      NodePool: optional(fc.record({ NodePoolId: text, NodeCapacity: fc.integer({ min: 1, max: 99 }) })),
    }),
  ],
  [
    createWuyingServer,
    fc.record({
      WuyingServerName: text,
      Password: text,
      AutoPay: fc.boolean(),
      MaxPrice: optional(fc.integer({ min: 0, max: 100_000 }).map((cents) => cents / 100)),
      DataDisk: optional(many(fc.record({ DataDiskCategory: text, DataDiskSize: fc.integer({ min: 1, max: 2000 }) }), 3)),
      VSwitchIds: optional(many(text, 3)),
    }),
  ],
] as const;

let simulator: Simulator;
let received: unknown[] = [];

beforeAll(async () => {
  const echo: Handler = (input) => {
    received.push(input);
    return {};
  };
  const handlers = Object.fromEntries(cases.map(([{ action }]) => [action, echo]));
  ({ simulator } = await startSmall({ handlers }));
});

afterAll(() => simulator.close());

describe.each(['v3', 'rpc'] as const)('signed as %s', (signature) => {
  test.each(cases.map(([operation, input]) => [operation.action, operation, input] as const))(
    '%s arrives as it was given',
    async (_action, operation, input) => {
      const clock = systemClock;
      const client = createClient({ endpoint: simulator.url, credentials: explicitCredentials(key), clock, signature, maxAttempts: 1 });
      await fc.assert(
        fc.asyncProperty(input as fc.Arbitrary<object>, async (value) => {
          received = [];
          await client.call(operation as never, value as never);
          expect(received).toEqual([JSON.parse(JSON.stringify(value))]);
        }),
        { numRuns: 60 },
      );
    },
  );
});

test('a role assumed through our own client acts in the role\u2019s account', async () => {
  const credentials = assumeRoleCredentials({
    endpoint: simulator.url,
    roleArn: 'acs:ram::1000000000000002:role/streamwarden',
    sessionName: 'nightly',
    base: explicitCredentials(key),
    clock: systemClock,
  });
  const client = createClient({ endpoint: simulator.url, credentials, clock: systemClock });
  await client.call(listAppInstanceGroup, { ProductType: 'CloudApp' });
  expect(simulator.ledger.records.at(-1)).toMatchObject({ action: 'ListAppInstanceGroup', accountId: '1000000000000002' });
});
