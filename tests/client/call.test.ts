import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeConnections } from '../../shared/client/agents.ts';
import type { AttemptRecord } from '../../shared/client/attempts.ts';
import type { ClientOptions } from '../../shared/client/call.ts';
import type { Client } from '../../shared/client/client.ts';
import { Credentials, type CredentialsProvider } from '../../shared/client/credentials.ts';
import { InputError } from '../../shared/client/errors.ts';
import { createLimiter } from '../../shared/client/limiter.ts';
import { renewAppInstanceGroup } from '../../shared/client/operations/renew-app-instance-group.ts';
import { RealServer } from './real-server.ts';
import { buyThing, deleteImage, deleteThings, listThings, readThing, tagThings, writeThing } from './rows.ts';
import { failureOf, testClient } from './test-client.ts';
import { VirtualClock } from './virtual-clock.ts';

let server: RealServer;
let url: string;
beforeEach(async () => {
  server = new RealServer();
  url = await server.start();
});
afterEach(async () => {
  closeConnections();
  await server.stop();
});

const clientOf = (options: Partial<ClientOptions> = {}): Client => testClient({ endpoint: url, ...options }).client;
const input = { Id: 't-1' };
const header = (name: string): (string | undefined)[] => server.arrivals.map(({ headers }) => headers[name] as string | undefined);
const busyUntil = (last: number, headers: Record<string, string> = {}): void => {
  server.answer = (response, seen) =>
    seen < last ? server.json(response, { Code: 'ServiceUnavailable' }, 503, headers) : server.json(response, { Value: 'fine' });
};

describe('what travels', () => {
  it('is signed with V3, parameters in their places', async () => {
    await clientOf().call(writeThing, { Id: 'a b', Settings: { Amount: 2 } });
    const [arrival] = server.arrivals;
    expect(arrival?.url).toBe('/?Id=a%20b');
    expect(arrival?.body).toBe('Settings=%7B%22Amount%22%3A2%7D');
    expect(arrival?.headers).toMatchObject({
      host: url.replace('http://', ''),
      'x-acs-action': 'WriteThing',
      'x-acs-version': '2021-09-01',
      'x-acs-date': '2026-11-24T04:00:00Z',
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    });
    expect(arrival?.headers['user-agent']).toMatch(/^streamwarden /);
    expect(arrival?.headers.authorization).toMatch(
      /^ACS3-HMAC-SHA256 Credential=InventedKeyId,SignedHeaders=content-type;host;x-acs-action;.*,Signature=[0-9a-f]{64}$/,
    );
    expect(arrival?.headers['x-acs-security-token']).toBeUndefined();
  });

  it('is signed the classic way where asked for, common parameters in the URL', async () => {
    await clientOf({ signature: 'rpc', version: '2020-01-01' }).call(readThing, { Id: 'x', Filter: ['y'] });
    const [arrival] = server.arrivals;
    const query = new URLSearchParams(arrival?.url.slice(2));
    expect(Object.fromEntries(query)).toMatchObject({
      Action: 'ReadThing',
      Version: '2020-01-01',
      Format: 'JSON',
      Id: 'x',
      AccessKeyId: 'InventedKeyId',
    });
    expect(query.get('Signature')).toHaveLength(28);
    expect(arrival?.body).toBe('Filter.1=y');
    expect(arrival?.headers.authorization).toBeUndefined();
  });

  it('is never the same twice: each attempt has a new nonce, date and signature', async () => {
    busyUntil(4, { 'x-acs-retry-after': '1500' });
    await clientOf().call(readThing, input);
    for (const name of ['x-acs-signature-nonce', 'authorization', 'x-acs-date']) expect(new Set(header(name)).size, name).toBe(4);
  });
});

