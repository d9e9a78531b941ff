import OSS from 'ali-oss';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { controlClient } from '../../simulator/front/control-client.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { exchange } from './signed-request.ts';
import { accountId, key, startSmall } from './small-service.ts';

let simulator: Simulator;

beforeAll(async () => {
  ({ simulator } = await startSmall({
    buckets: [
      { name: 'plain', region: 'cn-shanghai' },
      { name: 'versioned', region: 'cn-shanghai', versioning: 'Enabled' },
      { name: 'suspended', versioning: 'Suspended' },
    ],
  }));
});

afterAll(() => simulator.close());

interface ClientOptions {
  readonly accessKeySecret?: string;
  readonly stsToken?: string;
  readonly accessKeyId?: string;
  readonly region?: string;
}

/** The vendor's library, pointed at the simulator: a client that knows nothing of this project. */
function outside(bucket: string, options: ClientOptions = {}): OSS {
  const { accessKeyId, accessKeySecret } = key;
  const where = { endpoint: simulator.url, region: 'oss-cn-shanghai', bucket, authorizationV4: true, secure: false };
  const never = { refreshSTSTokenInterval: Number.POSITIVE_INFINITY };
  return new OSS({ accessKeyId, accessKeySecret, ...where, ...never, ...options } as OSS.Options);
}

const failureOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: { status?: number; code?: string }) => ({ status: error.status, code: error.code }),
  );
const forbid = { headers: { 'x-oss-forbid-overwrite': 'true' } };

describe('an outside client', () => {
  test('puts and gets objects, Unicode names included', async () => {
    const client = outside('plain');
    const name = 'dir/财务 ä+b%2F/记录.json';
    await client.put(name, Buffer.from('{"a":1}'));
    const { content, res } = await client.get(name);
    expect(content.toString()).toBe('{"a":1}');
    expect(res.headers).not.toHaveProperty('x-oss-version-id');
    expect(await failureOf(client.get('dir/none'))).toEqual({ status: 404, code: 'NoSuchKey' });
  });

  test('overwrites unless it forbids that', async () => {
    const client = outside('plain');
    await client.put('over', Buffer.from('1'));
    await client.put('over', Buffer.from('2'));
    expect(await failureOf(client.put('over', Buffer.from('3'), forbid))).toEqual({ status: 409, code: 'FileAlreadyExists' });
    expect((await client.get('over')).content.toString()).toBe('2');
  });

  test('lists page by page with prefix, token and start', async () => {
    const client = outside('plain');
    const names = ['l/a', 'l/a-b', 'l/a/b', 'l/b', 'l/ä'];
    for (const name of [...names].reverse()) await client.put(name, Buffer.from(name));
    const seen: string[] = [];
    let token: string | undefined;
    let pages = 0;
    do {
      const query = { prefix: 'l/', 'max-keys': '2', ...(token === undefined ? {} : { 'continuation-token': token }) };
      const page = (await client.listV2(query as unknown as OSS.ListV2ObjectsQuery, {})) as unknown as {
        objects: { name: string; size: number }[];
        nextContinuationToken?: string;
      };
      seen.push(...page.objects.map(({ name }) => name));
      token = page.nextContinuationToken ?? undefined;
      pages += 1;
    } while (token);
    expect([seen, pages]).toEqual([names, 3]);
    const later = await client.listV2({ prefix: 'l/', 'start-after': 'l/a/b' } as unknown as OSS.ListV2ObjectsQuery, {});
    expect((later as unknown as { objects: { name: string }[] }).objects.map(({ name }) => name)).toEqual(['l/b', 'l/ä']);
  });

  test.each([
    ['plain', undefined],
    ['versioned', 'Enabled'],
    ['suspended', 'Suspended'],
  ])('reads the versioning state of the bucket %s', async (bucket, status) => {
    // The published types lack this method.
    const client = outside(bucket) as unknown as { getBucketVersioning(name: string): Promise<{ versionStatus?: string }> };
    expect((await client.getBucketVersioning(bucket)).versionStatus).toBe(status);
  });

  test.each([
    ['versioned', /^simulated-version-/],
    ['suspended', /^null$/],
  ])('finds that forbidding has no effect in the bucket %s, and sees version ids', async (bucket, id) => {
    const client = outside(bucket);
    const first = await client.put('claim', Buffer.from('1'), forbid);
    const second = await client.put('claim', Buffer.from('2'), forbid);
    for (const { res } of [first, second]) expect((res.headers as Record<string, string>)['x-oss-version-id']).toMatch(id);
    expect((await client.get('claim')).content.toString()).toBe('2');
  });

  test('sees names rolled up to folders, page by page, each folder once', async () => {
    const client = outside('plain');
    for (const name of ['f/a/1', 'f/a/2', 'f/a b/1', 'f/b', 'f/c/1', 'f/c/2/3', 'f/d']) await client.put(name, Buffer.from(name));
    const names: string[] = [];
    const folders: string[] = [];
    const counts: number[] = [];
    let token: string | undefined;
    do {
      const query = { prefix: 'f/', delimiter: '/', 'max-keys': '2', ...(token === undefined ? {} : { 'continuation-token': token }) };
      const page = (await client.listV2(query as unknown as OSS.ListV2ObjectsQuery, {})) as unknown as {
        objects?: { name: string }[];
        prefixes?: string[];
        keyCount: number;
        nextContinuationToken?: string;
      };
      names.push(...(page.objects ?? []).map(({ name }) => name));
      folders.push(...(page.prefixes ?? []));
      counts.push(page.keyCount);
      token = page.nextContinuationToken;
    } while (token);
    expect(names).toEqual(['f/b', 'f/d']);
    expect(folders).toEqual(['f/a b/', 'f/a/', 'f/c/']);
    expect(counts.map(Number)).toEqual([2, 2, 1]);
  });

  test('may not delete', async () => {
    const client = outside('plain');
    await client.put('kept', Buffer.from('1'));
    expect(await failureOf(client.delete('kept'))).toMatchObject({ status: 403, code: 'AccessDenied' });
    expect((await client.get('kept')).content.toString()).toBe('1');
  });

  test('lets one of 50 writers at once win', async () => {
    const client = outside('plain');
    const writers = Array.from({ length: 50 }, (_, index) => failureOf(client.put('race', Buffer.from(String(index)), forbid)));
    const failures = await Promise.all(writers);
    const winners = failures.flatMap((failure, index) => (failure === undefined ? [index] : []));
    expect(winners).toHaveLength(1);
    expect((await client.get('race')).content.toString()).toBe(String(winners[0]));
  });

  test('is known by temporary keys with their token, until they end', async () => {
    const nowMs = simulator.timeline.gatewayNowMs();
    const session = simulator.keys.issue(accountId, 'streamwarden', 'test', nowMs, 3_600_000);
    const { accessKeyId, accessKeySecret, securityToken: stsToken } = session;
    const client = outside('plain', { accessKeyId, accessKeySecret, stsToken });
    await client.put('by-role', Buffer.from('1'));
    const untrue = outside('plain', { accessKeyId, accessKeySecret, stsToken: 'another' });
    expect(await failureOf(untrue.get('by-role'))).toEqual({ status: 403, code: 'InvalidSecurityToken' });
    const ended = simulator.keys.issue(accountId, 'streamwarden', 'test', nowMs - 3_600_000, 3_600_000);
    const late = { accessKeyId: ended.accessKeyId, accessKeySecret: ended.accessKeySecret, stsToken: ended.securityToken };
    expect(await failureOf(outside('plain', late).get('by-role'))).toEqual({ status: 403, code: 'SecurityTokenExpired' });
  });

  test.each<[string, string, ClientOptions, string]>([
    ['a wrong secret', 'plain', { accessKeySecret: 'wrong' }, 'SignatureDoesNotMatch'],
    ['an unknown key', 'plain', { accessKeyId: 'nobody' }, 'InvalidAccessKeyId'],
    ['a token that was never issued', 'plain', { stsToken: 'made-up' }, 'InvalidSecurityToken'],
    ['another region than the bucket’s', 'plain', { region: 'oss-cn-hangzhou' }, 'InvalidArgument'],
    ['a bucket that does not exist', 'nowhere', {}, 'NoSuchBucket'],
  ])('is refused with %s', async (_name, bucket, options, code) => {
    expect(await failureOf(outside(bucket, options).get('a'))).toMatchObject({ code });
  });
});

