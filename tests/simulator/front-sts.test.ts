import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { publishedKey } from '../../simulator/front/keys.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { send, type TestCall, type TestKey } from './signed-request.ts';
import { accountId, key, oneGroup, renewal, startSmall } from './small-service.ts';

const other = '1000000000000002';
const assume = { RoleArn: `acs:ram::${other}:role/streamwarden`, RoleSessionName: 'nightly-run' };

let simulator: Simulator;
let nowMs: number;

beforeEach(async () => {
  nowMs = Date.UTC(2026, 10, 24, 12);
  ({ simulator } = await startSmall({ wallNow: () => nowMs }));
});

afterEach(() => simulator.close());

const sts = (action: string, query: Record<string, string>, more: Partial<TestCall> = {}) =>
  send(simulator.url, { action, version: '2015-04-01', query, key, dateMs: nowMs, ...more });

const read = (session: TestKey) => send(simulator.url, { action: 'GetAppInstanceGroup', query: oneGroup, key: session, dateMs: nowMs });

async function session(seconds = '900'): Promise<TestKey> {
  const { json } = await sts('AssumeRole', { ...assume, DurationSeconds: seconds });
  const { AccessKeyId, AccessKeySecret, SecurityToken } = json.Credentials as Record<string, string>;
  return { accessKeyId: AccessKeyId as string, accessKeySecret: AccessKeySecret as string, securityToken: SecurityToken as string };
}

describe.each(['v3', 'rpc'] as const)('%s', (signature) => {
  test('an assumed role acts in its own account until its key expires by the gateway clock', async () => {
    const answer = await sts('AssumeRole', { ...assume, DurationSeconds: '900' }, { signature });
    expect(answer.json).toMatchObject({
      AssumedRoleUser: { Arn: `acs:ram::${other}:assumed-role/streamwarden/nightly-run` },
      Credentials: { Expiration: '2026-11-24T12:15:00Z' },
    });
    const key = await session();
    expect((await read(key)).status).toBe(200);
    expect(simulator.ledger.records.at(-1)).toMatchObject({ accountId: other, accessKeyId: key.accessKeyId });
    nowMs += 899_000;
    expect((await read(key)).status).toBe(200);
    nowMs += 1000;
    expect((await read(key)).json.Code).toBe('InvalidSecurityToken.Expired');
  });
});

test('the caller is told who it is, with a lasting key and as a role', async () => {
  expect((await sts('GetCallerIdentity', {})).json).toMatchObject({ IdentityType: 'RAMUser', AccountId: accountId });
  const role = await sts('GetCallerIdentity', {}, { key: await session() });
  expect(role.json).toMatchObject({
    IdentityType: 'AssumedRoleUser',
    AccountId: other,
    Arn: expect.stringContaining('/streamwarden/nightly-run'),
  });
});

test('a session key wants its own token', async () => {
  const [one, two] = [await session(), await session()];
  const { securityToken: _gone, ...bare } = one;
  expect((await read(bare)).json.Code).toBe('MissingSecurityToken');
  expect((await read({ ...bare, securityToken: two.securityToken as string })).json.Code).toBe(
    'InvalidSecurityToken.MismatchWithAccessKey',
  );
  expect((await read({ ...bare, securityToken: 'made up' })).json.Code).toBe('InvalidSecurityToken.Malformed');
});

test.each([
  [{ RoleArn: 'acs:ram::1:user/x' }, 400, 'InvalidParameter.RoleArn'],
  [{ RoleArn: 'acs:ram::404:role/x' }, 404, 'EntityNotExist.Role'],
  [{ RoleArn: '' }, 400, 'MissingRoleArn'],
  [{ RoleSessionName: '' }, 400, 'MissingRoleSessionName'],
  [{ RoleSessionName: 'no blanks' }, 400, 'InvalidParameter.RoleSessionName'],
  [{ DurationSeconds: '899' }, 400, 'InvalidParameter.DurationSeconds'],
  [{ DurationSeconds: '43201' }, 400, 'InvalidParameter.DurationSeconds'],
  [{ DurationSeconds: 'long' }, 400, 'InvalidParameter.DurationSeconds'],
])('AssumeRole with %j is refused', async (wrong, status, code) => {
  const answer = await sts('AssumeRole', { ...assume, ...wrong });
  expect([answer.status, answer.json.Code]).toEqual([status, code]);
});

test('a trust policy that refuses is a deny fault, and STS can throttle by redirect', async () => {
  simulator.faults.add({ kind: 'deny', action: 'AssumeRole' }, { kind: 'redirect', action: 'AssumeRole' });
  const denied = await sts('AssumeRole', assume);
  expect([denied.status, denied.json.Code]).toEqual([403, 'NoPermission']);
  expect(denied.json.AccessDeniedDetail).toMatchObject({ AuthAction: 'sts:AssumeRole', NoPermissionType: 'ImplicitDeny' });
  const throttled = await sts('AssumeRole', assume);
  expect(throttled.status).toBe(302);
  expect(throttled.headers.location).toBeDefined();
  expect((await sts('AssumeRole', assume)).status).toBe(200);
});

test('STS does not know the operations of App Streaming, and App Streaming does not know those of STS', async () => {
  expect((await sts('RenewAppInstanceGroup', renewal)).json.Code).toBe('InvalidVersion');
  expect((await sts('AssumeRole', assume, { version: '2021-09-01' })).json.Code).toBe('InvalidVersion');
});

test('events of a role name the role and when its session began', async () => {
  await send(simulator.url, { action: 'RenewAppInstanceGroup', query: renewal, key: await session(), dateMs: nowMs });
  expect(simulator.events).toHaveLength(1);
  expect(simulator.events[0]?.data.userIdentity).toMatchObject({
    type: 'assumed-role',
    accountId: other,
    userName: 'streamwarden:nightly-run',
    sessionContext: { attributes: { creationDate: '2026-11-24T12:00:00Z' } },
  });
});

test('published keys of all accounts work', async () => {
  expect(simulator.accounts.map(({ accountId: id }) => id)).toEqual([accountId, other]);
  expect((await sts('GetCallerIdentity', {}, { key: publishedKey(other) })).json.AccountId).toBe(other);
});