describe('input', () => {
  it.each([
    ['a parameter that does not exist', { Id: 'x', Idd: 'y' }, 'Idd: no such parameter'],
    ['a parameter that is missing', {}, 'Id: give text'],
    ['an empty id', { Id: '' }, 'Id: must have at least 1 character'],
    ['an entry of a list, counted from 1', { Id: 'x', Filter: ['a', 7] }, 'Filter.2: give text'],
  ])('%s never leaves the machine', async (_name, wrong, text) => {
    const error = await clientOf()
      .call(readThing, wrong as never)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    expect((error as InputError).code).toBe('InvalidInput');
    expect((error as InputError).message).toContain(text);
    expect(server.arrivals).toHaveLength(0);
  });

  it('lists everything that is wrong at once, and quotes no value', async () => {
    const wrong = { Settings: { Amount: 1.5, Other: 1 }, Password: 'far-too-long-password' };
    const error = (await clientOf()
      .call(writeThing, wrong as never)
      .catch((reason: unknown) => reason)) as InputError;
    expect(error.issues.map(({ path }) => path).sort()).toEqual(['Id', 'Password', 'Settings.Amount', 'Settings.Other']);
    expect(JSON.stringify(error) + error.message).not.toContain('far-too-long');
  });

  it.each([
    ['http://appstream-center.cn-shanghai.aliyuncs.com', 'plain http is allowed to this machine only'],
    ['https://user:pw@h.example', 'no user name'],
    ['https://h.example/path', 'no path'],
    ['ftp://h.example', 'must begin with https://'],
    ['https://', 'must be a host'],
  ])('the endpoint %s is refused', (endpoint, text) => {
    expect(() => clientOf({ endpoint })).toThrow(text);
  });

  it.each(['http://localhost:1', 'http://127.0.0.9:1', 'http://[::1]:1', 'h.example', 'https://h.example:8443'])(
    'the endpoint %s is accepted',
    (endpoint) => {
      expect(() => clientOf({ endpoint })).not.toThrow();
    },
  );
});

describe('success that is none', () => {
  it.each([
    ['another Code', { Code: '400', Success: true, Data: true }, '400'],
    ['Success false', { Code: '200', Success: false, Data: true }, 'NotSuccessful'],
    ['Data false', { Code: '200', Success: true, Data: false }, 'NotSuccessful'],
    ['no Code where one is required', { Success: true, Data: true }, 'NoVerdict'],
  ])('%s is an error', async (_name, body, code) => {
    server.answer = (response) => server.json(response, { ...body, RequestId: 'REQ-9' });
    expect(await failureOf(clientOf().call(deleteImage, {}))).toMatchObject({
      code,
      executed: 'unknown',
      httpStatus: 200,
      requestId: 'REQ-9',
    });
  });

  const good = ['success', 'SUCCESS', 'Success', 200, '200', 'OK', 'ok', 0, '0', '', null];
  it.each(['ACCEPTED', '201', '00'])('the unknown code %s on a purchase is no proof that nothing was ordered', async (Code) => {
    server.answer = (response) => server.json(response, { Code, OrderId: '2026', RequestId: 'REQ-9' });
    const order = { AppInstanceGroupId: 'aig-1', ProductType: 'CloudApp', Period: 1, PeriodUnit: 'Month', AutoPay: true } as const;
    expect(await failureOf(clientOf().call(renewAppInstanceGroup, order))).toMatchObject({ code: Code, executed: 'unknown' });
  });

  it.each([...good.map((Code) => ({ Code })), {}])('%o is none', async (body) => {
    server.answer = (response) => server.json(response, body);
    await expect(clientOf().call(writeThing, input)).resolves.toEqual(body);
  });

  it('a list of failures cannot be taken for success', async () => {
    server.answer = (response) =>
      server.json(response, { FailedResources: [{ ResourceId: 'a', Code: 'TAG_KEY_DUPLICATED', Message: 'twice' }, {}] });
    const result = await clientOf().call(tagThings, { Ids: ['a', 'b'] });
    expect(result.complete).toBe(false);
    expect(result.complete || result.failed).toEqual([
      { id: 'a', code: 'TAG_KEY_DUPLICATED', message: 'twice' },
      { id: undefined, code: undefined, message: undefined },
    ]);
    server.answer = (response) => server.json(response, { FailedResources: [] });
    expect(await clientOf().call(tagThings, { Ids: ['a'] })).toMatchObject({ complete: true });
  });

  it('where rows carry a flag, only a plain true is success', async () => {
    const models = [{ ThingId: 'a', Success: true }, { ThingId: 'b', Success: false, Code: 'X' }, { ThingId: 'c' }];
    server.answer = (response) => server.json(response, { Models: models });
    const result = await clientOf().call(deleteThings, { Ids: ['a', 'b', 'c'] });
    expect(result.complete || result.failed.map(({ id }) => id)).toEqual(['b', 'c']);
  });
});