test('a signed request that was changed on its way is refused', async () => {
  const caught: { path: string; headers: Record<string, string> }[] = [];
  const urllib = {
    request: async (url: string, { headers }: { headers: Record<string, string> }) => {
      caught.push({ path: new URL(url).pathname, headers });
      throw new Error('caught');
    },
  };
  await failureOf(outside('plain', { urllib } as ClientOptions).put('signed', Buffer.from('1'), forbid));
  const { path, headers } = caught[0] as (typeof caught)[0];
  const send = (changed: string, changes: Record<string, string> = {}, body = '1') =>
    exchange(simulator.url, 'PUT', changed, { ...headers, ...changes }, body);
  expect((await send('/other')).text).toContain('SignatureDoesNotMatch');
  expect((await send(path, { 'x-oss-forbid-overwrite': 'false' })).text).toContain('SignatureDoesNotMatch');
  expect((await send(`${path}?acl`)).text).toContain('SignatureDoesNotMatch');
  expect((await send(path, {}, '2')).text).toContain('InvalidDigest');
  expect((await send(path)).status).toBe(200);
  simulator.timeline.gatewayOffsetMs = 16 * 60_000;
  expect((await send(path)).text).toContain('RequestTimeTooSkewed');
  simulator.timeline.gatewayOffsetMs = 0;
});

test('another process can make OSS misbehave through the control API', async () => {
  const control = controlClient(simulator.url);
  await control.addFaults({ kind: 'throttle', action: 'oss:PutObject' }, { kind: 'deny', action: 'oss:*', access: 'read' });
  const client = outside('plain');
  expect(await failureOf(client.put('busy', Buffer.from('1')))).toMatchObject({ status: 503, code: 'SlowDown' });
  expect(await failureOf(client.get('busy'))).toMatchObject({ status: 403, code: 'AccessDenied' });
  await client.put('busy', Buffer.from('1'));
  expect((await client.get('busy')).content.toString()).toBe('1');
});

test('requests to OSS are counted apart from those to the service, and faults for all of the service do not reach them', async () => {
  const { simulator: own } = await startSmall({ faults: [{ kind: 'drop', action: '*', times: 'always' }] });
  const client = new OSS({
    ...key,
    endpoint: own.url,
    region: 'oss-cn-shanghai',
    bucket: 'any-bucket',
    authorizationV4: true,
  } as OSS.Options);
  await client.put('a', Buffer.from('1'));
  expect(own.oss.ledger.counts()).toMatchObject({ 'oss:PutObject': { received: 1, executed: 1, answered: 1 } });
  expect(own.ledger.count('*', 'received')).toBe(0);
  await own.close();
});
