import { createServer, type Server } from 'node:http';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClient } from '../../shared/client/call.ts';
import { callerIdentity, writesOnlyTo } from '../../shared/client/caller-identity.ts';
import { Credentials, type CredentialsProvider, explicitCredentials } from '../../shared/client/credentials.ts';
import { renewAppInstanceGroup } from '../../shared/client/operations/renew-app-instance-group.ts';
import { systemClock } from '../../shared/client/system-clock.ts';
import { listen, urlOf } from '../fixtures/http.ts';

const account = '1000000000000001';
const other = '1000000000000002';
const user = { AccountId: account, UserId: '280000000000000001', Arn: `acs:ram::${account}:user/li.wei`, IdentityType: 'RAMUser' };

/** What the server answers to GetCallerIdentity, by access key id. A function is asked each time. */
let answers: Map<string, unknown>;
let asked: string[];
let written: string[];
let server: Server;
let url: string;

beforeEach(async () => {
  answers = new Map();
  asked = [];
  written = [];
  server = createServer((request, response) => {
    request.resume();
    const key = /Credential=([^,]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    response.setHeader('content-type', 'application/json');
    if (request.headers['x-acs-action'] !== 'GetCallerIdentity') {
      written.push(key);
      response.end(JSON.stringify({ RequestId: 'R', Code: 'success', OrderId: '1' }));
      return;
    }
    asked.push(`${key} ${request.headers['x-acs-version']}`);
    const answer = answers.get(key);
    const body: unknown = typeof answer === 'function' ? answer() : answer;
    if (typeof body === 'number') response.statusCode = body;
    response.end(
      typeof body === 'string' ? body : JSON.stringify(typeof body === 'number' ? { Code: 'InternalError', RequestId: 'R' } : body),
    );
  });
  await listen(server);
  url = urlOf(server);
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

let keys = 0;
/** A key that no test used before: what is known of a key is known for the life of the process. */
const newKey = (answer: unknown, id = `key-${++keys}`): CredentialsProvider => {
  answers.set(id, answer);
  return explicitCredentials({ accessKeyId: id, accessKeySecret: `secret of ${id}` });
};
const clock = { now: systemClock.now, sleep: async () => {} };
const clientOf = (credentials: CredentialsProvider) => createClient({ endpoint: url, credentials, clock });

describe('whose keys a client signs with', () => {
  test('STS says, in its own version of the interface', async () => {
    const client = clientOf(newKey(user));
    expect(await callerIdentity(client)).toEqual({
      ...{ account, user: 'li.wei', userId: '280000000000000001', role: undefined, arn: user.Arn },
    });
    expect(asked).toEqual([`key-${keys} 2015-04-01`]);
  });

  test.each([
    ['of a role its name', `acs:ram::${account}:assumed-role/streamwarden-buyer/li.wei`, { role: 'streamwarden-buyer', user: undefined }],
    ["of an account's root neither", `acs:ram::${account}:root`, { role: undefined, user: undefined }],
  ])('%s, and no user', async (_, Arn, expected) => {
    expect(await callerIdentity(clientOf(newKey({ ...user, Arn })))).toMatchObject({ ...expected, account, userId: undefined });
  });

  test('is asked once for a key, whichever clients share it and however many ask at once', async () => {
    const key = newKey(user);
    await Promise.all([callerIdentity(clientOf(key)), callerIdentity(clientOf(key))]);
    await callerIdentity(clientOf(key));
    expect(asked).toHaveLength(1);
  });

  test('is asked again for each new key', async () => {
    await callerIdentity(clientOf(newKey(user)));
    expect(await callerIdentity(clientOf(newKey({ ...user, AccountId: other, Arn: `acs:ram::${other}:user/li.wei` })))).toMatchObject({
      account: other,
    });
    expect(asked).toHaveLength(2);
  });

  test.each([
    ['a failure', 503],
    ['a page', '<html>sign in</html>'],
    ['an empty object', {}],
  ])('is not remembered after %s', async (_, first) => {
    let answer: unknown = first;
    const client = clientOf(newKey(() => answer));
    expect(await callerIdentity(client).catch(() => undefined)).toBeUndefined();
    answer = user;
    expect(await callerIdentity(client)).toMatchObject({ account });
  });

  test('is not remembered where the keys changed while it was asked', async () => {
    const ids = [`key-${++keys}`, `key-${++keys}`];
    for (const id of ids) newKey(id === ids[0] ? user : { ...user, AccountId: other, Arn: `acs:ram::${other}:user/x` }, id);
    const credentials = ids.map((accessKeyId) => new Credentials({ accessKeyId, accessKeySecret: 'x' }, 'test'));
    let asks = 0;
    // The second time, right before signing, the keys are others.
    const client = clientOf({ get: async () => credentials[asks++ === 0 ? 0 : 1] as Credentials });
    expect(await callerIdentity(client)).toMatchObject({ account: other });
    expect(await callerIdentity(clientOf({ get: async () => credentials[0] as Credentials }))).toMatchObject({ account });
  });

  test.each([
    ['no account', { ...user, AccountId: undefined }],
    ['no name', { ...user, Arn: undefined }],
    ['15 digits', { ...user, AccountId: account.slice(1), Arn: `acs:ram::${account.slice(1)}:user/x` }],
    ['17 digits', { ...user, AccountId: `${account}1`, Arn: `acs:ram::${account}1:user/x` }],
    ['a name of another account', { ...user, Arn: `acs:ram::${other}:user/li.wei` }],
    ['a name that is none', { ...user, Arn: `the user li.wei of ${account}` }],
    ['a name of an unknown kind', { ...user, Arn: `acs:ram::${account}:group/x` }],
    ['digits of another script', { ...user, AccountId: '１０００００００００００００００１'.slice(0, 16) }],
    ['a number that lost its last digits', { ...user, AccountId: 9.007199254740993e18 }],
    ['a list', { ...user, AccountId: [account] }],
    ['an account in an object', { ...user, AccountId: { id: account } }],
    ['a line feed behind it', { ...user, AccountId: `${account}\n` }],
  ])('is unknown after an answer with %s', async (_, answer) => {
    expect(await callerIdentity(clientOf(newKey(answer))).catch(() => undefined)).toBeUndefined();
  });

  test('is never another account than STS names, whatever else it answers', async () => {
    const text = fc.oneof(fc.constantFrom(account, other, `acs:ram::${account}:root`, `acs:ram::${other}:user/x`, ''), fc.string());
    await fc.assert(
      fc.asyncProperty(fc.record({ AccountId: text, Arn: text, UserId: text }, { requiredKeys: [] }), async (answer) => {
        const caller = await callerIdentity(clientOf(newKey(answer))).catch(() => undefined);
        if (caller === undefined) return;
        expect([account, other]).toContain(caller.account);
        expect(caller.account).toBe(answer.AccountId);
        expect(caller.arn).toContain(`acs:ram::${caller.account}:`);
      }),
      { numRuns: 100 },
    );
  });
});

describe('keys that write to one account only', () => {
  const renewal = { AppInstanceGroupId: 'g', Period: 1, PeriodUnit: 'Month', ProductType: 'CloudApp', AutoPay: true } as const;
  const guarded = (credentials: CredentialsProvider) =>
    createClient({ endpoint: url, credentials, clock, checkKeys: writesOnlyTo(account, 'targets.home.account', clientOf) });

  test('write there, and are asked about once', async () => {
    const client = guarded(newKey(user));
    await client.call(renewAppInstanceGroup, renewal);
    await client.call(renewAppInstanceGroup, renewal);
    expect([asked.length, written.length]).toEqual([1, 2]);
  });

  test('write nothing where they belong to another account, and say both numbers and what to correct', async () => {
    const client = guarded(newKey({ ...user, AccountId: other, Arn: `acs:ram::${other}:user/li.wei` }));
    const error = await client.call(renewAppInstanceGroup, renewal).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ name: 'CredentialsError', code: 'AccountMismatch' });
    for (const part of [account, other, 'targets.home.account', 'Nothing was sent.']) expect((error as Error).message).toContain(part);
    expect(written).toEqual([]);
  });

  test.each([
    ['does not answer plainly', {}],
    ['is down', 503],
    ['answers with a page', '<html>'],
  ])('write nothing while STS %s', async (_, first) => {
    let answer: unknown = first;
    const client = guarded(newKey(() => answer));
    await expect(client.call(renewAppInstanceGroup, renewal)).rejects.toMatchObject({ name: 'CredentialsError', code: 'AccountUnknown' });
    expect(written).toEqual([]);
    answer = user;
    await client.call(renewAppInstanceGroup, renewal);
    expect(written).toHaveLength(1);
  });

  test('are asked about again when they change, even between two writes of one client', async () => {
    const right = await newKey(user).get();
    const wrong = await newKey({ ...user, AccountId: other, Arn: `acs:ram::${other}:user/li.wei` }).get();
    let now = right;
    const client = guarded({ get: async () => now });
    await client.call(renewAppInstanceGroup, renewal);
    now = wrong;
    await expect(client.call(renewAppInstanceGroup, renewal)).rejects.toMatchObject({ code: 'AccountMismatch' });
    now = right;
    await client.call(renewAppInstanceGroup, renewal);
    expect(written).toEqual([right.accessKeyId, right.accessKeyId]);
  });
});