describe('waiting', () => {
  it('backs off with doubling bounds, on the clock it was given', async () => {
    busyUntil(4);
    const { client, clock } = testClient({ endpoint: url });
    await client.call(readThing, input);
    expect(clock.slept).toEqual([100, 200, 400]);
  });

  it('waits as long as the service asks', async () => {
    busyUntil(2, { 'x-acs-retry-after': '1500' });
    const { client, clock } = testClient({ endpoint: url });
    await client.call(readThing, input);
    expect(clock.slept).toEqual([1600]);
  });

  it('does not wait beyond the time for the call: the failure comes at once', async () => {
    busyUntil(99, { 'retry-after': '60' });
    const { client, clock } = testClient({ endpoint: url });
    const error = await failureOf(client.call(readThing, input));
    expect(error).toMatchObject({ code: 'ServiceUnavailable', attempts: 1, retryAfterMs: 60_000 });
    expect(clock.slept).toEqual([]);
    expect(await failureOf(client.call(readThing, input, { timeoutMs: 61_000 }))).toMatchObject({ attempts: 2 });
  });

  it('what waits for a permit until its time is over was never sent', async () => {
    const clock = new VirtualClock();
    const limiter = createLimiter({ clock });
    limiter.release(limiter.tryAcquire() as number, 'throttled', 60_000);
    const error = await failureOf(clientOf({ clock, limiter }).call(buyThing, input));
    expect(error).toMatchObject({ code: 'DeadlineExceeded', executed: 'no', attempts: 0 });
    expect(server.arrivals).toHaveLength(0);
  });
});

describe('a refused date', () => {
  beforeEach(() => {
    server.answer = (response, seen) => {
      const late = Date.parse(server.arrivals[seen - 1]?.headers['x-acs-date'] as string) < Date.UTC(2026, 10, 24, 5, 0, 0);
      server.json(response, late ? { Code: 'InvalidTimeStamp.Expired' } : { Value: 'fine' }, late ? 400 : 200, {
        date: 'Tue, 24 Nov 2026 05:30:00 GMT',
      });
    };
  });

  it('is corrected from the date of the answer, once for all calls of the client', async () => {
    const client = clientOf();
    await client.call(writeThing, input);
    await client.call(readThing, input);
    expect(header('x-acs-date')).toEqual(['2026-11-24T04:00:00Z', '2026-11-24T05:30:00Z', '2026-11-24T05:30:00Z']);
  });

  it('does not re-sign a purchase; the next call has the right date once two answers agree on it', async () => {
    const client = clientOf();
    for (const _ of [1, 2]) {
      const error = await failureOf(client.call(buyThing, input));
      expect(error).toMatchObject({ code: 'InvalidTimeStamp.Expired', executed: 'no', attempts: 1 });
    }
    await client.call(buyThing, input);
    expect(server.arrivals).toHaveLength(3);
  });
});

describe('expired keys', () => {
  it('are fetched anew once, and the write goes through', async () => {
    let generation = 1;
    const provider: CredentialsProvider = {
      get: async () =>
        new Credentials({ accessKeyId: 'STS.Key', accessKeySecret: 'secret', securityToken: `token-${generation}` }, 'Tests'),
      refresh: async () => void generation++,
    };
    server.answer = (response, seen) =>
      seen === 1 ? server.json(response, { Code: 'InvalidSecurityToken.Expired' }, 400) : server.json(response, {});
    await clientOf({ credentials: provider }).call(writeThing, input);
    expect(header('x-acs-security-token')).toEqual(['token-1', 'token-2']);
  });

  it('that cannot be fetched anew are an error', async () => {
    server.answer = (response) => server.json(response, { Code: 'InvalidSecurityToken.Expired' }, 400);
    expect(await failureOf(clientOf().call(writeThing, input))).toMatchObject({
      code: 'InvalidSecurityToken.Expired',
      attempts: 1,
      executed: 'no',
    });
  });
});

describe('records of attempts', () => {
  it('tell every attempt, with request id and code, and nothing secret', async () => {
    const records: AttemptRecord[] = [];
    server.answer = (response, seen) =>
      seen === 1 ? server.json(response, { Code: 'InternalError', RequestId: 'R-1' }, 500) : server.json(response, { RequestId: 'R-2' });
    await clientOf({ onCall: (record) => records.push(record) }).call(readThing, input);
    expect(records).toEqual([
      { action: 'ReadThing', attempt: 1, httpStatus: 500, code: 'InternalError', requestId: 'R-1', ms: 0 },
      { action: 'ReadThing', attempt: 2, httpStatus: 200, code: undefined, requestId: 'R-2', ms: 0 },
    ]);
  });
});

it('reads all pages through the wire', async () => {
  const all = ['a', 'b', 'c', 'd'].map((Id) => ({ Id }));
  server.answer = (response, seen) => {
    const form = new URLSearchParams(server.arrivals[seen - 1]?.body);
    const page = Number(form.get('PageNumber'));
    server.json(response, { TotalCount: 4, Things: all.slice((page - 1) * 3, page * 3) });
  };
  const ids: (string | undefined)[] = [];
  for await (const page of clientOf().pages(listThings, { Name: 'x' })) ids.push(...page.rows.map((row) => row.Id));
  expect(ids).toEqual(['a', 'b', 'c', 'd']);
  expect(server.arrivals.map(({ url: path }) => path)).toEqual(['/?Name=x', '/?Name=x']);
});
